import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Meilisearch } from 'meilisearch'
import t from 'tap'
import { STAFF, find } from './adapters/search/contract/subject.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './adapters/search/meilisearch/start-meilisearch.js'
import { openNote } from './adapters/store/contract/lists.js'
import { PASS, post } from './adapters/store/contract/subject.js'
import { openInFiles } from './adapters/store/lowdb/kept.js'
import { SEARCH } from './domain/policy/events.js'
import { NOTHING } from './reconciliation.js'
import { IndexFeeder } from './index-feeder.js'

t.test('an index in two, after much was imported, is put together in the night', { skip: MEILISEARCH_MISSING }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-feeder-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const log = { warn: () => {}, error: (facts: object, words: string) => t.fail(`${words} ${JSON.stringify(facts)}`) }
  const kept = await openInFiles({ root: folder, log, told: () => {}, clock: () => '2026-01-01T00:00:00.000Z' })
  t.teardown(() => kept.close())
  await kept.ready
  const server = await startMeilisearch(t)
  const apart = async () => (await new Meilisearch({ host: server.url, apiKey: server.key }).index('feeder-delta').getStats()).numberOfDocuments
  const engine = await scratchMeilisearch(t, server, { name: 'feeder', splitting: { from: 0, much: 1, announced: 0, overlap: 0 } })
  const told: string[] = []
  const feeder = new IndexFeeder({
    engine, feed: kept.feed, notes: kept.allNotes, customers: kept.allCustomers, people: kept.people, vocabularies: kept.vocabularies,
    index: SEARCH, name: 'the engine', pass: PASS, today: () => '2026-01-01', dayOf: (at) => at.slice(0, 10), log, told: (sentence) => told.push(sentence),
  })
  t.teardown(() => feeder.stop())
  feeder.start()
  for (let n = 0; n < 6; n += 1) {
    await post(kept, openNote(n))
    await feeder.caughtUp()
  }
  const before = await apart()
  t.ok(before > 0, 'premise: some of it is in an index of its own')
  t.equal((await find(engine, '', {}, STAFF)).total, 6)
  await feeder.reconcile(() => true)
  await feeder.caughtUp()
  t.equal(await apart(), before, 'not by somebody who is about to stop')
  t.same(await feeder.reconcile(() => false), NOTHING, 'nothing was wrong')
  await feeder.caughtUp()
  t.equal(await apart(), 0)
  t.equal((await find(engine, '', {}, STAFF)).total, 6)
  t.same(told, [])
})
