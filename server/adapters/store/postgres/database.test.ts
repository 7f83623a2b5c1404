import t from 'tap'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'
import { StoreAway } from './store-away.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

/** Leaves the process no idle moment until it is told to stop. */
function keptBusy(): () => void {
  let goesOn = true
  const spin = (): void => {
    for (const until = performance.now() + 5; performance.now() < until; );
    if (goesOn) setImmediate(spin)
  }
  spin()
  return () => { goesOn = false }
}

t.test('a process that had no time itself waits for a connection once more; one that had time says that there is none', only, async (t) => {
  if (typeof server === 'string') return
  const database = Database.open({ url: await server.fresh(), connections: 1, patience: { connection: 1_000 } })
  t.teardown(() => database.close())
  await database.rows(piece('SELECT 1'))

  const held = database.rows(piece('SELECT pg_sleep(2)'))
  await t.rejects(database.rows(piece('SELECT 1')), StoreAway, 'the only connection is in use for longer than it waits')
  await held

  const stop = keptBusy()
  t.teardown(stop)
  const again = database.rows(piece('SELECT pg_sleep(2)'))
  t.same(await database.rows(piece('SELECT 2 AS two')), [{ two: 2 }], 'asked again')
  t.equal((await database.transaction(async (tx) => tx.one<{ three: number }>(piece('SELECT 3 AS three')))).value?.three, 3)
  stop()
  await again
})
