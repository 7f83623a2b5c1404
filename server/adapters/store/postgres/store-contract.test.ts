import t, { type Test } from 'tap'
import { storeContract } from '../contract.js'
import type { Subject } from '../contract/subject.js'
import { WatchedDatabase, scratchServer } from './scratch-postgres.js'
import { openStore } from './store.js'

const server = await scratchServer()

if (typeof server === 'string') {
  await t.test('the store contract over PostgreSQL', { skip: server }, async () => {})
} else {
  await storeContract(t, 'postgres', async (t) => subject(t, await server.fresh()))
}

async function subject(t: Test, url: string): Promise<Subject> {
  const database = WatchedDatabase.open({ url, patience: { connection: 60_000, statement: 60_000, lock: 60_000 }, told: (sentence) => t.fail(sentence) })
  const store = await openStore(database, { instance: 'one', troubled: (error) => t.fail(String(error)) })
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await store.close()
    await database.close()
  }
  t.teardown(close)
  return {
    ports: store,
    reads: () => database.questions - store.around.looks,
    holdNextWrite: () => database.holdNextWrite(),
    reopen: async () => {
      await close()
      return subject(t, url)
    },
  }
}
