import type { Party } from '../policy/access.js'
import {
  isLowerLevel, isWiderAudience, narrowerAudience, stricterLevel, type Audience, type Level,
} from '../policy/level.js'

/** Whom a note is meant for. In force on the note, proposed on a revision, and kept as a floor under old text. */
export interface Rights {
  readonly audience: Audience
  readonly level: Level
  readonly named: readonly Party[]
  /** curators named on a restricted note */
  readonly stewards: readonly Party[]
}

/** The strictest of two in every respect: closing may happen at once, so it is computed, never decided. */
export function tightened(a: Rights, b: Rights): Rights {
  return {
    audience: narrowerAudience(a.audience, b.audience),
    level: stricterLevel(a.level, b.level),
    named: a.named.filter((party) => b.named.includes(party)),
    // Text that was once restricted keeps its curators when the note is lowered and names none any more.
    stewards: b.stewards.length > 0 ? b.stewards : a.stewards,
  }
}

/** Whether `next` lets anybody read who could not under `now`. */
export function opens(next: Rights, now: Rights): boolean {
  return (
    isWiderAudience(next.audience, now.audience) ||
    isLowerLevel(next.level, now.level) ||
    next.named.some((party) => !now.named.includes(party))
  )
}

/** Whether `next` goes beyond what the author proposed: a wider audience or more named readers (PRODUCT.md §2.5). */
export function widensBeyond(next: Rights, proposed: Rights): boolean {
  return isWiderAudience(next.audience, proposed.audience) || next.named.some((party) => !proposed.named.includes(party))
}
