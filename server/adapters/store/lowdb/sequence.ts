/**
 * Numbers of events. Each is larger than every one before, across restarts too. Writes end in another order than
 * they began in, so a reader goes only as far as `lowWater`: below it nothing can appear any more.
 */
export class Sequence {
  private last: number
  private readonly inFlight = new Set<number>()

  /**
   * @param seen every number known from before: the largest of all documents, and every consumer's cursor
   * @param gap left free, for numbers that were given out and whose document is gone
   */
  constructor(seen: Iterable<number>, gap = 1000) {
    let largest = 0
    for (const number of seen) {
      if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${number} is no event number`)
      if (number > largest) largest = number
    }
    this.last = largest === 0 ? 0 : largest + gap
  }

  /** The next number. Whoever takes it must settle it, whether the write succeeds or not, or readers stand still. */
  reserve(): number {
    this.last += 1
    this.inFlight.add(this.last)
    return this.last
  }

  /** The write is over: on disk and visible to readers, or given up. */
  settle(number: number): void {
    if (!this.inFlight.delete(number)) throw new Error(`event number ${number} is not in flight`)
  }

  /** Reserves, runs the write, settles. */
  async during<R>(write: (number: number) => Promise<R>): Promise<R> {
    const number = this.reserve()
    try {
      return await write(number)
    } finally {
      this.settle(number)
    }
  }

  /** Every number up to and including this one is settled. */
  get lowWater(): number {
    // Numbers are added in rising order and a Set keeps it: the first is the smallest.
    for (const smallest of this.inFlight) return smallest - 1
    return this.last
  }

  /** The largest number given out. */
  get highest(): number {
    return this.last
  }
}
