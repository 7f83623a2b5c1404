import t from 'tap'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'

const bank = await openBank(t)
const han = await bank.signIn('han.bing')
const ELSEWHERE = 'somebody@elsewhere.example'

/** The fields of somebody's form as an administrator sends it. */
function entry(login: Login, change: object = {}) {
  const { name, email, title, department, teams, roles, domain, clearance, language } = bank.person(login)
  return { login, name, email, title, department, teams, roles, domain, clearance, language, ...change }
}

async function save(browser: Awaited<ReturnType<typeof bank.signIn>>, login: Login, change: object = {}): Promise<void> {
  bank.clock.advance({ minutes: 1 })
  const { id } = bank.person(login)
  const page = await browser.post(`/admin/people/${id}`, entry(login, change), { from: `/admin/people/${id}` })
  if (page.status !== 303) throw new Error(`saving ${login} answered ${page.status}: ${page.text.slice(0, 300)}`)
}

/** Asks for a link to this person, and tells how many were mailed by that. */
async function ask(browser: Awaited<ReturnType<typeof bank.signIn>>, login: Login, fields: Record<string, string> = {}) {
  const { id } = bank.person(login)
  const links = async () => (await bank.house.post.outbox.list({ person: id, kind: 'password_link', page: 1, size: 100 })).total
  const before = await links()
  const page = await browser.post(`/admin/people/${id}/password-link`, fields, { from: `/admin/people/${id}` })
  return { status: page.status, text: page.text, mailed: (await links()) - before, link: (await bank.house.credentials.of(id)).link }
}

/** Somebody who has entered before: a link opens all that is theirs. */
async function withPassword(login: Login): Promise<void> {
  await bank.house.credentials.change(bank.person(login).id, (it) => ({ ...it, hash: '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$4vP5', link: null }))
}

const deeds = async (id: string) => (await bank.house.record.page({ kind: 'person', id, limit: 100 })).entries.map(({ did, who }) => `${who} ${did}`)

t.test('whoever changed where the mail goes sends no link there', async (t) => {
  await withPassword('li.na')
  await save(han, 'li.na', { email: ELSEWHERE })
  const refused = await ask(han, 'li.na', { vouch: ELSEWHERE })
  t.equal(refused.status, 422)
  t.match(refused.text, /sent by another administrator/)
  t.same([refused.mailed, refused.link], [0, null], 'no link was made, and none is on its way')
  await save(han, 'li.na', { email: 'yet@another.example' })
  t.equal((await ask(han, 'li.na')).status, 422, 'nor by changing it twice')
  await save(han, 'li.na', { email: ELSEWHERE, title: 'Teller' })
  t.equal(bank.person('li.na').newAddress?.before, 'li.na@bank.example', 'what it was first is not forgotten on the way')
})

t.test('a second administrator sends it when they say which address they mean, and one made for the occasion does not', async (t) => {
  await save(han, 'gao.yuan', { roles: ['admin'], domain: [] })
  const gao = await bank.signIn('gao.yuan')
  const young = await ask(gao, 'li.na', { vouch: ELSEWHERE })
  t.equal(young.status, 422)
  t.match(young.text, /less than 72 hours ago/)
  bank.clock.advance({ days: 3 })
  const later = await bank.signIn('gao.yuan')
  t.equal((await ask(later, 'li.na')).status, 422, 'without a word on the address')
  t.equal((await ask(later, 'li.na', { vouch: 'li.na@bank.example' })).status, 422, 'with a word on another one')
  const sent = await ask(later, 'li.na', { vouch: ELSEWHERE })
  t.same([sent.status, sent.mailed], [303, 1])
  t.equal(bank.person('li.na').newAddress, undefined)
  t.same((await deeds('li-na')).slice(0, 2), ['gao-yuan password.link_issued', 'gao-yuan person.address_confirmed'])
  t.equal((await ask(await bank.signIn('han.bing'), 'li.na')).status, 303, 'and from then on whoever administers')
})

t.test('every other administrator hears of a new one', async (t) => {
  await save(await bank.signIn('han.bing'), 'sun.lei', { roles: ['admin'] })
  t.ok((await bank.house.post.notices.of('gao-yuan')).some(({ kind, about }) => kind === 'rights_changed' && about.id === 'sun-lei'))
})

t.test('the owner says that it is theirs, or takes the old one back, and links that were on their way open nothing', async (t) => {
  const admin = await bank.signIn('han.bing')
  await withPassword('wang.wei')
  await save(admin, 'wang.wei', { email: ELSEWHERE })
  const wang = await bank.signIn('wang.wei')
  await wang.post('/me/language', { language: 'en', next: '/me' }, { from: '/me' })
  t.match((await wang.get('/me')).text, new RegExp(`Han Bing changed your mail address from wang\\.wei@bank\\.example to ${ELSEWHERE}`))
  t.equal((await wang.post('/me/address', { address: 'other@bank.example', answer: 'mine' }, { from: '/me' })).status, 422, 'not for an address they did not see')
  t.equal((await wang.post('/me/address', { address: ELSEWHERE, answer: 'back' }, { from: '/me' })).status, 303)
  t.equal(bank.person('wang.wei').email, 'wang.wei@bank.example')
  t.ok((await deeds('wang-wei')).includes('wang-wei person.address_changed'))
  t.equal((await ask(admin, 'wang.wei')).status, 303, 'to the old one a link goes as ever')
  await save(admin, 'wang.wei', { email: ELSEWHERE })
  t.equal((await wang.post('/me/address', { address: ELSEWHERE, answer: 'mine' }, { from: '/me' })).status, 303)
  t.same([bank.person('wang.wei').email, bank.person('wang.wei').newAddress], [ELSEWHERE, undefined])
  t.equal((await wang.post('/me/address', { address: ELSEWHERE, answer: 'back' }, { from: '/me' })).status, 422, 'it is said once')
})

t.test('a link that waits to be mailed does not follow its owner to another address', async (t) => {
  const admin = await bank.signIn('han.bing')
  await withPassword('chen.mei')
  t.equal((await ask(admin, 'chen.mei')).mailed, 1, 'premise: it waits')
  await save(admin, 'chen.mei', { email: ELSEWHERE })
  await bank.house.runJobs('outbox')
  const [letter] = (await bank.house.post.outbox.list({ person: 'chen-mei', kind: 'password_link', page: 1, size: 1 })).rows
  t.same([letter?.state, letter?.to], ['skipped', 'chen.mei@bank.example'])
})

t.test('a wrong address of a newcomer is put right by whoever typed it', async (t) => {
  const admin = await bank.signIn('han.bing')
  await save(admin, 'qian.yu', { email: 'qian.yu2@bank.example' })
  t.equal((await ask(admin, 'qian.yu')).status, 303, 'nobody ever entered there')
  await save(admin, 'sun.lei', { email: ELSEWHERE })
  t.equal((await ask(admin, 'sun.lei')).status, 422, 'but not of one who administers')
})
