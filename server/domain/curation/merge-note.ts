import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { stricterLevel } from '../policy/level.js'
import { changedSince, happened, opened, withRights } from '../notes/change.js'
import { livingConfidence, published, standingText, type Note } from '../notes/note.js'
import type { Revision } from '../notes/revision.js'
import { tightened } from '../notes/rights.js'
import { closedItem, decisionOf, mayDecideNow, settledFlags } from './deciding.js'

/** The merged-away note: archived with its own rights, its address pointing on. The curator has read both. */
export function mergeAway(note: Note, grant: Grant<'note.merge'>, into: string, text: string, id: string, at: string): Outcome<Note> {
  const barred = mayDecideNow(note, grant, at)
  if (barred) return barred
  if (into === note.id) return refused('into', 'curation.merge.itself')
  const item = note.item as NonNullable<Note['item']>
  const next: Note = {
    ...note,
    confidence: 'archived',
    archivedFrom: livingConfidence(note),
    mergedInto: into,
    item: closedItem(item, 'accepted', at),
    flags: settledFlags(note, grant.who, at),
    decisions: [...note.decisions, decisionOf(note, 'merge', id, grant.who, at, { text })],
  }
  // The line does not name the other note: whoever reads this one may not know that it exists.
  return done(happened(next, { at, by: grant.who, what: 'merged', for: 'readers', on: published(note).number }))
}

/**
 * Text taken over from a merged note: a new revision of the target, which carries the stricter confidentiality
 * and the narrower audience of the two until it is decided.
 */
export function takeOverText(target: Note, grant: Grant<'note.edit'>, from: { readonly rights: Note['rights']; readonly customers: readonly string[] }, writing: { readonly title: string; readonly body: string }, item: string, at: string): Outcome<Note> {
  granted(grant, target.id)
  const changed = changedSince(target, grant)
  if (changed) return changed
  const base = standingText(target)
  const number = target.revision + 1
  const proposed = { ...tightened(base.proposed, from.rights), stewards: target.rights.stewards.length > 0 ? target.rights.stewards : from.rights.stewards }
  const revision: Revision = {
    ...base, number, by: grant.who, at, title: writing.title, body: writing.body, proposed, floor: proposed, closed: null,
    about: { ...base.about, customers: [...new Set([...base.about.customers, ...from.customers])] },
  }
  const level = stricterLevel(target.rights.level, from.rights.level)
  let next: Note = { ...target, revision: number, revisions: [...target.revisions, revision] as unknown as Note['revisions'] }
  next = withRights(next, livingConfidence(target) === 'validated' ? { ...target.rights, level, stewards: proposed.stewards } : proposed)
  next = { ...next, governance: level === 'confidential' || level === 'restricted' ? 'review_first' : next.governance }
  next = opened(next, item, 'merged', number, at)
  return done(happened(next, { at, by: grant.who, what: 'took_over_text', for: 'curators', on: number }))
}
