import { done, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { isLowerLevel, stricterLevel } from '../policy/level.js'
import { changedSince, happened, opened, withRights } from './change.js'
import { isActive } from './item.js'
import { latest, livingConfidence, published, type Note } from './note.js'
import type { Revision } from './revision.js'
import { tightened, type Rights } from './rights.js'
import { governanceOf, objections, tidyTags, type Circumstances, type Writing } from './writing.js'

/**
 * A new revision. Of a validated note it waits beside the published face; of any other it is the published face at once.
 * A returned, declined or withdrawn note is resubmitted by it; the same review item goes on while one is active.
 * Opening what it proposes needs a decision; closing takes effect at once.
 * @returns refusal `notes.changed` when the note moved on since the writer looked
 */
export function editNote(
  note: Note, grant: Grant<'note.edit'> | Grant<'note.suggest'>, writing: Writing, ids: { readonly item: string; readonly titleFromText: string }, around: Circumstances,
): Outcome<Note> {
  granted(grant, note.id)
  const changed = changedSince(note, grant)
  if (changed) return changed
  const objection = objections(writing, around, note.home.department)
  if (objection) return objection

  const number = note.revision + 1
  const was = livingConfidence(note)
  const validated = was === 'validated'
  const resubmitted = was === 'wip' || note.item?.state === 'returned'
  const revision: Revision = {
    number,
    by: grant.who,
    at: around.now,
    title: writing.title.trim() || ids.titleFromText,
    body: writing.body,
    about: { ...writing.about, customers: withRestricted(writing.about.customers, note, around), tags: tidyTags(writing.about.tags) },
    source: writing.source,
    proposed: writing.proposed,
    floor: strictest(writing.proposed, note.rights),
    closed: null,
  }
  let next: Note = { ...note, revision: number, revisions: [...note.revisions, revision] as unknown as Note['revisions'] }
  if (!validated) {
    const governance = note.governance === 'review_first' && was === 'not_validated' ? 'review_first' : governanceOf(writing, around)
    // Somebody may have closed it since it was posted: until a decision the stricter of both holds.
    const inForce = was === 'wip' ? writing.proposed : strictest(writing.proposed, note.rights)
    next = { ...withRights(next, inForce), confidence: 'not_validated', governance }
  } else if (isLowerLevel(note.rights.level, writing.proposed.level)) {
    // The writer says it is more sensitive than it was taken for: closing does not wait for a decision.
    next = withRights(next, { ...note.rights, level: stricterLevel(note.rights.level, writing.proposed.level), stewards: writing.proposed.stewards })
  }
  next = opened(next, ids.item, validated ? 'edited' : isActive(note.item) ? note.item.why : 'posted', number, around.now)
  return done(happened(next, {
    at: around.now, by: grant.who, what: resubmitted ? 'resubmitted' : 'edited', for: validated ? 'curators' : 'readers', on: number,
  }))
}

/** Of wish and present the stricter. Who wishes that it were not restricted names no curators: those it has go on looking after it. */
function strictest(wish: Rights, present: Rights): Rights {
  return { ...tightened(wish, present), stewards: wish.level === 'restricted' ? wish.stewards : present.stewards }
}

/** Taking a restricted customer off would open the text to others: only a decision does that, and the writer may not even know of it. */
function withRestricted(typed: readonly string[], note: Note, around: Circumstances): readonly string[] {
  const before = [...published(note).about.customers, ...latest(note).about.customers]
  return [...new Set([...typed, ...before.filter((id) => around.restricted.has(id))])]
}
