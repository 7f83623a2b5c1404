import type { Config } from '../config.js'
import type { KeptMail } from '../domain/digests/port.js'
import type { PostOffice } from '../domain/digests/post-office.js'
import type { Directory } from '../domain/people/directory.js'
import type { Person } from '../domain/people/person.js'
import type { Gaps } from '../domain/insights/gap.js'
import type { Help } from '../domain/people/help.js'
import type { Credentials, Passwords, People, Sessions, Throttle, Visits } from '../domain/people/port.js'
import type { Words } from '../domain/people/words.js'
import type { AuditRecord } from '../domain/policy/record.js'
import type { StaffImports } from '../domain/policy/staff-import.js'
import type { Tokens } from '../domain/policy/token.js'
import type { Customers } from '../domain/customers/port.js'
import type { ImportDesk } from '../domain/curation/import-desk.js'
import type { RedactionDesk } from '../domain/curation/redact-everywhere.js'
import type { Drafts } from '../domain/notes/draft.js'
import type { Markdown } from '../domain/notes/markdown.js'
import type { InCare, Notes } from '../domain/notes/port.js'
import type { Reads } from '../domain/notes/reads-port.js'
import type { Vocabularies } from '../domain/notes/vocabulary-port.js'
import type { Finder, Hit } from '../domain/search/port.js'
import type { Directories } from '../domain/policy/readable.js'

/** Everything the pages stand on, opened by `wire.ts`. Ports only: http never sees an adapter. */
export interface House {
  readonly config: Config
  /** null unless numbers were asked for */
  readonly measures: Measures | null
  readonly clock: Clock
  readonly ids: Ids
  readonly words: Words
  readonly people: People
  readonly credentials: Credentials
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly record: AuditRecord
  readonly notes: Notes
  readonly customers: Customers
  readonly imports: ImportDesk
  readonly staffImports: StaffImports
  readonly redactions: RedactionDesk
  readonly tokens: Tokens
  readonly drafts: Drafts
  readonly vocabularies: Vocabularies
  readonly gaps: Gaps
  readonly markdown: Markdown
  readonly help: Help
  readonly reads: Reads
  readonly visits: Visits
  readonly finder: Finder
  /** Builds the search index anew beside the present one, here or in the process that feeds it. @throws Error */
  rebuildIndex(progress?: (done: number) => void): Promise<void>
  /** what the first engine holds, in pages, for whoever compares */
  indexed(): AsyncIterable<readonly Hit[]>
  /** resolves when search has taken everything that was written before the call */
  caughtUp(): Promise<void>
  readonly post: PostOffice
  /** mail kept as files, when there is no mail server */
  readonly keptMail: KeptMail | null
  /** runs one job of the scheduler, or all, now */
  runJobs(name?: string): Promise<void>
  /** told to the person and to the curators concerned */
  tellRightsChanged(before: Person | null, after: Person, by: string): Promise<void>
  /** a department stands elsewhere in the tree: whoever reads or decides otherwise by that is told. @param before everybody as they were */
  tellOfMove(before: Directory, department: string, by: string): Promise<void>
  /** a single-use link, to the person alone */
  mailPasswordLink(person: Person, token: string, reason: 'first' | 'forgotten'): Promise<void>
  /** signs cookies; see SESSION_SECRET */
  readonly secret: string
  /** the live directories the law is computed from */
  directories(): Directories
  readiness(): Readiness
  /** What other processes wrote before the call holds from here on; awaited by every request. Rejects when that cannot be known. */
  fresh(): Promise<void>
  /** While `act` runs no other process is inside; whoever comes next finds what it left. */
  oneByOne(act: () => Promise<void>): Promise<void>
  /** resolves when nothing is missing from any list */
  started(): Promise<void>
  /** a string key of something every reader must be told, such as a full disk */
  banner(): string | null
  /** what this person answers for, as a writer or in a writer's place: ids, for a handover by somebody who reads none of it */
  inCareOf(person: string): Promise<readonly InCare[]>
  /** how many review items nobody in the bank may decide today: a number, never which; null while that is still being counted */
  undecidable(): Promise<number | null>
  /** a deputy was named or thanked: they and the curators beside them are told */
  tellOfCover(before: Person, after: Person): Promise<void>
  /** how many notices wait for this person */
  unread(person: string): Promise<number>
  /** told of every answer, when it is through */
  answered(answer: Answer): void
  close(): Promise<void>
}

/** An answer as the log has it: a route's pattern, never the address somebody asked for. */
export interface Answer {
  readonly method: string
  /** null: no route */
  readonly route: string | null
  readonly status: number
  readonly ms: number
}

/** Numbers for whoever watches the server, as text. */
export interface Measures {
  readonly type: string
  text(): Promise<string>
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
