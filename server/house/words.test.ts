import { join } from 'node:path'
import t from 'tap'
import { readStrings } from '../adapters/words/strings.js'
import { ACTS } from '../domain/policy/acts.js'
import { ACTS as RECORDED } from '../domain/policy/record.js'
import { ROOT } from '../root.js'
import { isTest } from './rooms.js'
import { FILE_NAME, filesIn, placeholders, usesInCode, usesInView, type Use } from './words.js'

const strings = readStrings(join(ROOT, 'content', 'strings'))
const en = strings.get('en') ?? new Map<string, string>()
const zh = strings.get('zh') ?? new Map<string, string>()
const rooms = new Set([...en.keys()].map((key) => key.split('.')[0]))

/** Dotted names that are no sentences. */
const NOT_WORDS = new Set<string>([...ACTS, ...RECORDED, 'search.discarded', 'search.failed', 'search.worker_ended'])

const views = filesIn(join(ROOT, 'views'), ['.hbs'])
const code = [...filesIn(join(ROOT, 'server'), ['.ts']).filter(({ path }) => !isTest(path)), ...filesIn(join(ROOT, 'scripts'), ['.ts'])]
const uses: readonly Use[] = [
  ...views.flatMap(({ path, text }) => usesInView(`views/${path}`, text)),
  ...code.flatMap(({ path, text }) => usesInCode(path, text)),
]

t.test('both languages have the same sentences', async (t) => {
  t.ok(en.size > 100, `premise: ${en.size} sentences`)
  t.same([...en.keys()].filter((key) => !zh.has(key)), [], 'missing in Chinese')
  t.same([...zh.keys()].filter((key) => !en.has(key)), [], 'missing in English')
})

t.test('a sentence takes the same values in both languages', async (t) => {
  for (const [key, text] of en) {
    const [ours, theirs] = [placeholders(text, 'en'), placeholders(zh.get(key) ?? '', 'zh-CN')]
    if (ours.join() !== theirs.join()) t.fail(`${key}: ${ours.join(', ') || 'nothing'} in English, ${theirs.join(', ') || 'nothing'} in Chinese`)
  }
  t.same(placeholders('{name} has {count, plural, one {# note by {who}} other {# notes}}', 'en'), ['count:number', 'name:value', 'who:value'], 'premise')
})

t.test('a sentence stands in the file of its room', async (t) => {
  for (const language of ['en', 'zh']) {
    const folder = join(ROOT, 'content', 'strings', language)
    for (const { path, text } of filesIn(folder, ['.json'])) {
      const roomsHere = new Set(Object.keys(JSON.parse(text)).map((key) => key.split('.')[0]))
      t.ok(roomsHere.size > 0, `${path} is not empty`)
    }
  }
  t.same(
    filesIn(join(ROOT, 'content', 'strings', 'en'), ['.json']).map(({ path }) => path),
    filesIn(join(ROOT, 'content', 'strings', 'zh'), ['.json']).map(({ path }) => path),
  )
})

t.test('every sentence that is asked for is there', async (t) => {
  t.ok(uses.length > 150, `premise: ${uses.length} uses were found`)
  for (const { where, key, prefix } of uses) {
    if (prefix) {
      const fromView = where.startsWith('views/')
      if ((fromView || rooms.has(key.split('.')[0])) && ![...en.keys()].some((one) => one.startsWith(key))) t.fail(`${where} asks for ${key}…`)
    } else if (!en.has(key) && !NOT_WORDS.has(key) && !FILE_NAME.test(key) && (where.startsWith('views/') || rooms.has(key.split('.')[0]))) t.fail(`${where} asks for ${key}`)
  }
})

t.test('every sentence is used', async (t) => {
  const whole = new Set(uses.filter(({ prefix }) => !prefix).map(({ key }) => key))
  const beginnings = uses.filter(({ prefix }) => prefix).map(({ key }) => key)
  for (const key of en.keys()) {
    if (!whole.has(key) && !beginnings.some((beginning) => key.startsWith(beginning))) t.fail(`nobody says ${key}`)
  }
})

t.test('Chinese is written in Chinese and English in English', async (t) => {
  for (const [key, text] of zh) {
    if (!/\p{Script=Han}/u.test(text) && /[A-Za-z]{3}/.test(text.replace(/\{[^}]*\}/g, '')) && !OTHER_TONGUE.has(key)) t.fail(`${key} is not Chinese: ${text}`)
  }
  for (const [key, text] of en) if (/\p{Script=Han}/u.test(text) && !OTHER_TONGUE.has(key)) t.fail(`${key} is not English: ${text}`)
})

/** Names of languages are written in themselves, and what is typed into the search box is the same in both. */
const OTHER_TONGUE = new Set([
  'search.home.tip_fields', 'frame.language.other', 'frame.language.switch', 'me.language.en', 'me.language.zh',
])

t.test('a key that is used but missing, or there but unused, would be seen', async (t) => {
  t.same(usesInView('v', `{{t 'a.b' x=(t "c.d")}}{{t (concat 'e.f.' x)}}`).map(({ key, prefix }) => `${key}${prefix}`), ['a.bfalse', 'c.dfalse', 'e.f.true'])
  const found = usesInCode('c', "say('a.b'); refused('x', `a.c`); say(`a.d.${x}`); const it = { code: 'me.x' }; 'not a key'; 'UPPER.case'")
  t.same(found.map(({ key, prefix }) => `${key}${prefix}`), ['a.bfalse', 'a.cfalse', 'a.d.true', 'me.xfalse'])
})
