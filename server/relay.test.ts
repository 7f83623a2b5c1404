import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openNote } from './adapters/store/contract/lists.js'
import { PASS, grantFor, post } from './adapters/store/contract/subject.js'
import { openReal } from './adapters/store/lowdb/scratch-store.js'
import { openStore, type Store } from './adapters/store/lowdb/store.js'
import { done } from './domain/people/refusal.js'
import type { ThingEvent } from './domain/policy/events.js'
import { TRIES, startRelay, type Consumer, type Relay } from './relay.js'

t.test('a consumer hears of everything, in order, and after a restart only of what is new', async (t) => {
  const bank = await scratch(t)
  const first = await bank.open()
  for (let n = 1; n <= 5; n += 1) await post(first, openNote(n))
  const one = listening('search')
  const relay = bank.relay(one.consumer)
  await relay.caughtUp()
  await post(first, openNote(6))
  await relay.caughtUp()
  t.same(one.taken, [1, 2, 3, 4, 5, 6].map((n) => openNote(n).id))
  await bank.close()

  const second = await bank.open()
  await post(second, openNote(7))
  const again = listening('search')
  await bank.relay(again.consumer).caughtUp()
  t.same(again.taken, [openNote(7).id])
  const other = listening('digests')
  await bank.relay(other.consumer).caughtUp()
  t.equal(other.taken.length, 7, 'each consumer has its own place')
})

t.test('more things than fit in a batch are all told, each as it is now', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await Promise.all(Array.from({ length: 230 }, (_, n) => post(store, openNote(n))))
  const one = listening('search')
  await bank.relay(one.consumer).caughtUp()
  t.equal(one.taken.length, 230)
  t.equal(new Set(one.taken).size, 230)
})

t.test('one thing that cannot be taken is set aside after five tries and reported, and the others go on', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  for (let n = 1; n <= 4; n += 1) await post(store, openNote(n))
  const bad = openNote(2).id
  let tries = 0
  const one = listening('search', (events) => {
    if (!events.some(({ id }) => id === bad)) return
    if (events.length === 1) tries += 1
    throw new Error('planted')
  })
  await bank.relay(one.consumer).caughtUp()
  t.same(one.taken, [1, 3, 4].map((n) => openNote(n).id))
  t.equal(tries, TRIES)
  t.same((await store.feed.asideOf('search')).map(({ id }) => id), [bad])
  t.ok(store.feed.onHold().has(bad), 'no engine may show what it holds of it')
  t.ok(bank.said.some(({ facts, words }) => facts['thing'] === bad && words.includes('set aside')))
  await bank.close()

  await bank.open()
  const healed = listening('search')
  await bank.relay(healed.consumer).caughtUp()
  t.same(healed.taken, [bad], 'a restart tries it again')
  t.same(await bank.store().feed.asideOf('search'), [])
})

t.test('what was set aside is taken up when the thing changes again', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  let broken = true
  const one = listening('search', () => { if (broken) throw new Error('planted') })
  const relay = bank.relay(one.consumer)
  await relay.caughtUp()
  t.equal((await store.feed.asideOf('search')).length, 1)
  broken = false
  await store.notes.change(grantFor('note.comment', openNote(1).id), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))
  await relay.caughtUp()
  t.same(one.taken, [openNote(1).id])
  t.same(await store.feed.asideOf('search'), [])
})

t.test('while a consumer is away nothing is set aside, and when it is back nothing is missing', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  for (let n = 1; n <= 3; n += 1) await post(store, openNote(n))
  let refusals = 0
  const away = () => refusals < 4 * TRIES
  const one = listening('search', () => {
    if (!away()) return
    refusals += 1
    throw new Error('away')
  })
  await bank.relay({ ...one.consumer, isUp: async () => !away() }).caughtUp()
  t.same([...one.taken].sort(), [1, 2, 3].map((n) => openNote(n).id).sort())
  t.same(await store.feed.asideOf('search'), [])
})

t.test('a consumer that fails holds up no other', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  for (let n = 1; n <= 3; n += 1) await post(store, openNote(n))
  const broken = listening('search', () => { throw new Error('planted') })
  const well = listening('digests')
  bank.relay(broken.consumer)
  await bank.relay(well.consumer).caughtUp()
  t.equal(well.taken.length, 3)
  t.equal(broken.taken.length, 0)
})

t.test('stopping waits for the batch that is under way and loses nothing', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  let letGo: () => void = () => {}
  let begun: () => void = () => {}
  const there = new Promise<void>((resolve) => (begun = resolve))
  const going = new Promise<void>((resolve) => (letGo = resolve))
  const taken: string[] = []
  const relay = bank.relay({
    name: 'search',
    take: async (events) => {
      begun()
      await going
      taken.push(...events.map(({ id }) => id))
    },
  })
  await there
  let stopped = false
  const stopping = relay.stop().then(() => (stopped = true))
  await new Promise((resolve) => setImmediate(resolve))
  t.notOk(stopped)
  letGo()
  await stopping
  t.same(taken, [openNote(1).id])
  await post(store, openNote(2))
  t.same(taken, [openNote(1).id], 'and hears of nothing afterwards')
})

function listening(name: string, before: (events: readonly ThingEvent[]) => void = () => {}): { consumer: Consumer; taken: string[] } {
  const taken: string[] = []
  return {
    taken,
    consumer: {
      name,
      take: async (events) => {
        before(events)
        taken.push(...events.map(({ id }) => id))
      },
    },
  }
}

async function scratch(t: Test) {
  const root = await mkdtemp(join(tmpdir(), 'tacit-relay-'))
  const said: { facts: Readonly<Record<string, unknown>>; words: string }[] = []
  const relays: Relay[] = []
  let store: Store | null = null
  let closeData = async () => {}
  const close = async () => {
    for (const relay of relays.splice(0)) await relay.stop()
    await store?.close()
    store = null
    await closeData()
    closeData = async () => {}
  }
  t.teardown(async () => {
    await close()
    await rm(root, { recursive: true })
  })
  const log = { warn: () => {}, error: (facts: Readonly<Record<string, unknown>>, words: string) => void said.push({ facts, words }) }
  const present = () => {
    if (!store) throw new Error('not open')
    return store
  }
  return {
    said,
    close,
    store: present,
    open: async () => {
      const data = await openReal(root)
      closeData = () => data.close()
      store = await openStore(data, { log })
      await store.ready
      return store
    },
    relay: (consumer: Consumer) => {
      const relay = startRelay({ feed: present().feed, pass: PASS, consumers: [consumer], log, first: 1, longest: 2 })
      relays.push(relay)
      return relay
    },
  }
}
