/** How one call of a port went. `cancelled`: whoever asked did not want the answer any more. */
export type Outcome = 'ok' | 'failed' | 'cancelled'
/** @param seconds from the call to its answer */
export type Took = (port: string, call: string, outcome: Outcome, seconds: number) => void
type Call = (...given: unknown[]) => unknown

/**
 * The same port, each call of which is timed when it answers with a promise. Only the names of port and call are told,
 * which stand in the code: no argument and no answer is looked at.
 */
export function timed<T extends object>(port: T, name: string, took: Took): T {
  const known = new WeakMap<Call, Call>()
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function' || typeof key !== 'string') return value
      const call = value as Call
      const before = known.get(call)
      if (before) return before
      // Called on the port itself: what one of its calls asks of another is part of the first.
      const watched: Call = (...given) => {
        const start = performance.now()
        const answer = call.apply(target, given)
        if (!(answer instanceof Promise)) return answer
        const told = (outcome: Outcome) => took(name, key, outcome, (performance.now() - start) / 1000)
        return answer.then(
          (it: unknown) => (told('ok'), it),
          (error: unknown) => {
            told(error instanceof Error && error.name === 'AbortError' ? 'cancelled' : 'failed')
            throw error
          },
        )
      }
      known.set(call, watched)
      return watched
    },
  })
}
