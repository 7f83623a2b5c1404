import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { readStrings } from '../adapters/words/strings.js'
import { ACTS, RECORDED_KINDS } from '../domain/policy/record.js'
import { JOBS } from '../http/present/record-words.js'
import { ROOT } from '../root.js'
import { isTest } from './rooms.js'
import { filesIn, placeholders } from './words.js'

const strings = [...readStrings(join(ROOT, 'content', 'strings'))]
const code = [...filesIn(join(ROOT, 'server'), ['.ts']), ...filesIn(join(ROOT, 'scripts'), ['.ts'])].filter(({ path }) => !isTest(path))

/** Refusals whose code is worked out; what they can come to is collected from the law itself. */
const WORKED_OUT = ['reasonAtDoor(allow)', "refusals[0]?.code ?? 'errors.forbidden'"]

/** Codes of refusals, and what is no literal, in one file. */
function refusalsIn(path: string, text: string): { readonly codes: readonly string[]; readonly workedOut: readonly string[] } {
  const codes: string[] = []
  const workedOut: string[] = []
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Forbidden') {
      const [argument] = node.arguments ?? []
      if (argument && ts.isStringLiteralLike(argument)) codes.push(argument.text)
      else workedOut.push(argument?.getText() ?? '')
    }
    if (path.startsWith('domain/') && ts.isStringLiteralLike(node) && /^policy\.[a-z_]+$/.test(node.text)) codes.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { codes, workedOut }
}

const refusals = code.map(({ path, text }) => refusalsIn(path, text))

t.test('every refusal that can stand in the record has its words in both languages', async (t) => {
  const codes = new Set([...refusals.flatMap((found) => found.codes), 'errors.forbidden'])
  t.ok(codes.size > 15, `premise: ${codes.size} codes were found`)
  t.same([...new Set(refusals.flatMap((found) => found.workedOut))].sort(), [...WORKED_OUT].sort(), 'the codes of another one must be collected here first')
  for (const [language, words] of strings) {
    for (const one of codes) t.ok(words.has(`record.refused.${one}`), `${language}: ${one}`)
    for (const [key, text] of words) if (/^record\.(refused|act|kind|job)\./.test(key) && key !== 'record.refused.other') t.same(placeholders(text, language), [], `${key} needs no value`)
  }
})

t.test('every act, kind and job of the record has its words in both languages', async (t) => {
  const jobs = new Set(code.flatMap(({ text }) => [...text.matchAll(/'job:([a-z-]+)'/g)].map(([, name = '']) => name)))
  t.ok(jobs.size > 3, `premise: ${[...jobs].join(', ')}`)
  for (const [language, words] of strings) {
    for (const act of ACTS) t.ok(words.has(`record.act.${act}`), `${language}: ${act}`)
    for (const act of ACTS) t.ok(words.has(`record.family.${act.slice(0, act.indexOf('.'))}`), `${language}: the family of ${act}`)
    for (const kind of RECORDED_KINDS) t.ok(words.has(`record.kind.${kind}`), `${language}: ${kind}`)
    for (const job of new Set([...jobs, ...JOBS])) if (!SCRATCH.has(job)) t.ok(words.has(`record.job.${job}`), `${language}: ${job}`)
  }
})

/** Jobs of the tests' own parts that live outside of test files. */
const SCRATCH = new Set(['test'])

t.test('a refusal without words would be seen', async (t) => {
  t.same(refusalsIn('http/x.ts', "throw new Forbidden('queue.closed')").codes, ['queue.closed'])
  t.same(refusalsIn('http/x.ts', 'throw new Forbidden(reasonOf(x))').workedOut, ['reasonOf(x)'])
  t.same(refusalsIn('domain/policy/x.ts', "const no = () => 'policy.too_late'").codes, ['policy.too_late'])
})
