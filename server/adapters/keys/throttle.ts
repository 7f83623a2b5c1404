import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Throttle } from '../../domain/people/port.js'

/** Failures allowed for one account from one address before it has to wait, and how long the count is remembered. */
const FAILURES = 10
const REMEMBERED_SECONDS = 3_600
/** The first wait; each further failure doubles it. */
const FIRST_WAIT_SECONDS = 30
const LONGEST_WAIT_SECONDS = 3_600
/** One address trying many accounts; generous, since a whole branch may share an address. */
const ADDRESS_FAILURES = 200
const ADDRESS_WAIT_SECONDS = 900

/**
 * Counts in memory, so a restart forgets them. The key is account *and* address: whoever guesses somebody's password
 * locks out only their own address, never the owner who sits elsewhere.
 */
export function openThrottle(): Throttle {
  const pairs = new RateLimiterMemory({ keyPrefix: 'pair', points: FAILURES, duration: REMEMBERED_SECONDS })
  const waits = new RateLimiterMemory({ keyPrefix: 'wait', points: 1, duration: LONGEST_WAIT_SECONDS })
  const addresses = new RateLimiterMemory({ keyPrefix: 'address', points: ADDRESS_FAILURES, duration: ADDRESS_WAIT_SECONDS })

  return {
    isBlocked: async (login, address) => {
      const wait = await waits.get(pair(login, address))
      const all = await addresses.get(address)
      return (wait?.msBeforeNext ?? 0) > 0 || (all?.consumedPoints ?? 0) > ADDRESS_FAILURES
    },
    failed: async (login, address) => {
      const key = pair(login, address)
      const { consumedPoints } = await pairs.penalty(key)
      await addresses.penalty(address)
      const over = consumedPoints - FAILURES
      if (over < 0) return
      await waits.block(key, Math.min(FIRST_WAIT_SECONDS * 2 ** over, LONGEST_WAIT_SECONDS))
    },
    succeeded: async (login, address) => {
      await pairs.delete(pair(login, address))
      await waits.delete(pair(login, address))
    },
  }
}

function pair(login: string, address: string): string {
  return `${address} ${login}`
}
