import { done, refused, type Outcome } from '../people/refusal.js'
import type { Grant } from '../policy/grant.js'
import { happened } from '../notes/change.js'
import type { Note } from '../notes/note.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { endedWithout } from '../notes/withdraw-note.js'
import { decisionOf, mayDecideNow, settledFlags } from './deciding.js'

export const SAYS_TOO_MUCH = 'says_too_much'
const MAX_REASON_LENGTH = 2_000

export interface Reason {
  readonly code: string
  readonly text: string
}

/** Back to its writer with a coded reason; coded "says too much", nobody else reads it until a decision. */
export function returnNote(note: Note, grant: Grant<'note.decide'>, reason: Reason, id: string, vocabulary: Vocabulary, at: string): Outcome<Note> {
  const barred = mayDecideNow(note, grant, at) ?? unclear(reason, 'return', vocabulary)
  if (barred) return barred
  const item = note.item as NonNullable<Note['item']>
  const next: Note = {
    ...note,
    withheld: reason.code === SAYS_TOO_MUCH ? { by: grant.who, at, code: reason.code } : note.withheld,
    item: { ...item, state: 'returned', claim: null, returned: { by: grant.who, at, ...reason } },
    decisions: [...note.decisions, decisionOf(note, 'return', id, grant.who, at, reason)],
  }
  return done(happened(next, { at, by: grant.who, what: 'returned', with: { code: reason.code }, for: 'curators', on: item.subject }))
}

/**
 * Not knowledge to keep: a note never validated goes back to wip, an edit of a validated one is dropped. A due date
 * or flag without new text cannot be declined: it is still true, is edited, or is archived.
 */
export function declineNote(note: Note, grant: Grant<'note.decide'>, reason: Reason, id: string, vocabulary: Vocabulary, at: string): Outcome<Note> {
  const barred = mayDecideNow(note, grant, at) ?? unclear(reason, 'decline', vocabulary)
  if (barred) return barred
  if (note.validated !== null && note.item?.subject === note.validated) return refused('', 'curation.nothing_to_decline')
  const decided: Note = { ...note, decisions: [...note.decisions, decisionOf(note, 'decline', id, grant.who, at, reason)] }
  return done(endedWithout(decided, 'declined', grant.who, at))
}

/** A due or flagged note is verified again as it stands, in one click. */
export function stillTrue(note: Note, grant: Grant<'note.decide'>, reviewOn: string, id: string, at: string): Outcome<Note> {
  const barred = mayDecideNow(note, grant, at)
  if (barred) return barred
  const item = note.item as NonNullable<Note['item']>
  if (note.validated === null || item.subject !== note.validated) return refused('', 'curation.new_text_needs_decision')
  if (note.withheld !== null) return refused('', 'curation.withheld_needs_decision')
  const next: Note = {
    ...note,
    reviewOn,
    flags: settledFlags(note, grant.who, at),
    item: { ...item, state: 'accepted', claim: null, closedAt: at },
    decisions: [...note.decisions, decisionOf(note, 'still_true', id, grant.who, at)],
  }
  return done(happened(next, { at, by: grant.who, what: 'still_true', with: { reviewOn }, for: 'readers', on: note.validated }))
}

function unclear(reason: Reason, kind: 'return' | 'decline', vocabulary: Vocabulary): ReturnType<typeof refused> | null {
  if (!vocabulary.reason(kind, reason.code)) return refused('code', 'curation.reason.missing')
  if (reason.text.trim() === '') return refused('text', 'curation.reason.say_more')
  if (reason.text.length > MAX_REASON_LENGTH) return refused('text', 'curation.reason.too_long', { max: MAX_REASON_LENGTH })
  return null
}
