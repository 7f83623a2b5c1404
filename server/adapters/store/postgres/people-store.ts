import { Directory } from '../../../domain/people/directory.js'
import { personOfSchema1, type Department, type Person, type Team } from '../../../domain/people/person.js'
import type { People, Roster } from '../../../domain/people/port.js'
import { rightsChanged } from '../../../domain/people/rights-changed.js'
import type { Schema, Stored } from '../schema.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type View } from './room.js'

/** One row for each person, department and team, and for how often somebody's rights changed. */
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
    change: async (next, firstly) => {
      await room.change(async (view) => {
        const now = present()
        const { persons, departments, teams } = now
        // Callers give back the same roster when there is nothing to change.
        const roster = next(now)
        if (roster === now) return new Map()
        await firstly?.(now, roster)
        return differences(view, { persons, departments, teams }, roster)
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
function differences(view: View<PeopleRow>, before: Roster, after: Roster): ReadonlyMap<string, PeopleRow | null> {
  const changes = new Map<string, PeopleRow | null>()
  for (const [id, was, is] of pairs(before.persons, after.persons)) {
    changes.set(`person:${id}`, is ? { person: is } : null)
    if (rightsChanged(was, is)) changes.set(`rights:${id}`, { rights: epochIn(view, id) + 1 })
  }
  for (const [id, , is] of pairs(before.departments, after.departments)) changes.set(`department:${id}`, is ? { department: is } : null)
  for (const [id, , is] of pairs(before.teams, after.teams)) changes.set(`team:${id}`, is ? { team: is } : null)
  return changes
}

/** Those that are not the same object before and after. */
function* pairs<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): Iterable<readonly [string, T | undefined, T | undefined]> {
  const old = new Map(before.map((one) => [one.id, one]))
  const now = new Map(after.map((one) => [one.id, one]))
  for (const id of new Set([...old.keys(), ...now.keys()])) if (old.get(id) !== now.get(id)) yield [id, old.get(id), now.get(id)]
}
