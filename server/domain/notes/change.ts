import { refused, type Outcome, type Refused } from '../people/refusal.js'
import type { Grant } from '../policy/grant.js'
import { isActive, type ItemReason, type ReviewItem } from './item.js'
import { narrowerAudience } from '../policy/level.js'
import { livingConfidence, type Happening, type Note } from './note.js'
import { tightened, type Rights } from './rights.js'

const KEYS_KEPT = 64

/** Small pure steps that every verb on a note is built from. */

/** @returns a refusal when the note changed since the person looked: 409 and a fresh look, never an overwrite */
export function changedSince(note: Note, grant: Grant): Refused | null {
  if (grant.revision === note.revision) return null
  return refused('', 'notes.changed', { seen: grant.revision, now: note.revision })
}

/** An act that only adds carries an idempotency key: a second time it changes nothing. */
export function alreadyDone(note: Note, key: string | null): boolean {
  return key !== null && note.keys.includes(key)
}

export function withKey(note: Note, key: string | null): Note {
  return key === null ? note : { ...note, keys: [...note.keys, key].slice(-KEYS_KEPT) }
}

export function happened(note: Note, line: Omit<Happening, 'with'> & { readonly with?: Happening['with'] }): Note {
  return { ...note, updatedAt: line.at, timeline: [...note.timeline, { with: {}, ...line }] }
}

/** The item that carries on, or a new one; a finished one is kept with the past. */
export function opened(note: Note, id: string, why: ItemReason, subject: number, at: string, urgent = false): Note {
  if (isActive(note.item)) {
    const item: ReviewItem = {
      ...note.item, subject, urgent: note.item.urgent || urgent,
      state: note.item.state === 'returned' ? 'open' : note.item.state,
    }
    return { ...note, item }
  }
  const item: ReviewItem = {
    id, state: 'open', why, subject, openedAt: at, urgent, claim: null, returned: null, widening: null, lowering: null, closedAt: null,
  }
  return { ...note, item, pastItems: note.item ? [...note.pastItems, note.item] : note.pastItems }
}

/**
 * Puts rights in force on the published face. Everything written earlier keeps the strictest of then and now:
 * a floor only ever sinks here, and rises again only when a curator clears it.
 */
export function withRights(note: Note, rights: Rights): Note {
  const floor = <T extends { readonly floor: Rights }>(one: T): T => ({ ...one, floor: tightened(one.floor, rights) })
  return {
    ...note,
    rights,
    revisions: note.revisions.map(floor) as unknown as Note['revisions'],
    comments: note.comments.map(floor),
    reuses: note.reuses.map(floor),
    flags: note.flags.map(floor),
  }
}

/**
 * Whom the note really reaches at this moment, as rights: what somebody adds now is for them, and not for those whom
 * the first decision lets in.
 */
export function rightsNow(note: Note): Rights {
  if (livingConfidence(note) === 'validated' && note.withheld === null) return note.rights
  const closed = note.withheld !== null || note.governance === 'review_first' || livingConfidence(note) === 'wip'
  return { ...note.rights, audience: closed ? 'private' : narrowerAudience(note.rights.audience, 'team') }
}

/** Everything a page or API calls is idempotent under a key; a repeated call succeeds without a change. */
export function once(note: Note, key: string | null, change: (note: Note) => Outcome<Note>): Outcome<Note> {
  return alreadyDone(note, key) ? { ok: true, value: note } : change(withKey(note, key))
}

export function notActive(): Refused {
  return refused('', 'curation.not_open')
}
