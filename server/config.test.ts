import { join, resolve } from 'node:path'
import t from 'tap'
import { readConfig } from './config.js'
import { SETTINGS } from './settings.js'
import { ROOT } from './root.js'

const PRODUCTION = {
  NODE_ENV: 'production',
  SESSION_SECRET: 'x'.repeat(32),
  BASE_URL: 'https://tacit.bank.example',
  TRUST_PROXY: '127.0.0.1',
}

t.test('an empty environment starts a portal on this machine alone', async (t) => {
  const config = readConfig({})
  t.equal(config.host, '127.0.0.1')
  t.equal(config.baseUrl, 'http://127.0.0.1:3000')
  t.equal(config.dataDir, resolve(ROOT, 'data'))
  t.equal(config.sessionHours, 10)
  t.equal(config.demo, true)
  t.throws(() => Object.assign(config, { port: 1 }), 'settings cannot change while running')
})

t.test('a wrong value stops the start with a sentence that names the variable and the remedy', async (t) => {
  const wrong: Record<string, string> = {
    NODE_ENV: 'staging',
    PORT: '70000',
    BASE_URL: 'tacit.bank.example',
    SESSION_SECRET: 'short',
    SESSION_HOURS: 'all day',
    TIME_ZONE: 'Asia/Nowhere',
    LOG_LEVEL: 'loud',
    SMTP_URL: 'http://mail',
    MAIL_FROM: 'nobody',
    HEADER_SECONDS: '0',
    REQUEST_SECONDS: '1.5',
    DEMO: 'maybe',
  }
  for (const [name, value] of Object.entries(wrong)) {
    const remedy = SETTINGS.find((it) => it.name === name)?.remedy ?? 'unknown setting'
    t.throws(() => readConfig({ [name]: value }), { message: new RegExp(`^${name} .*: ${escaped(remedy)}\\.$`) }, name)
  }
})

t.test('a secret that will not do is not repeated on the terminal', async (t) => {
  for (const secret of [{ SESSION_SECRET: 'hunter2' }, { SMTP_URL: 'ftp://u:hunter2@x' }]) {
    const name = Object.keys(secret).join()
    t.throws(() => readConfig(secret), { message: new RegExp(`^${name} cannot be "…": `) }, name)
  }
})

t.test('production does not start without a session secret', async (t) => {
  t.throws(() => readConfig({ ...PRODUCTION, SESSION_SECRET: undefined }), { message: /^SESSION_SECRET is missing in production: / })
  t.equal(readConfig(PRODUCTION).mode, 'production', 'premise: the rest of it would do')
})

t.test('production refuses to be reached by plain http, except on the machine itself', async (t) => {
  t.throws(() => readConfig({ ...PRODUCTION, BASE_URL: 'http://tacit.bank.example' }), { message: /^BASE_URL cannot be plain http in production: / })
  for (const local of ['http://127.0.0.1:3000', 'http://localhost', 'http://[::1]:3000']) {
    t.equal(readConfig({ ...PRODUCTION, BASE_URL: local }).baseUrl, local)
  }
})

t.test('an https address needs a proxy to believe', async (t) => {
  t.throws(() => readConfig({ BASE_URL: 'https://tacit.bank.example' }), { message: /^TRUST_PROXY is missing/ })
})

t.test('production never seeds a demo bank', async (t) => {
  t.equal(readConfig(PRODUCTION).demo, false)
  t.throws(() => readConfig({ ...PRODUCTION, DEMO: 'true' }), { message: /^DEMO cannot be true in production/ })
})

t.test('mail is sent only with a sender and a list of domains', async (t) => {
  const mail = { SMTP_URL: 'smtp://127.0.0.1:2525', MAIL_FROM: 'tacit@bank.example', MAIL_DOMAINS: 'bank.example, branch.example' }
  t.same(readConfig(mail).mail?.domains, ['bank.example', 'branch.example'])
  t.throws(() => readConfig({ ...mail, MAIL_FROM: '' }), { message: /^MAIL_FROM is missing/ })
  t.throws(() => readConfig({ ...mail, MAIL_DOMAINS: ' , ' }), { message: /^MAIL_DOMAINS is missing/ })
})

t.test('numbers are given on an address of their own, and to strangers only with a token', async (t) => {
  t.equal(readConfig({}).metrics, null, 'nobody asked for them')
  t.same(readConfig({ METRICS_PORT: '9464' }).metrics, { host: '127.0.0.1', port: 9464, token: null })
  t.throws(() => readConfig({ METRICS_PORT: '3000' }), { message: /^METRICS_PORT is the port of the pages: / })
  t.throws(() => readConfig({ METRICS_PORT: '9464', METRICS_HOST: '0.0.0.0' }), { message: /^METRICS_TOKEN is missing while METRICS_HOST can be reached/ })
  t.throws(() => readConfig({ METRICS_PORT: '9464', METRICS_TOKEN: 'hunter2' }), { message: /^METRICS_TOKEN cannot be "…": / })
  t.equal(readConfig({ METRICS_PORT: '9464', METRICS_HOST: '0.0.0.0', METRICS_TOKEN: 'x'.repeat(32) }).metrics?.token, 'x'.repeat(32))
})

t.test('a secret may come in a file, as service managers hand it over', async (t) => {
  const folder = t.testdir({ secret: `${'s'.repeat(40)}\n`, empty: '\n' })
  t.equal(readConfig({ ...PRODUCTION, SESSION_SECRET: '', SESSION_SECRET_FILE: `${folder}/secret` }).sessionSecret, 's'.repeat(40))
  t.throws(() => readConfig({ ...PRODUCTION, SESSION_SECRET_FILE: `${folder}/secret` }), { message: /^SESSION_SECRET is given twice: keep either it or SESSION_SECRET_FILE\.$/ })
  t.throws(() => readConfig({ SESSION_SECRET_FILE: `${folder}/nowhere` }), { message: /^SESSION_SECRET_FILE cannot be read at / })
  t.throws(() => readConfig({ ...PRODUCTION, SESSION_SECRET: '', SESSION_SECRET_FILE: `${folder}/empty` }), { message: /^SESSION_SECRET is missing/ })
  t.equal(readConfig({ PORT_FILE: `${folder}/nowhere` }).port, 3000, 'only a secret does')
})

t.test('a misspelt setting of our own is refused rather than ignored', async (t) => {
  t.throws(() => readConfig({ TACIT_PROT: '3000' }), { message: /^TACIT_PROT is not a setting of Tacit/ })
  t.doesNotThrow(() => readConfig({ TACIT_DEPTH: 'deep', TACIT_SHARED: '/somewhere' }))
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

t.test('how the way to PostgreSQL is encrypted is said in words that mean the same everywhere', async (t) => {
  const url = 'postgres://tacit:hunter2@db.bank.example/tacit'
  const authority = join(t.testdir({ 'ca.pem': 'x' }), 'ca.pem')
  t.equal(readConfig({ DATABASE_URL: `${url}?sslmode=verify-full&sslrootcert=${authority}` }).database?.url.includes(authority), true)
  t.ok(readConfig({ DATABASE_URL: `${url}?sslmode=disable` }).database)
  for (const [asked, message] of [
    ['sslmode=require', /^DATABASE_URL cannot have sslmode=require: /], ['sslmode=verify_full', /^DATABASE_URL cannot have sslmode=verify_full: /], ['sslmode=no-verify', /^DATABASE_URL cannot have sslmode=no-verify: /],
    ['ssl=true', /^DATABASE_URL cannot have ssl: /], ['sslmode=verify-full&uselibpqcompat=true', /^DATABASE_URL cannot have uselibpqcompat: /],
    [`sslrootcert=${authority}`, /^DATABASE_URL has sslrootcert without sslmode=verify-full: /], [`sslmode=verify-full&sslrootcert=${authority}.none`, /^DATABASE_URL names a file as sslrootcert that cannot be read: .*ca\.pem\.none: /],
  ] as const) {
    t.throws(() => readConfig({ DATABASE_URL: `${url}?${asked}` }), { message }, asked)
    t.throws(() => readConfig({ DATABASE_URL: `${url}?${asked}` }), { message: /^(?!.*hunter2)/ }, 'and the password is not repeated')
  }
})
