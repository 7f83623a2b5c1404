import type { Directory } from '../people/directory.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import type { Party } from '../policy/access.js'
import { granted, type Grant } from '../policy/grant.js'
import { isLowerLevel, isWiderAudience, type Audience, type Level } from '../policy/level.js'
import { happened, opened, withRights } from './change.js'
import { livingConfidence, standingText, type Note } from './note.js'
import { tightened, type Rights } from './rights.js'
import { ableStewards } from './writing.js'

export interface Narrowing {
  readonly audience: Audience
  readonly level: Level
  /** named readers to take off */
  readonly unname: readonly Party[]
  readonly withhold: boolean
  /** needed when it becomes restricted */
  readonly stewards: readonly Party[]
}

/**
 * Closing is immediate: a smaller audience, a stricter level, fewer named readers, or withheld until a decision,
 * on every revision before the answer. Anything that would open is refused: that needs a decision.
 * @param today `YYYY-MM-DD` at the bank
 */
export function narrowNote(note: Note, grant: Grant<'note.narrow'>, to: Narrowing, people: Directory, item: string, at: string, today: string): Outcome<Note> {
  granted(grant, note.id)
  if (isWiderAudience(to.audience, note.rights.audience)) return refused('audience', 'notes.narrow.would_open')
  if (isLowerLevel(to.level, note.rights.level)) return refused('level', 'notes.narrow.would_open')
  const stewards = to.level === 'restricted' && note.rights.level !== 'restricted' ? to.stewards : note.rights.stewards
  if (to.level === 'restricted' && note.rights.level !== 'restricted') {
    const able = ableStewards(people, note.home.department, today, [note.author])
    if (stewards.filter((party) => able.some((p) => `p:${p.id}` === party)).length < 2) {
      return refused('stewards', able.length < 2 ? 'notes.stewards.too_few_exist' : 'notes.stewards.two_needed')
    }
  }
  const rights: Rights = { audience: to.audience, level: to.level, named: note.rights.named.filter((p) => !to.unname.includes(p)), stewards }
  const narrowed = withRights(note, rights)
  const last = standingText(note)
  const revisions = narrowed.revisions.map((r) =>
    r.number === last.number ? { ...r, proposed: { ...tightened(r.proposed, rights), stewards } } : r,
  )
  const undecided = livingConfidence(note) !== 'validated'
  let next: Note = {
    ...narrowed,
    revisions: revisions as unknown as Note['revisions'],
    governance: undecided && !isLowerLevel(to.level, 'confidential') ? 'review_first' : note.governance,
    withheld: to.withhold ? (note.withheld ?? { by: grant.who, at, code: 'narrowed' }) : note.withheld,
    // An offer made before somebody closed it is void: opening again needs a fresh decision.
    item: note.item ? { ...note.item, widening: null, lowering: null } : null,
  }
  if (to.withhold && note.confidence !== 'archived') next = opened(next, item, 'flagged', last.number, at)
  return done(happened(next, { at, by: grant.who, what: to.withhold ? 'withheld' : 'narrowed', with: { audience: to.audience, level: to.level }, for: 'curators', on: last.number }))
}
