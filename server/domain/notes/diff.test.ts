import fc from 'fast-check'
import t from 'tap'
import { diffTexts, rowsOf, withoutUnchanged, type Part } from './diff.js'

const beforeOf = (parts: readonly Part[]): string => parts.filter((p) => p.kind !== 'added').map((p) => p.text).join('')
const afterOf = (parts: readonly Part[]): string => parts.filter((p) => p.kind !== 'removed').map((p) => p.text).join('')

t.test('a curator sees the words that changed, in English and in Chinese', async (t) => {
  t.same(diffTexts('The customer left in May.', 'The customer left in June.'), [
    { kind: 'same', text: 'The customer left in ' }, { kind: 'removed', text: 'May' }, { kind: 'added', text: 'June' }, { kind: 'same', text: '.' },
  ])
  t.same(diffTexts('客户担心利率上升。', '客户担心汇率上升。'), [
    { kind: 'same', text: '客户担心' }, { kind: 'removed', text: '利率' }, { kind: 'added', text: '汇率' }, { kind: 'same', text: '上升。' },
  ])
  t.same(diffTexts('same', 'same'), [{ kind: 'same', text: 'same' }])
  t.same(diffTexts('', ''), [])
  t.same(diffTexts('', 'new'), [{ kind: 'added', text: 'new' }])
})

const text = fc.array(fc.oneof(fc.constantFrom('客户', '利率', ' ', '\n', '\r\n', 'word', '。', '\n\n', '👨‍👩‍👧', '**'), fc.string({ maxLength: 3 })), { maxLength: 30 }).map((pieces) => pieces.join(''))

t.test('both texts can be read back from what changed, to the character', async (t) => {
  fc.assert(fc.property(text, text, (before, after) => {
    const parts = diffTexts(before, after)
    return beforeOf(parts) === before && afterOf(parts) === after && parts.every((p, n) => p.text !== '' && parts[n - 1]?.kind !== p.kind)
  }), { numRuns: 500 })
  t.pass()
})

t.test('both texts can be read back from the lines side by side', async (t) => {
  const side = (lines: (readonly Part[] | null)[]): string => lines.filter((line) => line !== null).map((line) => line.map((p) => p.text).join('')).join('\n')
  fc.assert(fc.property(text, text, (before, after) => {
    const rows = rowsOf(diffTexts(before, after))
    return side(rows.map((r) => r.before)) === before && side(rows.map((r) => r.after)) === after
  }), { numRuns: 500 })
  t.pass()
})

t.test('texts as long as a note may be are compared line by line, and hostile ones at once', { timeout: 30_000 }, async (t) => {
  const long = Array.from({ length: 1_000 }, (_, n) => `第${n}行：客户在${n}月说了一些事情，我们记下来。`).join('\n')
  const changed = long.replace('第500行：客户在500月', '第500行：客户在五月')
  const parts = diffTexts(long, changed)
  t.same(parts.filter((p) => p.kind === 'added').map((p) => p.text), ['五月'])
  for (const [before, after] of [
    ['a '.repeat(25_000), 'b '.repeat(25_000)], ['a\n'.repeat(25_000), 'b\n'.repeat(25_000)], ['字'.repeat(16_000), '词'.repeat(16_000)],
    [Array.from({ length: 9_000 }, (_, n) => `${n * 7 % 9_973}`).join(' '), Array.from({ length: 9_000 }, (_, n) => `${n * 11 % 9_973}`).join(' ')],
    [Array.from({ length: 9_000 }, (_, n) => `${n * 7 % 9_973}`).join('\n'), Array.from({ length: 9_000 }, (_, n) => `${n * 11 % 9_973}`).join('\n')],
  ] as const) {
    const whole = diffTexts(before, after)
    t.ok(beforeOf(whole) === before && afterOf(whole) === after, before.slice(0, 8))
  }
})

t.test('a changed line stands beside the line it replaced, and unchanged lines far from it are left out', async (t) => {
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`)
  const rows = rowsOf(diffTexts(lines.join('\n'), lines.with(10, 'LINE 10').join('\n')))
  t.equal(rows.length, 20)
  t.same(rows.filter((row) => row.changed), [{
    changed: true,
    before: [{ kind: 'removed', text: 'line' }, { kind: 'same', text: ' 10' }],
    after: [{ kind: 'added', text: 'LINE' }, { kind: 'same', text: ' 10' }],
  }])
  t.same(withoutUnchanged(rows).map((s) => (s.kind === 'rows' ? s.rows.length : -s.rows)), [-8, 5, -7])
  t.same(withoutUnchanged(rowsOf(diffTexts('a', 'a'))).map((s) => s.kind), ['rows'])
})

t.test('a line added between two others moves neither of them', async (t) => {
  const shown = (before: string, after: string): unknown => rowsOf(diffTexts(before, after)).map((row) => [row.before, row.after].map((side) => side?.map((p) => p.text).join('') ?? null))
  t.same(shown('a\nb', 'a\nnew\nb'), [['a', 'a'], [null, 'new'], ['b', 'b']])
  t.same(shown('a\ngone\nb', 'a\nb'), [['a', 'a'], ['gone', null], ['b', 'b']])
  t.same(shown('b', 'new\nb'), [[null, 'new'], ['b', 'b']])
  t.same(shown('one\nx b', 'y b'), [['one', null], ['x b', 'y b']])
})
