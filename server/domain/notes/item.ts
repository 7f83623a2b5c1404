import type { Rights } from './rights.js'
import type { ItemState } from './words.js'

export const ITEM_REASONS = ['posted', 'edited', 'due', 'flagged', 'imported', 'merged'] as const
export type ItemReason = (typeof ITEM_REASONS)[number]

/** One unit of curators' work on one note. The same item goes on through return and resubmission. */
export interface ReviewItem {
  readonly id: string
  readonly state: ItemState
  readonly why: ItemReason
  /** number of the revision it is about */
  readonly subject: number
  readonly openedAt: string
  readonly urgent: boolean
  readonly claim: Claim | null
  readonly returned: { readonly by: string; readonly at: string; readonly code: string; readonly text: string } | null
  /** what a curator decided beyond the author's proposal: takes effect when the author agrees */
  readonly widening: { readonly rights: Rights; readonly by: string; readonly at: string } | null
  /** a first curator's wish to lower from restricted: takes effect when a second one agrees */
  readonly lowering: { readonly rights: Rights; readonly by: string; readonly at: string } | null
  readonly closedAt: string | null
}

/** Expires by the clock; nothing has to run for it to end. */
export interface Claim {
  readonly by: string
  readonly at: string
  readonly until: string
}

export function isActive(item: ReviewItem | null): item is ReviewItem {
  return item !== null && (item.state === 'open' || item.state === 'claimed' || item.state === 'returned')
}

/** Decided on, but for the second curator without whom nothing restricted is lowered. */
export function waitsForSecond(item: ReviewItem | null): item is ReviewItem & { readonly lowering: NonNullable<ReviewItem['lowering']> } {
  return item !== null && item.state === 'accepted' && item.lowering !== null
}

/** Who holds it now; null when nobody does or the claim has run out. */
export function holder(item: ReviewItem, now: string): string | null {
  return item.claim && item.claim.until > now ? item.claim.by : null
}
