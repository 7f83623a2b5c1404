import { refused, type Refused } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { changedSince, notActive } from '../notes/change.js'
import { holder, isActive, type ReviewItem } from '../notes/item.js'
import { writersSinceDecision, type Decision, type Note } from '../notes/note.js'

/**
 * What every decision asks first, again inside the note's mutex: the item is undecided, nobody else holds it,
 * the decider wrote none of the text, and the revision is the one they saw.
 */
export function mayDecideNow(note: Note, grant: Grant<'note.decide'> | Grant<'note.merge'>, at: string): Refused | null {
  granted(grant, note.id)
  if (!isActive(note.item)) return notActive()
  if (note.item.state === 'returned') return refused('', 'curation.returned_to_writer')
  const changed = changedSince(note, grant)
  if (changed) return changed
  if (writersSinceDecision(note).includes(grant.who)) return refused('', 'policy.own_text')
  const held = holder(note.item, at)
  if (held !== null && held !== grant.who) return refused('', 'curation.held_by_other', { who: held })
  return null
}

export function closedItem(item: ReviewItem, state: ReviewItem['state'], at: string): ReviewItem {
  return { ...item, state, claim: null, closedAt: at }
}

export function settledFlags(note: Note, by: string, at: string): Note['flags'] {
  return note.flags.map((flag) => (flag.settled ? flag : { ...flag, settled: { by, at } }))
}

export function decisionOf(note: Note, kind: Decision['kind'], id: string, by: string, at: string, more: Partial<Decision> = {}): Decision {
  return {
    id, item: (note.item as ReviewItem).id, by, at, kind, revision: (note.item as ReviewItem).subject,
    code: null, text: '', ratings: null, rights: null, about: null, ...more,
  }
}
