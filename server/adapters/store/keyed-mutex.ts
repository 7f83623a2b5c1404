import { Mutex } from 'async-mutex'

/** One mutex per key, kept only while somebody holds or awaits it. */
export class KeyedMutex {
  private readonly held = new Map<string, { mutex: Mutex; users: number }>()

  async run<R>(key: string, act: () => Promise<R>): Promise<R> {
    const entry = this.held.get(key) ?? { mutex: new Mutex(), users: 0 }
    this.held.set(key, entry)
    entry.users += 1
    try {
      return await entry.mutex.runExclusive(act)
    } finally {
      entry.users -= 1
      if (entry.users === 0) this.held.delete(key)
    }
  }

  /** Keys held or awaited at this moment. */
  get size(): number {
    return this.held.size
  }
}
