import type { Outcome } from '../people/refusal.js'
import type { Everything } from '../policy/everything.js'
import type { Grant } from '../policy/grant.js'
import type { Level } from '../policy/level.js'
import type { Sight } from '../policy/readable.js'
import type { Note } from './note.js'
import type { NoteSeen } from './seen.js'
import type { ItemReason } from './item.js'
import type { Confidence, Direction, Nature } from './words.js'

/** What notes need of a store. Every answer is made under the sight it is given; there is no way around it. */
export interface Notes {
  /** @returns null both for an unknown id and for one this sight may not read, after the same reads */
  get(id: string, sight: Sight): Promise<NoteSeen | null>
  /** Those of the ids this sight may read, in their order. */
  some(ids: readonly string[], sight: Sight): Promise<readonly NoteSeen[]>
  /** Rows are faces a reader may see, in the order asked; `total` counts under the same sight. */
  list(query: NoteQuery, sight: Sight): Promise<Page<NoteSeen>>
  /** The rows of `list` alone, for whoever does not tell how many there are: counting takes a large bank longer than finding. */
  rows(query: NoteQuery, sight: Sight): Promise<readonly NoteSeen[]>
  count(query: NoteQuery, sight: Sight): Promise<number>
  /** Notes with work for curators, under the curator's part of the sight alone. */
  queue(query: QueueQuery, sight: Sight): Promise<Page<NoteSeen>>
  queueCounts(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Promise<Record<QueueTab, number>>
  /** How many stand in the open part of the queue, counted no further than `most`: it is told around every page, and an import may leave a hundred thousand. */
  queueOpen(most: number, sight: Sight): Promise<number>
  /** How many wait for each reason in that part of the queue, whichever reason it asks for; reasons with none are left out. */
  queueReasons(query: QueueQuery, sight: Sight): Promise<ReadonlyMap<QueueReason, number>>
  /**
   * Tags of the notes this sight lists, with how many of those carry each; most used first, at most 500.
   * @param mergedInto tags that read as another one: a note that carries both counts once
   */
  tagsInUse(sight: Sight, mergedInto: Readonly<Record<string, string>>): Promise<readonly TagInUse[]>
  /**
   * Durable when it resolves. Adding an id that exists returns the existing note's version unchanged
   * (idempotent posting and imports).
   */
  add(grant: Grant<'note.post'> | Grant<'import.run'>, note: Note): Promise<Saved>
  /**
   * Applies a verb to the present state under the note's mutex and writes it durably.
   * @throws Error when the grant is for another note
   */
  change(grant: Grant, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>>
}

/** For the relay, backup, jobs and reconciliation, which must see all. */
export interface AllNotes {
  read(id: string, pass: Everything): Promise<Note | null>
  /** Those of the ids that are there, in no order. */
  readSome(ids: readonly string[], pass: Everything): Promise<readonly Note[]>
  ids(pass: Everything): AsyncIterable<string>
  /** Ids whose published face is about the customer. */
  about(customer: string, pass: Everything): Promise<readonly string[]>
  /** A change that no person makes: a review date that passed, an escalation. */
  changeByClock(id: string, pass: Everything, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>>
  /** Ids whose review date has come (`reviewOn <= today`), validated and with no active item. */
  fallingDue(today: string, limit: number, pass: Everything): Promise<readonly string[]>
  /** Notes with an active item that this person answers for: as its writer, or in the writer's place. Oldest first. */
  inCareOf(person: string, pass: Everything): Promise<readonly InCare[]>
  /** Ids with an active item, the one that waits longest first: for escalation and the count nobody can decide. */
  waiting(pass: Everything): AsyncIterable<string>
  /** How many of them wait since before the instant, UTC ISO-8601. */
  waitingSince(before: string, pass: Everything): Promise<number>
}

/** What somebody has to do, or may have to, about a note: answer a return, look at it again, or wait for the decision. */
export interface InCare {
  readonly id: string
  readonly state: 'returned' | 'due' | 'waiting'
}

export interface Saved {
  readonly id: string
  readonly version: number
  readonly revision: number
}

export interface Page<T> {
  readonly rows: readonly T[]
  readonly total: number
}

/** Everything given must hold; a list means any of its values. Archived notes are left out unless asked for. */
export interface NoteQuery {
  /** wrote any of its revisions, as far as the sight shows them */
  readonly writer?: string
  /** leaves out what this person wrote */
  readonly exceptBy?: string
  /** somebody answers for it since a handover */
  readonly caretaker?: string
  readonly customer?: string
  readonly departments?: readonly string[]
  readonly team?: string
  readonly topics?: readonly string[]
  readonly tag?: string
  readonly segments?: readonly string[]
  readonly direction?: Direction
  readonly nature?: Nature
  readonly levels?: readonly Level[]
  readonly confidences?: readonly Confidence[]
  readonly batch?: string
  /** validated at or after, and before, ISO */
  readonly validatedFrom?: string
  readonly validatedBefore?: string
  readonly postedFrom?: string
  readonly withItem?: 'active' | 'returned'
  /** `trust`: customer pages — validated first, then value, then newest */
  readonly order: 'newest' | 'posted' | 'validated' | 'value' | 'reused' | 'trust'
  /** from 1 */
  readonly page: number
  readonly size: number
}

export type QueueTab = 'open' | 'mine' | 'returned' | 'due' | 'flagged'

/** Why something stands in the queue; `lowering`: a note was decided on, and to lower it a second curator is needed. */
export type QueueReason = ItemReason | 'lowering'

export interface TagInUse {
  readonly tag: string
  readonly count: number
}

export interface QueueQuery {
  readonly tab: QueueTab
  readonly why?: QueueReason | undefined
  readonly departments?: readonly string[]
  readonly topics?: readonly string[]
  readonly level?: Level
  /** words found in title or text, plainly */
  readonly text?: string
  /** whose claims are `mine` */
  readonly me: string
  readonly now: string
  readonly page: number
  readonly size: number
}
