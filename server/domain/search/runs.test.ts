import t from 'tap'
import { runsOf } from './runs.js'

const DENSE = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}々〇ー'
const RUNS = new RegExp(`(?<dense>[${DENSE}]+)|(?:(?![${DENSE}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')

/** As Unicode's classes say, slowly. */
function slowly(text: string): [string, number, boolean][] {
  return [...text.matchAll(RUNS)].map((match) => [match[0], match.index, match.groups?.['dense'] !== undefined])
}

t.test('every character there is belongs to the run that Unicode puts it into, between words and between Chinese', async (t) => {
  const wrong: string[] = []
  let checked = 0
  for (let code = 0; code <= 0x10ffff; code++) {
    const text = `b${String.fromCodePoint(code)}中`
    const found = runsOf(text).map(({ text, at, dense }) => `${text} ${at} ${dense}`).join()
    if (found !== slowly(text).map((each) => each.join(' ')).join()) wrong.push(code.toString(16))
    checked++
  }
  t.equal(checked, 0x110000)
  t.same(wrong, [])
})

t.test('a lone half of a character only separates', async (t) => {
  t.same(runsOf('a\ud83d b').map(({ text }) => text), ['a', 'b'])
  t.same(runsOf('存\udc00单').map(({ text }) => text), ['存', '单'])
})
