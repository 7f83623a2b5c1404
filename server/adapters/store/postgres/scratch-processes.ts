import type { Test } from 'tap'
import type { Indexes } from '../../../domain/policy/events.js'
import { WatchedDatabase, type ScratchServer } from './scratch-postgres.js'
import { openStore, type PostgresStore } from './store.js'

/** What one process of the portal has of the database. */
export interface Process {
  readonly database: WatchedDatabase
  readonly store: PostgresStore
}

/** Several processes over one fresh database, as far as the store can tell: each with its own pool and memory. */
export async function openProcesses(t: Test, server: ScratchServer | string, count: number, indexes?: Indexes, mostHeld?: number): Promise<readonly Process[]> {
  if (typeof server === 'string') throw new Error(server)
  const url = await server.fresh()
  return Promise.all(Array.from({ length: count }, async (_, n) => {
    const database = WatchedDatabase.open({ url, patience: { connection: 60_000, statement: 60_000, lock: 60_000 } })
    const store = await openStore(database, { instance: `process-${n}`, ...(indexes && { indexes }), ...(mostHeld !== undefined && { mostHeld }) })
    t.teardown(async () => {
      await store.close()
      await database.close()
    })
    return { database, store }
  }))
}
