import { done, refused, type Outcome } from '../people/refusal.js'
import { happened, opened } from '../notes/change.js'
import { isActive } from '../notes/item.js'
import type { Note } from '../notes/note.js'

/**
 * The review date has come: it stays readable, is shown as due, and a review item opens.
 * @param today `YYYY-MM-DD` at the bank, where a day begins earlier or later than in UTC
 */
export function fallDue(note: Note, item: string, at: string, today: string): Outcome<Note> {
  const due = note.confidence === 'validated' && note.reviewOn !== null && note.reviewOn <= today
  if (!due || isActive(note.item) || note.validated === null) return refused('', 'curation.not_due')
  return done(happened(opened(note, item, 'due', note.validated, at), { at, by: '', what: 'due', for: 'readers', on: note.validated }))
}
