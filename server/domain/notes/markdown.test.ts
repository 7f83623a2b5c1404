import fc from 'fast-check'
import t from 'tap'
import { gist, plainText, titleOf } from './markdown.js'

t.test('the title of a note left without one is its first line that says something, without Markdown', async (t) => {
  for (const [text, title] of [
    ['王总担心利率\n\n他说……', '王总担心利率'],
    ['# 拜访**招商**银行\n正文', '拜访招商银行'],
    ['\n\n---\n\n> - **[规程](https://bank.example/a)** 已改\n', '规程 已改'],
    ['![photo](https://x.example/a.png) of the branch', 'photo of the branch'],
    ['- [ ] call `back` at 5 * 3 * 2', 'call back at 5 * 3 * 2'],
    ['```\ncode\n```', 'code'],
    ['| a | b |\n|---|---|', 'a · b'],
    ['1. first', 'first'],
    ['account_number_two', 'account_number_two'],
    ['***', ''],
    ['。！', '。！'],
    ['', ''],
    ['   \n\t', ''],
  ] as const) t.equal(titleOf(text), title, JSON.stringify(text))
})

t.test('a long first line is cut between words or characters, never above 120', async (t) => {
  const english = titleOf('The treasurer worries about the dollar rate and '.repeat(10))
  t.ok(english.length <= 120 && /(?:The|treasurer|worries|about|the|dollar|rate|and)…$/.test(english), english)
  const chinese = titleOf('客户担心利率上升'.repeat(40))
  t.ok(chinese.length <= 120 && chinese.length > 110 && chinese.endsWith('…'), chinese)
  t.equal(titleOf('x'.repeat(120)), 'x'.repeat(120))
  t.equal(titleOf('x'.repeat(121)), `${'x'.repeat(119)}…`)
  t.notMatch(titleOf('👨‍👩‍👧'.repeat(60)), /[\ud800-\udbff]…$|\u200d…$/, 'no character is cut in half')
})

t.test('a gist is one line', async (t) => {
  t.equal(gist('# 标题\n\n- 一\n- **二**\n\n见 [规程](/help/a)。', 100), '标题 一 二 见 规程。')
  t.equal(gist('one two three four', 9), 'one two…')
  t.equal(gist('', 10), '')
})

t.test('the words of a text for search and mail are those a reader sees', async (t) => {
  for (const [text, plain] of [
    ['这是**重点。**下一句', '这是重点。下一句'],
    ['*a* _b_ __c__ ~~d~~ `e`', 'a b c d e'],
    ['snake_case and 2*3*4', 'snake_case and 2*3*4'],
    ['a \\* b \\# c', 'a * b # c'],
    ['AT&amp;T &lt;b&gt;', 'AT&T <b>'],
    ['<https://bank.example/a>', 'https://bank.example/a'],
    ['金额<5000且>100', '金额<5000且>100'],
    ['## two ##\nx', 'two ##\nx'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['138••••5678', '138••••5678'],
  ] as const) t.equal(plainText(text), plain, JSON.stringify(text))
})

t.test('titles and gists keep within their length on any text', async (t) => {
  const text = fc.array(fc.oneof(fc.constantFrom('**', '# ', '[a](b)', '\n', '客户', ' ', '>', '- ', '`', '👨‍👩‍👧', '|'), fc.string({ maxLength: 10, unit: 'grapheme' })), { maxLength: 60 }).map((p) => p.join(''))
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 200 }), (typed, max) => {
    const [title, line] = [titleOf(typed), gist(typed, max)]
    return title.length <= 120 && line.length <= max && !/[\r\n]/.test(title + line) && title === title.trim()
  }), { numRuns: 1000 })
  t.pass()
})

t.test('the words of the longest and oddest texts are found at once', { timeout: 30_000 }, async (t) => {
  for (const unit of ['*', '**a', '_a ', '[', '![', '[a](', '[a][', '`', '``a', '<', '<http://', '> ', '- ', '1. ', '|', '\\', '&', '&lt;', '~~', '# ', ' ', '\n', '\r', '\t', 'a_', '*a*', '- [ ] ']) {
    const text = unit.repeat(Math.ceil(50_000 / unit.length))
    t.ok(plainText(text).length <= text.length * 3, JSON.stringify(unit))
    titleOf(text)
    gist(text, 200)
  }
})
