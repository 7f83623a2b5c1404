import type { Language, Person } from './person.js'
import type { Firstly, People } from './port.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from './refusal.js'

export interface FirstAdmin {
  readonly login: string
  readonly name: string
  readonly email: string
  readonly bank: string
  readonly bankZh: string
  /** which pages and mails they get until they choose another */
  readonly language: Language
}

/**
 * Makes the bank's head office and its first admin. Refused as soon as anybody is there: it never adds a second.
 * @param ids one for the head office, one for the person
 * @param firstly see `People`
 */
export async function foundBank(
  people: People,
  first: FirstAdmin,
  ids: { readonly department: string; readonly person: string },
  firstly?: Firstly,
): Promise<Outcome<Person>> {
  const refusals = incomplete(first)
  if (refusals.length > 0) return refusedAll(refusals)
  const admin: Person = {
    id: ids.person,
    login: first.login.trim().toLowerCase(),
    name: first.name.trim(),
    email: first.email.trim(),
    title: '',
    department: ids.department,
    teams: [],
    roles: ['employee', 'admin'],
    domain: [],
    clearance: 'internal',
    language: first.language,
    active: true,
    absence: null,
    nameEn: '', settings: { shortcuts: true, theme: 'auto' },
  }
  let founded = false
  await people.change((roster) => {
    if (roster.persons.length > 0) return roster
    founded = true
    const office = { id: ids.department, name: first.bank.trim(), nameZh: first.bankZh.trim() || first.bank.trim(), parent: null }
    return { persons: [admin], departments: [office], teams: [] }
  }, firstly)
  return founded ? done(admin) : refused('', 'setup.already')
}

function incomplete(first: FirstAdmin): Refusal[] {
  const refusals: Refusal[] = []
  if (!/^[a-z0-9][a-z0-9._-]{1,63}$/.test(first.login.trim().toLowerCase())) refusals.push({ at: 'login', code: 'setup.login.form' })
  if (first.name.trim() === '') refusals.push({ at: 'name', code: 'setup.name.missing' })
  if (!first.email.includes('@')) refusals.push({ at: 'email', code: 'setup.email.form' })
  if (first.bank.trim() === '') refusals.push({ at: 'bank', code: 'setup.bank.missing' })
  return refusals
}
