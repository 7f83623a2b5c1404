import t from 'tap'
import { openBank } from './bank.js'

const bank = await openBank(t)
const han = await bank.signIn('han.bing')

t.test('two administrators who have the same person open do not undo each other', async (t) => {
  const at = `/admin/people/${bank.person('li.na').id}`
  const [first, second] = [(await han.get(at)).form(at).fields, (await han.get(at)).form(at).fields]
  t.equal(bank.person('li.na').clearance, 'internal', 'premise')
  t.equal((await han.post(at, { ...first, clearance: 'restricted', roles: ['auditor'] }, { from: at })).status, 303)
  t.equal((await han.post(at, { ...second, title: 'Floor manager' }, { from: at })).status, 303, 'something else was changed')
  t.match(bank.person('li.na'), { clearance: 'restricted', title: 'Floor manager', roles: ['employee', 'auditor'] }, 'both are kept')

  const clash = await han.post(at, { ...second, clearance: 'confidential', title: 'Manager' }, { from: at })
  t.equal(clash.status, 409)
  t.equal(bank.person('li.na').clearance, 'restricted', 'nothing was changed')
  t.match(clash.text, /Clearance: somebody else has just changed it to “Restricted”/)
  t.match(clash.text, /Job title: somebody else has just changed it to “Floor manager”/)
  const again = clash.form(at).fields
  t.match(again, { clearance: ['confidential'], title: ['Manager'], roles: ['auditor'] }, 'what was filled in is still there, upon what stands now')
  t.equal((await han.post(at, again, { from: at })).status, 303, 'whoever has seen it may put theirs in its place')
  t.match(bank.person('li.na'), { clearance: 'confidential', title: 'Manager', roles: ['employee', 'auditor'] })
})

t.test('nor with the same department or team', async (t) => {
  const at = '/admin/departments'
  const department = () => bank.house.people.directory().department('east')
  const [team] = [...bank.house.people.directory().teams.values()]
  const formOf = async (action: string, id: string) => (await han.get(at)).form(action, id).fields
  const first = await formOf(at, 'east')
  const second = await formOf(at, 'east')
  const were = department()
  await han.post(at, { ...first, parent: 'corporate' }, { from: at })
  t.equal((await han.post(at, { ...second, name: 'East region' }, { from: at })).status, 303)
  t.same(department(), { ...were, parent: 'corporate', name: 'East region' }, 'a new name does not bring it back to where it was')
  const clash = await han.post(at, { ...second, name: 'The East' }, { from: at })
  t.equal(clash.status, 409)
  t.match(clash.text, /somebody else has just changed it to “East region”/)
  t.match(clash.body, /id="department-name-east"[^>]*aria-invalid="true"/)
  t.match(clash.form(at, 'east').fields, { name: ['The East'], parent: ['corporate'] })

  const ofTeam = await formOf('/admin/teams', team?.id ?? '')
  await han.post('/admin/teams', { ...ofTeam, email: 'one@bank.example' }, { from: at })
  t.equal((await han.post('/admin/teams', { ...ofTeam, email: 'two@bank.example' }, { from: at })).status, 409)
  t.equal((await han.post('/admin/teams', { ...ofTeam, nameZh: '新名' }, { from: at })).status, 303)
  t.match(bank.house.people.directory().team(team?.id ?? ''), { email: 'one@bank.example', nameZh: '新名' })
})
