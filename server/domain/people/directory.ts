import type { Absence, Department, Person, Team } from './person.js'

/**
 * Everybody, as they are now: one immutable snapshot, replaced as a whole when anything changes.
 * All questions about the tree of departments are answered here and nowhere else.
 */
export class Directory {
  readonly persons: ReadonlyMap<string, Person>
  readonly departments: ReadonlyMap<string, Department>
  readonly teams: ReadonlyMap<string, Team>
  // Each index is made when it is first asked for: a bank of 50 000 has another directory after every change of anybody.
  private readonly byLogin = lazily(() => new Map([...this.persons.values()].map((person) => [person.login, person])))
  private readonly membersOf = lazily(() => grouped(this.persons.values(), (person) => person.teams))
  private readonly childrenOf = lazily(() => grouped(this.departments.values(), ({ parent }) => (parent === null ? [] : [parent])))
  private readonly curators = lazily(() => [...this.persons.values()].filter((person) => person.active && person.roles.includes('curator')))
  /** active curators by each department that their domain names, and by the deputy they named */
  private readonly curating = lazily(() => grouped(this.curators(), (curator) => curator.domain))
  private readonly coveredBy = lazily(() => grouped(this.curators(), ({ absence }) => (absence ? [absence.deputy] : [])))
  /** everybody who curates or stands in, in the order of `persons` */
  private readonly deciders = lazily(() => [...this.persons.values()].filter((p) => p.active && (p.roles.includes('curator') || this.coveredBy().has(p.id))))

  constructor(persons: Iterable<Person>, departments: Iterable<Department>, teams: Iterable<Team>) {
    this.persons = new Map([...persons].map((p) => [p.id, p]))
    this.departments = new Map([...departments].map((d) => [d.id, d]))
    this.teams = new Map([...teams].map((t) => [t.id, t]))
  }

  person(id: string): Person | undefined {
    return this.persons.get(id)
  }

  personByLogin(login: string): Person | undefined {
    return this.byLogin().get(login.trim().toLowerCase())
  }

  department(id: string): Department | undefined {
    return this.departments.get(id)
  }

  team(id: string): Team | undefined {
    return this.teams.get(id)
  }

  /** Active members only. */
  members(team: string): readonly Person[] {
    return (this.membersOf().get(team) ?? []).filter((p) => p.active)
  }

  children(department: string): readonly string[] {
    return (this.childrenOf().get(department) ?? []).map(({ id }) => id)
  }

  /** The department and those above it, nearest first. Ends at head office; a broken or circular tree ends early. */
  lineage(department: string): readonly string[] {
    const line: string[] = []
    let at: string | null = department
    while (at !== null && this.departments.has(at) && !line.includes(at)) {
      line.push(at)
      at = this.departments.get(at)?.parent ?? null
    }
    return line
  }

  /** The departments and everything below them. */
  within(departments: readonly string[]): readonly string[] {
    const found = new Set<string>()
    const waiting = departments.filter((id) => this.departments.has(id))
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (found.has(id)) continue
      found.add(id)
      waiting.push(...this.children(id))
    }
    return [...found]
  }

  /**
   * The departments on whose notes a person may decide today: their own domain when they are a curator,
   * and the domain of every curator whose deputy they are today (PRODUCT.md §2, cover).
   * @param today `YYYY-MM-DD`
   */
  domainOf(person: Person, today: string): readonly string[] {
    const roots = person.roles.includes('curator') ? person.domain : []
    return this.within([...roots, ...this.covered(person.id, today).flatMap(({ domain }) => domain)])
  }

  /** The active curators whose deputy somebody is today. */
  covered(deputy: string, today: string): readonly Person[] {
    return (this.coveredBy().get(deputy) ?? []).filter((curator) => isAway(curator, today))
  }

  /** Active curators (deputies too) whose domain includes the department today. */
  curatorsOf(department: string, today: string): readonly Person[] {
    const found = new Set<string>()
    for (const curator of this.lineage(department).flatMap((id) => this.curating().get(id) ?? [])) {
      found.add(curator.id)
      if (isAway(curator, today)) found.add(curator.absence.deputy)
    }
    return this.deciders().filter(({ id }) => found.has(id))
  }
}

/** @param today `YYYY-MM-DD` */
export function isAway(person: Person, today: string): person is Person & { readonly absence: Absence } {
  return person.absence !== null && person.absence.from <= today && today <= person.absence.until
}

function lazily<T extends object>(make: () => T): () => T {
  let made: T | null = null
  return () => (made ??= make())
}

/** The things under each of their keys, in their order. */
function grouped<T>(things: Iterable<T>, keysOf: (thing: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    for (const key of keysOf(thing)) {
      const group = groups.get(key)
      if (group) group.push(thing)
      else groups.set(key, [thing])
    }
  }
  return groups
}
