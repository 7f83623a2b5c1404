import type { Credential } from './credential.js'
import type { Directory } from './directory.js'
import type { Department, Person, Team } from './person.js'
import type { Session } from './session.js'
import type { Visit } from './visit.js'

/** Everybody, every department and every team, as one whole. */
export interface Roster {
  readonly persons: readonly Person[]
  readonly departments: readonly Department[]
  readonly teams: readonly Team[]
}

export type Firstly = (before: Roster, after: Roster) => Promise<void>

export interface People {
  /** in memory; never waits */
  directory(): Directory
  /** how often the rights of this person changed; see `rightsChanged` */
  rightsEpoch(person: string): number
  /**
   * One change at a time; on disk before it answers.
   * @param firstly gets what is there and what is about to be, before anything is written; when it rejects, nothing is.
   * Not asked when nothing changes.
   * @param mark a name for this change, kept in the same write: after a crash it tells whether the change was made
   */
  change(next: (now: Roster) => Roster | Promise<Roster>, firstly?: Firstly, mark?: string): Promise<Directory>
  /** whether a change of this name was made */
  wasMade(mark: string): boolean
}

export interface Credentials {
  /** how often this person's password changed; in memory, never waits */
  changes(person: string): number
  of(person: string): Promise<Credential>
  /** whose link has this digest */
  byLink(digest: string): Promise<Credential | undefined>
  change(person: string, next: (now: Credential) => Credential): Promise<Credential>
  /** Those of several people, in one write. */
  changeAll(persons: readonly string[], next: (now: Credential) => Credential): Promise<void>
}

export interface OpenSession {
  /** a digest of the id; the id itself is only in the cookie */
  readonly key: string
  readonly session: Session
  readonly seenAt: string
}

export interface Sessions {
  keep(id: string, session: Session): Promise<void>
  find(id: string): Session | undefined
  /** remembered in memory only */
  seen(id: string, now: string): void
  end(id: string): Promise<void>
  openOf(person: string): readonly OpenSession[]
  /** @param except the id of the one to keep */
  endOf(person: string, except?: string): Promise<number>
  /** forgets those whose day is over; @returns how many */
  sweep(now: string): Promise<number>
}

/** When people last looked in: each one's own, and nobody else asks for it. */
export interface Visits {
  /** Notes that this person looks in now. Losing the last seconds of it in a crash harms nobody. */
  lookIn(person: string, now: string): Visit | Promise<Visit>
}

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes the same time with `null` as with a hash. */
  verify(hash: string | null, password: string): Promise<boolean>
  /** 0 to 4, as zxcvbn counts; `hints` are words an attacker of this person would try first */
  strength(password: string, hints: readonly string[]): Promise<number>
  newToken(): string
  digest(token: string): string
}

/** Slows guessing down, per account and address together, so that the owner can still enter from elsewhere. */
export interface Throttle {
  /** One attempt at an account from a place after the other: many at once would all be looked at before the first has failed. */
  inTurn<R>(login: string, place: string, attempt: () => Promise<R>): Promise<R>
  /** @param known whether this person entered from this place before. Asking takes the account's turn while it is slow. */
  isBlocked(login: string, place: string, known: boolean): Promise<boolean>
  failed(login: string, place: string, known: boolean): Promise<void>
  succeeded(login: string, place: string): Promise<void>
}
