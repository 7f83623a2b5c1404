import { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Roster } from '../people/port.js'

/** A roster as the rows of a file leave it one after the other: found by id and login, so that a row costs the same in a large bank. */
export class Staff {
  private readonly changed = new Map<string, Person>()
  /** whose login each is, of those changed */
  private readonly logins = new Map<string, string>()
  private readonly admins: Set<string>

  /** @param known the same people, where somebody has them already */
  constructor(private readonly given: Roster, private readonly known = new Directory(given.persons, given.departments, given.teams)) {
    this.admins = new Set(given.persons.filter(administers).map(({ id }) => id))
  }

  person(id: string): Person | undefined {
    return this.changed.get(id) ?? this.known.person(id)
  }

  personByLogin(login: string): Person | undefined {
    const id = this.logins.get(login)
    if (id !== undefined) return this.person(id)
    const before = this.known.personByLogin(login)
    // Whoever was changed since has another login now.
    return before && this.changed.has(before.id) ? undefined : before
  }

  hasDepartment(id: string): boolean {
    return this.known.departments.has(id)
  }

  hasTeam(id: string): boolean {
    return this.known.teams.has(id)
  }

  /** A portal without an administrator could never get one again. */
  leavesNoAdmin(after: Person): boolean {
    return !administers(after) && [...this.admins].every((id) => id === after.id)
  }

  /** In the place of whoever had this id, or as the last. */
  put(person: Person): void {
    const before = this.changed.get(person.id)
    if (before) this.logins.delete(before.login)
    this.changed.set(person.id, person)
    this.logins.set(person.login, person.id)
    if (administers(person)) this.admins.add(person.id)
    else this.admins.delete(person.id)
  }

  /** The one it began with while nothing was put. */
  roster(): Roster {
    if (this.changed.size === 0) return this.given
    const added = [...this.changed.values()].filter(({ id }) => !this.known.person(id))
    return { ...this.given, persons: [...this.given.persons.map((person) => this.changed.get(person.id) ?? person), ...added] }
  }
}

function administers({ active, roles }: Person): boolean {
  return active && roles.includes('admin')
}
