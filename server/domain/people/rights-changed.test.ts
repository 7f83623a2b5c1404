import t from 'tap'
import type { Person } from './person.js'
import { rightsChanged } from './rights-changed.js'

const LI: Person = {
  id: 'li', login: 'li.na', name: 'Li Na', email: 'li@bank.example', title: 'Teller', department: 'east', teams: ['desk'], roles: ['employee', 'curator'],
  domain: ['east', 'west'], clearance: 'internal', language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
}

t.test('whatever takes or gives a right ends the sessions', async (t) => {
  const changes: readonly Partial<Person>[] = [
    { active: false }, { roles: ['employee'] }, { roles: ['employee', 'curator', 'admin'] }, { domain: ['east'] }, { domain: ['east', 'north'] }, { clearance: 'restricted' }, { login: 'li' },
  ]
  for (const change of changes) t.equal(rightsChanged(LI, { ...LI, ...change }), true, JSON.stringify(change))
  t.equal(rightsChanged(LI, undefined), true)
  t.equal(rightsChanged(undefined, LI), true)
})

t.test('nobody is signed out for a new theme, another order of roles, or a move to another team', async (t) => {
  const changes: readonly Partial<Person>[] = [
    {}, { language: 'zh' }, { settings: { shortcuts: false, theme: 'dark' } }, { roles: ['curator', 'employee'] }, { domain: ['west', 'east'] },
    { teams: [] }, { department: 'west' }, { name: 'Li Nana' }, { absence: { from: '2026-03-03', until: '2026-03-04', deputy: 'wang' } },
  ]
  for (const change of changes) t.equal(rightsChanged(LI, { ...LI, ...change }), false, JSON.stringify(change))
})
