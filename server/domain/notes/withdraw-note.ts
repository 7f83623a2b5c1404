import { done, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { happened, notActive } from './change.js'
import { isActive } from './item.js'
import { latest, pending, type Note } from './note.js'

/**
 * The writer takes back what waits for a decision. Never validated: back to wip, theirs alone.
 * An edit of a validated note: the published face stays as it is.
 */
export function withdrawNote(note: Note, grant: Grant<'note.withdraw'>, at: string): Outcome<Note> {
  granted(grant, note.id)
  return isActive(note.item) ? done(endedWithout(note, 'withdrawn', grant.who, at)) : notActive()
}

/** What withdrawing and declining have in common (PRODUCT.md §2, table). */
export function endedWithout(note: Note, how: 'withdrawn' | 'declined', who: string, at: string): Note {
  const item = note.item as NonNullable<Note['item']>
  const edit = pending(note)
  const last = latest(note)
  const ended = { ...item, state: how, claim: null, returned: null, closedAt: at } as const
  if (note.validated === null) {
    return happened({ ...note, confidence: 'wip', item: ended }, { at, by: who, what: how, for: 'curators', on: last.number })
  }
  const revisions = note.revisions.map((r) => (edit && r.number === edit.number ? { ...r, closed: how } : r))
  // The edit is gone; a due date, an unsettled flag or a note withheld "until a decision" still waits for somebody.
  const stillDue = item.why === 'due' || note.withheld !== null || note.flags.some((flag) => flag.settled === null)
  const next: Note = {
    ...note,
    revisions: revisions as unknown as Note['revisions'],
    item: stillDue ? { ...item, state: 'open', claim: null, returned: null, subject: note.validated } : ended,
  }
  return happened(next, { at, by: who, what: `edit_${how}`, for: 'curators', on: last.number })
}
