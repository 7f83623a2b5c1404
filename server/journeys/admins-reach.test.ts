import t from 'tap'
import { openBank } from './bank.js'

const bank = await openBank(t)
const admin = await bank.signIn('han.bing')

/** The fields of somebody's form as an administrator sends it. */
function entry(login: Parameters<typeof bank.person>[0]) {
  const { name, email, title, department, teams, roles, domain, clearance, language } = bank.person(login)
  return { login, name, email, title, department, teams, roles, domain, clearance, language }
}

const recorded = async (kind: 'person' | 'department', id: string) => (await bank.house.record.page({ kind, id, limit: 50 })).entries
const letters = async () => (await bank.house.post.outbox.list({ page: 1, size: 200 })).rows

t.test('an admin cannot move their own department under another to read what was meant for that one', async (t) => {
  const second = bank.person('sun.lei')
  const other = [...bank.house.people.directory().departments.values()].find(({ id, parent }) => parent !== null && id !== second.department && !bank.house.people.directory().lineage(second.department).includes(id) && !bank.house.people.directory().lineage(id).includes(second.department))
  if (!other) throw new Error('premise: there is another department')
  await admin.post(`/admin/people/${second.id}`, { ...entry('sun.lei'), roles: ['admin'] }, { from: `/admin/people/${second.id}` })
  const sun = await bank.signIn('sun.lei')
  const own = bank.house.people.directory().department(second.department)
  if (!own) throw new Error('premise: a department')
  const fields = { id: own.id, name: own.name, nameZh: own.nameZh, parent: other.id }
  const refused = await sun.post('/admin/departments', fields, { from: '/admin/departments' })
  t.equal(refused.status, 422)
  t.equal(bank.house.people.directory().department(own.id)?.parent, own.parent)
  t.equal((await sun.post('/admin/departments', { ...fields, name: 'Called otherwise', parent: own.parent ?? '' }, { from: '/admin/departments' })).status, 303, 'its name is no right')
  const moved = await admin.post('/admin/departments', fields, { from: '/admin/departments' })
  t.equal(moved.status, 303, 'another admin may')
  const [line] = (await recorded('department', own.id)).filter(({ to }) => to !== undefined)
  t.same([line?.from, line?.to], [own.parent, other.id], 'and where it stood and stands is on record')
})

t.test('whose mail goes elsewhere hears of it where it went before, and it is on record', async (t) => {
  const li = bank.person('li.na')
  const changed = await admin.post(`/admin/people/${li.id}`, { ...entry('li.na'), email: 'somebody@elsewhere.example' }, { from: `/admin/people/${li.id}` })
  t.equal(changed.status, 303)
  const [line] = (await recorded('person', li.id)).filter(({ did }) => did === 'person.address_changed')
  t.same([line?.from, line?.to], [li.email, 'somebody@elsewhere.example'])
  t.same((await letters()).filter(({ person, kind }) => person === li.id && kind === 'rights_changed').map(({ to }) => to).sort(), [li.email, 'somebody@elsewhere.example'].sort())
  t.match((await (await bank.signIn('li.na')).get('/notices')).text, /mail address/)
})

t.test('what a newcomer may do is on record', async (t) => {
  const before = new Set(bank.house.people.directory().persons.keys())
  const answer = await admin.post('/admin/people', { ...entry('li.na'), login: 'new.comer', name: 'New Comer', email: 'new.comer@bank.example', clearance: 'restricted', roles: ['curator'], domain: [bank.person('li.na').department], teams: [] }, { from: '/admin/people/new' })
  t.equal(answer.status, 303)
  const id = [...bank.house.people.directory().persons.keys()].find((one) => !before.has(one)) as string
  const lines = (await recorded('person', id)).map(({ did, to }) => `${did} ${to ?? ''}`)
  t.ok(lines.includes('person.clearance_changed restricted'), lines.join('; '))
  t.ok(lines.includes('person.rights_changed curator,employee'), lines.join('; '))
  t.ok(lines.includes(`person.rights_changed ${bank.person('li.na').department}`), lines.join('; '))
})
