import type pg from 'pg'
import type { Duty, Leadership } from '../kept.js'
import type { Database } from './database.js'

/** Any number that nothing else in the database uses. */
export const LEADER = 727_1003
const EVERY = 4_000
/** A machine that is gone without a word is noticed by the server after nine seconds, not after its usual two hours. */
const NOTICED = 'SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3'

/**
 * One process of all holds a lock of its database session. When it dies in whatever way the server ends the session
 * and lets go, and another finds the lock free at its next try. Two may overlap for as long as the first takes to
 * notice: what only one may do is idempotent, and each letter has a lock of its own.
 * @param every milliseconds between two tries, and between two looks whether we still are
 */
export function standForLeader(database: Database, duty: Duty, every = EVERY): Leadership {
  let mine = false
  let resigned = false
  let wake: () => void = () => {}
  let settle: () => void = () => {}
  const settled = new Promise<void>((resolve) => (settle = resolve))
  const rest = () => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, every)
    wake = () => { clearTimeout(timer); resolve() }
  })

  async function lead(client: pg.PoolClient): Promise<void> {
    await client.query(NOTICED)
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LEADER])
    if (!rows[0]?.mine) return settle()
    mine = true
    try {
      duty.began()
      settle()
      while (!resigned) {
        await rest()
        // A connection that is gone took the lock with it: this throws.
        if (!resigned) await client.query({ text: 'SELECT 1', query_timeout: EVERY } as pg.QueryConfig)
      }
    } finally {
      mine = false
      await duty.ended()
      await client.query('SELECT pg_advisory_unlock($1)', [LEADER]).catch(() => {})
    }
  }

  const running = (async () => {
    while (!resigned) {
      // Away or taken: it is tried again either way.
      await database.alone(lead).catch(() => {})
      settle()
      if (!resigned) await rest()
    }
  })()
  return {
    settled,
    get mine() {
      return mine
    },
    resign: async () => {
      resigned = true
      wake()
      await running
    },
  }
}
