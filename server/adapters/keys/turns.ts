import { Mutex } from 'async-mutex'

/** Runs what has the same key one after the other; keeps nothing of a key that nobody waits for. */
export function openTurns(): <R>(key: string, act: () => Promise<R>) => Promise<R> {
  const lines = new Map<string, { readonly mutex: Mutex; waiting: number }>()
  return async (key, act) => {
    const line = lines.get(key) ?? { mutex: new Mutex(), waiting: 0 }
    lines.set(key, line)
    line.waiting += 1
    try {
      return await line.mutex.runExclusive(act)
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(key)
    }
  }
}
