// npm test: builds, checks the types, runs every test, and says last `N passed, N failed`.
// `npm test -- store http` runs these suites only.
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = resolve(import.meta.dirname, '..')
const TAP = join(ROOT, '.tap', 'all-suites.tap')
const deep = process.argv.includes('--deep')
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'))

mustDo(['scripts/build.mjs'], 'the build failed')
mustDo(['node_modules/typescript/bin/tsc', '-p', '.'], 'the types do not fit')

const suites = readdirSync(join(ROOT, 'server', 'house')).filter((name) => /^suite-.*\.ts$/.test(name))
const wanted = suites.filter((name) => only.length === 0 || only.includes(name.slice('suite-'.length, -'.ts'.length)))
const status = await runTap(wanted.map((name) => join('server', 'house', name)))

const lines = readFileSync(TAP, 'utf8').split('\n')
const skipped = lines.filter((line) => /^\s+ok \d+ .*# SKIP/i.test(line)).map(titleOf)
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((title) => `  ${title}`).join('\n')}`)
for (const report of failures(lines)) console.log(`\n${report}`)

const { passed, failed } = counts(lines)
if (passed === 0) console.error('no test ran')
const good = status === 0 && passed > 0
console.log(`\n${passed} passed, ${good ? failed : Math.max(failed, 1)} failed`)
process.exitCode = good ? 0 : status || 1

/** Keeps tap's whole output in a file and says on the terminal how far it is. @returns tap's exit code */
async function runTap(files) {
  mkdirSync(join(ROOT, '.tap'), { recursive: true })
  const kept = createWriteStream(TAP)
  const tap = spawn(process.execPath, ['node_modules/tap/dist/esm/run.mjs', 'run', '--reporter=tap', ...files], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test', ...(deep && { TACIT_DEPTH: 'deep' }) },
  })
  const ended = new Promise((done) => tap.once('close', (code) => done(code ?? 1)))
  for await (const line of createInterface({ input: tap.stdout })) {
    kept.write(`${line}\n`)
    if (/^(not )?ok \d+ - /.test(line)) console.log(line.replace(/ \{$/, ''))
  }
  await new Promise((done) => kept.end(done))
  return ended
}

/** tap's own summary: its last line that counts the whole run. */
function counts(lines) {
  const summary = lines.filter((line) => /^# \{ total: \d+/.test(line)).at(-1) ?? ''
  const number = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  return { passed: number('pass'), failed: number('fail') }
}

/** Each failed assertion with what tap says of it: the deepest "not ok" lines and the block below them. */
function* failures(lines) {
  for (let i = 0; i < lines.length; i += 1) {
    if (!/^\s*not ok /.test(lines[i]) || !/^\s+---$/.test(lines[i + 1] ?? '')) continue
    const end = lines.findIndex((line, at) => at > i && /^\s+\.\.\.$/.test(line))
    const block = lines.slice(i, end + 1)
    if (block.length > 3) yield block.slice(0, 40).join('\n')
  }
}

function titleOf(line) {
  return line.trim().replace(/^ok \d+ - /, '')
}

function mustDo(script, trouble) {
  const { status } = spawnSync(process.execPath, script, { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return
  console.error(trouble)
  console.log('\n0 passed, 1 failed')
  process.exit(status || 1)
}
