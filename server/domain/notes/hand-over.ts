import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import type { Sight } from '../policy/readable.js'
import { happened, notActive } from './change.js'
import { isActive } from './item.js'
import { revisionNumbered, type Note } from './note.js'
import { noteAsSeen } from './seen.js'

/** Who answers for what waits about this note: its writer, or whoever took over from them. */
export function answersFor(note: Note): string {
  if (note.caretaker) return note.caretaker
  return (note.item ? revisionNumbered(note, note.item.subject)?.by : undefined) ?? note.author
}

/**
 * Gives a writer's duties to a successor: to answer a return, look at a due note again, hear of the decision. Words
 * stay their writer's, and nobody reads more by it: a note whose waiting text the successor may not read today stays
 * with its curators.
 * @param sight the successor's
 */
export function handOverNote(note: Note, grant: Grant<'people.administer'>, from: string, sight: Sight, at: string): Outcome<Note> {
  granted(grant, note.id)
  if (!isActive(note.item)) return notActive()
  // Somebody handed it over already, or it was decided meanwhile: nothing of theirs is left here.
  if (answersFor(note) !== from) return refused('', 'handover.not_theirs')
  const to = sight.by
  const { subject } = note.item
  if (!noteAsSeen(note, sight)?.revisions.some(({ number }) => number === subject)) return refused('', 'handover.not_readable')
  const caretaker = revisionNumbered(note, subject)?.by === to ? null : to
  return done(happened({ ...note, caretaker }, { at, by: grant.who, what: 'handed_over', with: { from, to }, for: 'curators', on: subject }))
}
