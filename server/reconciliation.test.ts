import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { scratchEngine } from './adapters/search/embedded/scratch-engine.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './adapters/search/meilisearch/start-meilisearch.js'
import { openNote } from './adapters/store/contract/lists.js'
import { PASS, grantFor, post } from './adapters/store/contract/subject.js'
import { openReal } from './adapters/store/lowdb/scratch-store.js'
import { openStore } from './adapters/store/lowdb/store.js'
import { published } from './domain/notes/note.js'
import { done } from './domain/people/refusal.js'
import { SEARCH } from './domain/policy/events.js'
import type { Entry } from './domain/search/entry.js'
import type { SearchEngine } from './domain/search/port.js'
import { reconcile, type Reconciling } from './reconciliation.js'

const [first, second, third, fourth] = [1, 2, 3, 4].map((n) => openNote(n).id) as [string, string, string, string]

/** A store with four notes, and an index beside it that nobody feeds. */
async function ground(t: Test, engine: SearchEngine) {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-reconcile-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const data = await openReal(folder)
  const store = await openStore(data, { log: { warn: () => {}, error: () => {} } })
  await store.ready
  t.teardown(async () => {
    await store.close()
    await data.close()
  })
  for (let n = 1; n <= 4; n += 1) await post(store, openNote(n))
  const put = async (ids: readonly string[]): Promise<void> => {
    const notes = await Promise.all(ids.map((id) => store.allNotes.read(id, PASS)))
    await engine.put(notes.flatMap((note) => (note ? [entryOf(note.id, note.version, published(note).title)] : [])))
  }
  const change = (id: string) => store.notes.change(grantFor('note.comment', id), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))
  const held = async (): Promise<ReadonlyMap<string, number>> => {
    const versions = new Map<string, number>()
    for await (const page of engine.versions()) for (const { id, version } of page) versions.set(id, version)
    return versions
  }
  const look = (more: Partial<Reconciling> = {}) =>
    reconcile({ engine, feed: store.feed, index: SEARCH, pass: PASS, take: (events) => put(events.map(({ id }) => id)), stopped: () => false, ...more })
  return { put, change, held, look, arrived: () => store.feed.moveCursor(SEARCH, store.feed.lowWater()) }
}

function entryOf(id: string, version: number, title: string): Entry {
  return {
    kind: 'note', id, version, title, body: '', texts: {}, facets: {}, at: '2026-01-01T00:00:00.000Z', value: 0, archived: false, knowers: [],
    trust: { validatedAt: null, overdue: false, reuses: 0 }, access: { author: 'somebody', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal', customers: [] },
  }
}

function foreignThings(count: number): readonly Entry[] {
  return Array.from({ length: count }, (_, n) => entryOf(`01900000-0000-7000-8000-${String(n).padStart(12, '0')}`, 1, 'foreign'))
}

t.test('what an index lacks, holds in an old version or should not hold at all is put right', async (t) => {
  const engine = await scratchEngine(t)
  const { put, change, held, look, arrived } = await ground(t, engine)
  await put([first, second, fourth])
  await engine.put(foreignThings(1))
  await change(second)
  await arrived()
  // Written since: on its way, and nothing to put right.
  await change(fourth)

  t.same(await look(), { lacking: 1, stale: 1, foreign: 1 })
  t.same(await held(), new Map([[first, 1], [second, 2], [third, 1], [fourth, 1]]))
  t.same(await look(), { lacking: 0, stale: 0, foreign: 0 }, 'once is enough')
})

t.test('what is written and taken between a look at the store and one at the index is not taken for old', async (t) => {
  const engine = await scratchEngine(t)
  const { put, change, held, look, arrived } = await ground(t, engine)
  await put([first, second, third, fourth])
  await arrived()
  const late: Pick<SearchEngine, 'versionsOf'> = {
    versionsOf: async (ids) => {
      await change(third)
      await put([third])
      return engine.versionsOf(ids)
    },
  }
  t.same(await look({ engine: Object.assign(Object.create(engine) as SearchEngine, late) }), { lacking: 0, stale: 0, foreign: 0 })
  t.equal((await held()).get(third), 2, 'and it was')
})

t.test('an index that holds more of another bank than is dropped at once is rid of all of it', async (t) => {
  const engine = await scratchEngine(t)
  const { put, held, look, arrived } = await ground(t, engine)
  await put([first, second])
  // More than the engine tells in one page.
  await engine.put(foreignThings(2_100))
  await put([third, fourth])
  await arrived()
  t.same(await look({ mostForeign: 1_000 }), { lacking: 0, stale: 0, foreign: 2_100 })
  t.same([...(await held()).keys()].sort(), [first, second, third, fourth])
})

t.test('an engine whose pages move up when something is dropped keeps nothing foreign', { skip: MEILISEARCH_MISSING }, async (t) => {
  const engine = await scratchMeilisearch(t, await startMeilisearch(t))
  const { put, held, look, arrived } = await ground(t, engine)
  // More than a page of it, all before what is the bank's own.
  await engine.put(foreignThings(1_200))
  await put([first, second, third, fourth])
  await arrived()
  t.same(await look(), { lacking: 0, stale: 0, foreign: 1_200 })
  t.same([...(await held()).keys()].sort(), [first, second, third, fourth])
})
