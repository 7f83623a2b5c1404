import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { scratchEngine } from './adapters/search/embedded/scratch-engine.js'
import { openNote } from './adapters/store/contract/lists.js'
import { PASS, grantFor, post } from './adapters/store/contract/subject.js'
import { openReal } from './adapters/store/lowdb/scratch-store.js'
import { openStore } from './adapters/store/lowdb/store.js'
import { published } from './domain/notes/note.js'
import { done } from './domain/people/refusal.js'
import { SEARCH } from './domain/policy/events.js'
import type { Entry } from './domain/search/entry.js'
import { reconcile } from './reconciliation.js'

t.test('what an index lacks, holds in an old version or should not hold at all is put right', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-reconcile-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const data = await openReal(folder)
  const store = await openStore(data, { log: { warn: () => {}, error: () => {} } })
  await store.ready
  t.teardown(async () => {
    await store.close()
    await data.close()
  })
  const engine = await scratchEngine(t)
  for (let n = 1; n <= 4; n += 1) await post(store, openNote(n))
  const put = async (ids: readonly string[]): Promise<void> => {
    const notes = await Promise.all(ids.map((id) => store.allNotes.read(id, PASS)))
    await engine.put(notes.flatMap((note): Entry[] => (note ? [{
      kind: 'note', id: note.id, version: note.version, title: published(note).title, body: '', texts: {}, facets: {}, at: note.createdAt, value: 0, archived: false, knowers: [],
      trust: { validatedAt: null, overdue: false, reuses: 0 }, access: { author: 'somebody', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal', customers: [] },
    }] : [])))
  }
  const [first, second, third, fourth] = [1, 2, 3, 4].map((n) => openNote(n).id) as [string, string, string, string]
  await put([first, second, fourth])
  const foreign = '01900000-0000-7000-8000-00000000beef'
  await engine.put([{ kind: 'note', id: foreign, version: 1, title: 'foreign', body: '', texts: {}, facets: {}, at: '2026-01-01T00:00:00.000Z', value: 0, archived: false, knowers: [], trust: { validatedAt: null, overdue: false, reuses: 0 }, access: { author: 'somebody', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal', customers: [] } }])
  await store.notes.change(grantFor('note.comment', second), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))
  await store.feed.moveCursor(SEARCH, store.feed.lowWater())
  // Written since: on its way, and nothing to put right.
  await store.notes.change(grantFor('note.comment', fourth), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))

  const look = () => reconcile({ engine, feed: store.feed, index: SEARCH, pass: PASS, take: (events) => put(events.map(({ id }) => id)), stopped: () => false })
  t.same(await look(), { lacking: 1, stale: 1, foreign: 1 })
  const held = new Map<string, number>()
  for await (const page of engine.versions()) for (const { id, version } of page) held.set(id, version)
  t.same(held, new Map([[first, 1], [second, 2], [third, 1], [fourth, 1]]))
  t.same(await look(), { lacking: 0, stale: 0, foreign: 0 }, 'once is enough')
})
