import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wcagContrast } from 'culori'
import t from 'tap'
import { ROOT } from '../root.js'

type Tokens = Readonly<Record<string, string>>

const css = readFileSync(join(ROOT, 'static/site.css'), 'utf8')
const LIGHT = tokensAfter(/^ {2}:root \{/m)
const DARK = tokensAfter(/:root\[data-theme="dark"\] \{/)
const DARK_BY_SYSTEM = tokensAfter(/:root:not\(\[data-theme="light"\]\) \{/)

const GROUNDS = ['paper', 'sheet', 'wash']
/** WCAG 2.2: 1.4.3 asks 4.5 of text, 1.4.11 asks 3 of what shows a control, its state or the focus. */
const TEXT: readonly (readonly [string, readonly string[]])[] = [
  ['ink', [...GROUNDS, 'accent-wash', 'accent-line', 'good-wash', 'wait-wash', 'stop-wash']],
  ['ink-soft', [...GROUNDS, 'accent-wash']],
  ['accent', [...GROUNDS, 'accent-wash']],
  ['accent-strong', [...GROUNDS, 'accent-wash']],
  ['on-fill', ['fill', 'fill-strong', 'stop-fill', 'stop-fill-strong']],
  ['good', [...GROUNDS, 'good-wash']],
  ['wait', [...GROUNDS, 'wait-wash']],
  ['stop', [...GROUNDS, 'stop-wash']],
  ['on-mark', ['mark']],
]
const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ['line-strong', GROUNDS],
  ['focus', [...GROUNDS, 'accent-wash', 'stop-wash']],
  ['fill', ['paper', 'sheet']],
]

for (const [theme, tokens] of [['light', LIGHT], ['dark', DARK]] as const) {
  t.test(`in the ${theme} theme a person with weak eyes can read every text and see every control`, (t) => {
    t.equal(failing(tokens, TEXT, 4.5).join('\n'), '', 'text')
    t.equal(failing(tokens, SHAPES, 3).join('\n'), '', 'controls, states and focus')
    t.end()
  })
}

t.test('whoever lets the system choose gets the same dark theme as whoever chooses it', (t) => {
  t.ok(Object.keys(DARK).length > 20, 'the dark theme states its colours')
  t.same(DARK_BY_SYSTEM, DARK)
  t.end()
})

t.test('each theme states every colour, none is left over from the other', (t) => {
  const colours = (tokens: Tokens) => Object.keys(tokens).filter((name) => /^(#|rgb)/.test(tokens[name] ?? '')).sort()
  t.same(colours(DARK), colours(LIGHT))
  t.end()
})

t.test('a grey too pale to read is caught', (t) => {
  t.match(failing({ ...LIGHT, 'ink-soft': '#a9a59c' }, TEXT, 4.5).join('\n'), /ink-soft on paper: 2\./)
  t.match(failing({ ...DARK, focus: '#3a3733' }, SHAPES, 3).join('\n'), /focus on paper/)
  t.end()
})

function failing(tokens: Tokens, pairs: typeof TEXT, atLeast: number): string[] {
  return pairs.flatMap(([front, grounds]) =>
    grounds.flatMap((ground) => {
      const ratio = wcagContrast(colour(tokens, front), colour(tokens, ground))
      return ratio >= atLeast ? [] : [`${front} on ${ground}: ${ratio.toFixed(2)}, needs ${atLeast}`]
    }),
  )
}

function colour(tokens: Tokens, name: string): string {
  const value = tokens[name]
  if (value === undefined) throw new Error(`no colour --${name} in site.css`)
  return value
}

function tokensAfter(opening: RegExp): Tokens {
  const at = opening.exec(css)
  if (!at) throw new Error(`site.css has no block ${opening}`)
  const from = at.index + at[0].length
  return Object.fromEntries([...css.slice(from, css.indexOf('}', from)).matchAll(/--([a-z0-9-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value.trim()]))
}
