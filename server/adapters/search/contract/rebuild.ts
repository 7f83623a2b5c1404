import type { Test } from 'tap'
import type { Entry } from '../../../domain/search/entry.js'
import { STAFF, collect, entry, find, ids, type Opens } from './subject.js'

/** The index is made anew while people read and write (F12). */
export async function rebuildContract(t: Test, open: Opens): Promise<void> {
  await t.test('while the index is rebuilt nothing is missing, twice or wrongly visible, and no write is lost', async (t) => {
    const engine = await open(t)
    const old = Array.from({ length: 40 }, (_, i) => entry(`n${i}`, 'ledger'))
    await engine.put(old)
    await engine.put([entry('gone', 'ledger')])
    let total = 41
    const expect = async (when: string): Promise<void> => {
      const found = await find(engine, 'ledger', { size: 100 })
      t.equal(found.total, total, when)
      t.equal(new Set(found.hits.map((hit) => hit.id)).size, total, when)
    }
    /** What the store reads entry by entry, while others write. */
    async function* reading(): AsyncIterable<Entry> {
      for (const [i, each] of [...old, entry('gone', 'ledger')].entries()) {
        yield each
        if (i === 3) {
          await engine.put([entry('new', 'ledger')])
          total++
        }
        if (i === 10) {
          await engine.put([entry('n2', 'ledger', { version: 2, access: { reach: 'self' } })])
          total--
        }
        if (i === 20) {
          await engine.put([entry('n35', 'ledger passbook', { version: 2 })])
          await engine.drop(['gone'])
          total--
        }
        if (i % 10 === 0) await expect(`after ${i} entries were read`)
      }
    }
    const done: number[] = []
    await engine.rebuild(reading(), (count) => done.push(count))
    await expect('after the swap')
    t.equal(done.at(-1), 41, 'progress is told')
    t.same(await ids(engine, 'passbook'), ['n35'], 'the newer text, though an older one was read later')
    t.notOk((await ids(engine, 'ledger', { size: 100 })).includes('n2'), 'closed stays closed')
    t.notOk((await collect(engine.versions())).some((hit) => hit.id === 'gone'), 'dropped stays dropped')
    t.ok((await ids(engine, 'ledger', { size: 100 })).includes('new'))
    t.equal(engine.status().entries, 41)
    t.equal(engine.status().wantsRebuild, false)
  })

  await t.test('what the new reading does not hold any more is gone, and the glossary stays', async (t) => {
    const engine = await open(t)
    await engine.setSynonyms([['passbook', '存折']])
    await engine.put([entry('a', 'passbook'), entry('b', 'ledger')])
    await engine.rebuild((async function* () {
      yield entry('a', 'passbook')
    })())
    t.same(await ids(engine, ''), ['a'])
    t.same(await ids(engine, '存折'), ['a'])
  })

  await t.test('a rebuild that fails leaves the index as it was; a second one at once is refused', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'ledger')])
    await t.rejects(engine.rebuild((async function* (): AsyncIterable<Entry> {
      yield entry('b', 'ledger')
      await t.rejects(engine.rebuild((async function* () {})()), { name: 'SearchUnavailable' })
      throw new Error('the store is gone')
    })()), { message: 'the store is gone' })
    t.same(await ids(engine, 'ledger'), ['a'])
    t.equal(engine.status().rebuilding, null)
    await engine.rebuild((async function* () {
      yield entry('b', 'ledger')
    })())
    t.same(await ids(engine, 'ledger'), ['b'], 'and another may follow')
    t.same((await engine.suggest('ledg', STAFF, {})).words, ['ledger'])
  })
}
