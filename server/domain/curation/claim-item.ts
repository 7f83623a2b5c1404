import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { happened, notActive } from '../notes/change.js'
import { holder, isActive } from '../notes/item.js'
import { latest, type Note } from '../notes/note.js'
import { CLAIM_HOURS } from '../notes/words.js'

const HOUR = 3_600_000

/**
 * Takes the review item for four hours. Taking it from somebody has to be said (`takeOver`), so that nobody
 * does it without seeing the name; the former holder is told through the timeline.
 */
export function claimItem(note: Note, grant: Grant<'note.claim'>, takeOver: boolean, at: string): Outcome<Note> {
  granted(grant, note.id)
  const { item } = note
  if (!isActive(item)) return notActive()
  if (item.state === 'returned') return refused('', 'curation.returned_to_writer')
  const from = holder(item, at)
  if (from === grant.who) return done(note)
  if (from !== null && !takeOver) return refused('', 'curation.held_by_other', { who: from })
  const until = new Date(Date.parse(at) + CLAIM_HOURS * HOUR).toISOString()
  const next: Note = { ...note, item: { ...item, state: 'claimed', claim: { by: grant.who, at, until } } }
  return done(happened(next, {
    at, by: grant.who, what: from === null ? 'claimed' : 'claim_taken_over', with: from === null ? {} : { from }, for: 'curators', on: latest(note).number,
  }))
}

/** Gives it back to the queue. */
export function releaseItem(note: Note, grant: Grant<'note.claim'>, at: string): Outcome<Note> {
  granted(grant, note.id)
  const { item } = note
  if (!isActive(item) || item.state !== 'claimed') return notActive()
  if (holder(item, at) !== grant.who) return refused('', 'curation.not_yours')
  return done(happened(
    { ...note, item: { ...item, state: 'open', claim: null } },
    { at, by: grant.who, what: 'released', for: 'curators', on: latest(note).number },
  ))
}
