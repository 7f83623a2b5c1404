import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { happened } from './change.js'
import { isActive } from './item.js'
import { livingConfidence, pending, published, type Note } from './note.js'

/** Out of lists, search and digests; whoever may read it still may. An undecided item is withdrawn with it. */
export function archiveNote(note: Note, grant: Grant<'note.archive'>, at: string): Outcome<Note> {
  granted(grant, note.id)
  if (note.confidence === 'archived') return refused('', 'policy.archived')
  const item = isActive(note.item) ? { ...note.item, state: 'withdrawn' as const, claim: null, closedAt: at } : note.item
  return done(happened(
    { ...note, confidence: 'archived', archivedFrom: livingConfidence(note), item },
    { at, by: grant.who, what: 'archived', for: 'readers', on: published(note).number },
  ))
}

/** Back to what it was; what was never decided, an edit that waited, or a note withheld until it is decided goes to the queue again. */
export function restoreNote(note: Note, grant: Grant<'note.restore'>, item: string, at: string): Outcome<Note> {
  granted(grant, note.id)
  if (note.confidence !== 'archived') return refused('', 'policy.not_archived')
  const confidence = livingConfidence(note)
  const last = published(note)
  const back: Note = { ...note, confidence, archivedFrom: null, mergedInto: null }
  const edit = pending(back)
  const why = edit ? 'edited' : confidence === 'not_validated' ? 'posted' : confidence === 'validated' && note.withheld !== null ? 'flagged' : null
  const waiting: Note = why
    ? { ...back, pastItems: note.item ? [...note.pastItems, note.item] : note.pastItems, item: { id: item, state: 'open', why, subject: (edit ?? last).number, openedAt: at, urgent: false, claim: null, returned: null, widening: null, lowering: null, closedAt: null } }
    : back
  return done(happened(waiting, { at, by: grant.who, what: 'restored', for: 'readers', on: last.number }))
}
