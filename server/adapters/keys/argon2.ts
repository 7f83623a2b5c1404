import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { Semaphore } from 'async-mutex'
import type { Passwords } from '../../domain/people/port.js'
import { openStrength } from './strength.js'

/**
 * OWASP's first choice for Argon2id: 19 MiB, 2 passes, 1 lane. The library's default algorithm is Argon2id.
 * The numbers stand in each hash, so raising them later leaves old ones valid.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Each verification takes a thread of the pool that file writes use too: two at most, and a short line behind them. */
const AT_ONCE = 2
const WAITING_AT_MOST = 64

/** Too many people are signing in at this moment; the page says to try again. */
export class TooManyAtOnce extends Error {
  override readonly name = 'TooManyAtOnce'
  readonly statusCode = 503
  readonly code = 'sign-in.busy'
}

export function openPasswords(): Passwords {
  const gate = new Semaphore(AT_ONCE)
  // Verified against when there is no hash, so that an unknown name takes as long as a known one.
  const dummy = hash(randomBytes(16), COST)
  let waiting = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= WAITING_AT_MOST) throw new TooManyAtOnce()
    waiting += 1
    try {
      return await gate.runExclusive(work)
    } finally {
      waiting -= 1
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFKC'), COST)),
    verify: async (known, password) => {
      const against = known ?? (await dummy)
      const same = await inTurn(() => verify(against, password.normalize('NFKC')))
      return known !== null && same
    },
    strength: openStrength(),
    newToken: () => randomBytes(32).toString('base64url'),
    digest: (token) => createHash('sha256').update(token).digest('base64url'),
  }
}
