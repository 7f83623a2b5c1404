import t from 'tap'
import { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { ACTS, type Act } from './acts.js'
import { mayAttempt, reasonAtDoor } from './roles.js'

const PERSON: Person = {
  id: 'p', login: 'p', name: 'P', email: 'p@bank.example', title: '', department: 'head', teams: [], roles: ['employee'], domain: [], clearance: 'restricted',
  language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
}
const DEPARTMENTS = [{ id: 'head', name: 'Head', nameZh: '总行', parent: null }]

function open(part: Partial<Person>): readonly Act[] {
  const person = { ...PERSON, ...part }
  return ACTS.filter((act) => mayAttempt(person, act, new Directory([person], DEPARTMENTS, []), '2026-03-03'))
}

t.test('an employee posts and reads, and neither decides, administers nor reads the record', async (t) => {
  const acts = open({})
  for (const act of ['note.read', 'note.post', 'note.comment', 'search', 'customer.read', 'gap.ask', 'self.manage'] as const) t.ok(acts.includes(act), act)
  for (const act of ['note.curate', 'note.decide', 'note.merge', 'note.redact', 'vocabulary.edit', 'import.run', 'people.administer', 'record.read', 'health.read'] as const) t.notOk(acts.includes(act), act)
})

t.test('an admin is no curator and no auditor, and an auditor is neither', async (t) => {
  const more = (acts: readonly Act[]): readonly Act[] => acts.filter((act) => !open({}).includes(act))
  t.same(more(open({ roles: ['employee', 'auditor'] })), ['record.read'])
  t.notOk(open({ roles: ['employee', 'admin'] }).some((act) => act.startsWith('note.') && !open({}).includes(act)))
  t.notOk(open({ roles: ['employee', 'admin'] }).includes('record.read'))
  t.ok(open({ roles: ['employee', 'admin'] }).includes('people.administer'))
})

t.test('a curator without a domain decides on nothing; with one, not on people', async (t) => {
  t.same(open({ roles: ['employee', 'curator'] }), open({}))
  const acts = open({ roles: ['employee', 'curator'], domain: ['head'] })
  t.ok(acts.includes('note.curate'))
  t.notOk(acts.includes('people.administer'))
})

t.test('somebody who left may set out on nothing', async (t) => {
  t.same(open({ active: false, roles: ['employee', 'curator', 'admin', 'auditor'], domain: ['head'] }), [])
})

t.test('every act has a door and a reason', async (t) => {
  t.ok(ACTS.length > 20, 'premise')
  for (const act of ACTS) t.match(reasonAtDoor(act), /^policy\.[a-z_]+$/, act)
})
