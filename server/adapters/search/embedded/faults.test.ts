import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { entry, find, ids } from '../contract/subject.js'
import type { LaneNotice } from './lane.js'
import { scratchEngine, scratchFolder } from './scratch-engine.js'

const WEAK = new URL(`./dying-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)

t.test('a worker that dies is started again, told, and answers from the same index', async (t) => {
  const told: LaneNotice[] = []
  const engine = await scratchEngine(t, { script: WEAK, told: (notice) => told.push(notice) })
  await engine.setSynonyms([['passbook', '存折']])
  await engine.put([entry('a', 'passbook')])
  await t.rejects(find(engine, 'kill-it'), { name: 'SearchUnavailable' })
  t.same(await ids(engine, '存折'), ['a'], 'the glossary too')
  t.equal(engine.status().restarts, 1)
  t.match(told, [{ kind: 'search.worker_ended', restarts: 1 }])
  await engine.put([entry('b', 'passbook')])
  t.equal((await find(engine, 'passbook')).total, 2)
})

t.test('one hanging question is ended so that the others are answered', async (t) => {
  const engine = await scratchEngine(t, { script: WEAK, told: () => {}, patience: 1_500 })
  await engine.put([entry('a', 'passbook')])
  const hanging = t.rejects(find(engine, 'hang-it'), { name: 'SearchUnavailable' })
  const behind = find(engine, 'passbook').catch((error: unknown) => error)
  await hanging
  await behind
  t.same(await ids(engine, 'passbook'), ['a'])
  t.equal(engine.status().restarts, 1)
})

t.test('a write that finds the worker dead is made again; one that kills it each time is refused and nothing else is lost', async (t) => {
  const engine = await scratchEngine(t, { script: WEAK, told: () => {} })
  await engine.put([entry('a', 'passbook')])
  const killed = t.rejects(find(engine, 'kill-it'))
  await engine.put([entry('b', 'passbook')])
  await killed
  await t.rejects(engine.put([entry('c', 'kill-it')]), { name: 'SearchUnavailable' })
  t.same((await ids(engine, '')).sort(), ['a', 'b'])
})

t.test('an index that breaks while it runs is thrown away and wanted anew', async (t) => {
  const engine = await scratchEngine(t, { script: WEAK, told: () => {} })
  await engine.rebuild((async function* () {
    yield entry('a', 'passbook')
  })())
  t.equal(engine.status().wantsRebuild, false)
  await t.rejects(find(engine, 'break-it'), { name: 'SearchUnavailable' })
  t.equal((await find(engine, '')).total, 0)
  t.equal(engine.status().wantsRebuild, true)
})

t.test('a worker that is ended while it is inside the library takes nobody with it', async (t) => {
  const engine = await scratchEngine(t, { script: WEAK, told: () => {} })
  for (let round = 0; round < 4; round++) {
    await engine.put([entry('a', 'passbook')])
    await t.rejects(find(engine, 'break-it busily'), { name: 'SearchUnavailable' })
    t.equal((await find(engine, '')).total, 0)
  }
})

t.test('an index opens with all it held', async (t) => {
  const directory = await scratchFolder(t)
  const first = await scratchEngine(t, { directory })
  t.equal(first.status().wantsRebuild, true, 'a new one has nothing')
  await first.rebuild((async function* () {
    for (let i = 0; i < 30; i++) yield entry(`n${i}`, 'passbook 存折', { facets: { topic: ['fees', `t${i % 3}`] }, access: { named: ['p:me', 't:east'] } })
  })())
  await first.drop(['n7'])
  const before = await find(first, '存折')
  await first.close()
  const again = await scratchEngine(t, { directory })
  t.equal(again.status().wantsRebuild, false)
  t.equal(again.status().entries, 29)
  t.same(await find(again, '存折'), before)
  t.same(await ids(again, 'pasbook', { size: 1 }), before.hits.slice(0, 1).map((hit) => hit.id), 'the vocabulary too')
  await again.put([entry('n30', 'passbook')])
  t.equal((await find(again, 'passbook')).total, 30)
})

t.test('an index of another release or a damaged one is made anew, never guessed at', async (t) => {
  for (const why of ['other_release', 'damaged'] as const) {
    const directory = await scratchFolder(t)
    const first = await scratchEngine(t, { directory })
    await first.rebuild((async function* () {
      yield entry('a', 'passbook')
    })())
    await first.close()
    const path = join(directory, await readFile(join(directory, 'current'), 'utf8'))
    if (why === 'damaged') await writeFile(path, 'not a database at all, but long enough to be read as the head of one'.repeat(200))
    else {
      const { default: Database } = await import('libsql')
      const db = new Database(path)
      db.exec(`UPDATE meta SET value = '0' WHERE key = 'stamp'`)
      db.close()
    }
    const told: LaneNotice[] = []
    const again = await scratchEngine(t, { directory, told: (notice) => told.push(notice) })
    t.same(told, [{ kind: 'search.discarded', why }])
    t.equal(again.status().wantsRebuild, true)
    t.same(await ids(again, ''), [])
    await again.put([entry('b', 'ledger')])
    t.same(await ids(again, 'ledger'), ['b'])
    await again.close()
  }
})

t.test('what a killed rebuild left behind is cleared away', async (t) => {
  const directory = await scratchFolder(t)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'index-7.db'), 'half')
  await writeFile(join(directory, 'index-7.db-wal'), 'half')
  const engine = await scratchEngine(t, { directory })
  await engine.put([entry('a', 'ledger')])
  await engine.close()
  t.same(await readdir(directory), ['index-1.db'])
})

t.test('words that were redacted are not in the file any more', async (t) => {
  const directory = await scratchFolder(t)
  const engine = await scratchEngine(t, { directory })
  await engine.put([entry('a', 'Visit', { body: 'the code is qvxzkwpbtrlm and 绝密词汇' }), ...Array.from({ length: 20 }, (_, i) => entry(`n${i}`, 'ledger'))])
  await engine.put([entry('a', 'Visit', { version: 2, body: 'the code is gone' })])
  await engine.close()
  const bytes = await readFile(join(directory, 'index-1.db'))
  t.ok(bytes.includes('ledger'), 'premise: words stand in the file as they are')
  for (const word of ['qvxzkwpbtrlm', '绝密', '词汇']) t.notOk(bytes.includes(word), word)
})

t.test('a question that takes too long gives up by itself', async (t) => {
  const told: LaneNotice[] = []
  const engine = await scratchEngine(t, { longestQuery: -1, told: (notice) => told.push(notice) })
  await engine.put([entry('a', 'ledger')])
  await t.rejects(find(engine, 'ledger'), { name: 'SearchUnavailable' })
  t.same(told, [{ kind: 'search.failed', call: 'search', reason: 'slow' }])
  t.equal(engine.status().restarts, 0, 'without ending the worker')
})
