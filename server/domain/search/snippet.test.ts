import fc from 'fast-check'
import t from 'tap'
import { fold, foldWithOffsets } from './fold.js'
import { pairsOf, runsOf } from './runs.js'
import { highlight, snippet, type Segment } from './snippet.js'

const marked = (segments: readonly Segment[]): string => segments.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('')

t.test('a reader sees their words marked in the text as it was written', async (t) => {
  const cases: [string, string[], string][] = [
    ['The Rates were reset, then rated again.', ['rate', 'reset'], 'The [Rates] were [reset], then [rated] again.'],
    ['Café Zürich', ['cafe', 'ZURICH'], '[Café] [Zürich]'],
    ['客户询问大额存单的利率', ['存单', '利率'], '客户询问大额[存单]的[利率]'],
    ['臺灣客戶詢問匯率', ['台湾', '汇率'], '[臺灣]客戶詢問[匯率]'],
    ['台湾客户询问汇率', ['臺灣', '匯率'], '[台湾]客户询问[汇率]'],
    ['请做ＫＹＣ续期', ['kyc', '续期'], '请做[ＫＹＣ][续期]'],
    ['two certificates of deposit', ['certificate of deposit'], 'two [certificates of deposit]'],
    ['a certificate of the deposit', ['certificate of deposit'], 'a certificate of the deposit'],
    ['two late fees, of late', ['late fe*'], 'two [late fees], of late'],
    ['the rate lock-in ended', ['rate lock in'], 'the [rate lock-in] ended'],
    ['the rate lock was off', ['rate lock in'], 'the rate lock was off'],
    ['mortgage and mortar', ['mort*'], '[mortgage] and [mortar]'],
    ['他把定期存款转走了', ['把存款转走'], '他把定期[存款转走]了'],
    ['他在𠮷野家门口', ['住在𠮷祥'], '他[在𠮷]野家门口'],
    ['他在𠮷野家门口', ['去𠮷野寺'], '他在[𠮷野]家门口'],
    ['丸井㈱ signed', ['株'], '丸井[㈱] signed'],
    ['<b>rate</b> & "rate"', ['rate'], '<b>[rate]</b> & "[rate]"'],
    ['税', ['税'], '[税]'],
    ['nothing here', ['else', '', '!!'], 'nothing here'],
  ]
  for (const [text, terms, expected] of cases) t.equal(marked(highlight(text, terms)), expected)
})

t.test('a snippet shows where the words stand together, with ellipses where it was cut', async (t) => {
  const text = `${'Filler about the weather. '.repeat(20)}The branch had not called before the rate reset. ${'More filler follows. '.repeat(20)}`
  const cut = snippet(text, ['branch', 'rate'], 120)
  t.match(marked(cut), /^….*\[branch\].*\[rate\].*…$/s)
  t.ok(cut.map((each) => each.text).join('').length < 170)
  t.match(marked(snippet(text, ['nowhere'], 60)), /^Filler[^[]*…$/)
  t.equal(marked(snippet('short text', ['text'], 60)), 'short [text]')
  const chinese = `${'天气很好。'.repeat(60)}客户把存单转走了，因为利率。${'后来下雨了。'.repeat(60)}`
  t.match(marked(snippet(chinese, ['存单', '利率'], 60)), /^….*\[存单\].*\[利率\].*…$/s)
})

t.test('whatever the text and the terms, the pieces joined are the text', async (t) => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.array(fc.constantFrom('rate', '存单', '臺', '㈱', 'é', '😀', ' ', 'ﬁ', '\u0301', '\ud800'), { maxLength: 30 }).map((all) => all.join('')))
  fc.assert(
    fc.property(text, fc.array(fc.oneof(text, fc.constantFrom('rate', '存单', '台', '株', 'e', 'f*')), { maxLength: 4 }), (whole, terms) => {
      const pieces = highlight(whole, terms)
      const cut = snippet(whole, terms, 20).filter((piece) => piece.text !== '…').map((piece) => piece.text).join('')
      return pieces.map((piece) => piece.text).join('') === whole && whole.includes(cut) && pieces.every((piece) => piece.text !== '')
    }),
    { numRuns: 1_000 },
  )
})

t.test('folding twice changes nothing more, and every folded character knows where it came from', async (t) => {
  t.equal(fold('臺灣Ａｂ Ｃafé\t著名着乾后後麼么'), fold('台湾ab café 着名著干后后么麽'))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const { text: folded, from } = foldWithOffsets(text)
      return folded === fold(text) && from.length === folded.length + 1 && from.at(-1) === text.length && fold(folded) === folded
    }),
    { numRuns: 2_000 },
  )
})

t.test('every character there is, once folded, stays as it is', async (t) => {
  const restless: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const folded = fold(String.fromCodePoint(code))
    if (fold(folded) !== folded) restless.push(`U+${code.toString(16)}`)
  }
  t.same(restless, [])
})

t.test('text is split into words and into Chinese that has none', async (t) => {
  t.same(runsOf(fold("KYC续期：Wu's 2.85%")).map((run) => [run.text, run.dense]), [['kyc', false], ['续期', true], ['wu', false], ['2', false], ['85', false]])
  t.same(pairsOf('存单续'), ['存单', '单续', '续'])
  t.same(pairsOf('𠮷野'), ['𠮷野', '野'])
})
