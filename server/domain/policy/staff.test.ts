import t from 'tap'
import { Directory } from '../people/directory.js'
import type { Department, Person } from '../people/person.js'
import { likelyDeputies } from './set-absence.js'
import { Staff } from './staff.js'

const HEAD: Department = { id: 'head', name: 'Head', nameZh: '总行', parent: null }
const NEXT: Department = { ...HEAD, id: 'next', parent: 'head' }

t.test('whoever a row before renamed is found by the new login, keeps their place, and the old login is free', async (t) => {
  const staff = new Staff({ persons: [person('a'), person('b')], departments: [HEAD], teams: [] })
  staff.put({ ...person('a'), login: 'anna' })
  staff.put({ ...person('c'), login: 'a' })
  t.equal(staff.personByLogin('anna')?.id, 'a')
  t.equal(staff.personByLogin('a')?.id, 'c')
  t.same(staff.roster().persons.map(({ id }) => id), ['a', 'b', 'c'])
})

t.test('a file that changes nobody gives the same roster back', async (t) => {
  const roster = { persons: [person('a')], departments: [HEAD], teams: [] }
  t.equal(new Staff(roster).roster(), roster)
})

t.test('the last administrator can be neither demoted nor disabled, whatever rows before did', async (t) => {
  const [admin, other] = [person('a', ['employee', 'admin']), person('b', ['employee', 'admin'])]
  const staff = new Staff({ persons: [admin, other], departments: [HEAD], teams: [] })
  t.notOk(staff.leavesNoAdmin({ ...admin, active: false }), 'there is another')
  staff.put({ ...other, active: false })
  t.ok(staff.leavesNoAdmin({ ...admin, active: false }))
  t.ok(staff.leavesNoAdmin({ ...admin, roles: ['employee'] }))
  t.notOk(staff.leavesNoAdmin({ ...admin, title: 'Head of IT' }))
})

t.test('offered as deputies are first those who decide on the same, then the colleagues in the department; never oneself or who left', async (t) => {
  const me: Person = { ...person('me', ['employee', 'curator']), domain: ['next'] }
  const above: Person = { ...person('above', ['employee', 'curator']), department: 'far', domain: ['head'] }
  const elsewhere: Person = { ...person('else', ['employee', 'curator']), department: 'far', domain: ['far'] }
  const [near, gone, far] = [person('n'), { ...person('gone'), active: false }, { ...person('f'), department: 'far' }]
  const people = new Directory([near, elsewhere, person('c', ['employee', 'curator']), me, gone, far, above], [HEAD, NEXT, { ...NEXT, id: 'far' }], [])
  t.same(likelyDeputies(me, people, '2026-03-03').map(({ id }) => id), ['above', 'c', 'n'])
})

function person(id: string, roles: Person['roles'] = ['employee']): Person {
  return {
    id, login: id, name: id.toUpperCase(), nameEn: '', email: `${id}@bank.example`, title: '', department: 'head', teams: [], roles, domain: [], clearance: 'internal',
    language: 'en', active: true, absence: null, settings: { shortcuts: true, theme: 'auto' },
  }
}
