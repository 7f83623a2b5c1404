import type { Test } from 'tap'
import type { Entry } from '../../../domain/search/entry.js'
import { parseQuery } from '../../../domain/search/query.js'
import { STAFF, collect, entry, find, ids, type Opens } from './subject.js'

/** Counts, pages, type-ahead and likeness. */
export async function listsContract(t: Test, open: Opens): Promise<void> {
  await t.test('facets count what is there: any of the values within one, all facets together, a facet blind to its own choice', async (t) => {
    const engine = await open(t)
    const shelf = (id: string, topic: string, ...products: string[]): Entry => entry(id, 'ledger', { facets: { topic: [topic], product: products } })
    await engine.put([shelf('a', 'fees', 'card'), shelf('b', 'fees', 'loan'), shelf('c', 'rates', 'loan', 'card'), shelf('d', 'rates')])
    const all = await find(engine, 'ledger')
    t.same(all.facets.topic, [{ value: 'fees', count: 2 }, { value: 'rates', count: 2 }])
    t.same(all.facets.product, [{ value: 'card', count: 2 }, { value: 'loan', count: 2 }])
    t.same(all.facets.author, [])
    const fees = await find(engine, 'ledger', { filters: { topic: ['fees'] } })
    t.equal(fees.total, 2)
    t.same(fees.facets.topic, all.facets.topic, 'its own choice aside')
    t.same(fees.facets.product, [{ value: 'card', count: 1 }, { value: 'loan', count: 1 }])
    t.same((await ids(engine, 'ledger', { filters: { topic: ['fees', 'rates'], product: ['loan'] } })).sort(), ['b', 'c'])
    const none = await find(engine, 'ledger', { filters: { topic: ['fees'], product: ['none'] } })
    t.equal(none.total, 0)
    t.same(none.facets.topic, [])
    t.same(none.facets.product, fees.facets.product)
    t.same((await find(engine, 'nowhere')).facets.topic, [])
  })

  await t.test('only the facets asked for are counted, a chosen one among them or not', async (t) => {
    const engine = await open(t)
    const shelf = (id: string, topic: string, product: string): Entry => entry(id, 'ledger', { facets: { topic: [topic], product: [product] } })
    await engine.put([shelf('a', 'fees', 'card'), shelf('b', 'fees', 'loan'), shelf('c', 'rates', 'loan')])
    for (const words of ['ledger', '']) {
      const topics = await find(engine, words, { facets: ['topic'] })
      t.same([topics.total, topics.facets.topic, topics.facets.product], [3, [{ value: 'fees', count: 2 }, { value: 'rates', count: 1 }], []])
      const loans = await find(engine, words, { facets: ['topic'], filters: { product: ['loan'] } })
      t.same([loans.total, loans.facets.topic, loans.facets.product], [2, [{ value: 'fees', count: 1 }, { value: 'rates', count: 1 }], []])
      const fees = await find(engine, words, { facets: ['topic'], filters: { topic: ['fees'] } })
      t.same([fees.total, fees.facets.topic, fees.facets.product], [2, topics.facets.topic, []])
      const none = await find(engine, words, { facets: [], filters: { topic: ['fees'] } })
      t.same([none.total, ...Object.values(none.facets).filter((counts) => counts.length > 0)], [2])
    }
  })

  await t.test('of many values the twenty most frequent are shown, a chosen one among them', async (t) => {
    const engine = await open(t)
    const values = Array.from({ length: 30 }, (_, i) => `t${String(i).padStart(2, '0')}`)
    await engine.put(values.flatMap((value, i) => Array.from({ length: 31 - i }, (_, k) => entry(`${value}-${k}`, 'ledger', { facets: { tag: [value] } }))))
    const { facets } = await find(engine, 'ledger')
    t.same(facets.tag.map(({ value }) => value), values.slice(0, 20))
    t.equal(facets.tag[0]?.count, 31)
    const chosen = await find(engine, 'ledger', { filters: { tag: ['t29'] } })
    t.equal(chosen.facets.tag.length, 20)
    t.same(chosen.facets.tag.at(-1), { value: 't29', count: 2 })
    const more = Array.from({ length: 240 }, (_, i) => entry(`more-${i}`, 'ledger', { facets: { tag: [`u${i >> 1}`] } }))
    await engine.put([...more, entry('rare', 'ledger', { facets: { tag: ['zz'] } })])
    const rare = await find(engine, 'ledger', { filters: { tag: ['zz'] } })
    t.equal(rare.total, 1)
    t.same(rare.facets.tag.at(-1), { value: 'zz', count: 1 }, 'however many there are')
  })

  await t.test('pages follow each other without a gap or a repetition, in every order', async (t) => {
    const engine = await open(t)
    await engine.put(Array.from({ length: 45 }, (_, i) => entry(`n${i}`, 'ledger', { body: i % 2 ? 'ledger' : '', value: i % 5, at: `2025-01-${String(1 + (i % 20)).padStart(2, '0')}T00:00:00.000Z` })))
    for (const sort of ['relevance', 'newest', 'value'] as const) {
      const pages = await Promise.all([1, 2, 3, 4].map((page) => ids(engine, 'ledger', { sort, page, size: 20 })))
      t.same(pages.map((page) => page.length), [20, 20, 5, 0])
      t.equal(new Set(pages.flat()).size, 45, sort)
      t.same(pages.flat(), [...(await ids(engine, 'ledger', { sort, size: 45 }))])
    }
  })

  await t.test('kinds and the archive are apart', async (t) => {
    const engine = await open(t)
    await engine.put([entry('note', 'Ledger'), entry('customer', 'Ledger Ltd', { kind: 'customer' }), entry('old', 'Ledger', { archived: true })])
    t.same((await ids(engine, 'ledger')).sort(), ['customer', 'note'])
    t.same(await ids(engine, 'ledger', { kinds: ['customer'] }), ['customer'])
    t.same(await ids(engine, 'ledger', { archived: true }), ['old'])
    t.same((await find(engine, 'ledger', { kinds: ['customer'] })).hits, [{ kind: 'customer', id: 'customer', version: 1 }])
  })

  await t.test('an entry put again is replaced, an older version is not, a dropped one is gone', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Escrow', { version: 3, facets: { topic: ['fees'] } })])
    await engine.put([entry('a', 'Overdraft', { version: 2 })])
    t.same(await ids(engine, 'overdraft'), [], 'older')
    await engine.put([entry('a', 'Garnishment', { version: 3, facets: { topic: ['law'] } })])
    t.same(await ids(engine, 'garnishment'), ['a'], 'the same version with other words: a renamed term')
    t.same(await ids(engine, 'escrow'), [])
    t.same((await find(engine, '')).facets.topic, [{ value: 'law', count: 1 }])
    await engine.put([entry('a', 'Lien', { version: 4, access: { reach: 'self' } })])
    t.same(await ids(engine, 'lien'), [], 'closed')
    t.same(await collect(engine.versions()), [{ kind: 'note', id: 'a', version: 4 }])
    await engine.drop(['a', 'unknown'])
    t.same(await collect(engine.versions()), [])
    await engine.put([entry('b', 'Lien')])
    t.same(await ids(engine, 'lien'), ['b'], 'and its place is taken by the next without a trace of it')
    t.same((await find(engine, '')).facets.topic, [])
  })

  await t.test('of some ids the indexed ones are told, each with its version', async (t) => {
    const engine = await open(t)
    t.same(await engine.versionsOf(['a']), new Map(), 'an empty index')
    await engine.put([entry('a', 'Escrow', { version: 3 }), entry('b', 'Lien', { access: { reach: 'self' }, archived: true }), entry('c', 'Lien', { kind: 'customer' }), entry('gone', 'Lien')])
    await engine.put([entry('a', 'Escrow', { version: 4 })])
    await engine.drop(['gone'])
    t.same(await engine.versionsOf(['a', 'unknown', 'b', 'a', 'gone', 'a']), new Map([['a', 4], ['b', 1]]), 'once each, whoever may see it')
    t.same(await engine.versionsOf(['c']), new Map([['c', 1]]))
    t.same(await engine.versionsOf([]), new Map())
  })

  await t.test('customers are suggested by the beginning of a name, by pinyin and by its initials', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('bank', '招商银行股份有限公司', { kind: 'customer', texts: { customer: ['招行'] } }),
      entry('zeng', '曾国藩', { kind: 'customer' }),
      entry('hongda', 'Hongda Trading Ltd', { kind: 'customer' }),
      entry('trad', '臺灣電子', { kind: 'customer' }),
      entry('note', '招商会议纪要'),
    ])
    const hits = async (typed: string): Promise<string[]> => (await engine.suggest(typed, STAFF, { kinds: ['customer'] })).hits.map((hit) => hit.id)
    for (const typed of ['招', '招商', '招商银', 'zs', 'zsyh', 'zhaosh', 'yinhang', '招行', 'ZSYH']) t.same(await hits(typed), ['bank'], typed)
    t.same(await hits('zeng'), ['zeng'], 'a surname is read as one')
    t.same(await hits('zgf'), ['zeng'])
    t.same(await hits('cgf'), ['zeng'], 'and as anybody would read it')
    for (const typed of ['hong', 'Hongda Tr', 'trading']) t.same(await hits(typed), ['hongda'], typed)
    t.same(await hits('台湾'), ['trad'])
    t.same(await hits(''), [])
    t.same(await hits('qqq'), [])
    t.same((await engine.suggest('招商', STAFF, {})).hits.map((hit) => hit.id).sort(), ['bank', 'note'])
    t.same(await ids(engine, 'zsyh'), ['bank'], 'and found so')
    t.notOk((await engine.suggest('zh', STAFF, {})).words.some((word) => word.startsWith('zhao')), 'a sound is not offered as a word')
  })

  await t.test('words to go on with are those of what may be seen', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Mortgage', { body: 'mortgage escrow 大额存单' }), entry('b', 'Mortgages', { body: '存款利率' }), entry('c', 'Mortality table')])
    const words = async (typed: string): Promise<string[]> => [...(await engine.suggest(typed, STAFF, {})).words].sort()
    t.same(await words('mort'), ['mortality', 'mortgage', 'mortgages'])
    t.same(await words('fixed mortg'), ['mortgage', 'mortgages'])
    t.same(await words('存'), ['存单', '存款'])
    t.equal((await engine.suggest('mort', STAFF, { limit: 1 })).words.length, 1)
  })

  await t.test('what reads alike is found by its text or by its id, never itself', async (t) => {
    const engine = await open(t)
    const story = 'Mr Wu complained that the replacement card fee of 15 yuan was charged twice after the counter visit in Nanshan branch'
    const now = { now: '2025-06-01T12:00:00.000Z' } as const
    await engine.put([
      entry('wu', 'Card fee charged twice', { body: story }),
      entry('wu2', 'Replacement card', { body: `${story}. The fee was returned.` }),
      entry('近', '补卡费', { body: '吴先生投诉南山支行补卡工本费重复收取，要求退还。' }),
      entry('近2', '工本费', { body: '客户吴先生反映补卡工本费被南山支行重复收取，已退还。' }),
      entry('lone', 'Orchid', { body: 'Lantern walnut copper velvet harbour saffron marble. Treasurer, payroll, Thursday, envelopes, cashier.' }),
      entry('kin', 'Payroll', { body: 'The treasurer counts envelopes for payroll with the cashier on Thursday.' }),
      entry('far', 'Lobby works', { body: 'The lobby is being renovated, visitors use the side door and wait upstairs' }),
    ])
    const alike = async (to: { id: string } | { text: string }, closeness: 'related' | 'duplicate'): Promise<string[]> =>
      (await engine.similar(to, STAFF, { ...now, closeness })).map((hit) => hit.id)
    t.same(await alike({ id: 'wu' }, 'duplicate'), ['wu2'])
    t.same(await alike({ text: '吴先生投诉补卡工本费重复收取' }, 'duplicate').then((found) => found.sort()), ['近', '近2'])
    t.same(await alike({ id: '近' }, 'related'), ['近2'])
    t.same(await alike({ id: 'lone' }, 'related'), ['kin'], 'though most of its words are in no other')
    t.same(await alike({ text: 'an unheard-of matter' }, 'duplicate'), [])
    t.same(await alike({ text: '' }, 'related'), [])
    t.same(await alike({ id: 'unknown' }, 'related'), [])
  })

  await t.test('an older question that was called off does not answer', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Ledger')])
    const gone = AbortSignal.abort(new Error('typed on'))
    await t.rejects(engine.search(parseQuery('ledger'), STAFF, { now: '2025-06-01T12:00:00.000Z' }, gone), { message: 'typed on' })
    const leaving = new AbortController()
    const asked = engine.search(parseQuery('ledger'), STAFF, { now: '2025-06-01T12:00:00.000Z' }, leaving.signal)
    leaving.abort(new Error('typed on'))
    await t.rejects(asked, { message: 'typed on' })
    t.same(await ids(engine, 'ledger'), ['a'], 'and the next one does')
  })
}
