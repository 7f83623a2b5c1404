import t from 'tap'
import { setTimeout as pause } from 'node:timers/promises'
import type { Leadership } from '../kept.js'
import { standForLeader } from './leader.js'
import { scratchServer } from './scratch-postgres.js'
import { openProcesses } from './scratch-processes.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

t.test('one of three processes leads, and when its connection is killed another takes over', only, async (t) => {
  if (typeof server === 'string') return
  const all = await openProcesses(t, server, 3)
  const leading = new Set<number>()
  const history: number[] = []
  const stands: Leadership[] = all.map(({ database }, n) => standForLeader(database, {
    began: () => {
      leading.add(n)
      history.push(n)
    },
    ended: async () => void leading.delete(n),
  }, 100))
  t.teardown(() => Promise.all(stands.map((one) => one.resign())))
  await until(() => history.length === 1)
  await pause(400)
  t.equal(history.length, 1, 'and stays')
  await server.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7271003 AND granted")
  await until(() => history.length === 2)
  const [first, second] = history as [number, number]
  // Two may overlap for as long as the first takes to notice.
  await until(() => leading.size === 1)
  t.ok(leading.has(second))
  await stands[second]?.resign()
  await until(() => history.length === 3)
  t.not(history[2], second, 'who resigned does not come back')
  t.ok(stands.filter(({ mine }) => mine).length === 1 && first !== undefined)
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}
