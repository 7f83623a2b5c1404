import type { Absence, Department, Person, Team } from './person.js'

/**
 * Everybody, as they are now: one immutable snapshot, replaced as a whole when anything changes.
 * All questions about the tree of departments are answered here and nowhere else.
 */
export class Directory {
  readonly persons: ReadonlyMap<string, Person>
  readonly departments: ReadonlyMap<string, Department>
  readonly teams: ReadonlyMap<string, Team>
  private readonly byLogin = new Map<string, Person>()
  private readonly membersOf = new Map<string, Person[]>()
  private readonly childrenOf = new Map<string, string[]>()
  /** active curators by each department that their domain names, and by the deputy they named */
  private readonly curating = new Map<string, Person[]>()
  private readonly coveredBy = new Map<string, Person[]>()
  /** everybody who curates or stands in, in the order of `persons` */
  private readonly deciders: readonly Person[]

  constructor(persons: Iterable<Person>, departments: Iterable<Department>, teams: Iterable<Team>) {
    this.persons = new Map([...persons].map((p) => [p.id, p]))
    this.departments = new Map([...departments].map((d) => [d.id, d]))
    this.teams = new Map([...teams].map((t) => [t.id, t]))
    for (const person of this.persons.values()) {
      this.byLogin.set(person.login, person)
      for (const team of person.teams) push(this.membersOf, team, person)
      if (!person.active || !person.roles.includes('curator')) continue
      for (const department of person.domain) push(this.curating, department, person)
      if (person.absence) push(this.coveredBy, person.absence.deputy, person)
    }
    this.deciders = [...this.persons.values()].filter((p) => p.active && (p.roles.includes('curator') || this.coveredBy.has(p.id)))
    for (const department of this.departments.values()) {
      if (department.parent !== null) push(this.childrenOf, department.parent, department.id)
    }
  }

  person(id: string): Person | undefined {
    return this.persons.get(id)
  }

  personByLogin(login: string): Person | undefined {
    return this.byLogin.get(login.trim().toLowerCase())
  }

  department(id: string): Department | undefined {
    return this.departments.get(id)
  }

  team(id: string): Team | undefined {
    return this.teams.get(id)
  }

  /** Active members only. */
  members(team: string): readonly Person[] {
    return (this.membersOf.get(team) ?? []).filter((p) => p.active)
  }

  children(department: string): readonly string[] {
    return this.childrenOf.get(department) ?? []
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
    return (this.coveredBy.get(deputy) ?? []).filter((curator) => isAway(curator, today))
  }

  /** Active curators (deputies too) whose domain includes the department today. */
  curatorsOf(department: string, today: string): readonly Person[] {
    const found = new Set<string>()
    for (const curator of this.lineage(department).flatMap((id) => this.curating.get(id) ?? [])) {
      found.add(curator.id)
      if (isAway(curator, today)) found.add(curator.absence.deputy)
    }
    return this.deciders.filter(({ id }) => found.has(id))
  }
}

/** @param today `YYYY-MM-DD` */
export function isAway(person: Person, today: string): person is Person & { readonly absence: Absence } {
  return person.absence !== null && person.absence.from <= today && today <= person.absence.until
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
