import type { Config } from '../config.js'
import type { Credentials, Passwords, People, Sessions, Throttle } from '../domain/people/port.js'
import type { Words } from '../domain/people/words.js'
import type { Directories } from '../domain/policy/readable.js'

/** Everything the pages stand on, opened by `wire.ts`. Ports only: http never sees an adapter. */
export interface House {
  readonly config: Config
  readonly clock: Clock
  readonly ids: Ids
  readonly words: Words
  readonly people: People
  readonly credentials: Credentials
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly throttle: Throttle
  /** signs cookies; see SESSION_SECRET */
  readonly secret: string
  /** the live directories the law is computed from */
  directories(): Directories
  readiness(): Readiness
  /** a string key of something every reader must be told, such as a full disk */
  banner(): string | null
  close(): Promise<void>
}

export interface Clock {
  /** UTC ISO-8601 with ms */
  now(): string
  /** `YYYY-MM-DD` in the bank's time zone */
  today(): string
}

export interface Ids {
  /** a UUIDv7 */
  next(): string
}

/** While the catalog builds, pages are answered with how far it is. */
export interface Readiness {
  readonly ready: boolean
  readonly done: number
  readonly total: number
}
