import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { SHARED, STAFF, entry, find, ids, type Opens } from './subject.js'

/** What a person types finds what they mean, in both languages. */
export async function wordsContract(t: Test, open: Opens, every = 1): Promise<void> {
  await t.test('Chinese is found in the middle of a sentence, by two characters, by a part of a name, and mixed with Latin', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('renewal', '王总来电', { body: '上周五王总致电询问KYC续期所需材料，已经提醒客户经理跟进。' }),
      entry('bank', '同业动态', { body: '招商银行上调了三年期大额存单利率，客户表示动心。' }),
      entry('paper', '保管', { body: '请保存单据原件。' }),
      entry('tax', '税务', { body: '个税申报' }),
    ])
    t.same(await ids(engine, '续期'), ['renewal'])
    t.same(await ids(engine, 'KYC续期'), ['renewal'])
    t.same(await ids(engine, 'ｋｙｃ 续期'), ['renewal'], 'full width too')
    t.same(await ids(engine, '招商'), ['bank'])
    t.same(await ids(engine, '招商银行'), ['bank'])
    t.equal((await ids(engine, '存单'))[0], 'bank', 'a word stands before two characters that meet by chance')
    t.same(await ids(engine, '客户经理'), ['renewal'])
    t.same(await ids(engine, '税'), ['tax'], 'one character')
    t.same(await ids(engine, '申报'), ['tax'], 'at the very end')
    t.same(await ids(engine, '缓刑'), [])
  })

  await t.test('a natural Chinese question finds the answer though not every word is in it', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('answer', '陈家转走存款的原因', { body: '陈太太把定期存款转到他行，因为利率调整前没有人打电话告诉她。' }),
      entry('other', '存款产品', { body: '三款定期存款产品的说明与比较。' }),
      entry('noise', '网点装修', { body: '大堂本月装修，客户从侧门进入。' }),
    ])
    t.equal((await ids(engine, '陈太太为什么把她在我们这里的存款转走了？'))[0], 'answer')
  })

  await t.test('Traditional finds Simplified and the other way round', async (t) => {
    const engine = await open(t)
    await engine.put([entry('hans', '贷款利率', { body: '客户对后续还款计划表示满意' }), entry('hant', '貸款審批', { body: '臺灣客戶詢問匯率與開戶流程' })])
    t.same((await ids(engine, '贷款')).sort(), ['hans', 'hant'])
    t.same((await ids(engine, '貸款')).sort(), ['hans', 'hant'])
    t.same(await ids(engine, '後續還款'), ['hans'])
    t.same(await ids(engine, '台湾 汇率'), ['hant'])
  })

  await t.test('other forms of a word, accents and case do not matter', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Complaints about fees', { body: 'She complained at the Café Zürich; the bank’s policies' })])
    for (const typed of ['complaint', 'COMPLAINING', 'fee', 'cafe zurich', 'café', 'policy', 'banks']) t.same(await ids(engine, typed), ['a'], typed)
  })

  await t.test('one or two slips of the finger are forgiven and told', async (t) => {
    const engine = await open(t)
    await engine.put([entry('a', 'Certificate renewal', { body: 'mortgage escrow' }), entry('b', 'Branch opening hours')])
    const slips: [string, string][] = [['mortage', 'mortgage'], ['mrotgage', 'mortgage'], ['certifficate', 'certificate'], ['cretifcate', 'certificate'], ['escow', 'escrow']]
    for (const [typed, used] of slips) {
      const { hits, corrected } = await find(engine, typed)
      t.same(hits.map((hit) => hit.id), ['a'], typed)
      t.same(corrected, [{ typed, used }])
    }
    t.same(await ids(engine, 'certif'), ['a'], 'a word being typed is a beginning, not a mistake')
    t.same(await ids(engine, 'xylophone'), [])
    t.same((await find(engine, 'mortgage')).corrected, [], 'a word that is there is left alone')
  })

  await t.test('a concept is found by all its words, across departments and languages', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('en', 'Rates', { body: 'asked for a certificate of deposit for three years' }),
      entry('plural', 'Rollover', { body: 'two certificates of deposit mature in May' }),
      entry('zh', '利率', { body: '客户询问大额存单的起存金额' }),
      entry('apart', 'Deposit slip', { body: 'the certificate was left beside the deposit slip' }),
    ])
    await engine.setSynonyms([['certificate of deposit', 'CD', '大额存单', '存单']])
    for (const typed of ['存单', '大额存单', 'certificate of deposit', 'CD']) t.same((await ids(engine, typed)).sort(), ['en', 'plural', 'zh'], typed)
    t.ok((await find(engine, '存单')).terms.includes('certificate of deposit'), 'and highlighted')
    await engine.setSynonyms([])
    t.same(await ids(engine, '存单'), ['zh'], 'until the glossary changes')
  })

  await t.test('phrases, left-out words, fields and dates narrow as they say', async (t) => {
    const engine = await open(t)
    await engine.put([
      entry('a', 'Rate reset', { body: 'the fixed rate ends in May', texts: { tag: ['pricing'], customer: ['Chen household'], author: ['Li Na'] }, at: '2024-03-31T23:59:59.999Z' }),
      entry('b', 'Rate talk', { body: 'rate is not fixed yet', texts: { tag: ['talks'], customer: ['Wu & Co'], author: ['Zhao Lei'] }, at: '2024-04-01T00:00:00.000Z' }),
      entry('c', '利率 talk', { body: '固定利率到期', texts: { tag: ['pricing'], customer: ['陈家'], author: ['李娜'] }, facets: { tag: ['price_key'] }, at: '2025-02-01T00:00:00.000Z' }),
    ])
    t.same(await ids(engine, '"fixed rate"'), ['a'])
    t.same((await ids(engine, 'fixed rate')).sort(), ['a', 'b'], 'premise: without quotes both')
    t.same(await ids(engine, '“固定利率”'), ['c'])
    t.same(await ids(engine, 'rate -reset'), ['b'])
    t.same(await ids(engine, 'rate -"fixed rate"'), ['b'])
    t.same((await ids(engine, 'tag:pricing')).sort(), ['a', 'c'])
    t.same(await ids(engine, 'tag：price_key'), ['c'], 'by its key, with a full-width colon')
    t.same((await ids(engine, 'rate -tag:pricing')), ['b'])
    t.same(await ids(engine, 'customer:chen'), ['a'])
    t.same(await ids(engine, 'customer:"chen household" rate'), ['a'])
    t.same(await ids(engine, 'customer:陈家'), ['c'])
    t.same(await ids(engine, 'author:"Li Na"'), ['a'])
    t.same(await ids(engine, 'rate before:2024-04'), ['a'])
    t.same(await ids(engine, 'rate after:2024-04'), ['b'])
    t.same((await ids(engine, 'after:2024 before:2025')).sort(), ['a', 'b'])
    t.same(await ids(engine, 'rate -fixed after:2024-04-02'), [])
  })

  await t.test('keywords ask for all of them first; a phrase that stands nowhere is looked for as words, and it says so', async (t) => {
    const engine = await open(t)
    await engine.put([
      ...Array.from({ length: 4 }, (_, i) => entry(`both${i}`, 'Overdraft fee')),
      ...Array.from({ length: 9 }, (_, i) => entry(`one${i}`, 'Overdraft limit')),
      entry('few', 'Notary fee'),
    ])
    const both = await find(engine, 'overdraft fee')
    t.equal(both.total, 4)
    t.equal(both.relaxed, false)
    const notary = await find(engine, 'overdraft notary')
    t.equal(notary.relaxed, true)
    t.ok(notary.total > 0)
    const phrase = await find(engine, '"fee notary"')
    t.equal(phrase.hits[0]?.id, 'few')
    t.equal(phrase.relaxed, true)
  })

  await t.test('of two that fit, the one to rely on comes first, but never before one that fits far better', async (t) => {
    const engine = await open(t)
    const trust = { validatedAt: '2025-05-01T00:00:00.000Z', overdue: false, reuses: 8 }
    await engine.put([
      entry('doubtful', 'Escrow shortage letter'),
      entry('trusted', 'Escrow shortage letter', { trust, value: 5 }),
      entry('overdue', 'Escrow shortage letter', { trust: { ...trust, overdue: true, reuses: 0 } }),
      entry('beside', 'Branch opening', { body: 'a letter on escrow, among many other things that were said on a long day about a shortage', trust, value: 5 }),
    ])
    t.same(await ids(engine, 'escrow shortage letter'), ['trusted', 'overdue', 'doubtful', 'beside'])
  })

  await t.test('what holds all that was asked for comes before what says one word of it often; of the same words those that stand together come first', async (t) => {
    const engine = await open(t)
    const filler = 'a long day at the branch with many visitors who asked about other things'
    await engine.put([
      entry('often', 'Notary, notary, notary', { texts: { tag: ['notary'] } }),
      entry('all', 'Visit', { body: `${filler} overdraft ${filler} notary ${filler}` }),
      ...Array.from({ length: 9 }, (_, i) => entry(`other${i}`, 'Overdraft limit')),
    ])
    t.equal((await ids(engine, 'overdraft notary'))[0], 'all')
    await engine.put([
      entry('apart', 'Visit', { body: `escrow ${filler} shortage ${filler}` }),
      entry('beside', 'Visit', { body: `${filler} escrow shortage ${filler}` }),
      entry('turned', 'Visit', { body: `shortage ${filler} ${filler} escrow` }),
    ])
    t.equal((await ids(engine, 'escrow shortage'))[0], 'beside')
  })

  await t.test('a title, a tag and a customer weigh more than the text', async (t) => {
    const engine = await open(t)
    const long = 'words that say something else entirely about the day at the branch and its visitors'
    await engine.put([entry('body', 'Visit', { body: `${long} pension ${long}` }), entry('title', 'Pension', { body: `${long} ${long}` }), entry('tag', 'Call', { body: `${long} ${long}`, texts: { tag: ['pension'] } })])
    t.same(await ids(engine, 'pension'), ['title', 'tag', 'body'])
  })

  const list = join(SHARED, 'hostile', 'blns.json')
  await t.test('whatever is typed is text, never an error', { skip: !existsSync(list) && 'no test data: set TACIT_SHARED' }, async (t) => {
    const engine = await open(t)
    const strings = JSON.parse(readFileSync(list, 'utf8')) as string[]
    t.ok(strings.length > 400, 'premise: the strings were read')
    await engine.put(strings.map((text, i) => entry(`n${i}`, text, { body: text, texts: { tag: [text], customer: [text] } })))
    for (const text of [...strings.filter((_, i) => i % every === 0), ...OPERATORS]) {
      const asked = [text, `"${text}"`, `tag:${text}`, `-${text}`].map(async (typed) => {
        const { total, hits } = await find(engine, typed)
        if (hits.length > total) t.fail(typed)
      })
      await Promise.all([...asked, engine.suggest(text, STAFF, {}), engine.similar({ text }, STAFF, { now: '2025-06-01T12:00:00.000Z' })])
    }
    t.equal((await find(engine, '')).total, strings.length, 'and everything is still there')
  })

  await t.test('nothing typed lists everything, newest first; punctuation alone finds nothing', async (t) => {
    const engine = await open(t)
    await engine.put(['2024-01-01', '2025-01-01', '2023-01-01'].map((day) => entry(day, 'Note', { at: `${day}T00:00:00.000Z`, value: day.startsWith('2023') ? 5 : 0 })))
    t.same(await ids(engine, ''), ['2025-01-01', '2024-01-01', '2023-01-01'])
    t.same(await ids(engine, '', { sort: 'value' }), ['2023-01-01', '2025-01-01', '2024-01-01'])
    t.same(await ids(engine, 'note', { sort: 'newest' }), ['2025-01-01', '2024-01-01', '2023-01-01'])
    t.same(await ids(engine, '？！…'), [])
    t.equal((await find(engine, '-note')).total, 0)
    t.equal((await find(engine, '-other')).total, 3)
  })
}

const OPERATORS = ['a AND', 'OR OR', 'NOT', 'NEAR(a b)', 'a* b*', '^a', '{title}: a', 'title:a', '(((', 'a + b', 'a - b', '"', '""', '"a', '\u0000', '\ud800', ':', 'tag:', 'before:', 'before:2024-13', 'x'.repeat(5_000), '很'.repeat(3_000), '-'.repeat(50)]
