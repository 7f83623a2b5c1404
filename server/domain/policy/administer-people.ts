import { CLEARANCES, type Clearance } from '../people/clearance.js'
import { Directory } from '../people/directory.js'
import { LANGUAGES, ROLES, type Department, type Language, type NewAddress, type Person, type Role, type Team } from '../people/person.js'
import type { Roster } from '../people/port.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import { granted, type Grant } from './grant.js'
import { addressSet, adminSince } from './new-address.js'
import type { Staff } from './staff.js'

const LOGIN = /^[a-z0-9][a-z0-9._-]{1,63}$/
const MAX_NAME_LENGTH = 80

/** What an administrator, or a row of a file, says of somebody. */
export interface PersonEntry {
  readonly login: string
  readonly name: string
  readonly nameEn: string
  readonly email: string
  readonly title: string
  readonly department: string
  readonly teams: readonly string[]
  readonly roles: readonly Role[]
  readonly domain: readonly string[]
  readonly clearance: Clearance
  readonly language: Language
}

/** @returns the new person, active and without a password: a single-use link lets them choose one */
export function addPerson(staff: Staff, grant: Grant<'people.administer'>, id: string, entry: PersonEntry, at: string): Outcome<Person> {
  granted(grant, id)
  const wrong = objectionsTo(entry, staff, null)
  if (wrong.length > 0) return refusedAll(wrong)
  return done(withDates({ id, ...tidy(entry), active: true, absence: null, settings: { shortcuts: true, theme: 'auto' } }, undefined, adminSince(undefined, entry, at)))
}

/** Nobody changes their own rights, whatever their role; one's own name and title are no rights. */
export function changePerson(staff: Staff, grant: Grant<'people.administer'>, id: string, entry: PersonEntry, at: string): Outcome<Person> {
  granted(grant, id)
  const before = staff.person(id)
  if (!before) return refused('', 'admin.person.gone')
  const wrong = objectionsTo(entry, staff, id)
  if (wrong.length > 0) return refusedAll(wrong)
  const tidied = tidy(entry)
  const after = withDates({ ...before, ...asBefore(before, tidied) }, addressSet(before, tidied.email, grant.who, at), adminSince(before, tidied, at))
  if (grant.who === id && differInRights(before, after)) return refused('', 'admin.person.own_rights')
  return staff.leavesNoAdmin(after) ? refused('roles', 'admin.person.last_admin') : done(after)
}

/** What is the same is the very same: of thousands whom a file changes most is as it was, and in memory once. */
function asBefore(before: Person, entry: PersonEntry): PersonEntry {
  const fields = Object.entries(entry).map(([field, value]) => {
    const old = before[field as keyof PersonEntry]
    return [field, JSON.stringify(old) === JSON.stringify(value) ? old : value]
  })
  return Object.fromEntries(fields) as unknown as PersonEntry
}

/** What is there stays where it is: an entry that says what is known already makes the same person, letter by letter. */
function withDates(person: Person, newAddress: NewAddress | undefined, since: string | undefined): Person {
  const dated: { -readonly [K in keyof Person]: Person[K] } = { ...person }
  if (newAddress) dated.newAddress = newAddress
  else delete dated.newAddress
  if (since !== undefined) dated.adminSince = since
  else delete dated.adminSince
  return dated
}

/** Disabled people are signed out on the next click and read nothing; what they wrote stays theirs. */
export function setActive(staff: Staff, grant: Grant<'people.administer'>, before: Person, active: boolean): Outcome<Person> {
  granted(grant, before.id)
  if (grant.who === before.id) return refused('', 'admin.person.own_rights')
  const after: Person = { ...before, active }
  return staff.leavesNoAdmin(after) ? refused('', 'admin.person.last_admin') : done(after)
}

export function putDepartment(roster: Roster, grant: Grant<'people.administer'>, department: Department): Outcome<Roster> {
  granted(grant, department.id)
  const wrong: Refusal[] = []
  if (department.name.trim() === '') wrong.push({ at: 'name', code: 'admin.name.missing' })
  if (department.nameZh.trim() === '') wrong.push({ at: 'nameZh', code: 'admin.name_zh.missing' })
  const before = roster.departments.find((each) => each.id === department.id)
  const isRoot = before ? before.parent === null : roster.departments.length === 0
  if (!isRoot && !roster.departments.some((each) => each.id === department.parent)) wrong.push({ at: 'parent', code: 'admin.parent.missing' })
  if (isBelow(roster, department.parent, department.id)) wrong.push({ at: 'parent', code: 'admin.parent.circle' })
  if (wrong.length > 0) return refusedAll(wrong)
  const next = { ...department, name: department.name.trim(), nameZh: department.nameZh.trim(), parent: isRoot ? null : department.parent }
  const after = { ...roster, departments: before ? roster.departments.map((each) => (each.id === next.id ? next : each)) : [...roster.departments, next] }
  return reachesOtherwise(roster, after, grant.who) ? refused('parent', 'admin.person.own_rights') : done(after)
}

/** What the tree alone gives somebody: the departments above theirs, and those below where they decide, as a deputy too. */
function reachesOtherwise(before: Roster, after: Roster, who: string): boolean {
  const known = new Set(before.departments.map(({ id }) => id))
  const reached = (roster: Roster): string => {
    const person = roster.persons.find(({ id }) => id === who)
    const tree = new Directory([], roster.departments, [])
    const domain = [...(person?.domain ?? []), ...roster.persons.filter(({ absence }) => absence?.deputy === who).flatMap((other) => other.domain)]
    return JSON.stringify([tree.lineage(person?.department ?? ''), tree.within(domain)].map((ids) => ids.filter((id) => known.has(id)).sort()))
  }
  return reached(before) !== reached(after)
}

export function putTeam(roster: Roster, grant: Grant<'people.administer'>, team: Team): Outcome<Roster> {
  granted(grant, team.id)
  const wrong: Refusal[] = []
  if (team.name.trim() === '') wrong.push({ at: 'name', code: 'admin.name.missing' })
  if (team.nameZh.trim() === '') wrong.push({ at: 'nameZh', code: 'admin.name_zh.missing' })
  if (!roster.departments.some((each) => each.id === team.department)) wrong.push({ at: 'department', code: 'admin.department.unknown' })
  if (team.email !== '' && !isAddress(team.email)) wrong.push({ at: 'email', code: 'admin.email.form' })
  if (wrong.length > 0) return refusedAll(wrong)
  const before = roster.teams.some((each) => each.id === team.id)
  return done({ ...roster, teams: before ? roster.teams.map((each) => (each.id === team.id ? team : each)) : [...roster.teams, team] })
}

/** Roles, domain, clearance, department and teams decide what somebody reads and does; the rest is how they are called. */
export function differInRights(a: Person, b: Person): boolean {
  const rights = (p: Person) => JSON.stringify([p.active, p.clearance, p.department, [...p.teams].sort(), [...p.roles].sort(), [...p.domain].sort()])
  return rights(a) !== rights(b)
}

function objectionsTo(entry: PersonEntry, staff: Staff, self: string | null): Refusal[] {
  const found: Refusal[] = []
  const say = (at: string, code: string, values?: Refusal['with']) => found.push(values ? { at, code, with: values } : { at, code })
  const login = entry.login.trim().toLowerCase()
  if (!LOGIN.test(login)) say('login', 'admin.login.form')
  if ((staff.personByLogin(login)?.id ?? self) !== self) say('login', 'admin.login.taken')
  if (entry.name.trim() === '') say('name', 'admin.name.missing')
  if ([...entry.name].length > MAX_NAME_LENGTH) say('name', 'admin.name.too_long', { max: MAX_NAME_LENGTH })
  if ([...entry.nameEn].length > MAX_NAME_LENGTH) say('nameEn', 'admin.name.too_long', { max: MAX_NAME_LENGTH })
  if (!isAddress(entry.email)) say('email', 'admin.email.form')
  if (!staff.hasDepartment(entry.department)) say('department', 'admin.department.unknown')
  if (entry.teams.some((id) => !staff.hasTeam(id))) say('teams', 'admin.teams.unknown')
  if (entry.roles.some((role) => !ROLES.includes(role))) say('roles', 'admin.roles.unknown')
  if (entry.domain.some((id) => !staff.hasDepartment(id))) say('domain', 'admin.domain.unknown')
  if (entry.roles.includes('curator') && entry.domain.length === 0) say('domain', 'admin.domain.missing')
  if (entry.roles.includes('admin') && entry.roles.includes('auditor')) say('roles', 'admin.roles.admin_and_auditor')
  if (!CLEARANCES.includes(entry.clearance)) say('clearance', 'admin.clearance.unknown')
  if (!LANGUAGES.includes(entry.language)) say('language', 'admin.language.unknown')
  return found
}

function tidy(entry: PersonEntry): PersonEntry {
  const curator = entry.roles.includes('curator')
  return {
    ...entry, login: entry.login.trim().toLowerCase(), name: entry.name.trim(), nameEn: entry.nameEn.trim(), email: entry.email.trim(), title: entry.title.trim(),
    teams: [...new Set(entry.teams)], roles: [...new Set<Role>(['employee', ...entry.roles])], domain: curator ? [...new Set(entry.domain)] : [],
  }
}

function isBelow(roster: Roster, id: string | null, top: string): boolean {
  const seen = new Set<string>()
  for (let at = id; at !== null && !seen.has(at); ) {
    if (at === top) return true
    seen.add(at)
    at = roster.departments.find((each) => each.id === at)?.parent ?? null
  }
  return false
}

function isAddress(text: string): boolean {
  return /^[^\s@<>"',;:\\]+@[^\s@<>"',;:\\]+\.[^\s@<>"',;:\\]+$/.test(text.trim()) && text.length <= 200
}
