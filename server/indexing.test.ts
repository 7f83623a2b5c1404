import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { STAFF, find } from './adapters/search/contract/subject.js'
import { openEmbeddedSearch } from './adapters/search/embedded/engine.js'
import { openNote } from './adapters/store/contract/lists.js'
import { PASS, post } from './adapters/store/contract/subject.js'
import { openInFiles } from './adapters/store/lowdb/kept.js'
import { SEARCH } from './domain/policy/events.js'
import type { Entry } from './domain/search/entry.js'
import { searchIndexing } from './indexing.js'

/** A store with notes from imports (a letter each) and from people (a dot), and what a consumer of all their events puts into a real engine. */
async function taken(t: { teardown(end: () => unknown): void; fail(words: string): unknown }, written: string) {
  const root = await mkdtemp(join(tmpdir(), 'tacit-indexing-'))
  t.teardown(() => rm(root, { recursive: true, force: true }))
  const kept = await openInFiles({ root, log: { warn: () => {}, error: (_facts, words) => t.fail(words) }, told: () => {}, clock: () => '2026-01-01T00:00:00.000Z' })
  t.teardown(() => kept.close())
  await kept.ready
  const engine = await openEmbeddedSearch({ directory: join(root, 'index') })
  t.teardown(() => engine.close())
  const from = new Map<string, string>()
  const puts: string[] = []
  const watched = new Proxy(engine, {
    get: (of, name) => {
      if (name !== 'put') return typeof of[name as 'put'] === 'function' ? of[name as 'put'].bind(of) : of[name as 'put']
      return (entries: readonly Entry[]) => {
        puts.push(entries.map(({ id }) => from.get(id)).sort().join(''))
        return of.put(entries)
      }
    },
  })
  for (const [n, batch] of [...written].entries()) {
    const note = openNote(n, (made) => ({ ...made, origin: batch === '.' ? null : { batch, source: 'crm', externalId: `${n}` } }))
    from.set(note.id, batch)
    await post(kept, note)
  }
  const indexing = searchIndexing({
    engine: watched, feed: kept.feed, notes: kept.allNotes, customers: kept.allCustomers, people: kept.people, vocabularies: kept.vocabularies,
    index: SEARCH, pass: PASS, today: () => '2026-01-01', dayOf: (at) => at.slice(0, 10),
  })
  await indexing.take(await kept.feed.after(0, 1_000, PASS))
  return { puts, found: (await find(engine, '', {}, STAFF)).total, held: kept.feed.onHold(SEARCH).size }
}

t.test('what people post beside an import is put first and by itself', async (t) => {
  const { puts, found, held } = await taken(t, 'aaaaaa.aaaaaa.bb')
  t.same(puts, ['..bb', 'a'.repeat(12)])
  t.equal(found, 16)
  t.equal(held, 0)
})

t.test('nothing is put apart where it saves nobody a wait', async (t) => {
  for (const written of ['....................', 'aaaaaaaaaaaaaaaaaaaa', '..aaaaaaaa..']) {
    const { puts, found } = await taken(t, written)
    t.same(puts, [[...written].sort().join('')])
    t.equal(found, written.length)
  }
})
