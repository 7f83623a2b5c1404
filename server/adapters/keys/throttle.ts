import { RateLimiterMemory, type RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Throttle } from '../../domain/people/port.js'
import { openTurns } from './turns.js'

const HOUR = 3_600
/** Failures allowed for one account from one place before it has to wait, and how long the count is remembered. */
const FAILURES = 10
/** The first wait; each further failure doubles it. */
const FIRST_WAIT_SECONDS = 30
const LONGEST_WAIT_SECONDS = HOUR
/** One place failing again and again, whoever is tried; generous, since a whole branch may share an address. */
const PLACE_FAILURES = 200
const PLACE_WAIT_SECONDS = 900
/** One place trying account after account (password spraying): so many may fail that never entered from there. */
const STRANGERS = 30
/** One account tried from everywhere: so many failures a day are free, then one attempt in two minutes is looked at. */
const ACCOUNT_FAILURES = 50
const ACCOUNT_SECONDS = 24 * HOUR
const ACCOUNT_TURN_SECONDS = 120

/**
 * Counts in memory unless it is told where else, so a restart forgets them. The first key is account *and* place: whoever guesses somebody's
 * password locks out only their own place, never the owner who sits elsewhere. What counts for an account from all
 * places, or for a place over all accounts, never touches a person where they entered before.
 */
export function openThrottle(limits: (limit: Limit) => RateLimiterAbstract = (limit) => new RateLimiterMemory(limit)): Throttle {
  const pairs = limits({ keyPrefix: 'pair', points: FAILURES, duration: HOUR })
  const waits = limits({ keyPrefix: 'wait', points: 1, duration: LONGEST_WAIT_SECONDS })
  const places = limits({ keyPrefix: 'place', points: PLACE_FAILURES, duration: PLACE_WAIT_SECONDS })
  const tried = limits({ keyPrefix: 'tried', points: 1, duration: HOUR })
  const strangers = limits({ keyPrefix: 'strangers', points: STRANGERS, duration: HOUR })
  const accounts = limits({ keyPrefix: 'account', points: ACCOUNT_FAILURES, duration: ACCOUNT_SECONDS })
  const inTurn = openTurns()
  const turns = limits({ keyPrefix: 'turn', points: 1, duration: ACCOUNT_TURN_SECONDS })

  const over = async (limit: RateLimiterAbstract, key: string): Promise<boolean> => ((await limit.get(key))?.consumedPoints ?? 0) > limit.points
  /** An account under attack is not closed but slow: whoever comes first in these minutes is looked at. */
  const waitsForTurn = async (login: string): Promise<boolean> => (await over(accounts, login)) && !(await turns.consume(login).then(() => true, () => false))

  return {
    inTurn: (login, place, attempt) => inTurn(pair(login, place), attempt),
    isBlocked: async (login, place, known) => {
      const wait = await waits.get(pair(login, place))
      if ((wait?.msBeforeNext ?? 0) > 0 || (await over(places, place))) return true
      return !known && ((await over(strangers, place)) || (await waitsForTurn(login)))
    },
    failed: async (login, place, known) => {
      const key = pair(login, place)
      await places.penalty(place)
      if (!known) {
        await accounts.penalty(login)
        if ((await tried.penalty(key)).consumedPoints === 1) await strangers.penalty(place)
      }
      const { consumedPoints } = await pairs.penalty(key)
      const beyond = consumedPoints - FAILURES
      if (beyond >= 0) await waits.block(key, Math.min(FIRST_WAIT_SECONDS * 2 ** beyond, LONGEST_WAIT_SECONDS))
    },
    succeeded: async (login, place) => {
      await pairs.delete(pair(login, place))
      await waits.delete(pair(login, place))
    },
  }
}

interface Limit {
  readonly keyPrefix: string
  readonly points: number
  readonly duration: number
}

function pair(login: string, place: string): string {
  return `${place} ${login}`
}
