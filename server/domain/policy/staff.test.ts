import t from 'tap'
import { Directory } from '../people/directory.js'
import type { Department, Person } from '../people/person.js'
import { MOST_OFFERED, possibleDeputies } from './set-absence.js'
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

t.test('in a large bank a curator is offered the other curators and near colleagues as deputies, in a small one everybody', async (t) => {
  const [me, curator, near] = [person('me', ['employee', 'curator']), { ...person('c', ['employee', 'curator']), department: 'next' }, person('n')]
  const far = Array.from({ length: MOST_OFFERED }, (_, n) => ({ ...person(`f${n}`), department: 'next' }))
  const offered = (persons: readonly Person[]) => possibleDeputies(me, new Directory(persons, [HEAD, NEXT], [])).map(({ id }) => id)
  t.same(offered([me, curator, near, ...far]), ['c', 'n'])
  t.equal(offered([me, curator, near, ...far.slice(0, 5)]).length, 7)
})

function person(id: string, roles: Person['roles'] = ['employee']): Person {
  return {
    id, login: id, name: id.toUpperCase(), nameEn: '', email: `${id}@bank.example`, title: '', department: 'head', teams: [], roles, domain: [], clearance: 'internal',
    language: 'en', active: true, absence: null, settings: { shortcuts: true, theme: 'auto' },
  }
}
