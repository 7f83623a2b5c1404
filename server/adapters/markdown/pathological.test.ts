import t from 'tap'
import type { Markdown } from '../../domain/notes/markdown.js'
import { asTyped } from './pipeline.js'
import { MarkdownRenderer } from './render.js'
import { sanitise } from './sanitise.js'
import { isSimple } from './simple.js'
import { LIMITS, MarkdownWorkers } from './workers.js'


/** As many characters as a note may hold, and texts that made marked slow, deep or huge. */
const fill = (unit: string, length = 50_000): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
const PATHOLOGICAL: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['<', '[', '*', '"', "'", '`', '_', '~', '>', '> ', '![', ']', '#', '|', '\\', '&', ' ', '\n', '\t', '\0', '- ', '* ', '*a ', '*a**b ', 'a*_', '(__a', 'a>__', '[a](', '[a](<b', '[](', '![[]()', '<a ', '<!--', '<![CDATA[', '&#1', 'http://a', 'www.a.', 'a@', 'a.b-c_', 'a  \n', 'a\n=\n', '```\n', '~~a ', '**_a', '*[`<_~', '中**文', '[a]:', '> - ', '**。', '\u202e']
      .map((unit) => [JSON.stringify(unit), fill(unit)]),
  ),
  'two thousand lists in one another': `${'- '.repeat(2_000)}x`,
  'two thousand numbered lists in one another': `${'1. '.repeat(2_000)}x`,
  'two thousand quotes in one another': `${'> '.repeat(2_000)}x`,
  'a long text in fifty quotes': `${'> '.repeat(50)}${'字 '.repeat(12_000)}`,
  'a long text in a thousand quotes': `${'>'.repeat(1_000)}${'字 '.repeat(12_000)}`,
  'lists ever deeper': Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n'),
  'quotes ever deeper': Array.from({ length: 300 }, (_, depth) => `${'>'.repeat(depth)} a`).join('\n'),
  'brackets inside brackets': '['.repeat(25_000) + ']'.repeat(25_000),
  'backticks of all lengths': Array.from({ length: 300 }, (_, n) => `${'`'.repeat(n)} a`).join(' '),
  'ten thousand cells': `${'|a'.repeat(100)}|\n${'|-'.repeat(100)}|\n${`${'|x'.repeat(100)}|\n`.repeat(100)}`,
  'fifty million cells': `${'a|'.repeat(5_000)}\n${'-|'.repeat(5_000)}\n${'a\n'.repeat(10_000)}`,
  'fifty million cells in a quote': `> ${'a|'.repeat(5_000)}\n> ${'-|'.repeat(5_000)}\n${'> a\n'.repeat(5_000)}`,
  'one long definition used ten thousand times': `[a]: ${'x'.repeat(10_000)}\n\n${'[a] '.repeat(10_000)}`,
  'one long definition on its own line': `[a]:\n${'x'.repeat(10_000)}\n\n${'[a] '.repeat(9_000)}`,
  'two thousand definitions': Array.from({ length: 2_000 }, (_, n) => `[a${n}]: /u "t"`).join('\n'),
}

t.test('no text, however hostile, fails or stays without an answer', { timeout: 120_000 }, async (t) => {
  const markdown = new MarkdownRenderer({ limits: { ...LIMITS, wait: 110_000 } })
  const rendered = Object.entries(PATHOLOGICAL).map(async ([name, text]) => ({ name, html: await markdown.render(text) }))
  for (const { name, html } of await Promise.all(rendered)) {
    t.ok(html.length <= 1_100_000 && sanitise(html) === html, `${name}: ${html.length} characters`)
  }
  await markdown.close()
})

t.test('while hostile texts are rendered, other people still get their pages', { timeout: 60_000 }, async (t) => {
  const markdown = new MarkdownRenderer({ limits: { ...LIMITS, render: 1_500 } })
  const order: string[] = []
  const hostile = ['*a**b ', 'a*_', '(__a', 'a>__'].map((unit) => Promise.resolve(markdown.render(fill(unit, 49_998))).then(() => order.push('hostile')))
  for (let n = 0; n < 20; n++) {
    await new Promise((soon) => setImmediate(soon))
    await markdown.render(`note ${n} in *plain* words`)
    order.push('plain')
  }
  await Promise.all(hostile)
  await markdown.close()
  t.equal(order.length, 24)
  t.same(order.slice(0, 20), Array(20).fill('plain'), 'every plain note was there before the first hostile one')
})

t.test('a text that takes a thread too long is shown as typed, and the next text is rendered', { timeout: 60_000 }, async (t) => {
  const late: number[] = []
  const markdown = new MarkdownRenderer({ limits: { workers: 1, render: 1_000, wait: 20_000, waiting: 5, megabytes: 96 }, onLate: (bytes) => late.push(bytes) })
  await markdown.render('# warm\n'.repeat(300))
  const slow = fill('*a**b ', 49_998)
  t.equal(await markdown.render(slow), asTyped(slow))
  t.same(late, [49_998])
  t.match(await markdown.render('# next\n'.repeat(300)), /<h2>next<\/h2>/)
  await markdown.close()
})

t.test('when no thread can start, texts are shown as typed and nobody waits', { timeout: 60_000 }, async (t) => {
  const workers = new MarkdownWorkers({ workers: 2, render: 20_000, wait: 50_000, waiting: 5, megabytes: 96 }, new URL('./no-such-worker.js', import.meta.url))
  t.same(await Promise.all(['# a', '# b', '# c'].map((text) => workers.render(text))), [null, null, null])
  t.equal(workers.size, 0)
  await workers.close()
})

t.test('when too many texts wait, the last are shown as typed at once', { timeout: 60_000 }, async (t) => {
  const markdown = new MarkdownRenderer({ limits: { workers: 1, render: 20_000, wait: 20_000, waiting: 2, megabytes: 96 } })
  const texts = [1, 2, 3].map((n) => `# ${n}\n`.repeat(300))
  const [first, second, third] = await Promise.all(texts.map((text) => Promise.resolve(markdown.render(text))))
  t.match(first, /<h2>1<\/h2>/)
  t.match(second, /<h2>2<\/h2>/)
  t.equal(third, asTyped(texts[2] as string))
  await markdown.close()
})

t.test('a closed renderer still answers', async (t) => {
  const markdown: Markdown & { close(): Promise<void> } = new MarkdownRenderer()
  await markdown.close()
  const text = '# late\n'.repeat(300)
  t.equal(await markdown.render(text), asTyped(text))
})

t.test('notes as people write them are rendered on the spot, and texts full of marks are not', async (t) => {
  t.ok(isSimple('# 拜访纪要\n\n- 客户担心利率\n- 下周**再谈**\n\n> 她说：“不急”。\n'.repeat(10)))
  t.notOk(isSimple(fill('*a ', 3_000)))
  t.notOk(isSimple('字'.repeat(8_001)))
})
