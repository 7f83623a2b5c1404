/** How much one viewer may see at all, in entries, and how long such an entry is, in tokens. */
export interface Extent {
  readonly size: number
  readonly meanLength: number
}

const FRESH_MS = 30_000
const MOST = 500
/** A small index says it in a moment, and one entry more is much to it. */
const WORTH_KEEPING = 1_000

/**
 * What every query weighs its words by, remembered for half a minute: it was the viewer's to see when it was counted, and
 * of a large index it says the same a moment later.
 */
export class Extents {
  private readonly kept = new Map<string, Extent & { readonly until: number }>()

  /** @param law all that a viewer may see, spelled out, but for what is on hold at the moment */
  get(law: string): Extent | null {
    const found = this.kept.get(law)
    return found && performance.now() < found.until ? found : null
  }

  keep(law: string, extent: Extent): void {
    this.kept.delete(law)
    if (extent.size < WORTH_KEEPING) return
    this.kept.set(law, { ...extent, until: performance.now() + FRESH_MS })
    const [oldest] = this.kept.keys()
    if (this.kept.size > MOST && oldest !== undefined) this.kept.delete(oldest)
  }
}
