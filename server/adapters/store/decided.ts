import type { Outcome } from '../../domain/people/refusal.js'

/**
 * A verb carried out inside a write: what it refuses changes nothing, what it makes is kept.
 * @param replace writes what the function makes of the present state, nothing when that is the same, and gives what is kept
 */
export async function decided<T>(replace: (make: (now: T) => T) => Promise<T>, verb: (now: T) => Outcome<T>): Promise<Outcome<T>> {
  let outcome: Outcome<T> | undefined
  const kept = await replace((now) => {
    outcome = verb(now)
    return outcome.ok ? outcome.value : now
  })
  return outcome?.ok ? { ok: true, value: kept } : (outcome as Outcome<T>)
}
