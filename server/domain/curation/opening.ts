import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { happened, withRights } from '../notes/change.js'
import { revisionNumbered, type Note } from '../notes/note.js'

/** The author agrees, in one click, to what the curator decided beyond the proposal. */
export function agreeToWidening(note: Note, grant: Grant<'note.agree'>, agrees: boolean, at: string): Outcome<Note> {
  granted(grant, note.id)
  const offer = note.item?.widening
  if (!note.item || !offer) return refused('', 'policy.nothing_to_agree')
  const cleared: Note = { ...note, item: { ...note.item, widening: null } }
  const on = note.item.subject
  if (!agrees) return done(happened(cleared, { at, by: grant.who, what: 'widening_refused', for: 'curators', on }))
  const opened = withRights(cleared, { ...offer.rights, level: note.rights.level, stewards: note.rights.stewards })
  const revisions = opened.revisions.map((r) => (r.number === on ? { ...r, proposed: { ...r.proposed, audience: offer.rights.audience, named: offer.rights.named }, floor: opened.rights } : r))
  return done(happened(
    { ...opened, revisions: revisions as unknown as Note['revisions'] },
    { at, by: grant.who, what: 'widening_agreed', with: { audience: offer.rights.audience }, for: 'readers', on },
  ))
}

/** Lowering from restricted takes two curators: the second one, who is not the first, makes it so. */
export function confirmLowering(note: Note, grant: Grant<'note.curate'>, agrees: boolean, at: string): Outcome<Note> {
  granted(grant, note.id)
  const asked = note.item?.lowering
  if (!note.item || !asked) return refused('', 'curation.nothing_to_lower')
  const cleared: Note = { ...note, item: { ...note.item, lowering: null } }
  const on = note.item.subject
  if (!agrees) return done(happened(cleared, { at, by: grant.who, what: 'lowering_refused', for: 'curators', on }))
  if (asked.by === grant.who) return refused('', 'curation.second_curator_needed')
  const subject = revisionNumbered(note, on)
  const audience = subject ? subject.proposed.audience : note.rights.audience
  const rights = { ...note.rights, level: asked.rights.level, stewards: asked.rights.stewards, audience: asked.rights.audience === audience ? audience : note.rights.audience }
  return done(happened(withRights(cleared, rights), { at, by: grant.who, what: 'lowered', with: { level: rights.level }, for: 'curators', on }))
}

/** A curator lets old text, or what was added before a widening, be read under today's rights. */
export function clearOld(note: Note, grant: Grant<'note.clear'>, what: { readonly revision?: number; readonly comment?: string }, at: string): Outcome<Note> {
  granted(grant, note.id)
  const on = what.revision ?? note.comments.find((c) => c.id === what.comment)?.on
  if (on === undefined) return refused('', 'curation.nothing_to_clear')
  const next: Note = {
    ...note,
    revisions: note.revisions.map((r) => (r.number === what.revision ? { ...r, floor: note.rights } : r)) as unknown as Note['revisions'],
    comments: note.comments.map((c) => (c.id === what.comment ? { ...c, floor: note.rights, on: note.validated ?? c.on } : c)),
  }
  return done(happened(next, { at, by: grant.who, what: what.comment ? 'comment_cleared' : 'revision_cleared', for: 'curators', on }))
}
