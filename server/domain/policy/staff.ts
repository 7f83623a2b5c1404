import type { Person } from '../people/person.js'
import type { Roster } from '../people/port.js'

/** A roster as the rows of a file leave it one after the other: found by id and login, so that a row costs the same in a large bank. */
export class Staff {
  private readonly persons: Map<string, Person>
  private readonly ids = new Map<string, string>()
  private readonly departments: ReadonlySet<string>
  private readonly teams: ReadonlySet<string>
  private readonly admins = new Set<string>()
  private touched = false

  constructor(private readonly given: Roster) {
    this.persons = new Map(given.persons.map((person) => [person.id, person]))
    this.departments = new Set(given.departments.map(({ id }) => id))
    this.teams = new Set(given.teams.map(({ id }) => id))
    for (const person of given.persons) this.note(person)
  }

  person(id: string): Person | undefined {
    return this.persons.get(id)
  }

  personByLogin(login: string): Person | undefined {
    return this.persons.get(this.ids.get(login) ?? '')
  }

  hasDepartment(id: string): boolean {
    return this.departments.has(id)
  }

  hasTeam(id: string): boolean {
    return this.teams.has(id)
  }

  /** A portal without an administrator could never get one again. */
  leavesNoAdmin(after: Person): boolean {
    return !administers(after) && [...this.admins].every((id) => id === after.id)
  }

  /** In the place of whoever had this id, or as the last. */
  put(person: Person): void {
    const before = this.persons.get(person.id)
    if (before) this.ids.delete(before.login)
    this.persons.set(person.id, person)
    this.note(person)
    this.touched = true
  }

  /** The one it began with while nothing was put. */
  roster(): Roster {
    return this.touched ? { ...this.given, persons: [...this.persons.values()] } : this.given
  }

  private note(person: Person): void {
    this.ids.set(person.login, person.id)
    if (administers(person)) this.admins.add(person.id)
    else this.admins.delete(person.id)
  }
}

function administers({ active, roles }: Person): boolean {
  return active && roles.includes('admin')
}
