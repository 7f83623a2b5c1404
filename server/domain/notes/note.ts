import type { ReviewItem } from './item.js'
import type { Redaction, RedactionProposal } from './redaction.js'
import type { About, Revision } from './revision.js'
import type { Rights } from './rights.js'
import type { Confidence, Governance, Reliability } from './words.js'

export const NOTE_SCHEMA = 1

/** One piece of customer knowledge: one document, one atomic write. Confidence, audience, level and governance stay four fields. */
export interface Note {
  readonly schema: typeof NOTE_SCHEMA
  readonly id: string
  /** any write; for the store */
  readonly version: number
  /** text and classification; for people: editing and deciding name the one they saw */
  readonly revision: number
  readonly createdAt: string
  readonly updatedAt: string
  /** who posted it first */
  readonly author: string
  /** who answers for it in the writer's place since a handover: a duty, no authorship and no right to read */
  readonly caretaker?: string | null
  readonly home: Home
  readonly governance: Governance
  readonly confidence: Confidence
  /** what it was, while archived */
  readonly archivedFrom: Exclude<Confidence, 'archived'> | null
  readonly mergedInto: string | null
  /** in force for the published face */
  readonly rights: Rights
  /** closed to everybody but writer and curators until a decision */
  readonly withheld: { readonly by: string; readonly at: string; readonly code: string } | null
  readonly revisions: readonly [Revision, ...Revision[]]
  /** number of the last validated revision */
  readonly validated: number | null
  readonly item: ReviewItem | null
  readonly pastItems: readonly ReviewItem[]
  readonly decisions: readonly Decision[]
  readonly thread: readonly Message[]
  readonly comments: readonly Comment[]
  readonly reuses: readonly Reuse[]
  readonly flags: readonly Flag[]
  readonly helpful: readonly { readonly by: string; readonly at: string }[]
  readonly timeline: readonly Happening[]
  /** `YYYY-MM-DD`: when it must be verified again */
  readonly reviewOn: string | null
  readonly origin: Origin | null
  /** idempotency keys of the last acts, newest last */
  readonly keys: readonly string[]
  /** waits for a second person */
  readonly redaction?: RedactionProposal | null
  /** oldest first */
  readonly redactions?: readonly Redaction[]
}

/** Fixed when posted, changed only by a curator. */
export interface Home {
  readonly department: string
  readonly team: string | null
}

/** Where an imported note came from; the pair makes its id. */
export interface Origin {
  readonly batch: string
  readonly source: string
  readonly externalId: string
}

export interface Ratings {
  /** 1–5 */
  readonly value: number
  /** 1–6, Admiralty: 1 confirmed … 6 cannot be judged */
  readonly correctness: number
  readonly reliability: Reliability
  /** 1 needs the author, 2 needs context, 3 stands alone */
  readonly ease: number
}

export interface Decision {
  readonly id: string
  /** id of the review item it belongs to */
  readonly item: string
  readonly by: string
  readonly at: string
  readonly kind: 'accept' | 'return' | 'decline' | 'merge' | 'still_true'
  /** number of the revision it was made on */
  readonly revision: number
  readonly code: string | null
  readonly text: string
  readonly ratings: Ratings | null
  readonly rights: Rights | null
  readonly about: About | null
}

export interface Message {
  readonly id: string
  /** id of the review item it belongs to */
  readonly item: string
  readonly by: string
  readonly at: string
  readonly text: string
}

export interface Comment {
  readonly id: string
  readonly by: string
  readonly at: string
  readonly text: string
  /** number of the revision it was made on */
  readonly on: number
  readonly floor: Rights
}

/** "I used this" 采用. */
export interface Reuse {
  readonly id: string
  readonly by: string
  readonly at: string
  readonly customer: string | null
  /** a key of the taxonomy's outcomes */
  readonly outcome: string
  readonly text: string
  readonly on: number
  readonly floor: Rights
}

export const FLAG_REASONS = ['out_of_date', 'wrong', 'duplicate', 'says_too_much'] as const
export type FlagReason = (typeof FLAG_REASONS)[number]

export interface Flag {
  readonly id: string
  readonly by: string
  readonly at: string
  readonly reason: FlagReason
  readonly text: string
  readonly on: number
  readonly floor: Rights
  readonly settled: { readonly by: string; readonly at: string } | null
}

/** A line of the note's timeline, written for people. `curators` lines are for the author and L4 alone. */
export interface Happening {
  readonly at: string
  readonly by: string
  readonly what: string
  readonly with: Readonly<Record<string, string | number>>
  readonly for: 'readers' | 'curators'
  readonly on: number
}

/** The confidence that counts for reading: an archived note reads as what it was. */
export function livingConfidence(note: Note): Exclude<Confidence, 'archived'> {
  return note.confidence === 'archived' ? (note.archivedFrom ?? 'not_validated') : note.confidence
}

export function revisionNumbered(note: Note, number: number): Revision | null {
  return note.revisions.find((r) => r.number === number) ?? null
}

export function latest(note: Note): Revision {
  return note.revisions[note.revisions.length - 1] as Revision
}

/** The last validated revision or, if none was ever validated, the last one posted (PRODUCT.md §3). */
export function published(note: Note): Revision {
  return (note.validated !== null ? revisionNumbered(note, note.validated) : null) ?? latest(note)
}

/** An edit of a validated note that waits for its decision beside the published face. */
export function pending(note: Note): Revision | null {
  const last = latest(note)
  return note.validated !== null && last.number > note.validated && last.closed === null ? last : null
}

/** The newest text that stands: an edit that waits, or what is published. One that was taken back or declined is neither. */
export function standingText(note: Note): Revision {
  return pending(note) ?? published(note)
}

/**
 * Everybody who wrote text of it since the last decision that validated it; none of them may decide (PRODUCT.md §2.5).
 * Nor may who answers for it in the writer's place: they would agree to their own proposals.
 */
export function writersSinceDecision(note: Note): readonly string[] {
  const since = note.validated ?? -1
  const writers = note.revisions.filter((r) => r.number > since && r.closed === null).map((r) => r.by)
  return [...new Set([...(writers.length > 0 ? writers : [published(note).by]), ...(note.caretaker ? [note.caretaker] : [])])]
}

export function writers(note: Note): readonly string[] {
  return [...new Set(note.revisions.map((r) => r.by))]
}

/** The decision whose ratings readers see: the last that accepted the published face. */
export function lastRating(note: Note): Decision | null {
  for (let i = note.decisions.length - 1; i >= 0; i--) {
    const decision = note.decisions[i] as Decision
    if (decision.ratings) return decision
  }
  return null
}
