import t from 'tap'
import { openWords, readStrings } from './strings.js'

t.test('a sentence is said in the reader\'s language, with plurals by its rules', async (t) => {
  const folder = t.testdir({
    en: { 'notes.json': JSON.stringify({ 'notes.count': '{n, plural, =0 {No notes} one {# note} other {# notes}}' }) },
    zh: { 'notes.json': JSON.stringify({ 'notes.count': '{n, plural, =0 {暂无笔记} other {# 条笔记}}' }) },
  })
  const words = openWords(readStrings(folder), { strict: true })
  t.equal(words.say('en', 'notes.count', { n: 1 }), '1 note')
  t.equal(words.say('en', 'notes.count', { n: 1204 }), '1,204 notes')
  t.equal(words.say('zh', 'notes.count', { n: 1204 }), '1,204 条笔记')
  t.equal(words.say('zh', 'notes.count', { n: 0 }), '暂无笔记')
})

t.test('a sentence with nothing to fill in is said the same each time, also where it quotes what would be filled in', async (t) => {
  const folder = t.testdir({
    en: { 'a.json': JSON.stringify({ 'a.plain': 'Nothing found', 'a.quoted': "It''s written '{so}'", 'a.filled': '{so} it is', 'a.empty': '' }) },
    zh: { 'a.json': JSON.stringify({ 'a.plain': '无结果', 'a.quoted': "写作 '{so}'", 'a.filled': '{so}', 'a.empty': '' }) },
  })
  const words = openWords(readStrings(folder), { strict: true })
  for (const so of ['Well', 'Thus']) {
    t.equal(words.say('en', 'a.plain', { so }), 'Nothing found')
    t.equal(words.say('zh', 'a.plain'), '无结果')
    t.equal(words.say('en', 'a.quoted', { so }), "It's written {so}")
    t.equal(words.say('en', 'a.filled', { so }), `${so} it is`)
    t.equal(words.say('en', 'a.empty'), '')
  }
})

t.test('angle brackets in a sentence or a value stay text', async (t) => {
  const folder = t.testdir({
    en: { 'a.json': JSON.stringify({ 'a.b': 'write <b>{name}</b>' }) },
    zh: { 'a.json': JSON.stringify({ 'a.b': '写 <b>{name}</b>' }) },
  })
  const words = openWords(readStrings(folder), { strict: true })
  t.equal(words.say('en', 'a.b', { name: '<i>' }), 'write <b><i></b>')
})

t.test('a missing sentence fails in tests, and in production shows its key and is reported', async (t) => {
  const folder = t.testdir({ en: {}, zh: {} })
  t.throws(() => openWords(readStrings(folder), { strict: true }).say('en', 'a.b'), { message: 'no string a.b in en' })
  const missed: string[] = []
  const lenient = openWords(readStrings(folder), { strict: false, missed: (key, language) => missed.push(`${language} ${key}`) })
  t.equal(lenient.say('zh', 'a.b'), 'a.b')
  t.same(missed, ['zh a.b'])
})

t.test('one key in two files is refused', async (t) => {
  const folder = t.testdir({ en: { 'a.json': '{"a.b":"1"}', 'b.json': '{"a.b":"2"}' }, zh: {} })
  t.throws(() => readStrings(folder), { message: /a\.b stands twice/ })
})
