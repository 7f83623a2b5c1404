import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SETTINGS } from '../settings.js'
import { ROOT } from '../root.js'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** Rows such as `| \`PORT\` | \`3000\` | port to listen on |`. */
const rows = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)` \| (.*?) \| (.*) \|$/gm)].map(([, name, byDefault, meaning]) => ({ name, byDefault, meaning }))

t.test('the README lists every setting, with its default and meaning, and no other', async (t) => {
  t.ok(rows.length > 5, 'premise: the table was found')
  const expected = SETTINGS.map(({ name, default: byDefault, meaning }) => ({ name, byDefault: byDefault === '' ? '–' : `\`${byDefault}\``, meaning }))
  t.same(rows, expected, `the table should be:\n${expected.map((one) => `| \`${one.name}\` | ${one.byDefault} | ${one.meaning} |`).join('\n')}`)
})

t.test('the README names every command of package.json that a person runs', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const commands = Object.keys(scripts).filter((name) => !/^(pre|post)/.test(name))
  t.ok(commands.length > 5, 'premise')
  for (const name of commands) {
    const said = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`
    t.ok(readme.includes(said), said)
  }
})
