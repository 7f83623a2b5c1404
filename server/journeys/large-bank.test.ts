import t from 'tap'
import type { Person } from '../domain/people/person.js'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'
import type { Page } from './browser.js'

const bank = await openBank(t)
const MANY = 3_000
/** As many offers as somebody reads. */
const FEW = 8

/** Most of them in a department far from everybody else, and of few names, as in any bank of thousands. */
function colleague(n: number, given: Partial<Person> = {}): Person {
  const login = `far.${String(n).padStart(4, '0')}`
  return {
    id: `far-${n}`, login, name: `李建国${n % 40}`, nameEn: '', email: `${login}@bank.example`, title: '', department: 'corporate', teams: ['corporate-east'], roles: ['employee'], domain: [],
    clearance: 'internal', language: 'zh', active: true, absence: null, settings: { shortcuts: true, theme: 'auto' }, ...given,
  }
}
const KIM = colleague(MANY, { id: 'kim', login: 'kim.sora', name: 'Kim Sora' })
const ABLE = colleague(MANY + 1, { id: 'able', login: 'able.one', name: '欧阳若兰', roles: ['employee', 'curator'], domain: ['corporate'], clearance: 'restricted' })
const TWINS = ['corporate', 'east'].map((department, n) => colleague(MANY + 2 + n, { id: `twin-${n}`, login: `twin.${n}`, name: 'Alex Twin', department, teams: n === 0 ? ['corporate-east'] : [] }))
await bank.house.people.change((roster) => ({ ...roster, persons: [...roster.persons, ...Array.from({ length: MANY }, (_, n) => colleague(n)), KIM, ABLE, ...TWINS] }))

function offers(page: Page): string[] {
  return [...page.body.matchAll(/class="suggest-option"[^>]*>([^<]*?) ?<span class="muted">([^<]*)/g)].map(([, name, note]) => `${name} · ${note}`)
}

function openedBy(login: Login, path: string): Promise<Page> {
  return bank.signIn(login).then((browser) => browser.get(path))
}

t.test('a curator finds a deputy at the other end of the bank by name, and the days typed before stay', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const { fields } = (await zhao.get('/queue/cover')).form('/queue/cover')
  const form = { action: '/queue/cover/form', fields }
  const found = await zhao.submit(form, { until: '2026-03-09', deputyText: 'kim' })
  t.equal(found.status, 200)
  t.same(offers(found), ['Kim Sora · Corporate Banking · kim.sora · Internal'])
  const chosen = await zhao.submit(form, { until: '2026-03-09', deputyText: 'kim', addDeputy: 'kim' })
  const filled = chosen.form('/queue/cover')
  t.match(filled.fields, { until: ['2026-03-09'], deputy: ['kim'], deputyText: [''] })
  t.match((await zhao.submit({ action: '/queue/cover/form', fields: filled.fields }, { dropDeputy: 'kim' })).form('/queue/cover').fields, { until: ['2026-03-09'], deputy: undefined })
  const other = await zhao.submit({ action: '/queue/cover/form', fields: filled.fields }, { addDeputy: 'li-na' })
  t.same(other.form('/queue/cover').fields['deputy'], ['li-na'], 'one deputy, the last chosen')
  t.equal((await zhao.submit(filled)).status, 303)
  t.equal(bank.person('zhao.min').absence?.deputy, 'kim')
  t.equal((await zhao.post('/queue/cover', { back: 'yes', deputyText: 'whoever' })).status, 303, 'back again, whatever stands in the field')
})

t.test('those who most likely take over are offered before anything is typed, never thousands', async (t) => {
  const offered = offers(await openedBy('zhao.min', '/queue/cover'))
  t.match(offered.join('\n'), /钱宇.*He Jun|He Jun.*钱宇/s)
  t.notMatch(offered.join('\n'), /Zhao Min|Jiang Bo/, 'neither oneself nor whoever left')
  for (const [login, path] of [['gao.yuan', '/queue/cover'], ['han.bing', '/channels/new'], ['li.na', '/customers/new'], ['olivia.grant', '/record']] as const) {
    const page = await openedBy(login, path)
    t.equal(page.status, 200, path)
    t.ok(offers(page).length <= FEW, path)
    t.notMatch(page.body, /far\.2999/, path)
    t.ok(page.body.length < 150_000, `${path}: ${page.body.length} characters`)
  }
})

t.test('a name typed but not chosen is taken when it means one, by name, login or name and department; otherwise the form asks', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const send = (deputyText: string) => zhao.post('/queue/cover', { from: '2026-03-04', until: '2026-03-05', deputyText })
  t.equal((await send(`kim k ki im sora so or ra ${Array.from({ length: 1_000 }, (_, n) => `word${n}`).join(' ')}`)).status, 303, 'what comes after eight words is not looked for in everybody')
  t.equal(bank.person('zhao.min').absence?.deputy, 'kim')
  for (const [typed, who] of [['Kim Sora', 'kim'], ['  KIM.SORA ', 'kim'], ['sora', 'kim'], ['alex twin 东城', 'twin-1'], ['李建国7 far.0047', 'far-47']] as const) {
    t.equal((await send(typed)).status, 303, typed)
    t.equal(bank.person('zhao.min').absence?.deputy, who, typed)
  }
  for (const typed of ['Alex Twin', '李建国', 'Nobody Atall', 'Zhao Min']) {
    const answer = await send(typed)
    t.equal(answer.status, 422, typed)
    t.match(answer.text, new RegExp(['Alex Twin', '李建国'].includes(typed) ? `Who is “${typed}”` : `Nobody who can be chosen is called “${typed}”`), typed)
    t.match(answer.body, /href="#deputyText"/)
    t.match(answer.body, /name="until" value="2026-03-05"/)
  }
  t.same(offers(await send('Alex Twin')).length, 2)
  const many = await send('李建国')
  t.equal(offers(many).length, FEW)
  t.match(many.text, new RegExp(`${(MANY - FEW).toLocaleString('en')} more are called that`))
  t.match((await send('Nobody Atall')).text, /Nobody who can be chosen is called that/)
  await zhao.post('/queue/cover', { back: 'yes' })
})

t.test('what is typed is answered with the field alone, and the button without JavaScript with the page', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const token = await zhao.token('/queue/cover')
  const part = await zhao.post('/queue/cover/form?part=deputy', { deputyText: 'kim' }, { token, headers: { 'hx-request': 'true', 'hx-request-type': 'partial' } })
  t.match(part.body.trim(), /^<div class="field" id="deputy">/)
  t.notMatch(part.body, /<h1/)
  t.same(offers(part).length, 1)
  t.equal((await (await bank.signIn('li.na')).post('/queue/cover/form', {}, { from: '/me' })).status, 403)
})

t.test('an administrator hands over to anybody in the bank, customers only to a curator who may know them', async (t) => {
  const li = await bank.signIn('li.na')
  const note = await li.post('/notes', { title: 'Handed far away', body: 'One.', team: 'east-desk', draft: '01890000-0000-7000-8000-00000000abcd' }, { from: '/notes/new' })
  t.equal(note.status, 303)
  const zhao = await bank.signIn('zhao.min')
  t.equal((await zhao.post('/customers', { kind: 'person', name: 'Ms Nightingale', segment: '', team: 'onboarding', restricted: 'yes', curators: ['zhao-min', 'he-jun'] }, { from: '/customers/new' })).status, 303)
  const han = await bank.signIn('han.bing')
  const path = '/admin/people/zhao-min/handover'
  const form = { action: `${path}/form`, fields: (await han.get(path)).form(path).fields }
  t.same(offers(await han.submit(form, { customersText: '欧阳' })), ['欧阳若兰 · Corporate Banking · able.one'])
  t.same(offers(await han.submit(form, { customersText: 'kim' })), [], 'no curator')
  t.same(offers(await han.submit(form, { customersText: 'zhao' })), [], 'not whoever goes')
  const done = await han.post(path, { customersText: '欧阳若兰' })
  t.equal(done.status, 303)
  t.match(bank.house.customers.restricted()?.[0]?.curators, ['able', 'he-jun'])
  const from = '/admin/people/li-na/handover'
  const unclear = await han.post(from, { notesText: 'Alex Twin' })
  t.equal(unclear.status, 422)
  t.match(unclear.body, /href="#notesText"/)
  t.equal((await han.post(from, { notes: 'kim' })).status, 303)
  t.equal((await han.post(from, { notesText: 'Han Bing' })).status, 422, 'nobody finds themselves')
})

t.test('the owner of a channel is found among the members of its team, and a changed channel is not overwritten on the way', async (t) => {
  const han = await bank.signIn('han.bing')
  const find = { action: '/channels/form', fields: (await han.get('/channels/new')).form('/channels').fields }
  // A select sends what a person chose in it, which a form untouched does not tell here.
  const typed = { name: 'Far', team: 'corporate-east', address: 'corporate.east@bank.example', every: 'day', hour: '8', timeZone: 'Asia/Shanghai', language: 'en' }
  t.same(offers(await han.submit(find, { ...typed, ownerText: 'kim' })).length, 1)
  t.same(offers(await han.submit(find, { ...typed, ownerText: 'Li Na' })), [], 'of another team')
  t.ok(offers(await han.submit(find, { ...typed, team: '', ownerText: 'Li Na' })).length > 0)
  const opened = await han.submit({ ...find, action: '/channels' }, { ...typed, owner: [], ownerText: 'kim.sora' })
  t.equal(opened.status, 303)
  const edit = (await han.get(`${opened.location}/edit`)).form(opened.location)
  t.equal((await han.submit(edit, { ...typed, name: 'Renamed meanwhile' })).status, 303)
  const looked = await han.submit({ action: '/channels/form', fields: edit.fields }, { ...typed, ownerText: 'sun' })
  t.equal((await han.submit(looked.form(opened.location), { ...typed, ownerText: '', name: 'Old words' })).status, 409)
})

t.test('curators of a restricted customer are found among those who may be, and several stay chosen', async (t) => {
  const li = await bank.signIn('li.na')
  const form = { action: '/customers/form', fields: (await li.get('/customers/new')).form('/customers').fields }
  const typed = { name: 'Quiet Ltd', restricted: 'yes', team: 'onboarding' }
  t.same(offers(await li.submit(form, { ...typed, curatorsText: 'gao' })), [], 'his clearance is not enough')
  const one = await li.submit(form, { ...typed, curatorsText: '欧阳', addCurators: 'able' })
  const two = await li.submit({ action: '/customers/form', fields: one.form('/customers').fields }, { addCurators: 'he-jun' })
  t.match(two.form('/customers').fields, { name: ['Quiet Ltd'], curators: ['able', 'he-jun'] })
  t.match(two.body, /<details class="fold" open>/, 'what one works in is not folded')
  t.equal((await li.submit(two.form('/customers'), { team: 'onboarding' })).status, 303)
  const zhao = await bank.signIn('zhao.min')
  const made = (await zhao.post('/customers', { kind: 'company', name: 'Edited', segment: '', team: 'onboarding' }, { from: '/customers/new' })).location
  const edit = (await zhao.get(`${made}/edit`)).form(made)
  t.equal((await zhao.submit(edit, { team: 'onboarding', name: 'Edited meanwhile' })).status, 303)
  const looked = await zhao.submit({ action: '/customers/form', fields: edit.fields }, { curatorsText: 'he' })
  t.equal((await zhao.submit(looked.form(made), { curatorsText: '', team: 'onboarding', name: 'Old words' })).status, 409)
})

t.test('an auditor who types a name of two people is asked which; by login or id there is no doubt', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  const asked = await olivia.get('/record?who=alex%20twin&did=note')
  t.same(offers(asked), ['Alex Twin · Corporate Banking · twin.0', 'Alex Twin · East Branch · twin.1'])
  t.match(asked.body, /href="\/record\?who&#x3D;twin\.0&amp;did&#x3D;note"/)
  for (const who of ['twin.0', 'li-na', 'Kim Sora']) t.same(offers(await olivia.get(`/record?who=${encodeURIComponent(who)}`)), [], who)
  t.match((await olivia.get('/record?who=Kim%20Sora')).text, /No/, 'premise: she did nothing yet')
  const before = (await bank.house.record.page({ did: ['record.read'], limit: 500 })).entries.length
  const part = await olivia.get('/record?part=who&who=alex', { 'hx-request': 'true', 'hx-request-type': 'partial' })
  t.match(part.body.trim(), /^<div class="suggest" id="who-options"/)
  t.equal((await bank.house.record.page({ did: ['record.read'], limit: 500 })).entries.length, before, 'no page of the record was shown')
})

t.test('people stand in the order of their names, those who left last, and a new name is found at once', async (t) => {
  const han = await bank.signIn('han.bing')
  const first = await han.get('/admin/people')
  t.match(first.text, /Alex Twin .*Alex Twin .*Chen Mei .*Gao Yuan/)
  const last = Math.ceil((MANY + 15) / 50)
  t.match((await han.get(`/admin/people?page=${last}`)).text, /Jiang Bo disabled/i)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === 'kim' ? { ...one, name: 'Aaron Sora' } : one)) }))
  t.match((await han.get('/admin/people')).text, /Aaron Sora .*Alex Twin/)
  t.match((await han.get('/admin/people?q=kim.sora')).text, /Aaron Sora/)
  t.notMatch((await han.get('/admin/people?q=kim%20sora')).text, /Aaron Sora/)
})
