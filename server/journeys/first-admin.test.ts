import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { firstAdminLink } from '../http/first-admin.js'
import { ROOT } from '../root.js'
import { openBank } from './bank.js'

const FIRST = { login: 'han.bing', name: 'Han Bing', email: 'han.bing@bank.example', bank: 'Riverside Bank', bankZh: '滨江银行' }

t.test('whoever starts an empty portal makes the first administrator by a link that works once', async (t) => {
  const bank = await openBank(t, { empty: true })
  const link = firstAdminLink(bank.house, '') ?? ''
  t.match(link, /^\/setup\/[\w-]{43}$/)
  const browser = bank.stranger()
  const form = (await browser.get(link)).form(link)
  const refused = await browser.submit(form, { ...FIRST, login: 'Han Bing!', bank: '' })
  t.equal(refused.status, 422)
  t.match(refused.body, 'han.bing@bank.example', 'what was typed is kept')
  const made = await browser.submit(refused.form(link), FIRST)
  t.equal(made.status, 303)
  t.match(made.location, /^\/password\//)
  const done = await browser.submit((await browser.get(made.location)).form(made.location), { new_password: 'kettle-ocean-41-violet' })
  t.equal(done.location, '/sign-in')
  const inside = await browser.submit((await browser.get('/sign-in')).form('/sign-in'), { login: 'han.bing', password: 'kettle-ocean-41-violet' })
  t.equal(inside.status, 303)
  t.match((await browser.get('/me')).text, 'Riverside Bank')
  t.match(bank.person('han.bing' as 'li.na'), { roles: ['employee', 'admin'], language: 'en' })

  t.equal((await bank.stranger().get(link)).status, 404)
  t.equal((await bank.stranger().post(link, FIRST, { from: '/sign-in' })).status, 404)
  t.equal(firstAdminLink(bank.house, ''), null)
})

t.test('with several portals behind a proxy the link of one leads to the form at every other, and that of another bank nowhere', async (t) => {
  const SESSION_SECRET = 'one-secret-for-all-portals-of-a-bank-0123456789'
  const [one, other, foreign] = [await openBank(t, { empty: true, env: { SESSION_SECRET } }), await openBank(t, { empty: true, env: { SESSION_SECRET } }), await openBank(t, { empty: true, env: { SESSION_SECRET: `${SESSION_SECRET}x` } })]
  const link = firstAdminLink(one.house, '') ?? ''
  t.equal((await other.stranger().get(link)).status, 200)
  t.equal((await foreign.stranger().get(link)).status, 404)
})

t.test('a guessed link and a portal that has people give nobody anything', async (t) => {
  const empty = await openBank(t, { empty: true })
  t.equal((await empty.stranger().get('/setup/guess')).status, 404)
  const bank = await openBank(t)
  t.equal(firstAdminLink(bank.house, ''), null)
  t.equal((await bank.stranger().get('/setup/guess')).status, 404)
})

t.test('two at once with the link make one administrator', async (t) => {
  const bank = await openBank(t, { empty: true })
  const link = firstAdminLink(bank.house, '') ?? ''
  const browser = bank.stranger()
  const form = (await browser.get(link)).form(link)
  const answers = await Promise.all(['one', 'two', 'three'].map((login) => browser.submit(form, { ...FIRST, login })))
  t.equal(answers.filter(({ status }) => status === 303).length, 1)
  t.equal(bank.house.people.directory().persons.size, 1)
})

t.test('whoever fills in the form in Chinese is the first administrator in Chinese', async (t) => {
  const bank = await openBank(t, { empty: true })
  const link = firstAdminLink(bank.house, '') ?? ''
  const browser = bank.stranger()
  browser.headers['accept-language'] = 'zh-CN,zh;q=0.9'
  const page = await browser.get(link)
  t.match(page.body, /<html lang="zh/, 'premise')
  t.equal((await browser.submit(page.form(link), FIRST)).status, 303)
  t.equal(bank.person('han.bing' as 'li.na').language, 'zh')
})

t.test('from the terminal the first administrator gets its language, or the one asked for, and nobody one that does not exist', { timeout: 500_000 }, async (t) => {
  const scratch = await mkdtemp(join(tmpdir(), 'tacit-first-'))
  t.teardown(() => rm(scratch, { recursive: true, force: true }))
  const own = extname(import.meta.filename)
  const script = fileURLToPath(new URL(`../../scripts/admin-create${own}`, import.meta.url))
  const terminal = async (folder: string, locale: Readonly<Record<string, string>>, args: readonly string[]) => {
    const env = { PATH: process.env['PATH'], NODE_ENV: 'test', DATA_DIR: folder, LOG_LEVEL: 'silent', TS_NODE_TRANSPILE_ONLY: '1', TSIMP_DIAG: 'ignore', ...locale, ...(await scratchAddress(folder)) }
    return promisify(execFile)(process.execPath, [...(own === '.ts' ? ['--import=@tapjs/typescript/import'] : []), script, ...args], { cwd: ROOT, env }).then(({ stdout }) => stdout, (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`)
  }
  const who = ['han.bing', '韩冰', 'han.bing@bank.example', 'Riverside Bank', '滨江银行']
  for (const [name, locale, more, language] of [
    ['of the terminal', { LANG: 'zh_CN.UTF-8' }, [], 'zh'],
    ['asked for', { LC_ALL: 'zh_CN.UTF-8' }, ['--language', 'en'], 'en'],
  ] as const) {
    const folder = join(scratch, language)
    t.match(await terminal(folder, locale, [...who, ...more]), /\/password\/[\w-]{43}/, name)
    const bank = await openBank(null, { folder, empty: true })
    t.equal(bank.person('han.bing' as 'li.na').language, language, name)
    await bank.close()
  }
  t.match(await terminal(join(scratch, 'fr'), {}, [...who, '--language', 'fr']), /There is no language fr: en or zh\./)
  t.match(await terminal(join(scratch, 'help'), {}, ['--help']), /\[--language en\|zh\]/)
})
