import t from 'tap'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'

const bank = await openBank(t)
const han = await bank.signIn('han.bing')

function entry(login: Login, change: object = {}) {
  const { name, email, title, department, teams, roles, domain, clearance, language } = bank.person(login)
  return { login, name, email, title, department, teams, roles, domain, clearance, language, ...change }
}

/** Does it, and tells who heard of it by notice, and who by mail. */
async function heard(act: () => Promise<{ readonly status: number }>): Promise<{ readonly notices: readonly string[]; readonly mail: readonly string[] }> {
  bank.clock.advance({ minutes: 1 })
  const now = bank.clock.now()
  const answer = await act()
  if (answer.status !== 303) throw new Error(`answered ${answer.status}`)
  const logins = [...bank.house.people.directory().persons.values()].map(({ id }) => id)
  const told = await Promise.all(logins.map(async (id) => ((await bank.house.post.notices.of(id)).some(({ at }) => at === now) ? [id] : [])))
  const letters = (await bank.house.post.outbox.list({ kind: 'rights_changed', page: 1, size: 1_000 })).rows.filter(({ at }) => at === now)
  return { notices: told.flat().sort(), mail: letters.map(({ person }) => person ?? '').sort() }
}

const place = (id: string, parent: string) => {
  const known = bank.house.people.directory().department(id)
  return han.post('/admin/departments', { id, name: known?.name ?? '', nameZh: known?.nameZh ?? '', parent }, { from: '/admin/departments' })
}

t.test('when a department moves, whoever reads or decides otherwise by that is told, and nobody else', async (t) => {
  t.same(bank.house.people.directory().lineage('east-counter'), ['east-counter', 'east', 'retail', 'head'], 'premise: it is below retail')
  const { notices, mail } = await heard(() => place('east-counter', 'corporate'))
  t.same(notices, ['gao-yuan', 'li-na', 'qian-yu', 'wang-wei', 'zhao-min'], 'its people, the curators it leaves and the one it comes to')
  t.same(mail, ['gao-yuan', 'qian-yu', 'zhao-min'], 'and those who decide by mail too')
  t.match((await (await bank.signIn('li.na')).get('/notices')).text, /Han Bing moved .* from East Branch to Corporate Banking: who reads and who decides there may have changed/)
  await bank.house.runJobs('outbox')
  const letter = (await bank.house.post.outbox.list({ person: 'zhao-min', kind: 'rights_changed', page: 1, size: 1 })).rows[0]
  t.match((await (await bank.signIn('zhao.min')).get(`/mail/${letter?.id}`)).text, /where a department stands in the tree/)
})

t.test('of another name nobody is told: it is no right', async (t) => {
  const known = bank.house.people.directory().department('east-counter')
  const { notices, mail } = await heard(() => han.post('/admin/departments', { id: 'east-counter', name: 'Counter', nameZh: '柜台', parent: known?.parent ?? '' }, { from: '/admin/departments' }))
  t.same([notices, mail], [[], []])
})

t.test('the curators of a department are told who curates it beside them, and who no longer does', async (t) => {
  const made = await heard(() => han.post('/admin/people/sun-lei', entry('sun.lei', { roles: ['curator'], domain: ['retail'] }), { from: '/admin/people/sun-lei' }))
  t.same(made.notices, ['gao-yuan', 'qian-yu', 'sun-lei', 'zhao-min'], 'those of the domain, of the own department, and the person')
  t.same(made.mail, made.notices)
  t.match((await (await bank.signIn('zhao.min')).get('/notices')).text, /Han Bing changed the rights of Sun Lei: .*domain/)
  const ended = await heard(() => han.post('/admin/people/sun-lei', entry('sun.lei', { roles: [], domain: [] }), { from: '/admin/people/sun-lei' }))
  t.same(ended.notices, ['gao-yuan', 'qian-yu', 'sun-lei', 'zhao-min'])
})

t.test('of a newcomer who decides or is cleared the curators hear, of any other they need not', async (t) => {
  const newcomer = (login: string, change: object) => han.post('/admin/people', { ...entry('li.na'), login, name: login, email: `${login}@bank.example`, teams: [], department: 'east', ...change }, { from: '/admin/people/new' })
  t.same((await heard(() => newcomer('new.curator', { roles: ['curator'], domain: ['retail'] }))).notices, ['qian-yu', 'zhao-min'])
  t.same((await heard(() => newcomer('new.cleared', { clearance: 'restricted' }))).notices.filter((id) => ['qian-yu', 'zhao-min'].includes(id)), ['qian-yu', 'zhao-min'])
  t.same((await heard(() => newcomer('new.teller', {}))).notices, [])
})

t.test('where a department has no curator of its own, the next ones above it are told', async (t) => {
  await place('east-counter', 'east')
  const { notices } = await heard(() => han.post('/admin/people/li-na', entry('li.na', { clearance: 'confidential' }), { from: '/admin/people/li-na' }))
  t.ok(['li-na', 'qian-yu', 'zhao-min'].every((id) => notices.includes(id)), notices.join(', '))
  t.notOk(notices.includes('he-jun'), 'not all the way up')
})
