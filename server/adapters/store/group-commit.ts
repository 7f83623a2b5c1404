interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Items that wait together are written together, in the order they came; one batch after the other. */
export class GroupCommit<T> {
  private queue: Waiting<T>[] = []
  private draining: Promise<void> | null = null

  /**
   * @param commit resolves when the batch would survive a power cut; when it rejects, every item of it is refused
   * @param most items in one batch
   */
  constructor(
    private readonly commit: (batch: readonly T[]) => Promise<void>,
    private readonly most: number,
  ) {}

  /** Resolves when the item is written. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject })
      this.draining ??= this.drain()
    })
  }

  /** Waits for everything that was added. */
  async settled(): Promise<void> {
    while (this.draining) await this.draining
  }

  private async drain(): Promise<void> {
    // What is added in one breath is one batch: nobody waits for a second.
    await null
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.most)
      try {
        await this.commit(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    // At once, not in a callback: what is added in between would wait for ever.
    this.draining = null
  }
}
