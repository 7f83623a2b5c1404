import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { ROOT } from '../../root.js'
import { EMPTY_QUERY, LONGEST_QUERY, isEmptyQuery, parseQuery, printQuery, termsOf, type Query } from './query.js'

const word = (text: string, more: { phrase?: boolean; not?: boolean } = {}) => ({ text, phrase: false, not: false, ...more })
const query = (parts: Partial<Query>): Query => ({ ...EMPTY_QUERY, ...parts })

t.test('words, phrases, left-out words, fields and dates are understood as typed', async (t) => {
  t.same(parseQuery('rate  reset -fee "existing customer"'), query({
    words: [word('rate'), word('reset'), word('fee', { not: true }), word('existing customer', { phrase: true })],
  }))
  t.same(parseQuery('-"late fee" tag:pricing -customer:"Wu & Co" AUTHOR:li.na'), query({
    words: [word('late fee', { phrase: true, not: true })],
    fields: [{ name: 'tag', value: 'pricing', not: false }, { name: 'customer', value: 'Wu & Co', not: true }, { name: 'author', value: 'li.na', not: false }],
  }))
  t.same(parseQuery('after:2024 before:2024-9'), query({ after: '2024-01-01', before: '2024-09-01' }))
  t.same(parseQuery('before:2024-02-29'), query({ before: '2024-02-29' }))
})

t.test('an input method\'s full-width quotes, colons, spaces and minus are as good as any', async (t) => {
  t.same(parseQuery('“大额存单”　利率 －年费 tag：定价 customer：「陈家」'), query({
    words: [word('大额存单', { phrase: true }), word('利率'), word('年费', { not: true })],
    fields: [{ name: 'tag', value: '定价', not: false }, { name: 'customer', value: '陈家', not: false }],
  }))
  t.same(parseQuery('ｂｅｆｏｒｅ：２０２４-０３'), query({ before: '2024-03-01' }))
})

t.test('what is none of these is text', async (t) => {
  for (const text of ['before:soon', 'before:2024-13', 'after:2023-02-29', 'tag:', 'http://a.example/b', 'e-mail', '2.85%', 'constructor:x', '--fee', '-', '《合同》', 'a:b:c']) {
    t.same(parseQuery(text), query({ words: [word(text)] }), text)
  }
  t.same(parseQuery('say "hello'), query({ words: [word('say'), word('hello')] }), 'a quote that is not closed yet')
  t.same(parseQuery('-before:2024'), query({ words: [word('before:2024', { not: true })] }))
  t.same(parseQuery('a\u0000b \ud800 c'), query({ words: [word('a'), word('b'), word('c')] }))
  t.same(parseQuery(' "" 「」 '), EMPTY_QUERY)
  t.ok(isEmptyQuery(parseQuery('　')))
})

t.test('a very long query is read as far as anybody types', async (t) => {
  t.equal(parseQuery('很'.repeat(5_000)).words[0]?.text.length, LONGEST_QUERY)
})

t.test('whatever is typed gives a query, and printing that gives the same query again', async (t) => {
  const pieces = fc.constantFrom('rate', '存单', '"', '“', '」', '-', '－', ':', '：', ' ', '　', 'tag', 'customer:', 'before:', '2024', '2024-02-30', '\n', '《', "'", '\\', '*', '(')
  const typed = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(pieces, { maxLength: 20 }).map((all) => all.join('')))
  let full = 0
  fc.assert(
    fc.property(typed, (text) => {
      const read = parseQuery(text)
      if (!isEmptyQuery(read)) full++
      return JSON.stringify(parseQuery(printQuery(read))) === JSON.stringify(read)
    }),
    { numRuns: process.env['TACIT_DEPTH'] === 'deep' ? 20_000 : 2_000 },
  )
  t.ok(full > 200, 'premise: most held something')
})

const list = join(process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared'), 'data', 'hostile', 'blns.json')
t.test('the naughty strings are text like any other', { skip: !existsSync(list) && 'no test data: set TACIT_SHARED' }, async (t) => {
  const strings = JSON.parse(readFileSync(list, 'utf8')) as string[]
  t.ok(strings.length > 400, 'premise: the strings were read')
  for (const text of strings) {
    const read = parseQuery(text)
    if (JSON.stringify(parseQuery(printQuery(read))) !== JSON.stringify(read)) t.fail(text)
  }
})

t.test('what to highlight are the words looked for, not those left out', async (t) => {
  t.same(termsOf(parseQuery('rate "fixed rate" -fee tag:x')), ['rate', 'fixed rate'])
})
