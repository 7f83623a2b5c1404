import { Directory } from '../../../domain/people/directory.js'
import { changedBetween } from '../../../domain/people/changed-between.js'
import { personOfSchema1 } from '../../../domain/people/person.js'
import type { People, Roster } from '../../../domain/people/port.js'
import { rightsChanged } from '../../../domain/people/rights-changed.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema, Stored } from '../schema.js'

/** Everybody in one document, how often each one's rights changed, and the marks of changes that have one: all move in one write. */
export interface KeptRoster extends Roster {
  readonly rights: Readonly<Record<string, number>>
}

export const PEOPLE_FILE: Schema<KeptRoster> = {
  now: 2,
  upgrades: { 1: (old) => ({ ...old, persons: (old['persons'] as readonly Stored[]).map(personOfSchema1) }) },
  check: (stored) => {
    for (const list of ['persons', 'departments', 'teams']) {
      if (!Array.isArray(stored[list])) throw new Error(`no list of ${list}`)
    }
    if (typeof stored['rights'] !== 'object' || stored['rights'] === null) throw new Error('no count of rights')
    return stored as unknown as KeptRoster
  },
}

export async function openPeople(keeping: Keeping): Promise<People> {
  const document = await Document.open<KeptRoster>(keeping, {
    name: 'people',
    schema: PEOPLE_FILE,
    empty: () => ({ persons: [], departments: [], teams: [], rights: {} }),
  })
  let known = { source: document.read(), directory: directoryOf(document.read()) }
  // Made anew whenever the document is another one, also after a write that only half failed.
  const present = (): Directory => {
    const source = document.read()
    if (source !== known.source) known = { source, directory: directoryOf(source) }
    return known.directory
  }

  return {
    directory: present,
    rightsEpoch: (person) => document.read().rights[person] ?? 0,
    wasMade: (mark) => (document.read().rights[mark] ?? 0) > 0,
    change: async (next, firstly, mark) => {
      await document.change(async (now) => {
        const roster = await next(now)
        if (roster === now) return now
        await firstly?.(now, roster)
        return { ...roster, rights: { ...counted(now, roster), ...(mark !== undefined && { [mark]: 1 }) } }
      })
      return present()
    },
  }
}

function directoryOf(roster: Roster): Directory {
  return new Directory(roster.persons, roster.departments, roster.teams)
}

/** Counted here and not by each caller, so that no way of changing rights can forget to end the sessions. */
function counted(before: KeptRoster, after: Roster): Record<string, number> {
  const rights: Record<string, number> = { ...before.rights }
  for (const [id, was, is] of changedBetween(before.persons, after.persons)) if (rightsChanged(was, is)) rights[id] = (rights[id] ?? 0) + 1
  return rights
}
