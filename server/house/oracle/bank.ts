import { Directory } from '../../domain/people/directory.js'
import type { Person } from '../../domain/people/person.js'
import type { Party } from '../../domain/policy/access.js'
import { sightOf, type Directories, type Sight } from '../../domain/policy/readable.js'
import type { Viewer } from '../../domain/policy/viewer.js'
import {
  DEPARTMENTS, EMPLOYEES, NAMED, PRINCIPALS, RESTRICTED_CUSTOMER, STEWARDS, TEAMS,
  type Employee, type EmployeeId, type Principal,
} from './principals.js'

/** The oracle's people as the app knows them. Everything here comes from the facts of principals.ts. */
export const TODAY = '2026-03-02'

export const CUSTOMER_IDS = { plain: '0198c0de-0001-7000-8000-00000000000a', restricted: '0198c0de-0001-7000-8000-00000000000b' } as const

export const PEOPLE = new Directory(
  (Object.keys(EMPLOYEES) as EmployeeId[]).map((id) => personFrom(id, EMPLOYEES[id])),
  Object.entries(DEPARTMENTS).map(([id, parent]) => ({ id, name: id, nameZh: id, parent })),
  Object.entries(TEAMS).map(([id, department]) => ({ id, name: id, nameZh: id, department, email: `${id}@bank.test` })),
)

export const DIRECTORIES: Directories = {
  people: PEOPLE,
  restricted: [{ id: CUSTOMER_IDS.restricted, team: RESTRICTED_CUSTOMER.team, curators: RESTRICTED_CUSTOMER.curators }],
}

export const NAMED_PARTIES: readonly Party[] = NAMED.map((one): Party => (one.startsWith('team ') ? `t:${one.slice(5)}` : `p:${one}`))
export const STEWARD_PARTIES: readonly Party[] = STEWARDS.map((one): Party => `p:${one}`)

export function viewerOf(principal: Principal): Viewer {
  switch (principal.kind) {
    case 'anonymous':
      return { kind: 'nobody' }
    case 'person':
      return { kind: 'person', person: PEOPLE.person(principal.who) as Person }
    case 'token':
      return { kind: 'token', person: PEOPLE.person(principal.who) as Person, scopes: principal.scopes }
    case 'channel':
      return { kind: 'channel', channel: principal.name, team: principal.team, ceiling: principal.ceiling }
  }
}

export function sightFor(principal: Principal, directories: Directories = DIRECTORIES): Sight {
  return sightOf(viewerOf(principal), directories, TODAY)
}

export function principal(name: string): Principal {
  const found = PRINCIPALS.find((one) => one.name === name)
  if (!found) throw new Error(`the oracle knows no ${name}`)
  return found
}

export function personFrom(id: EmployeeId, facts: Employee): Person {
  return {
    id, login: id, name: id, email: `${id}@bank.test`, title: '', department: facts.department, teams: facts.teams,
    roles: facts.roles, domain: facts.domain, clearance: facts.clearance, language: 'en', active: !facts.disabled,
    absence: facts.deputy ? { from: '2026-03-01', until: '2026-03-08', deputy: facts.deputy } : null,
    nameEn: '', settings: { shortcuts: true, theme: 'auto' },
  }
}
