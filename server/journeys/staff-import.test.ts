import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { ROOT } from '../root.js'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { openBank } from './bank.js'
import type { Browser, Page } from './browser.js'

const bank = await openBank(t)
const HEADER = 'login,name,email,title,department,teams,roles,domain,clearance,active\n'

/** Chooses a file and presses "look through", as a browser does. */
async function check(who: Browser, csv: string | Buffer, token?: string): Promise<Page> {
  const edge = 'tacit-edge'
  const head = `--${edge}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${token ?? (await who.token('/admin/people/import'))}\r\n--${edge}\r\ncontent-disposition: form-data; name="file"; filename="staff.csv"\r\ncontent-type: text/csv\r\n\r\n`
  const payload = Buffer.concat([Buffer.from(head), Buffer.from(csv), Buffer.from(`\r\n--${edge}--\r\n`)])
  return who.request({ method: 'POST', url: '/admin/people/import', payload, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } })
}

const run = async (who: Browser, page: Page) => who.submit(page.form('/admin/people/import/run'))
const person = (login: string) => bank.house.people.directory().personByLogin(login)

t.test('a file is looked through first and writes nothing; then it adds and changes people, who are told', async (t) => {
  const han = await bank.signIn('han.bing')
  const csv = `${HEADER}zhou.ting,周婷,zhou.ting@bank.example,客户经理,东城支行,East counter team|家庭客户组,,,敏感,\nsun.lei,,,,,-,,,internal,\nli.na,,,,,,,,,\n`
  const checked = await check(han, csv)
  t.equal(checked.status, 200)
  t.match(checked.text, /1 added 1 changed 1 unchanged 0 with errors/)
  t.match(checked.text, /sun\.lei Changed Sun Lei: clearance, teams/)
  t.equal(person('zhou.ting'), undefined, 'a dry run')
  const done = await run(han, checked)
  t.equal(done.location, '/admin/people')
  t.match(person('zhou.ting'), { name: '周婷', department: 'east', teams: ['east-desk', 'families'], clearance: 'confidential', roles: ['employee'], active: true })
  t.match(person('sun.lei'), { teams: [], clearance: 'internal' })
  t.equal(bank.house.post.outbox.list({ person: person('zhou.ting')?.id ?? '', kind: 'password_link', page: 1, size: 1 }).total, 1, 'the newcomer gets a link')
  t.ok((await bank.house.post.notices.of('sun-lei')).some(({ kind }) => kind === 'rights_changed'))
  t.ok((await bank.house.post.notices.of('gao-yuan')).some(({ kind }) => kind === 'rights_changed'), 'and the curator of his department')
  t.match((await bank.house.record.page({ kind: 'person', id: 'sun-lei', did: ['person.clearance_changed'] })).entries, [{ who: 'han-bing', from: 'confidential', to: 'internal' }])
})

t.test('the same file again changes nothing and tells nobody', async (t) => {
  const han = await bank.signIn('han.bing')
  const csv = `${HEADER}chen.mei,,,,,,,,restricted,\n`
  await run(han, await check(han, csv))
  const [letters, epoch] = [bank.house.post.outbox.list({ page: 1, size: 1 }).total, bank.house.people.rightsEpoch('chen-mei')]
  const again = await check(han, csv)
  t.match(again.text, /Everybody is as the file says/)
  t.notMatch(again.body, '/admin/people/import/run')
  const forced = await han.post('/admin/people/import/run', { file: Buffer.from(csv).toString('base64') }, { from: '/admin/people/import' })
  t.equal(forced.status, 303)
  t.equal(bank.house.post.outbox.list({ page: 1, size: 1 }).total, letters)
  t.equal(bank.house.people.rightsEpoch('chen-mei'), epoch)
})

t.test('one bad row and nothing is taken; every error is named by its line', async (t) => {
  const han = await bank.signIn('han.bing')
  const csv = `${HEADER}good.one,Good One,good@bank.example,,East Branch,,,,,\nbad login,Bad,bad@bank.example,,East Branch,,,,,\nno.mail,No Mail,nothing,,East Branch,,,,,\nno.where,No Where,w@bank.example,,Mars,,,,,\nli.na,,,,,,wizard,,,\ngood.one,Twice,t@bank.example,,East Branch,,,,,\nqian.yu,,,,,,curator,-,,\nshort,row\n`
  const page = await check(han, csv)
  t.equal(page.status, 422)
  t.match(page.text, /7 with errors/)
  t.match(page.text, /3 bad login Error A login is 2 to 64 small letters/)
  t.match(page.text, /5 no\.where Error “Mars” in the column “department” is not known/)
  t.match(page.text, /6 li\.na Error “wizard” in the column “roles” is not known/)
  t.match(page.text, /7 good\.one Error The same login as on line 2/)
  t.match(page.text, /8 qian\.yu Error A curator needs a domain/)
  t.match(page.text, /9 .*Error The row has 2 cells, the first line 10/)
  t.notMatch(page.body, '/admin/people/import/run')
  const forced = await han.post('/admin/people/import/run', { file: Buffer.from(csv).toString('base64') }, { from: '/admin/people/import' })
  t.equal(forced.status, 422, 'a hand-made request neither')
  t.equal(person('good.one'), undefined)
})

t.test('no file changes the rights of whoever imports it, or leaves the bank without an administrator', async (t) => {
  const han = await bank.signIn('han.bing')
  for (const row of ['han.bing,,,,,,admin|curator,Head Office,,', 'han.bing,,,,,,,,restricted,', 'han.bing,,,,,East counter team,,,,', 'han.bing,,,,,,employee,,,', 'han.bing,,,,,,,,,no']) {
    const page = await check(han, `${HEADER}${row}\n`)
    t.equal(page.status, 422, row)
    t.match(page.text, /Nobody changes their own rights/, row)
  }
  t.match(person('han.bing'), { roles: ['employee', 'admin'], clearance: 'internal', teams: [], active: true })
  t.equal((await check(han, `${HEADER}han.bing,,,Chief of staff,,,,,,\n`)).status, 200, 'a job title is no right')
})

t.test('somebody disabled by a file is signed out on the next click', async (t) => {
  const [han, wang] = [await bank.signIn('han.bing'), await bank.signIn('wang.wei')]
  t.equal((await wang.get('/notes')).status, 200, 'premise')
  await run(han, await check(han, `${HEADER}wang.wei,,,,,,,,,no\n`))
  t.equal((await wang.get('/notes')).status, 303)
  t.equal(person('wang.wei')?.active, false)
  await run(han, await check(han, `${HEADER}wang.wei,,,,,,,,,是\n`))
  t.equal(person('wang.wei')?.active, true)
})

t.test('what is no table of staff is refused in a sentence', async (t) => {
  const han = await bank.signIn('han.bing')
  for (const [file, sentence] of [['', /The file is empty/], ['name,email\nA,b@c.example\n', /names no column with the login/], [HEADER, /no row below the first line/], [Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0xff]), /cannot be read|names no column/], [`${HEADER}${'x'.repeat(1_100_000)}`, /larger than 1 MB/]] as const) {
    const page = await check(han, file)
    t.equal(page.status, 422, String(sentence))
    t.match(page.text, sentence)
  }
  t.match((await han.submit((await han.get('/admin/people/import')).form('/admin/people/import'))).status >= 400, true, 'a form that is no upload')
})

t.test('only an administrator imports, and only from our own page', async (t) => {
  const [zhao, han] = [await bank.signIn('zhao.min'), await bank.signIn('han.bing')]
  const csv = `${HEADER}li.na,,,,,,admin,,,\n`
  t.equal((await zhao.get('/admin/people/import')).status, 403)
  t.equal((await check(zhao, csv, await zhao.token('/me'))).status, 403)
  t.equal((await zhao.post('/admin/people/import/run', { file: Buffer.from(csv).toString('base64') }, { from: '/me' })).status, 403)
  t.equal((await check(han, csv, 'made-up')).status, 403)
  t.same(person('li.na')?.roles, ['employee'])
})

t.test('the same from the terminal: a dry run that writes nothing, and the import', { timeout: 150_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-staff-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const other = await openBank(null, { folder: join(folder, 'data') })
  await other.house.started()
  await other.close()
  const file = join(folder, 'staff.csv')
  await writeFile(file, `${HEADER}zhou.ting,周婷,zhou.ting@bank.example,,东城支行,,,,,\nsun.lei,,,,,,,,internal,\n`)
  const env = { PATH: process.env['PATH'], NODE_ENV: 'test', DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', TS_NODE_TRANSPILE_ONLY: '1', ...(await scratchAddress(join(folder, 'data'))) }
  // From source or built, as this test itself.
  const own = extname(fileURLToPath(import.meta.url))
  const script = fileURLToPath(new URL(`../../scripts/import-staff${own}`, import.meta.url))
  const terminal = (...args: string[]) => promisify(execFile)(process.execPath, [...(own === '.ts' ? ['--import=@tapjs/typescript/import'] : []), script, ...args], { cwd: ROOT, env }).then(({ stdout }) => stdout, (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`)
  t.match(await terminal(file, '--as', 'han.bing', '--dry-run'), /1 added, 1 changed, 0 unchanged, 0 refused\.\nA dry run: nothing was written\./)
  t.match(await terminal(file, '--as', 'han.bing'), /line 2 zhou\.ting: added\nline 3 sun\.lei: changed\n1 added, 1 changed/)
  await writeFile(file, `${HEADER}wu.fang,吴芳,wu.fang@bank.example,,东城支行,,,,,\nma.li,Ma Li,ma.li@bank.example,,Mars,,,,,\n`)
  t.match(await terminal(file, '--as', 'han.bing'), /line 3 ma\.li: “Mars” in the column “department” is not known.*\n1 added, 0 changed, 0 unchanged, 1 refused\.\nNothing was taken: .* --leave-out-bad-rows/)
  t.match(await terminal(file, '--as', 'han.bing', '--leave-out-bad-rows'), /1 added, 0 changed, 0 unchanged, 1 refused\.\n1 wrong rows were left out, as you asked/)
  await writeFile(file, `${HEADER}wu.fang,吴芳,wu.fang@bank.example,,东城支行,,,,,\nma.li,Ma Li,ma.li@bank.example,,东城支行,,,,,\n`)
  t.match(await terminal(file, '--as', 'han.bing'), /1 added, 0 changed, 1 unchanged, 0 refused/, 'mended, it adds just the missing one')
})
