import t from 'tap'
import type { Feed } from './domain/policy/events.js'
import type { SearchEngine, Status } from './domain/search/port.js'
import { openSearching, type SearchingParts } from './searching.js'

const READY: Status = { state: 'ready', wantsRebuild: false, rebuilding: null, entries: 1, restarts: 0 }

/** Searching over two engines, of which only how far they are matters here. */
function open(t: { teardown(end: () => unknown): void }) {
  const asked: (number | undefined)[] = []
  const lag = new Map([['near', 0], ['far', 0]])
  const states = new Map([['near', READY], ['far', READY]])
  const feed = {
    onHold: () => new Set<string>(),
    holdsAll: () => false,
    behind: async (index: string, most = 1_000) => {
      asked.push(most)
      const things = lag.get(index) ?? 0
      return { things: Math.min(things, most), more: things > most }
    },
  } as unknown as Feed
  const engine = (name: string) => ({ status: () => states.get(name), close: async () => {} }) as unknown as SearchEngine
  const searching = openSearching({
    feed, engines: [...lag.keys()].map((name) => ({ index: name, name, engine: engine(name) })),
    shared: true, beside: true, patience: null, atOnce: 3, told: () => {}, startOf: (day: string) => day,
  } as unknown as SearchingParts)
  t.teardown(() => searching.close())
  const written = async (n: number) => { for (let i = 0; i < n; i += 10) await searching.room(10) }
  return { lag, states, asked, written }
}

t.test('whoever writes much waits until every engine that answers has nearly kept up', async (t) => {
  const { lag, asked, written } = open(t)
  await written(20)
  t.equal(asked.length, 2, 'premise: each engine was asked once')
  lag.set('far', 1_000_000)
  let through = false
  const waits = written(100).then(() => (through = true))
  while (asked.length < 8) await new Promise(setImmediate)
  t.notOk(through)
  lag.set('far', 10)
  await waits
  t.ok(asked.every((most = Infinity) => most <= 301), 'and nobody counts further than that')
})

t.test('whoever writes much waits for an engine that will take it faster in a moment, though it is not behind', async (t) => {
  const { states, asked, written } = open(t)
  states.set('far', { ...READY, settling: true })
  let through = false
  const waits = written(100).then(() => (through = true))
  while (asked.length < 8) await new Promise(setImmediate)
  t.notOk(through)
  states.set('far', READY)
  await waits
})

t.test('an engine that is down or being built is not waited for', async (t) => {
  const { lag, states, asked, written } = open(t)
  lag.set('far', 1_000_000)
  lag.set('near', 1_000_000)
  states.set('far', { ...READY, state: 'down' })
  states.set('near', { ...READY, rebuilding: 5 })
  await written(20)
  t.equal(asked.length, 2)
})
