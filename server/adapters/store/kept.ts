import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Notices } from '../../domain/community/notice-port.js'
import type { AllCustomers, Customers } from '../../domain/customers/port.js'
import type { Batches } from '../../domain/curation/import-batch.js'
import type { RedactionList } from '../../domain/curation/redaction-list.js'
import type { Channels, Outbox } from '../../domain/digests/port.js'
import type { Gaps } from '../../domain/insights/gap.js'
import type { AllDrafts, Drafts } from '../../domain/notes/draft.js'
import type { AllNotes, Notes } from '../../domain/notes/port.js'
import type { Reads } from '../../domain/notes/reads-port.js'
import type { Vocabularies } from '../../domain/notes/vocabulary-port.js'
import type { Credentials, People, Sessions, Visits } from '../../domain/people/port.js'
import type { Feed } from '../../domain/policy/events.js'
import type { Reindexings } from '../../domain/search/reindexing.js'
import type { AuditRecord } from '../../domain/policy/record.js'
import type { StaffImports } from '../../domain/policy/staff-import.js'
import type { Tokens } from '../../domain/policy/token.js'

/** What the law and the feed are about. */
export interface Things {
  readonly notes: Notes
  readonly allNotes: AllNotes
  readonly customers: Customers
  readonly allCustomers: AllCustomers
  readonly drafts: Drafts
  readonly allDrafts: AllDrafts
  readonly feed: Feed
}

/** All that the portal keeps, whichever store keeps it; each store has one function that opens it. */
export interface Kept extends Things {
  readonly people: People
  readonly credentials: Credentials
  readonly sessions: Sessions
  readonly record: AuditRecord
  readonly vocabularies: Vocabularies
  readonly channels: Channels
  readonly outbox: Outbox
  readonly notices: Notices
  readonly batches: Batches
  readonly staffImports: StaffImports
  readonly redactions: RedactionList
  readonly gaps: Gaps
  readonly tokens: Tokens
  readonly reads: Reads
  readonly visits: Visits
  /** where mail is kept when there is no mail server */
  readonly mail: { readonly folder: string; readonly files: MailFiles }
  /** a folder of this process alone, for its search index */
  readonly searchFolder: string
  /** where guesses of passwords are counted; null: in the memory of this process */
  readonly guesses: Guesses | null
  /** resolves when nothing is missing from any list and writing begins; rejects when that cannot be */
  readonly ready: Promise<void>
  progress(): { readonly done: number; readonly total: number }
  /** false while the store does not answer */
  isUp(): boolean
  /** Memory holds whatever other processes wrote before the call; rejects when that cannot be known. */
  fresh(): Promise<void>
  /** Nothing of what a note's last write replaced lies beside it any more. */
  scrub(note: string): Promise<void>
  /** signs cookies where no secret was given */
  secret(): Promise<string>
  /** a string key of something every reader must be told */
  banner(): string | null
  /** backups that were made go on the record */
  noteBackups(): Promise<void>
  readonly reindexing: Reindexings
  lead(duty: Duty): Leadership
  /** While `act` runs no other process is inside; whoever comes next finds what it left. */
  oneByOne(act: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** What only one of all processes does. */
export interface Duty {
  began(): void
  /** as soon as this process knows that it is no longer the one */
  ended(): Promise<void>
}

export interface Leadership {
  /** true while this process is the one */
  readonly mine: boolean
  /** resolves when it is known whether this process is the one, for now */
  readonly settled: Promise<void>
  /** Lets go at once, so that another takes over. */
  resign(): Promise<void>
}

export interface MailFiles {
  makeFolder(path: string): Promise<void>
  write(path: string, bytes: Uint8Array): Promise<void>
  /** null when there is no such file */
  read(path: string): Promise<Buffer | null>
  names(path: string): Promise<readonly string[]>
}

export type Guesses = (limit: { readonly keyPrefix: string; readonly points: number; readonly duration: number }) => RateLimiterAbstract
