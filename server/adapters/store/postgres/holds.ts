export interface HeldRow {
  readonly id: string
  readonly version: number
  /** place in the feed of the write that closed something */
  readonly seq: number
}

interface Held {
  readonly version: number
  /** null: closed by this process, and no look around has brought the place yet */
  readonly seq: number | null
}

/** A place that no consumer ever reaches: set aside. */
const ASIDE = Infinity

/** Each takes some 200 bytes. */
export const MOST_HELD = 100_000

/**
 * What one index may not show until it has taken that version. Looks around bring the closings of other processes,
 * and near an open transaction the same one several times: what was released stays released.
 */
export class Holds {
  readonly ids = new Set<string>()
  private readonly held = new Map<string, Held>()
  /** with the look around after which it may be forgotten */
  private readonly released = new Map<string, { readonly version: number; readonly look: number }>()
  private look = 0
  private place = 0
  /** more is on hold than is known here: it is read anew when the place has moved */
  tooMany = false

  constructor(readonly most = MOST_HELD) {}

  /**
   * @param seq null when the write is not committed yet
   * @returns how to take it back when the write failed
   */
  hold(id: string, version: number, seq: number | null = null): () => void {
    const before = this.held.get(id)
    if (!before && this.held.size >= this.most) {
      this.tooMany = true
      return () => {}
    }
    if (!before || version >= before.version) this.held.set(id, { version, seq })
    this.ids.add(id)
    return () => {
      if (before) this.held.set(id, before)
      else this.forget(id)
    }
  }

  release(id: string, version: number): void {
    const held = this.held.get(id)
    // Also when it is not known here yet: a look around that is under way may be about to bring it.
    if ((this.released.get(id)?.version ?? 0) <= version) this.released.set(id, { version, look: this.look + 1 })
    if (held === undefined || held.version > version) return
    this.forget(id)
  }

  asking(): void {
    this.look += 1
  }

  /** @param rows all that was closed at or after the mark before, and is committed */
  saw(rows: readonly HeldRow[]): void {
    const again = new Set<string>()
    for (const { id, version, seq } of rows) {
      again.add(id)
      if ((this.released.get(id)?.version ?? 0) < version) this.hold(id, version, seq)
    }
    // Released before this look was asked for, and not brought by it: it lies below the mark and never comes again.
    for (const [id, { look }] of this.released) if (look <= this.look && !again.has(id)) this.released.delete(id)
  }

  /**
   * Where one process feeds the engine of all, the others release what lies behind its place.
   * @param aside what it went past
   * @returns whether what is on hold must be read anew: it went back, or has taken some of what was too much to list
   */
  reached(place: number, aside: readonly Pick<HeldRow, 'id' | 'version'>[]): boolean {
    const left = new Set(aside.map(({ id }) => id))
    for (const [id, { seq }] of this.held) if (seq !== null && !left.has(id) && (seq <= place || seq === ASIDE)) this.forget(id)
    for (const { id, version } of aside) if (!this.held.has(id)) this.hold(id, version, ASIDE)
    const anew = place < this.place || (this.tooMany && place !== this.place)
    this.place = place
    return anew
  }

  private forget(id: string): void {
    this.held.delete(id)
    this.ids.delete(id)
  }
}
