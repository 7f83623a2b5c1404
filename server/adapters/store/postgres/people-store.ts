import { Directory } from '../../../domain/people/directory.js'
import { changedBetween } from '../../../domain/people/changed-between.js'
import { personOfSchema1, type Department, type Person, type Team } from '../../../domain/people/person.js'
import type { People, Roster } from '../../../domain/people/port.js'
import { rightsChanged } from '../../../domain/people/rights-changed.js'
import type { Schema, Stored } from '../schema.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { piece } from './pieces.js'
import { Room, type View } from './room.js'

/** One row for each person, department and team, for how often somebody's rights changed, and for the mark of a change that has one. */
export type PeopleRow =
  | { readonly person: Person }
  | { readonly department: Department }
  | { readonly team: Team }
  | { readonly rights: number }

export const PEOPLE_ROWS: Schema<PeopleRow> = {
  now: 2,
  upgrades: { 1: (old) => ('person' in old ? { person: personOfSchema1(old['person'] as Stored) } : old) },
}

interface Known extends Roster {
  readonly directory: Directory
}

/** Everybody, in memory in every process; a change writes the rows that differ and no others. */
export async function openPeople(database: Database, around: Around): Promise<People> {
  let known: Known | null = null
  const room = await around.open(new Room<PeopleRow>(database, 'people', PEOPLE_ROWS, () => { known = null }))
  const present = (): Known => (known ??= rosterOf(room))

  return {
    directory: () => present().directory,
    rightsEpoch: (person) => epochIn(room, person),
    wasMade: (mark) => epochIn(room, mark) > 0,
    change: async (next, firstly, mark) => {
      await room.change(async (view, tx) => {
        // A large import thinks, and is put on record, for longer than anybody else is given; nothing of it may be lost then.
        if (mark !== undefined) await tx.rows(piece('SET LOCAL idle_in_transaction_session_timeout = 0'))
        const now = present()
        const { persons, departments, teams } = now
        // Callers give back the same roster when there is nothing to change.
        const roster = await next(now)
        if (roster === now) return new Map()
        await firstly?.(now, roster)
        const changes = differences(view, { persons, departments, teams }, roster)
        return mark === undefined ? changes : changes.set(`rights:${mark}`, { rights: 1 })
      })
      return present().directory
    },
  }
}

function rosterOf(room: View<PeopleRow>): Known {
  const persons: Person[] = []
  const departments: Department[] = []
  const teams: Team[] = []
  for (const row of room.all().values()) {
    if ('person' in row) persons.push(row.person)
    else if ('department' in row) departments.push(row.department)
    else if ('team' in row) teams.push(row.team)
  }
  return { persons, departments, teams, directory: new Directory(persons, departments, teams) }
}

function epochIn(view: View<PeopleRow>, person: string): number {
  const row = view.get(`rights:${person}`)
  return row && 'rights' in row ? row.rights : 0
}

/** Rights are counted here and not by each caller, so that no way of changing them can forget to end the sessions. */
function differences(view: View<PeopleRow>, before: Roster, after: Roster): Map<string, PeopleRow | null> {
  const changes = new Map<string, PeopleRow | null>()
  for (const [id, was, is] of changedBetween(before.persons, after.persons)) {
    changes.set(`person:${id}`, is ? { person: is } : null)
    if (rightsChanged(was, is)) changes.set(`rights:${id}`, { rights: epochIn(view, id) + 1 })
  }
  for (const [id, , is] of changedBetween(before.departments, after.departments)) changes.set(`department:${id}`, is ? { department: is } : null)
  for (const [id, , is] of changedBetween(before.teams, after.teams)) changes.set(`team:${id}`, is ? { team: is } : null)
  return changes
}
