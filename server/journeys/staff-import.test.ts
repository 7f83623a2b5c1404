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
import type { Letter, LetterKind } from '../domain/digests/letter.js'
import { tellOfStaff } from '../domain/digests/tell-of-staff.js'
import type { Person, Role } from '../domain/people/person.js'
import { everything } from '../domain/policy/everything.js'
import type { House } from '../http/house.js'
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
const told = () => bank.house.runJobs('staff')
const letters = async (login: string, kind: LetterKind) => (await bank.house.post.outbox.list({ person: person(login)?.id ?? '', kind, page: 1, size: 100 })).total
const allLetters = async () => (await bank.house.post.outbox.list({ page: 1, size: 1 })).total
const heard = async (id: string) => (await bank.house.post.notices.of(id)).filter(({ kind }) => kind === 'staff_imported')
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
  t.match(done.location, /^\/admin\/people\/import\/[0-9a-f-]{36}$/)
  t.match(person('zhou.ting'), { name: '周婷', department: 'east', teams: ['east-desk', 'families'], clearance: 'confidential', roles: ['employee'], active: true })
  t.match(person('sun.lei'), { teams: [], clearance: 'internal' })
  t.equal(await letters('zhou.ting', 'password_link'), 0, 'the answer does not wait for the telling')
  t.match((await han.get(done.location)).text, /1 added 1 changed 1 unchanged People are being told: 0 of 5/)
  await told()
  t.match((await han.get(done.location)).text, /Everybody concerned has been told/)
  t.equal(await letters('zhou.ting', 'password_link'), 1, 'the newcomer gets a link')
  t.ok((await bank.house.post.notices.of('sun-lei')).some(({ kind }) => kind === 'rights_changed'))
  t.match(await heard('gao-yuan'), [{ with: { joined: 0, changed: 1, admins: 0 } }], 'and the curator of his department')
  t.match(await heard('qian-yu'), [{ with: { joined: 1, changed: 0, admins: 0 } }], 'and the curator of hers')
  t.equal(await letters('gao.yuan', 'staff_imported'), 1)
  const gao = await bank.signIn('gao.yuan')
  t.match((await gao.get('/notices')).text, /Han Bing imported staff: among those you look after, nobody joined, and the rights of 1 person changed/)
  const all = await gao.get(`/notices/imports/${done.location.split('/').at(-1)}`)
  t.match(all.text, /Sun Lei Corporate Banking Changed clearance, teams/)
  t.notMatch(all.text, '周婷', 'not those whom others look after')
  t.equal((await (await bank.signIn('li.na')).get(`/notices/imports/${done.location.split('/').at(-1)}`)).status, 404, 'whoever was told of nobody sees nothing')
  const { roles, domain } = bank.person('gao.yuan')
  const now = (rights: Pick<Person, 'roles' | 'domain'>) => bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'gao.yuan' ? { ...one, ...rights } : one)) }))
  await now({ roles: ['employee'], domain: [] })
  t.equal((await (await bank.signIn('gao.yuan')).get(`/notices/imports/${done.location.split('/').at(-1)}`)).status, 404, 'nor whoever looks after nobody any more')
  await now({ roles, domain })
  t.match((await bank.house.record.page({ kind: 'person', id: 'sun-lei', did: ['person.clearance_changed'] })).entries, [{ who: 'han-bing', from: 'confidential', to: 'internal' }])
})

t.test('the same file again changes nothing and tells nobody', async (t) => {
  const han = await bank.signIn('han.bing')
  const csv = `${HEADER}chen.mei,,,,,,,,restricted,\n`
  const checked = await check(han, csv)
  const done = await run(han, checked)
  await told()
  const [before, epoch] = [await allLetters(), bank.house.people.rightsEpoch('chen-mei')]
  const again = await check(han, csv)
  t.match(again.text, /Everybody is as the file says/)
  t.notMatch(again.body, '/admin/people/import/run')
  const forced = await run(han, checked)
  t.equal(forced.location, done.location, 'the same button twice leads where it led')
  await told()
  t.equal(await allLetters(), before)
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
  t.same(bank.house.staffImports.all().filter(({ run: taken }) => taken === null), [], 'nothing of it is kept')
  const forced = await han.post('/admin/people/import/run', { import: bank.house.ids.next() }, { from: '/admin/people/import' })
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
  for (const [file, sentence] of [['', /The file is empty/], ['name,email\nA,b@c.example\n', /names no column with the login/], [HEADER, /no row below the first line/], [Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0xff]), /cannot be read|names no column/], [`${HEADER}${'x'.repeat(16 * 1024 * 1024)}`, /larger than 16 MB/]] as const) {
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
  const looked = await check(han, csv)
  const fields = { import: /name="import" value="([^"]+)"/.exec(looked.body)?.[1] ?? '' }
  t.not(fields.import, '', 'premise')
  t.equal((await zhao.post('/admin/people/import/run', fields, { from: '/me' })).status, 403)
  t.equal((await zhao.get(`/admin/people/import/${fields.import}`)).status, 403)
  t.equal((await check(han, csv, 'made-up')).status, 403)
  t.same(person('li.na')?.roles, ['employee'])
})

t.test('the file stays with the portal, for whoever chose it, until it is taken or a day is over', async (t) => {
  const [han, zhao] = [await bank.signIn('han.bing'), await bank.signIn('zhao.min')]
  const made = (person: string, roles: readonly Role[]) => bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === person ? { ...one, roles } : one)) }))
  const csv = `${HEADER}wang.wei,,,Teller ${'x'.repeat(5_000)},,,,,,\n`
  const checked = await check(han, csv)
  t.notMatch(checked.body, Buffer.from(csv).toString('base64').slice(40, 80), 'it does not travel in the page')
  const [kept] = bank.house.staffImports.all()
  t.same(Buffer.from((await bank.house.staffImports.paper(kept?.id ?? '', 'file')) ?? []).toString('utf8'), csv)
  const roles = bank.person('zhao.min').roles
  await made('zhao.min', ['employee', 'admin'])
  t.equal((await (await bank.signIn('zhao.min')).post('/admin/people/import/run', { import: kept?.id ?? '' }, { from: '/me' })).status, 422, 'another administrator looks through it themselves')
  await made('zhao.min', roles)
  await check(han, csv.replace('Teller', 'Cashier'))
  t.equal(await bank.house.staffImports.paper(kept?.id ?? '', 'file'), null, 'another file takes its place')
  const page = await check(han, csv)
  const [later] = bank.house.staffImports.all()
  await run(han, page)
  t.equal(await bank.house.staffImports.paper(later?.id ?? '', 'file'), null, 'gone with the import')
  const idle = await check(han, csv.replace('Teller', 'Cashier'))
  bank.clock.advance({ hours: 25 })
  await told()
  t.same(bank.house.staffImports.all().filter(({ run: taken }) => taken === null), [])
  const again = await bank.signIn('han.bing')
  t.match((await again.post('/admin/people/import/run', { import: /name="import" value="([^"]+)"/.exec(idle.body)?.[1] ?? '' }, { from: '/admin/people/import' })).text, /not kept any more/)
  t.ok(zhao)
})

t.test('a file that is taken while its day ends, or while another one is chosen, is taken whole: everybody is told', async (t) => {
  const { staffImports } = bank.house
  const { note, all } = staffImports
  const importId = (page: Page) => /name="import" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  t.teardown(() => Object.assign(staffImports, { note, all }))
  const late = await check(await bank.signIn('han.bing'), `${HEADER}late.one,Late One,late.one@bank.example,,East Branch,,,,,\n`)
  bank.clock.advance({ hours: 23, minutes: 59 })
  const han = await bank.signIn('han.bing')
  staffImports.note = async (...given) => {
    await note(...given)
    // The rows are written a while later.
    bank.clock.advance({ minutes: 2 })
    await told()
  }
  const done = await han.post('/admin/people/import/run', { import: importId(late) }, { from: '/admin/people/import' })
  t.equal(done.status, 303)
  t.ok(person('late.one'), 'premise: the rows are written')
  t.equal((await han.get(done.location)).status, 200)
  await told()
  t.equal(await letters('late.one', 'password_link'), 1)

  const second = await check(han, `${HEADER}second.one,Second One,second.one@bank.example,,East Branch,,,,,\n`)
  const before = all()
  staffImports.note = async (...given) => {
    await note(...given)
    // Whoever looks through another file at this moment still knows this one as untaken.
    staffImports.all = () => before
    await check(han, `${HEADER}third.one,Third One,third.one@bank.example,,East Branch,,,,,\n`)
    staffImports.all = all
  }
  t.equal((await han.post('/admin/people/import/run', { import: importId(second) }, { from: '/admin/people/import' })).status, 303)
  t.ok(person('second.one'), 'premise: the rows are written')
  await told()
  t.equal(await letters('second.one', 'password_link'), 1)
})

t.test('what was looked at is what is imported: when the bank changed meanwhile, nothing is written and what would come of it now is shown', async (t) => {
  const han = await bank.signIn('han.bing')
  const page = await check(han, `${HEADER}chen.mei,,,,,,,,internal,\n`)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'chen.mei' ? { ...one, settings: { ...one.settings, theme: 'dark' as const } } : one)) }))
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'chen.mei' ? { ...one, name: 'Chen Meimei', clearance: 'confidential' as const } : one)) }))
  // From restricted to internal is what was looked at, and from confidential to internal leaves the same person.
  const same = await run(han, page)
  t.equal(same.status, 303)
  const other = await check(han, `${HEADER}chen.mei,,,Head of counters,,,,,confidential,\n`)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'chen.mei' ? { ...one, clearance: 'confidential' as const } : one)) }))
  const shown = await run(han, other)
  t.equal(shown.status, 409)
  t.match(shown.text, /Nothing was written. This is what would come of it now/)
  t.not(person('chen.mei')?.title, 'Head of counters')
  t.equal((await run(han, shown)).status, 303)
  t.equal(person('chen.mei')?.title, 'Head of counters')
})

t.test('stopped between the rows and the letters, or among the letters, everybody is told once all the same', { timeout: 150_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-staff-'))
  const other = await openBank(null, { folder: join(folder, 'data') })
  t.teardown(async () => {
    await other.close()
    await rm(folder, { recursive: true, force: true })
  })
  const names = Array.from({ length: 260 }, (_, n) => `new.${n}`)
  const han = await other.signIn('han.bing')
  const csv = `${HEADER}${names.map((login, n) => `${login},Newcomer ${n},${login}@bank.example,,${n % 2 ? '东城支行' : '公司金融部'},,${n === 7 ? 'admin' : ''},,,\n`).join('')}sun.lei,,,,,,,,internal,\n`
  const done = await run(han, await check(han, csv))
  t.equal(done.status, 303, 'the rows are written')
  const total = async (kind: LetterKind) => (await other.house.post.outbox.list({ kind, page: 1, size: 1 })).total
  t.equal(await total('password_link'), 0, 'and nobody was told')
  await other.restart()
  const { house } = other
  const troubles: string[] = []
  const desk = { post: house.post, imports: house.staffImports, people: house.people, credentials: house.credentials, passwords: house.passwords, pass: everything('people are told in a test of a crash'), breathe: async () => {}, troubled: (_id: string, error: unknown) => troubles.push(String(error)) }
  let left = 40
  const failing = { ...house.post.outbox, add: async (letter: Letter) => (left-- > 0 ? house.post.outbox.add(letter) : Promise.reject(new Error('the disk is full'))) }
  await tellOfStaff({ ...desk, post: { ...house.post, outbox: failing } }, other.clock.now, () => false)
  t.match(troubles, [/the disk is full/])
  t.ok((await total('password_link')) > 0 && (await total('password_link')) < 260, 'premise: some have heard')
  const some = new Map(await tokensOf(house, names))
  let looks = 0
  await tellOfStaff(desk, other.clock.now, () => ++looks > 2)
  const [way] = house.staffImports.all()
  t.ok(way && way.told > 0 && way.told < way.toTell && way.finishedAt === null, 'premise: on the way')
  await other.restart()
  await other.house.runJobs('staff')
  await other.house.runJobs('staff')
  t.match(other.house.staffImports.all(), [{ told: way?.toTell, toTell: way?.toTell, finishedAt: /./ }])
  t.equal(await total('password_link'), 260)
  const links = await tokensOf(other.house, names)
  for (const [login, token] of links) {
    if (some.has(login)) t.equal(token, some.get(login), 'no letter was written anew')
    if ((await other.house.credentials.byLink(other.house.passwords.digest(token)))?.person !== other.house.people.directory().personByLogin(login)?.id) t.fail(`the link of ${login} opens nothing`)
  }
  t.equal(links.length, 260)
  t.equal(await total('rights_changed'), 1, 'sun.lei alone hears of himself')
  const hearers = [...other.house.people.directory().persons.values()].filter(({ active, roles, id }) => active && id !== 'han-bing' && (roles.includes('admin') || roles.includes('curator')))
  for (const { id } of hearers) {
    const lines = (await other.house.post.notices.of(id)).filter(({ kind }) => kind === 'staff_imported')
    t.ok(lines.length <= 1, id)
    t.equal((await other.house.post.outbox.list({ person: id, kind: 'staff_imported', page: 1, size: 5 })).total, lines.length, id)
  }
  t.match((await other.house.post.notices.of('gao-yuan')).filter(({ kind }) => kind === 'staff_imported'), [{ with: { joined: 130, changed: 1 } }])
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

async function tokensOf(house: House, logins: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await house.post.outbox.list({ kind: 'password_link', page: 1, size: 1_000 })
  const letters = await Promise.all(rows.map(({ id }) => house.post.outbox.get(id)))
  return letters.flatMap((letter) => {
    const login = letter?.kind === 'password_link' ? house.people.directory().person(letter.person)?.login : undefined
    return letter?.kind === 'password_link' && letter.token !== null && login !== undefined && logins.includes(login) ? [[login, letter.token] as const] : []
  })
}
