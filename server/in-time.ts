import { setTimeout as pause } from 'node:timers/promises'

export interface Patience {
  /** ms that somebody waits who asks */
  readonly wait?: number
  /** ms after it was found out during which it is not found out again, if it took longer than that */
  readonly rest?: number
}

/**
 * What may take long is found out once for all who ask meanwhile. Who has waited long enough is told what it was the
 * last time, null if there was none. What is found out in time is always new.
 */
export function inTime<T>(find: () => Promise<T>, { wait = 400, rest = 60_000 }: Patience = {}): () => Promise<T | null> {
  let under: Promise<T> | null = null
  let last: { readonly value: T; readonly until: number } | null = null
  const begin = async (): Promise<T> => {
    const began = performance.now()
    const value = await find()
    const ended = performance.now()
    last = { value, until: ended - began > wait ? ended + rest : 0 }
    return value
  }
  return async () => {
    if (last && performance.now() < last.until) return last.value
    under ??= begin().finally(() => (under = null))
    const late = new AbortController()
    const found = await Promise.race([under.then((value) => ({ value })), pause(wait, null, { signal: late.signal }).catch(() => null)])
    late.abort()
    // Nobody may wait for it any more when it fails.
    if (!found) under?.catch(() => {})
    return found ? found.value : (last?.value ?? null)
  }
}
