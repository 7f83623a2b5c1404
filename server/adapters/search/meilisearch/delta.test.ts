import { setTimeout as pause } from 'node:timers/promises'
import { Meilisearch } from 'meilisearch'
import t from 'tap'
import type { SearchEngine } from '../../../domain/search/port.js'
import { collect, entry, find, ids } from '../contract/subject.js'
import { Delta } from './delta.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

const AT_ONCE = { from: 0, much: 1, announced: 0, overlap: 0 }

t.test('what is new gets an index of its own when there is much of it beside a large one', async (t) => {
  const delta = new Delta('tacit-delta', { from: 1_000, much: 10, announced: 5_000, overlap: 0 })
  t.notOk(delta.isWanted(50, 999, 0), 'a small index takes everything fast')
  t.notOk(delta.isWanted(9, 1_000, 61_000), 'what people write is little')
  t.notOk(delta.isWanted(9, 1_000, 122_000), 'nine a minute are too')
  t.ok(delta.isWanted(1, 1_000, 181_000), 'ten within a minute are an import')
  delta.postpone(181_000)
  t.notOk(delta.isWanted(50, 1_000, 182_000), 'one that could not be opened is not tried all the time')
  t.ok(delta.isWanted(50, 1_000, 800_000), 'but again')
  delta.saw(true, 0, 800_000)
  t.ok(delta.open)
  t.notOk(delta.takes(804_999), 'another portal may not have heard of it')
  delta.saw(true, 0, 803_000)
  t.ok(delta.takes(805_000), 'it was there all the time')
  t.notOk(delta.isWanted(50, 1_000, 805_000), 'there is one')
  delta.saw(false, 20, 807_000)
  t.same([delta.open, delta.takes(900_000), delta.entries], [false, false, 0])
})

t.test('so much at once that it is an import needs no second look, and whoever writes it hears that it will soon be taken faster', async (t) => {
  const delta = new Delta('tacit-delta', { from: 1_000, much: 50, announced: 5_000, overlap: 0 })
  t.notOk(delta.isWanted(19, 1_000, 0))
  t.ok(delta.isWanted(20, 1_000, 61_000))
  t.notOk(delta.isAnnounced(61_000))
  delta.saw(true, 0, 62_000)
  t.ok(delta.isAnnounced(66_999))
  t.notOk(delta.isAnnounced(67_000), 'it takes them now')
  delta.saw(false, 0, 67_001)
  t.notOk(delta.isAnnounced(67_002))
})

await t.test('an index in two', { skip: MEILISEARCH_MISSING }, async (t) => {
  const server = await startMeilisearch(t)
  const client = new Meilisearch({ host: server.url, apiKey: server.key, defaultWaitOptions: { timeout: 60_000 } })
  const documents = async (name: string, limit = 100) => (await client.index<{ id: string; facts: { id: string } }>(name).getDocuments({ limit })).results.filter(({ facts }) => facts)
  const held = async (name: string, limit?: number): Promise<string[]> => (await documents(name, limit)).map(({ facts }) => facts.id).sort()
  const open = (name: string, splitting = AT_ONCE): Promise<SearchEngine> => scratchMeilisearch(t, server, { name, splitting })
  const inTwo = async (name: string): Promise<SearchEngine> => {
    const engine = await open(name)
    await engine.rebuild(reading('old', 'older'))
    await engine.put([entry('first', 'ledger')])
    await engine.put([entry('new', 'ledger'), entry('newer', 'ledger')])
    t.same(await held(name), ['first', 'old', 'older'], 'premise: what came before it was opened')
    t.same(await held(`${name}-delta`), ['new', 'newer'], 'premise: what is new')
    return engine
  }

  await t.test('every entry stays in one of them whatever becomes of it', async (t) => {
    const engine = await inTwo('stays')
    await engine.put([entry('old', 'ledger account', { version: 2 }), entry('new', 'ledger account', { version: 2 }), entry('newest', 'ledger')])
    t.same(await held('stays'), ['first', 'old', 'older'])
    t.same(await held('stays-delta'), ['new', 'newer', 'newest'])
    t.same((await ids(engine, 'account')).sort(), ['new', 'old'])
    await engine.put([entry('new', 'ledger passbook', { version: 1 })])
    t.same(await ids(engine, 'passbook'), [], 'an older version changes nothing')
    t.same(await engine.versionsOf(['old', 'new', 'nobody']), new Map([['old', 2], ['new', 2]]))
    await engine.drop(['older', 'newer'])
    t.same((await collect(engine.versions())).map(({ id }) => id).sort(), ['first', 'new', 'newest', 'old'])
    t.equal(engine.status().entries, 4)
    t.equal((await find(engine, 'ledger')).total, 4)
  })

  await t.test('a rebuild puts them together in one moment, and what is new goes to the large one again', async (t) => {
    const engine = await inTwo('together')
    await engine.put([entry('third', 'ledger')])
    const heard = await open('together')
    t.equal((await find(heard, 'ledger')).total, 6, 'a portal that was just started looks in both')
    await engine.rebuild(reading('old', 'older', 'first', 'new', 'newer', 'third'))
    t.same(await held('together'), ['first', 'new', 'newer', 'old', 'older', 'third'])
    t.same(await held('together-delta'), [], 'who has not heard of it yet finds nothing twice')
    t.equal((await find(heard, 'ledger')).total, 6)
    t.equal((await find(engine, 'ledger')).total, 6)
    const names = (await client.getRawIndexes()).results.map(({ uid }) => uid).filter((uid) => uid.startsWith('together'))
    t.same(names.sort(), ['together', 'together-delta'], 'nothing is left over')
  })

  await t.test('tidied up in a quiet hour, what is new is in the large one, as it was, and the small one is closed', async (t) => {
    const engine = await inTwo('tidy')
    await engine.put([entry('old', 'ledger account', { version: 2 }), entry('new', 'ledger account', { version: 2 })])
    const before = await documents('tidy-delta')
    await engine.tidy(() => true)
    t.same(await held('tidy-delta'), ['new', 'newer'], 'not by somebody who is about to stop')
    await engine.tidy(() => false)
    t.same(await held('tidy'), ['first', 'new', 'newer', 'old', 'older'])
    t.same(await held('tidy-delta'), [])
    t.same((await documents('tidy')).filter(({ id }) => before.some((each) => each.id === id)), before)
    t.same((await client.index('tidy').getDocument('_about'))['about'].delta, false)
    t.same((await ids(engine, 'account')).sort(), ['new', 'old'])
    t.equal(engine.status().entries, 5)
    await engine.put([entry('newest', 'ledger')])
    await engine.put([entry('last', 'ledger')])
    t.same(await held('tidy-delta'), ['last'], 'and opened again when much is new')
    await engine.tidy(() => false)
    await engine.tidy(() => false)
    t.equal((await find(engine, 'ledger')).total, 7)
  })

  await t.test('whoever searches while it is tidied up finds everything, each once, and nothing that was replaced', async (t) => {
    const engine = await open('meanwhile', { ...AT_ONCE, overlap: 400 })
    await engine.rebuild(reading('old'))
    await engine.put([entry('first', 'ledger')])
    const all = Array.from({ length: 600 }, (_, n) => `n${n}`)
    await engine.put(all.map((id, n) => entry(id, 'ledger', { at: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString() })))
    t.equal((await held('meanwhile-delta', 1_000)).length, 600, 'premise: more than is sent at once')
    let tidied = false
    const tidying = engine.tidy(() => false).finally(() => (tidied = true))
    const writing = (async () => {
      for (let version = 2; !tidied; version += 1) await engine.put([entry('n7', `passbook version${version}`, { version }), entry(`while${version}`, 'ledger')])
    })()
    let [looks, twice] = [0, false]
    for (; !tidied; looks += 1) {
      const { total } = await find(engine, 'ledger', { size: 100 })
      const { hits } = await find(engine, '', { size: 100, page: 1 + (looks % 6) })
      t.equal(new Set(hits.map(({ id }) => id)).size, hits.length, 'each once')
      twice ||= total > 1_000
      t.ok(total >= 600, `${total} found`)
      const { hits: replaced } = await find(engine, 'passbook', { size: 100 })
      t.ok(replaced.length <= 1)
    }
    await Promise.all([tidying, writing])
    t.ok(twice, 'premise: somebody searched while everything stood in both')
    await engine.tidy(() => false)
    t.same(await held('meanwhile-delta', 1_000), [])
    const now = await held('meanwhile', 1_000)
    t.same(now.filter((id) => !id.startsWith('while')), ['first', 'old', ...all].sort())
    t.equal((await find(engine, 'passbook')).total, 1)
  })

  await t.test('a newer state that another portal has written into the large one is not lost by it', async (t) => {
    const engine = await inTwo('newest')
    const [double] = (await documents('newest-delta')).filter(({ facts }) => facts.id === 'new')
    await client.index('newest').addDocuments([{ ...double, facts: { ...double?.facts, version: 9 } }]).waitTask()
    await engine.tidy(() => false)
    t.equal((await engine.versionsOf(['new'])).get('new'), 9)
    t.same(await held('newest-delta'), [])
  })

  await t.test('what a crash left in both is in one after the next time, and what another portal writes meanwhile stays', async (t) => {
    const engine = await inTwo('crashed')
    await client.index('crashed').addDocuments(await documents('crashed-delta')).waitTask()
    await engine.tidy(() => false)
    t.same(await held('crashed'), ['first', 'new', 'newer', 'old', 'older'])
    t.same(await held('crashed-delta'), [])

    const slow = await open('beside', { ...AT_ONCE, overlap: 1_500 })
    await slow.rebuild(reading('old'))
    await slow.put([entry('first', 'ledger')])
    await slow.put([entry('new', 'ledger'), entry('newer', 'ledger')])
    const tidying = slow.tidy(() => false)
    while (!(await held('beside')).includes('new')) await new Promise((resolve) => setTimeout(resolve, 20))
    const [double] = (await documents('beside-delta')).filter(({ facts }) => facts.id === 'new')
    await client.index('beside-delta').addDocuments([{ ...double, facts: { ...double?.facts, version: 9 } }]).waitTask()
    await tidying
    t.equal((await slow.versionsOf(['new'])).get('new'), 9)
  })

  await t.test('nothing goes there before every portal can have heard of it', async (t) => {
    const engine = await open('announced', { ...AT_ONCE, announced: 60_000 })
    await engine.put([entry('a', 'ledger')])
    t.equal((await client.index('announced').getDocument('_about'))['about'].delta, true, 'premise: it is announced')
    await engine.put([entry('b', 'ledger')])
    t.same(await held('announced'), ['a', 'b'])
    t.equal(engine.status().settling, true)
    t.equal((await open('announced')).status().settling, false, 'a portal that puts it there at once')
    t.equal((await find(engine, 'ledger')).total, 2)
  })

  await t.test('what stands in both because two portals wrote at once is put right when it is written next', async (t) => {
    const engine = await inTwo('twice')
    const [double] = (await client.index('twice-delta').getDocuments({ limit: 100 })).results.filter(({ facts }) => facts.id === 'new')
    await client.index('twice').addDocuments([double ?? {}]).waitTask()
    t.equal(new Set((await find(engine, 'ledger')).hits.map(({ id }) => id)).size, 5)
    await engine.put([entry('new', 'ledger', { version: 2 })])
    t.same(await held('twice-delta'), ['newer'])
    t.equal((await find(engine, 'ledger')).total, 5)
  })

  await t.test('a key for the index alone, or one that went away, leaves everything in the large one', async (t) => {
    const { key } = await client.createKey({ name: 'one index', actions: ['*'], indexes: ['alone', 'alone-next'], expiresAt: null })
    const told: string[] = []
    const engine = await scratchMeilisearch(t, { url: server.url, key }, { name: 'alone', splitting: AT_ONCE, told: (sentence) => told.push(sentence) })
    await engine.rebuild(reading('old'))
    for (const id of ['a', 'b', 'c']) await engine.put([entry(id, 'ledger')])
    t.equal((await find(engine, 'ledger')).total, 4)
    t.equal(told.length, 1, 'said once')
    await engine.scrub()
    await engine.rebuild(reading('old', 'a'))
    t.equal((await find(engine, 'ledger')).total, 2)
    const gone = await inTwo('gone')
    await client.index('gone-delta').delete().waitTask()
    await gone.put([entry('old', 'ledger', { version: 2 })]).catch(() => {})
    for (let tries = 0; tries < 200 && (await find(gone, 'ledger').then(({ total }) => total, () => 0)) !== 3; tries++) await pause(50)
    t.equal((await find(gone, 'ledger')).total, 3, 'the rest is found')
  })

  await t.test('what was redacted is in no file of either after a scrub', async (t) => {
    const engine = await inTwo('scrubbed')
    await engine.put([entry('new', 'Visit', { version: 2, body: 'the code is qvxzkwpbtrlm' })])
    t.ok(await server.holds('qvxzkwpbtrlm'), 'premise: words stand in its files as they are')
    await engine.put([entry('new', 'Visit', { version: 3, body: 'the code is gone' })])
    await engine.scrub()
    t.notOk(await server.holds('qvxzkwpbtrlm'))
  })
})

async function* reading(...ids: string[]) {
  for (const id of ids) yield entry(id, 'ledger')
}
