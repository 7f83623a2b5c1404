import type { Directory } from '../people/directory.js'
import { refused, type Outcome, type Refusal, type Refused } from '../people/refusal.js'
import type { Person } from '../people/person.js'
import type { TableFormat } from '../people/table.js'
import type { Access } from '../policy/access.js'
import type { Everything } from '../policy/everything.js'
import type { Grant } from '../policy/grant.js'
import type { Audience, Level } from '../policy/level.js'
import type { Sight } from '../policy/readable.js'
import type { Home, Ratings } from '../notes/note.js'
import type { Mapping } from './import-mapping.js'

export const BATCH_STATES = ['checking', 'checked', 'running', 'done', 'failed'] as const
export type BatchState = (typeof BATCH_STATES)[number]

/** Whom the importer means the notes for, once they are validated. Never restricted: that names people one by one. */
export interface Proposal {
  readonly audience: Audience
  readonly level: Exclude<Level, 'restricted'>
}

/** One file that somebody imports: what was chosen, how far it is, what came of each row. Of its text it holds the rows left out, nothing else. */
export interface Batch {
  readonly schema: 1
  readonly id: string
  readonly version: number
  readonly owner: string
  readonly createdAt: string
  readonly fileName: string
  readonly bytes: number
  readonly format: TableFormat
  /** of customers: with the external id it makes the customer's id */
  readonly source: string
  /** null for a file of customers */
  readonly notes: { readonly mapping: Mapping; readonly home: Home; readonly proposed: Proposal } | null
  readonly state: BatchState
  /** why it failed: a string key */
  readonly trouble: string | null
  /** rows gone through in the present step, and rows in the file as far as known */
  readonly at: number
  readonly rows: number
  readonly counts: Counts
  readonly report: readonly ReportLine[]
  /** lines beyond those kept */
  readonly reportCut: number
  readonly finishedAt: string | null
  readonly acceptance: Acceptance | null
  /** from some line on nobody can tell the rows apart: what is wrong there cannot be left out row by row */
  readonly endless?: boolean
  /** the importer chose to take the good rows without these; null while the file is taken whole or not at all */
  readonly leftOut?: LeftOut | null
}

/** Somebody's choice to take the good rows only, and the rows it left, so that they can be mended and sent again. */
export interface LeftOut extends WrongRows {
  readonly by: string
  readonly at: string
  /** how many wrong rows they were shown when they chose; more than these are not left out */
  readonly agreed: number
}

export interface WrongRows {
  readonly columns: readonly string[]
  readonly rows: readonly WrongRow[]
  /** rows beyond those kept */
  readonly cut: number
}

export interface WrongRow {
  readonly line: number
  /** as they stand in a CSV file; of JSON lines, the one line */
  readonly cells: readonly string[]
}

/** What would be, or was, done with the rows. Together with `refused` they are all rows of the file. */
export interface Counts {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly skipped: number
  readonly refused: number
  /** customers that the file of notes names and nobody had entered yet */
  readonly customers: number
  /** notes that go to the curators before anybody else reads them */
  readonly reviewFirst: number
}

export const NO_COUNTS: Counts = Object.freeze({ created: 0, changed: 0, unchanged: 0, skipped: 0, refused: 0, customers: 0, reviewFirst: 0 })

export interface ReportLine {
  readonly line: number
  readonly what: 'refused' | 'skipped' | 'warning'
  readonly refusal: Refusal
}

/** How far a batch is, from memory: on disk it is a little behind. */
export interface Progress {
  readonly at: number
  readonly rows: number
}

/** The one decision on all notes of the batch that were not decided yet. */
export interface Acceptance {
  readonly by: string
  readonly at: string
  readonly as: CommonDecision
  readonly accepted: number
  /** notes gone through, and those there were */
  readonly done: number
  readonly of: number
  readonly left: readonly { readonly note: string; readonly code: string }[]
  readonly finishedAt: string | null
}

export interface CommonDecision {
  readonly ratings: Ratings
  readonly audience: Audience
  readonly level: Exclude<Level, 'restricted'>
  /** `YYYY-MM-DD` */
  readonly reviewOn: string
}

/** Lines of a report that are kept; more say nothing new. */
export const MOST_LINES = 3_000
export const MOST_BYTES = 20 * 1024 * 1024

/** The importer, and for notes the curators of the department they go to. */
export function batchAccess(batch: Batch): Access {
  return {
    author: batch.owner, named: [], reach: 'self', desk: batch.notes?.home.department ?? 'none', stewards: [],
    level: batch.notes?.proposed.level ?? 'internal', customers: [],
  }
}

/** A process that ends now leaves it in the middle. */
export function isUnfinished({ state, acceptance }: Batch): boolean {
  return state === 'checking' || state === 'running' || (acceptance !== null && acceptance.finishedAt === null)
}

/** What the importer may choose: departments of their own domain, and teams they belong to or look after. */
export function objectionToHome(home: Home, person: Person, people: Directory, today: string): Refused | null {
  const domain = people.domainOf(person, today)
  if (!people.department(home.department) || !domain.includes(home.department)) return refused('department', 'imports.department.not_yours')
  const team = home.team === null ? undefined : people.team(home.team)
  if (home.team !== null && (!team || !(person.teams.includes(team.id) || domain.includes(team.department)))) return refused('team', 'imports.team.not_yours')
  return null
}

/** What a redaction makes of a batch: another file, none at all (an empty text), or fewer rows that were left out. */
export interface Rewritten {
  readonly file?: { readonly text: string; readonly format: TableFormat }
  readonly leftOut?: LeftOut
}

/** Import batches and the files behind them. Files are kept only until the batch is done. */
export interface Batches {
  get(id: string, sight: Sight): Promise<Batch | null>
  /** Newest first. */
  list(sight: Sight): Promise<readonly Batch[]>
  /** Both on disk when it resolves. */
  add(grant: Grant<'import.run'>, batch: Batch, file: Uint8Array): Promise<void>
  /** @throws Error when the grant is for another batch */
  change(grant: Grant<'import.run'> | Grant<'import.accept'>, verb: (batch: Batch) => Outcome<Batch>): Promise<Outcome<Batch>>
  /** null when there is none any more */
  file(batch: Batch): Promise<Uint8Array | null>
  dropFile(batch: Batch): Promise<void>
  /** Forgets a batch that wrote nothing. */
  drop(grant: Grant<'import.run'>): Promise<void>
  /**
   * Goes through every batch with the file that is still kept of it; null leaves both as they are.
   * Durable when it resolves. @returns the ids of those that changed
   */
  rewrite(pass: Everything, verb: (batch: Batch, file: Uint8Array | null) => Promise<Rewritten | null>): Promise<readonly string[]>
  /** Does not call `act` when another process has this batch in hand. @returns whether it was called */
  alone(id: string, act: () => Promise<void>): Promise<boolean>
  /** Those that a process left in the middle. */
  unfinished(pass: Everything): Promise<readonly Batch[]>
}
