import { Directory } from '../../../domain/people/directory.js'
import type { People, Roster } from '../../../domain/people/port.js'
import { rightsChanged } from '../../../domain/people/rights-changed.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

/** Everybody in one document, and how often each one's rights changed: both move in one write. */
interface KeptRoster extends Roster {
  readonly rights: Readonly<Record<string, number>>
}

const SCHEMA: Schema<KeptRoster> = {
  now: 1,
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
    schema: SCHEMA,
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
    change: async (next) => {
      await document.change((now) => {
        const roster = next(now)
        return roster === now ? now : { ...roster, rights: counted(now, roster) }
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
  const old = new Map(before.persons.map((person) => [person.id, person]))
  const now = new Map(after.persons.map((person) => [person.id, person]))
  const rights: Record<string, number> = { ...before.rights }
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    if (old.get(id) !== now.get(id) && rightsChanged(old.get(id), now.get(id))) rights[id] = (rights[id] ?? 0) + 1
  }
  return rights
}
