import fc from 'fast-check'
import type { Test } from 'tap'
import type { Access, Clause, Party, Reach, Visible } from '../../../domain/policy/access.js'
import { LEVELS } from '../../../domain/policy/level.js'
import { sees } from '../../../domain/policy/sees.js'
import type { Entry } from '../../../domain/search/entry.js'
import { BLIND, STAFF, depth, entry, find, hiddenFrom, ids, sightOf, type Opens } from './subject.js'

/** What may not be seen is not found, not counted, not suggested and not alike anything. */
export async function lawContract(t: Test, open: Opens): Promise<void> {
  await t.test('what is found is what the law shows, on random pairs of viewer and thing', async (t) => {
    const engine = await open(t)
    const things = fc.sample(anAccess, { numRuns: 100, seed: 20_250_601 }).map((access, i) => entry(`n${i}`, 'ledger', { access }))
    await engine.put(things)
    let [shown, hidden] = [0, 0]
    await fc.assert(
      fc.asyncProperty(aVisible, async (visible) => {
        const expected = things.filter((thing) => sees(visible, thing.access)).map((thing) => thing.id)
        shown += expected.length
        hidden += things.length - expected.length
        for (const typed of ['', 'ledger']) {
          const { hits, total } = await find(engine, typed, { size: 100 }, sightOf(visible))
          t.same(hits.map((hit) => hit.id).sort(), expected.sort())
          if (total !== expected.length) throw new Error(`${total} counted, ${expected.length} may be seen`)
        }
      }),
      { numRuns: depth(10, 100), verbose: 1 },
    )
    t.ok(shown > 0 && hidden > 0, `premise: ${shown} pairs seen, ${hidden} not`)
  })

  await t.test('who sees nothing gets nothing, even where the engine could not answer at all', async (t) => {
    const engine = await open(t)
    await engine.put([entry('n1', 'Escrow shortage')])
    t.same((await find(engine, 'escrow', {}, BLIND)).hits, [])
    t.equal((await find(engine, '', {}, BLIND)).total, 0)
    t.same(await engine.suggest('esc', BLIND, {}), { hits: [], words: [] })
    t.same(await engine.similar({ id: 'n1' }, BLIND, { now: '2025-06-01T12:00:00.000Z' }), [])
    await engine.close()
    await t.rejects(find(engine, 'escrow'), { name: 'SearchUnavailable' }, 'premise: a closed engine answers nobody')
    t.equal((await find(engine, 'escrow', {}, BLIND)).total, 0, 'so this was answered without it')
  })

  await t.test('a clause that could be read as everything is refused', async (t) => {
    const engine = await open(t)
    await engine.put([entry('n1', 'Escrow')])
    for (const clause of [{}, { reach: [] }, { sorcery: ['all'] }]) {
      await t.rejects(find(engine, '', {}, sightOf({ any: [clause as unknown as Clause] })))
    }
    t.equal((await find(engine, '')).total, 1, 'and the engine goes on answering')
  })

  await t.test('quotes, operators and wildcards in ids, values and filters are letters like any other', async (t) => {
    const engine = await open(t)
    const odd = [`d1' OR '1'='1`, 'a"b', '*', '%', '] OR level EXISTS', 'NULL', '__proto__', 'constructor']
    await engine.put(odd.map((value, i) => entry(`n${i}`, 'ledger', { access: { reach: `d:${value}` as Reach }, facets: { topic: [value] } })))
    for (const [i, value] of odd.entries()) {
      const sight = sightOf({ any: [{ reach: [`d:${value}`] }] })
      t.same(await ids(engine, '', {}, sight), [`n${i}`], value)
      t.same((await find(engine, '', {}, sight)).facets.topic, [{ value, count: 1 }])
      t.same(await ids(engine, '', { filters: { topic: [`${value}x`] } }, sight), [])
    }
  })

  await t.test('a word that only hidden notes hold is like a word that nobody wrote', async (t) => {
    const engine = await open(t)
    const hidden = { reach: 'd:elsewhere' } as const
    await engine.put([
      entry('open', 'Mortgage escrow', { body: 'the escrow account of a mortgage' }),
      entry('closed1', 'Mortgaje qvxzkwpbtrlm', { access: hidden, facets: { topic: ['secret_topic'] }, texts: { tag: ['jkqvbnmxzwrt'] } }),
      entry('closed2', '绝密词汇 mortgaje', { access: hidden }),
    ])
    t.same(await find(engine, 'qvxzkwpbtrlm'), { ...(await find(engine, 'zzkqjwvbnmpl')), terms: ['qvxzkwpbtrlm'] })
    t.same((await find(engine, 'mortgaje')).corrected, [{ typed: 'mortgaje', used: 'mortgage' }], 'the hidden spelling does not count as known')
    t.same(await ids(engine, 'mortgaje'), ['open'])
    t.same((await find(engine, 'qvxzkwpbtrln')).corrected, [], 'nor is it ever offered')
    t.same((await find(engine, '')).facets.topic, [])
    t.same(await ids(engine, 'tag:jkqvbnmxzwrt'), [])
    for (const canary of ['qvxzkwpbtrlm', 'jkqvbnmxzwrt', '绝密词汇', 'mortgaje']) {
      for (let length = 1; length <= 4; length++) {
        const { words, hits } = await engine.suggest(canary.slice(0, length), STAFF, {})
        t.notOk(words.some((word) => canary.startsWith(word) && word.length > length), canary.slice(0, length))
        t.notOk(hits.some((hit) => hit.id.startsWith('closed')))
      }
    }
    t.same((await engine.suggest('mort', STAFF, {})).words, ['mortgage'], 'premise: what is visible is offered')
  })

  await t.test('hidden notes change neither the order nor anything else of what is found', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('a', 'Fee waiver', { body: 'waiver of the annual fee, asked at the counter' }),
      entry('b', 'Annual fee', { body: 'the annual fee rises; fee table attached' }),
      entry('c', 'Waiver form', { body: 'form for a waiver' }),
      entry('d', '年费减免', { body: '客户要求减免信用卡年费' }),
    ])
    const asked = ['fee waiver', 'annual fee counter table form', '减免年费', 'what about the annual fee?', '']
    const before = await Promise.all(asked.map((typed) => find(engine, typed)))
    t.ok(before.every((results) => results.total > 0), 'premise: each finds something')
    const hidden = Array.from({ length: 60 }, (_, i) => entry(`h${i}`, 'Fee fee fee 年费', { body: 'fee table 减免', access: { reach: 'self' } }))
    await engine.put(hidden)
    for (const [i, typed] of asked.entries()) t.same(await find(engine, typed), before[i], typed)
  })

  for (const [among, others] of [['', []], [', one of very many', OTHERS]] as const) await t.test(`an author finds their own words about a hidden customer${among}, but never by that customer`, async (t) => {
    const engine = await open(t)
    const author = sightOf({ own: [{ author: ['me'] }], any: [{ reach: ['all'] }], ...hiddenFrom(['t:of-c-open'], ['c-secret', 'c-open', ...others]) })
    const about = { author: 'me', customers: ['c-secret'] }
    await engine.put([
      entry('mine', 'Lunch with a treasurer', { body: 'prefers short calls', access: about, texts: { customer: ['Zanzibar Holdings'] }, facets: { customer: ['c-secret'] } }),
      entry('theirs', 'Lunch with another', { access: { customers: ['c-secret'] }, texts: { customer: ['Zanzibar Holdings'] }, facets: { customer: ['c-secret'] } }),
      entry('other', 'Call list', { access: { author: 'me', customers: ['c-open'] }, texts: { customer: ['Quito Traders'] }, facets: { customer: ['c-open'] } }),
    ])
    t.same(await ids(engine, 'lunch', {}, author), ['mine'])
    t.same(await ids(engine, 'zanzibar', {}, author), [])
    t.same(await ids(engine, 'customer:zanzibar', {}, author), [])
    t.same(await ids(engine, 'customer:c-secret', {}, author), [])
    t.same(await ids(engine, 'lunch -zanzibar', {}, author), ['mine'], 'leaving the name out tells nothing either')
    t.same(await ids(engine, 'lunch zanzibar', { filters: { customer: ['c-secret'] } }, author), [])
    t.same((await find(engine, '', {}, author)).facets.customer, [{ value: 'c-open', count: 1 }])
    t.same((await engine.suggest('zanz', author, {})).words, [])
    t.same(await ids(engine, 'quito', {}, author), ['other'], 'premise: a customer they may know is found by name')
    t.same((await ids(engine, 'zanzibar', {}, STAFF)).sort(), ['mine', 'theirs'], 'premise: others find both')
  })

  await t.test('what is on hold is neither found nor counted nor suggested', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Escrow letter', { facets: { topic: ['fees'] } }), entry('b', 'Escrow call', { facets: { topic: ['fees'] } })])
    const { hits, total, facets } = await find(engine, 'escrow', { hold: ['a', 'unknown'] })
    t.same(hits.map((hit) => hit.id), ['b'])
    t.equal(total, 1)
    t.same(facets.topic, [{ value: 'fees', count: 1 }])
    t.same((await engine.suggest('letter', STAFF, { hold: ['a'] })).hits, [])
    t.same((await engine.suggest('lett', STAFF, { hold: ['a'] })).words, [])
    t.same((await engine.similar({ text: 'escrow letter' }, STAFF, { now: '2025-06-01T12:00:00.000Z', hold: ['a', 'b'] })), [])
    t.equal((await find(engine, 'escrow')).total, 2, 'premise: it is there')
  })

  await t.test('about a customer who was made a restricted one nothing is found or counted, also before the engine has heard of it', async (t) => {
    const engine = await open(t)
    const about = (id: string): Entry => entry(id, 'Escrow', { access: { customers: ['c9'] } })
    await engine.put([{ ...about('n1'), knowers: [] }, entry('n2', 'Escrow')])
    const outsider = sightOf({ any: [{ reach: ['all'] }], ...hiddenFrom([], ['c9', ...OTHERS]) })
    const insider = sightOf({ any: [{ reach: ['all'] }], ...hiddenFrom(['t:of-c9'], ['c9', ...OTHERS]) })
    const open9 = sightOf({ any: [{ reach: ['all'] }], ...hiddenFrom([], OTHERS) })
    t.equal((await find(engine, 'escrow', {}, open9)).total, 2, 'premise: while everybody may know, both are found')
    const { total, hits } = await find(engine, 'escrow', { hold: ['c9'] }, outsider)
    t.same([total, hits.map(({ id }) => id)], [1, ['n2']])
    await engine.put([about('n1')])
    t.same(await ids(engine, 'escrow', {}, outsider), ['n2'])
    t.equal((await find(engine, 'escrow', {}, insider)).total, 2, 'and who knows of them finds it again')
  })

  await t.test('a viewer in 500 teams, 10 000 hidden customers and 5 000 notes that name them still get true answers', async (t) => {
    const engine = await open(t)
    const hide = Array.from({ length: 10_000 }, (_, i) => `c${i}`)
    const things: Entry[] = Array.from({ length: 5_000 }, (_, i) =>
      entry(`n${i}`, 'ledger', { access: { reach: 'self', named: ['p:me'], customers: i % 5 === 0 ? [`c${i}`] : [] }, facets: { year: [`${2000 + (i % 3)}`] } }),
    )
    for (let i = 0; i < things.length; i += 1_000) await engine.put(things.slice(i, i + 1_000))
    const teams = Array.from({ length: 500 }, (_, i): Party => `t:team${i}`)
    const hidden = hiddenFrom(['t:of-c0', 't:of-c9995', 't:team7'], hide)
    const sight = sightOf({ any: [{ named: ['p:me', ...teams] }, { reach: ['all', ...teams] }], ...hidden })
    const { total, facets } = await find(engine, 'ledger', {}, sight)
    t.equal(total, 4_001)
    t.equal(facets.year.reduce((sum, { count }) => sum + count, 0), 4_001)
    t.equal((await find(engine, '', {}, sightOf({ any: [{ named: teams as [Party, ...Party[]] }], ...hidden }))).total, 0)
  })
}

/** So many that nobody tells them one by one. */
const OTHERS = Array.from({ length: 40 }, (_, i) => `x${i}`)
const from = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.uniqueArray(value, { maxLength: 3 })
const author = from('ann', 'bo', 'chen')
const party = from<Party>('p:ann', 'p:bo', 't:east', 't:west')
const reach = from<Reach>('self', 'all', 't:east', 't:west', 'd:retail', 'd:corporate')
const desk = from('none', 'retail', 'corporate')
const CUSTOMERS = ['c1', 'c2', 'c3', 'c4', 'c5']
const customer = from(...CUSTOMERS)
export const anAccess: fc.Arbitrary<Access> = fc.record({
  author, named: some(party), reach, desk, stewards: some(party), level: from(...LEVELS), customers: fc.uniqueArray(customer, { maxLength: 4 }),
})
const filled = (value: fc.Arbitrary<string>): fc.Arbitrary<[string, ...string[]]> =>
  fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((values) => values as [string, ...string[]])
const aClause: fc.Arbitrary<Clause> = fc
  .record(
    { author: filled(author), named: filled(party), reach: filled(reach), desk: filled(desk), stewards: filled(party), level: filled(from(...LEVELS)) },
    { requiredKeys: [] },
  )
  .filter((clause) => Object.keys(clause).length > 0)
/** Many others are hidden from half of the viewers: it is then told by whom they know of the rest. */
export const aVisible: fc.Arbitrary<Visible> = fc
  .record({ own: fc.array(aClause, { maxLength: 2 }), any: fc.array(aClause, { maxLength: 4 }), mine: some(from<Party>('t:red', 't:blue', 'p:ann', 'p:bo')), many: fc.boolean() })
  .map(({ own, any, mine, many }) => {
    const { hide, knows } = hiddenFrom(mine, many ? [...CUSTOMERS, ...OTHERS] : CUSTOMERS)
    return { own, any, hide, ...(many && { knows }) }
  })
