/** When a second, small index takes what is new. */
export interface Splitting {
  /** entries of the large one, at least */
  readonly from: number
  /** new entries within a minute, at least */
  readonly much: number
  /** ms until every portal has heard that there is a second one: longer than two looks at the index are apart */
  readonly announced: number
  /** ms for which an entry that is put into the large one stays in the small one: longer than any question is waited for */
  readonly overlap: number
}

/** A hundred new entries take the engine three seconds at a million, and as many in an index of their own a fifth of one (content/decisions/0033). */
export const SPLITTING: Splitting = { from: 50_000, much: 50, announced: 7_500, overlap: 2_000 }

/** New entries put at once that are an import, or what came up while the engine was busy. */
const MANY = 20
const MINUTE = 60_000
const PAUSE = 10 * MINUTE

/**
 * A small index for what is new, beside a large one ("main and delta"): the engine writes anew, for each word of what it
 * is given, the list of all entries with that word, and here these lists are short. Every entry is in one of the two.
 */
export class Delta {
  entries = 0
  private seenOpen: number | null = null
  private postponed = 0
  private lately: { readonly at: number; readonly entries: number }[] = []

  constructor(readonly name: string, readonly splitting: Splitting) {}

  /** Whether its entries are looked for. */
  get open(): boolean {
    return this.seenOpen !== null
  }

  /** Whether new entries go there: every portal looks for them there by now. @param now ms, of a clock that only goes forward */
  takes(now: number): boolean {
    return this.seenOpen !== null && now - this.seenOpen >= this.splitting.announced
  }

  /** Whether new entries will go there in a moment. */
  isAnnounced(now: number): boolean {
    return this.open && !this.takes(now)
  }

  saw(open: boolean, entries: number, now: number): void {
    this.entries = open ? entries : 0
    this.seenOpen = open ? (this.seenOpen ?? now) : null
  }

  /** It could not be opened: not again for a while. */
  postpone(now: number): void {
    this.postponed = now + PAUSE
  }

  /** @returns whether so much is new that it should be opened @param large entries of the large index */
  isWanted(fresh: number, large: number, now: number): boolean {
    this.lately = [...this.lately.filter(({ at }) => now - at < MINUTE), { at: now, entries: fresh }]
    if (this.open || now < this.postponed || large < this.splitting.from) return false
    return fresh >= MANY || this.lately.reduce((sum, { entries }) => sum + entries, 0) >= this.splitting.much
  }
}
