/** How much one viewer may see at all, in entries, and how long such an entry is, in tokens. */
export interface Extent {
  readonly size: number
  readonly meanLength: number
}

const FRESH_MS = 60_000
const MOST_LAWS = 500
const MOST_WORDS = 5_000
/** A small index says it in a moment, and one entry more is much to it; so it is with a rare word. */
const WORTH_KEEPING = 1_000

/**
 * What every query weighs its words by, remembered for a minute: it was the viewer's to see when it was counted, and
 * of a large index it says the same a moment later. Nothing that is shown is taken from here.
 */
export class Extents {
  private readonly laws: Recent<Extent>
  private readonly words: Recent<number>

  /** @param now ms */
  constructor(now = () => performance.now()) {
    this.laws = new Recent(MOST_LAWS, now)
    this.words = new Recent(MOST_WORDS, now)
  }

  /** @param law all that a viewer may see, but for what is on hold at the moment */
  get(law: string): Extent | null {
    return this.laws.get(law)
  }

  keep(law: string, extent: Extent): void {
    this.laws.keep(law, extent, extent.size >= WORTH_KEEPING)
  }

  /** In how many of all entries that may be seen under this law something stands; null when it is not known, or stands in few. */
  countOf(law: string, looked: string): number | null {
    return this.words.get(`${law} ${looked}`)
  }

  keepCount(law: string, looked: string, count: number): void {
    this.words.keep(`${law} ${looked}`, count, count >= WORTH_KEEPING)
  }
}

/** So many at most; what was kept longest ago is forgotten first. */
class Recent<T> {
  private readonly kept = new Map<string, { readonly value: T; readonly until: number }>()

  constructor(private readonly most: number, private readonly now: () => number) {}

  get(key: string): T | null {
    const found = this.kept.get(key)
    return found && this.now() < found.until ? found.value : null
  }

  keep(key: string, value: T, worth: boolean): void {
    this.kept.delete(key)
    if (!worth) return
    this.kept.set(key, { value, until: this.now() + FRESH_MS })
    const [oldest] = this.kept.keys()
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest)
  }
}
