/**
 * How long the oldest of what is written may wait to be found, ms: so long does whatever somebody else writes meanwhile wait, too, and
 * while it waits it may have to wait for what the engines take just then and for what they take next.
 */
const OLDEST = 1_200
const LEAST = 24
const MOST = 300

/** How much may be written before search is waited for: as much as the engines take in a moment, however large their indexes have become. */
export class Pace {
  private slice = 36
  private wrote = 0
  /** of all that was written */
  private written = 0
  private writes: { readonly upTo: number; readonly at: number }[] = []
  private oldest = 0

  /** So far behind an engine may be while the next slice is written, in things. */
  get behind(): number {
    return this.slice
  }

  /** Whoever counts how far an engine is behind need not go further, in things. */
  get most(): number {
    return 3 * MOST
  }

  /**
   * @param at ms, of a clock that only goes forward
   * @returns whether it is time to look at the engines
   */
  wroteMore(things: number, at: number): boolean {
    this.wrote += things
    this.written += things
    if (things > 0) this.writes.push({ upTo: this.written, at })
    return this.wrote >= this.slice
  }

  /** @param behind in things, of the engine that is furthest behind; what others wrote counts as if it were written here */
  looked(behind: number, at: number): void {
    const taken = this.written - behind
    const first = this.writes.findIndex(({ upTo }) => upTo > taken)
    this.writes.splice(0, first < 0 ? this.writes.length : first)
    this.oldest = Math.max(this.oldest, at - (this.writes[0]?.at ?? at))
  }

  /**
   * The engines have come near enough. What is told by is how long something waited and not how long a slice took: most of what an engine
   * takes for a few things it takes for any number, and then less of them at a time is only slower.
   */
  wentOn(): void {
    const growth = Math.min(1.5, Math.max(0.25, OLDEST / Math.max(1, this.oldest)))
    this.slice = Math.round(Math.min(MOST, Math.max(LEAST, this.slice * growth)))
    this.oldest = 0
    this.wrote = 0
  }
}
