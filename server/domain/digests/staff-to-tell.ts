import { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Roster } from '../people/port.js'
import { asNewcomer, curatorsNearest, hearersOf, othersBusiness, rightsThatChanged, type Right } from './tell-people.js'

/** Somebody whom an import of staff concerns: what of it, and who else hears of them. */
export interface StaffToTell {
  readonly person: string
  /** a newcomer, who gets a first link */
  readonly joined: boolean
  /** of a newcomer: what they may do beyond what everybody may */
  readonly changes: readonly Right[]
  /** an administrator by it */
  readonly admin: boolean
  /** the address before, when it is another one now */
  readonly oldEmail: string | null
  readonly hearers: readonly string[]
}

/** What one curator or administrator hears of an import: all of it in one letter and one notice. */
export interface Heard {
  readonly joined: number
  readonly changed: number
  /** of both: those who became administrators */
  readonly admins: number
  /** those that weigh most, by id */
  readonly first: readonly { readonly person: string; readonly joined: boolean; readonly changes: readonly string[] }[]
}

const NAMED = 10
const BREATHE_EVERY = 250

/**
 * Who is to be told of what, in the order of the file. Everybody who joined is heard of; of the others those whose rights changed.
 * @param persons those that were added or changed, as they were and as they are
 * @param after everybody as they are: who curates and who administers is found out here once
 */
export function* staffToTell(persons: Iterable<readonly [Person | undefined, Person]>, after: Roster, by: string, today: string): Generator<StaffToTell> {
  // Whoever curates is enough to find the nearest: most of a bank does not.
  const people = new Directory(after.persons.filter(({ roles }) => roles.includes('curator')), after.departments, [])
  const admins = after.persons.filter(({ roles }) => roles.includes('admin'))
  const curators = new Map<string, readonly Person[]>()
  const nearest = (department: string) => {
    const found = curators.get(department) ?? curatorsNearest(people, department, today)
    curators.set(department, found)
    return found
  }
  for (const [old, is] of persons) {
    const was = old ?? asNewcomer(is)
    const changes = rightsThatChanged(was, is)
    if (old && changes.length === 0) continue
    const others = !old || othersBusiness(changes).length > 0
    yield {
      person: is.id, joined: !old, changes, admin: is.roles.includes('admin') && !was.roles.includes('admin'), oldEmail: changes.includes('email') ? was.email : null,
      hearers: others ? hearersOf(was, is, by, nearest, admins) : [],
    }
  }
}

/** The list as it is kept: a line for each person, and who hears at the end. A large one is never in memory as what it says. */
export class ToldList {
  private readonly hearers = new Map<string, number>()
  private lines = 0

  /** @returns the line, without its end */
  add({ hearers, ...one }: StaffToTell): string {
    this.lines += 1
    return JSON.stringify({ ...one, hearers: hearers.map((id) => this.numberOf(id)) })
  }

  end(): string {
    return JSON.stringify([...this.hearers.keys()])
  }

  /** letters and links, those to hearers too */
  get size(): number {
    return this.lines + this.hearers.size
  }

  private numberOf(id: string): number {
    const known = this.hearers.get(id)
    if (known !== undefined) return known
    this.hearers.set(id, this.hearers.size)
    return this.hearers.size - 1
  }
}

/** The list as it was kept, one by one. @param from how many are passed over. @throws SyntaxError */
export function* toldIn(paper: Uint8Array, from = 0): Generator<StaffToTell> {
  const text = new TextDecoder()
  const end = paper.lastIndexOf(LF)
  const hearers = JSON.parse(text.decode(paper.subarray(end + 1))) as readonly string[]
  for (let [at, n] = [0, 0]; at < end + 1; n += 1) {
    const next = paper.indexOf(LF, at)
    if (n >= from) {
      const one = JSON.parse(text.decode(paper.subarray(at, next))) as Omit<StaffToTell, 'hearers'> & { readonly hearers: readonly number[] }
      yield { ...one, hearers: one.hearers.flatMap((place) => hearers[place] ?? []) }
    }
    at = next + 1
  }
}

const LF = 0x0a

/** Each hearer with what they hear, in the order in which they first come up. */
export async function heardIn(paper: Uint8Array, breathe: () => Promise<void>): Promise<ReadonlyMap<string, Heard>> {
  const found = new Map<string, Hearing>()
  let seen = 0
  for (const one of toldIn(paper)) {
    if (++seen % BREATHE_EVERY === 0) await breathe()
    for (const id of one.hearers) {
      const hearing = found.get(id) ?? new Hearing()
      found.set(id, hearing)
      hearing.add(one)
    }
  }
  return new Map([...found].map(([id, hearing]) => [id, hearing.heard()]))
}

/** Those of whom one person heard, what weighs most first. */
export async function toldTo(paper: Uint8Array, hearer: string, breathe: () => Promise<void>): Promise<readonly StaffToTell[]> {
  const found: readonly StaffToTell[][] = [[], [], []]
  let seen = 0
  for (const one of toldIn(paper)) {
    if (++seen % BREATHE_EVERY === 0) await breathe()
    if (one.hearers.includes(hearer)) found[weightOf(one)]?.push(one)
  }
  return found.flat()
}

/** New administrators first, then whoever may do something else than before, then all others. */
function weightOf({ admin, joined, changes }: StaffToTell): 0 | 1 | 2 {
  return admin ? 0 : !joined || changes.length > 0 ? 1 : 2
}

class Hearing {
  private readonly first: readonly StaffToTell[][] = [[], [], []]
  private joined = 0
  private changed = 0
  private admins = 0

  add(one: StaffToTell): void {
    if (one.joined) this.joined += 1
    else this.changed += 1
    if (one.admin) this.admins += 1
    const alike = this.first[weightOf(one)]
    if (alike && alike.length < NAMED) alike.push(one)
  }

  heard(): Heard {
    const first = this.first.flat().slice(0, NAMED).map(({ person, joined, changes }) => ({ person, joined, changes: othersBusiness(changes) }))
    return { joined: this.joined, changed: this.changed, admins: this.admins, first }
  }
}
