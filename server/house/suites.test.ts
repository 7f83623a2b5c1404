import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../root.js'
import { AGAIN, SUITES, suiteOf, testFiles, type Suite } from './suites.js'

const HOUSE = join(ROOT, 'server', 'house')

t.test('every test file runs in one suite that exists', async (t) => {
  const files = testFiles()
  t.ok(files.length > 10, `premise: ${files.length} test files were found`)
  t.ok(files.includes('house/suites.test.ts'), 'premise: this very file is among them')
  for (const file of files) t.ok(existsSync(join(HOUSE, `suite-${suiteOf(file)}.ts`)), file)
})

t.test('each entry file runs the suite it is named after, and there are eight at most', async (t) => {
  const entries = readdirSync(HOUSE).filter((name) => /^suite-.*\.ts$/.test(name))
  t.same(entries.sort(), Object.keys(SUITES).map((suite) => `suite-${suite}.ts`).sort())
  t.ok(entries.length <= 8)
  for (const entry of entries) {
    const suite = entry.slice('suite-'.length, -'.ts'.length) as Suite
    t.match(readFileSync(join(HOUSE, entry), 'utf8'), `await runSuite('${suite}')`, entry)
  }
})

t.test('what runs once more over another store is a test of another suite that is there', async (t) => {
  const again = Object.entries(AGAIN)
  t.ok(again.length > 0)
  for (const [suite, files] of again) for (const file of files) {
    t.ok(testFiles().includes(file), file)
    t.not(suiteOf(file), suite, file)
  }
})

t.test('a test outside every known room is still run', async (t) => {
  t.equal(suiteOf('somewhere/new.test.ts'), 'http')
  t.equal(suiteOf('adapters/mail/smtp/smtp.test.ts'), 'adapters')
  t.equal(suiteOf('domain/notes/post-note.test.ts'), 'http')
})

t.test('no test file ends or plans the whole run, which would silence those after it', async (t) => {
  for (const file of testFiles()) {
    const text = readFileSync(join(ROOT, 'server', file), 'utf8')
    t.notMatch(text, /^t\.(end|plan|bailout|setTimeout)\(/m, file)
  }
})
