// npm test: builds, checks the types, runs every test with tap, and says last `N passed, N failed`.
// `npm test -- store http` runs these suites only; `npm test -- server/http/origin.test.ts` one file.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, createWriteStream, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const BUILT = join(ROOT, '.tap', 'built')
const REPORTS = join(ROOT, '.tap', 'reports')
/** One process per suite, two at a time: the machine this has to run on has two cores. */
const AT_ONCE = 2
const SUITE_SECONDS = 1500
const AT_FULL_SPEED = pathToFileURL(join(ROOT, 'scripts', 'tap-at-full-speed.mjs')).href

const words = process.argv.slice(2)
const deep = words.includes('--deep')
const only = words.filter((word) => !word.startsWith('--'))

mustDo(['scripts/build.mjs'], 'the build failed')
mustDo(['node_modules/typescript/bin/tsc', '-p', '.'], 'the types do not fit')
await buildTests()
rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })

const waiting = chosen()
const results = []
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) results.push(await run(file))
}))

for (const { skipped } of results) for (const title of skipped) console.log(`skipped: ${title}`)
for (const { failures } of results) for (const report of failures) console.log(`\n${report}`)
const passed = sum(results.map((one) => one.passed))
const failed = sum(results.map((one) => one.failed))
if (passed === 0) console.error('no test ran')
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

/**
 * Tests run as built JavaScript: a TypeScript loader costs a second of a core in every process and every worker.
 * The sources stand beside, for tests that start one of them with a loader of their own.
 */
async function buildTests() {
  rmSync(BUILT, { recursive: true, force: true })
  const sources = ['server', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.d\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  await build({
    entryPoints: sources, outdir: BUILT, outbase: ROOT, format: 'esm', platform: 'node', target: 'node20', sourcemap: 'linked', logLevel: 'warning',
  })
  for (const path of [...sources, ...tables()]) cpSync(path, join(BUILT, relative(ROOT, path)))
}

/** The steps of the database's schema, which stand beside the code that takes them. */
function tables() {
  return readdirSync(join(ROOT, 'server'), { recursive: true }).filter((name) => name.endsWith('.sql')).map((name) => join(ROOT, 'server', name))
}

function chosen() {
  const files = only.filter((word) => word.endsWith('.test.ts')).map((path) => relative(ROOT, resolve(path)))
  if (files.length > 0) return files
  // The longest first, so that the last one does not run alone for long.
  const order = ['journeys', 'browser', 'store', 'adapters', 'search', 'postgres', 'http', 'house']
  const suites = readdirSync(join(ROOT, 'server', 'house')).flatMap((name) => /^suite-(.*)\.ts$/.exec(name)?.[1] ?? [])
  const wanted = only.length === 0 ? suites : suites.filter((suite) => only.includes(suite))
  return wanted.sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((suite) => join('server', 'house', `suite-${suite}.ts`))
}

/** One suite in a process of its own. A missing summary, an exit code, or a process that never ends is a failure. */
async function run(file) {
  const name = basename(file, '.ts')
  const report = join(REPORTS, `${name}.tap`)
  const kept = createWriteStream(report)
  const started = Date.now()
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', AT_FULL_SPEED, join(BUILT, file.replace(/\.ts$/, '.js'))], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test', TAP_TIMEOUT: String(SUITE_SECONDS), TS_NODE_TRANSPILE_ONLY: '1', ...(deep && { TACIT_DEPTH: 'deep', TAP_TIMEOUT: '3600' }) },
  })
  const ended = new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)))
  for await (const line of createInterface({ input: child.stdout })) kept.write(`${line}\n`)
  const code = await ended
  await new Promise((done) => kept.end(done))

  const lines = readFileSync(report, 'utf8').split('\n')
  const { passed, failed } = counts(lines)
  const failures = [...failuresIn(lines)]
  const broken = code !== 0 && failed === 0
  if (broken) failures.push(`not ok ${name} ended with ${code}\n${lines.slice(-30).join('\n')}`)
  const verdict = code === 0 ? 'ok    ' : 'not ok'
  console.log(`${verdict} ${name.padEnd(24)} ${String(passed).padStart(7)} passed ${String(failed).padStart(4)} failed  ${((Date.now() - started) / 1000).toFixed(1)} s`)
  const skipped = lines.filter((line) => /^\s+ok \d+ .*# SKIP/i.test(line)).map((line) => line.trim().replace(/^ok \d+ - /, ''))
  return { passed, failed: failed + (broken ? 1 : 0), skipped, failures }
}

/** tap's own summary: its last line that counts the whole run, such as `# { total: 121, pass: 121 }`. */
function counts(lines) {
  const summary = lines.filter((line) => /^# \{ total: \d+/.test(line)).at(-1) ?? ''
  const number = (what) => Number(new RegExp(`\\b${what}: (\\d+)`).exec(summary)?.[1] ?? 0)
  return { passed: number('pass'), failed: number('fail') }
}

/** Each failed assertion with what tap says of it: a "not ok" line and the block below it. */
function* failuresIn(lines) {
  for (let i = 0; i < lines.length; i += 1) {
    if (!/^\s*not ok /.test(lines[i]) || !/^\s+---$/.test(lines[i + 1] ?? '')) continue
    const end = lines.findIndex((line, at) => at > i && /^\s+\.\.\.$/.test(line))
    yield lines.slice(i, Math.min(end + 1, i + 40)).join('\n')
  }
}

function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0)
}

function mustDo(script, trouble) {
  const { status } = spawnSync(process.execPath, script, { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return
  console.error(trouble)
  console.log('\n0 passed, 1 failed')
  process.exit(status || 1)
}
