import fc from 'fast-check'
import t from 'tap'
import { givenJson, keptJson, keptText } from './letters.js'

const letter = fc.oneof(fc.constantFrom('\u0000', '\u001a', '\ud800', '\udfff', '\\', 'u0000', '"', 'd', '8', '客', '\ud83d\ude00', '\n'), fc.string({ maxLength: 2 }))
const text = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''))

t.test('whatever people paste is written in letters a database keeps, and comes back unchanged', async (t) => {
  let strange = 0
  fc.assert(fc.property(text, text, (key, value) => {
    const json = JSON.stringify({ [key]: [value] })
    const kept = keptJson(json)
    if (kept !== json) strange += 1
    const letters = JSON.stringify(JSON.parse(kept))
    return !/\\u(?:0000|d[89a-f])/.test(letters.replace(/\\\\/g, '')) && givenJson(kept) === json
  }), { numRuns: 2_000 })
  t.ok(strange > 100, `premise: ${strange} held strange letters`)
})

t.test('a column and a document write the same text the same way, and no two texts alike', async (t) => {
  fc.assert(fc.property(text, text, (a, b) => {
    const inDocument = JSON.parse(keptJson(JSON.stringify(a))) as string
    return keptText(a) === inDocument && (a === b) === (keptText(a) === keptText(b))
  }), { numRuns: 2_000 })
})

t.test('what holds nothing strange is left as it is', async (t) => {
  for (const plain of ['客户说不行', '😀', '\\u0000 typed out', '{"a":"\\\\u0000"}']) {
    t.equal(keptText(plain), plain)
    t.equal(givenJson(keptJson(JSON.stringify(plain))), JSON.stringify(plain))
  }
})
