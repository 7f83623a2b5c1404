import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../config.js'
import { SECRETS, SETTINGS } from '../settings.js'
import { ROOT } from '../root.js'

const DEPLOY = join(ROOT, 'scripts', 'deploy')
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8')
const known = new Set<string>([...SETTINGS.map(({ name }) => name), ...SECRETS.map((name) => `${name}_FILE`)])
/** Settings of the other parts of a deployment, and what whoever starts it gives. */
const FOREIGN = ['POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD_FILE', 'MEILI_MASTER_KEY', 'SITE', 'ARCHIVE', 'VERSION', 'HEAP', 'UV_THREADPOOL_SIZE', 'NODE_OPTIONS', 'MALLOC_MMAP_THRESHOLD_', 'CDPATH', 'PATH']

/** Names a file sets or asks for: `NAME: value`, `NAME=value`, `${NAME…}`. */
function namesIn(text: string): readonly string[] {
  const bare = text.replace(/^\s*#(?!LoadCredential|Environment).*$/gm, '')
  return [...bare.matchAll(/(?:^|[\s;"({=])\$?\{?\$?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:=|:[ ?-]|\})/gm)].map(([, name = '']) => name).filter((name) => name.length > 3 && !/^(CMD|NONE)$/.test(name))
}

t.test('every setting that a file of scripts/deploy names is one of the portal', async (t) => {
  const files = readdirSync(DEPLOY).filter((name) => !name.endsWith('.json') && name !== 'README.md')
  t.ok(files.length >= 8, 'premise')
  const named = files.flatMap((file) => namesIn(read(file)).map((name) => ({ file, name })))
  for (const { file, name } of named) t.ok(known.has(name) || FOREIGN.includes(name), `${file}: ${name}`)
  const all = new Set(named.map(({ name }) => name))
  for (const name of ['BASE_URL', 'TRUST_PROXY', 'DATABASE_URL_FILE', 'MEILI_URL', 'DRAIN_SECONDS', 'METRICS_PORT', 'SESSION_SECRET_FILE']) t.ok(all.has(name), `premise: ${name} was found`)
  t.same(namesIn('  DATA_DIRR: /data\nEnvironment=SMTP_ULR=x ${SITTE:?who}\n#Environment=MAIL_FORM=x'), ['DATA_DIRR', 'SMTP_ULR', 'SITTE', 'MAIL_FORM'], 'premise: a misspelt one would be seen')
  for (const name of [...read('README.md').matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name = '']) => name)) t.ok(known.has(name) || FOREIGN.includes(name), `README.md: ${name}`)
})

t.test('the portal of the compose file starts with these very settings', async (t) => {
  const [, block = ''] = /environment: &settings\n((?: {4}.*\n)+?) {2}secrets:/.exec(read('compose.yaml')) ?? []
  const given = Object.fromEntries([...block.matchAll(/^ {4}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = '', value = '']) => [name, value.replace(/\$\{SITE[^}]*\}/, 'tacit.bank.example')]))
  const folder = t.testdir({ database_url: 'postgres://tacit:x@postgres:5432/tacit?sslmode=disable', session_secret: 'x'.repeat(64), meili_key: 'y'.repeat(64), metrics_token: 'z'.repeat(64) })
  const config = readConfig(Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.replace('/run/secrets', folder)])))
  t.equal(config.mode, 'production')
  t.equal(config.baseUrl, 'https://tacit.bank.example')
  t.match(config.database?.url, 'postgres')
  t.equal(config.metrics?.token, 'z'.repeat(64))
  t.same(config.meili?.servers.map(({ url, key }) => ({ url, key })), [{ url: 'http://meilisearch:7700', key: 'y'.repeat(64) }])
  t.match(read('compose.yaml'), `ipv4_address: ${config.trustProxy.join()}`, 'the proxy that is believed is the one that is there')
})

t.test('no image is of whatever release is newest, and no secret stands in a file', async (t) => {
  const images = [...`${read('compose.yaml')}\n${read('Dockerfile')}`.matchAll(/(?:image:|FROM) (\S+)/g)].map(([, name = '']) => name.replace(/\$\{\w+:-(.*)\}$/, '$1'))
  t.ok(images.length >= 6, 'premise')
  for (const image of images) t.match(image, /:[\w.-]*\d[\w.-]*$/, image)
  for (const image of images) t.notMatch(image, /:latest$/)
  for (const file of readdirSync(DEPLOY)) t.notMatch(read(file), /[0-9a-f]{32}|(PASSWORD|SECRET|KEY|TOKEN)[=:] ?["']?[A-Za-z0-9+/]{16}/, file)
})

t.test('the image is made of parts of the archive by name, so that no secret that lies beside them gets into it, and only once', async (t) => {
  const taken = [...read('Dockerfile').matchAll(/^(?:COPY|ADD) (.+) \/opt\/tacit\S*$/gm)].flatMap(([, names = '']) => names.split(' '))
  t.equal(read('Dockerfile').match(/^(COPY|ADD) /gm)?.length, 6, 'premise: every one was read')
  for (const name of taken) t.match(name, /^(?!deploy)[A-Za-z0-9_]+(\.\w+)*$/, name)
  for (const part of ['dist', 'node_modules', 'package.json', 'tacit']) t.ok(taken.includes(part), `premise: ${part}`)
  const compose = read('compose.yaml')
  t.equal(compose.match(/^ +build:/gm)?.length, 1)
  t.ok(compose.indexOf('build:') > compose.indexOf('portal-1:') && compose.indexOf('build:') < compose.indexOf('portal-2:'), 'at the first portal')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  t.match(compose, `image: tacit:\${VERSION:-${version}}\n`, 'the image is called after the release')
})

t.test('whoever is asked to stop is given the time it needs', async (t) => {
  const seconds = (text: string, rule: RegExp): number => Number(rule.exec(text)?.[1] ?? Number.NaN)
  const IN_FLIGHT = 25
  for (const [file, patience] of [['compose.yaml', /stop_grace_period: (\d+)s/], ['tacit.service', /TimeoutStopSec=(\d+)/]] as const) {
    const drain = seconds(read(file), /DRAIN_SECONDS[:=] ?"?(\d+)/)
    t.ok(seconds(read(file), patience) > drain + IN_FLIGHT, file)
    t.ok(drain >= 2 * (seconds(read('Caddyfile'), /health_interval (\d+)s/) + seconds(read('Caddyfile'), /health_timeout (\d+)s/)), 'the proxy notices in time')
  }
})
