/** How long an engine may take for what is written between two waits, ms: whatever somebody else writes waits for at most two such spans. */
const SPAN = 1_000
const LEAST = 12
const MOST = 300

/** How much may be written before search is waited for: as much as the engines take in a moment, however large their indexes have become. */
export class Pace {
  private slice = LEAST
  private wrote = 0
  private since: number | null = null

  /** So far behind an engine may be while the next slice is written, in things. */
  get behind(): number {
    return this.slice
  }

  /** @returns whether it is time to wait for the engines */
  wroteMore(things: number): boolean {
    this.wrote += things
    return this.wrote >= this.slice
  }

  /**
   * The engines have come near enough.
   * @param at ms, of a clock that only goes forward
   * @param waited they had not, when they were looked at first
   */
  wentOn(at: number, waited: boolean): void {
    const took = this.since === null ? SPAN : Math.max(1, at - this.since)
    const growth = waited ? Math.min(1.5, Math.max(0.25, SPAN / took)) : 1.5
    this.slice = Math.round(Math.min(MOST, Math.max(LEAST, this.slice * growth)))
    this.since = at
    this.wrote = 0
  }
}
