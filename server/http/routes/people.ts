import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CLEARANCES } from '../../domain/people/clearance.js'
import { LANGUAGES, ROLES, calledLike, type Person } from '../../domain/people/person.js'
import type { Roster } from '../../domain/people/port.js'
import { done, refused, refusedAll, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import { addPerson, changePerson, setActive, type PersonEntry } from '../../domain/policy/administer-people.js'
import { awaitsWord, confirmAddress, mayMailLink } from '../../domain/policy/new-address.js'
import { mayAttempt } from '../../domain/policy/roles.js'
import { Staff } from '../../domain/policy/staff.js'
import { asShown, merged } from '../changed-meanwhile.js'
import { refusalAt, sayRefusals } from '../form.js'
import { grantNew } from '../note-room.js'
import { changeRoster, handOf, personIn, sendLink, tellChange, welcome } from '../people-room.js'
import { departmentPaths, type DepartmentPath } from '../present/department-paths.js'
import { labelsOf } from '../present/labels.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { pagesOf } from '../present/pages.js'
import { staffInOrder } from '../present/staff-in-order.js'
import { me } from '../session.js'
import { pageIn } from './notes.js'

const SIZE = 50
const MANY = ['teams', 'roles', 'domain'] as const
const ALLOW = 'people.administer'

/** People. An administrator gives rights to others, never to themselves, and reads no note by it. */
export function people(app: FastifyInstance): void {
  app.get('/admin', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const directory = house.people.directory()
    const undecidable = await house.undecidable()
    const mail = await house.post.outbox.counts()
    return reply.page('admin/index', {
      title: request.say('admin.title'),
      people: [...directory.persons.values()].filter((p) => p.active).length, departments: directory.departments.size, teams: directory.teams.size,
      undecidable: undecidable ?? 0, counting: undecidable === null,
      // An administrator imports nothing by being one: files of customers and notes are for those who decide on a domain.
      canImport: mayAttempt(me(request), 'import.run', directory, house.clock.today()),
      channels: house.post.channels.all().length,
      mailWaiting: mail.waiting,
      engines: (await house.finder.engines()).map(({ name, state, entries, rebuilding, behind, onHold }) => ({
        name: name === 'embedded' ? request.say('admin.search.embedded') : name,
        state: rebuilding === null ? request.say(`admin.search.${state}`) : request.say('admin.search.rebuilding', { count: rebuilding }),
        troubled: state === 'down' || state === 'resting', entries, behind, onHold,
      })),
      mailFailed: mail.failed,
    })
  })

  app.get<{ Querystring: { q?: string; department?: string; page?: string } }>('/admin/people', { config: { allow: ALLOW } }, async (request, reply) => {
    const labels = labelsOf(request)
    const directory = request.house.people.directory()
    const q = (request.query.q ?? '').trim().toLowerCase()
    const within = request.query.department ? new Set(directory.within([request.query.department])) : null
    const isCalled = calledLike(q)
    const found = staffInOrder(request).filter((p) => (q === '' || isCalled(p) || p.email.toLowerCase().includes(q)) && (!within || within.has(p.department)))
    const page = pageIn(request.query.page)
    return reply.page('admin/people', {
      title: request.say('admin.people.title'), q: request.query.q ?? '',
      departments: ticked(departmentPaths(request), [request.query.department ?? '']),
      rows: found.slice((page - 1) * SIZE, page * SIZE).map((p) => ({
        href: `/admin/people/${p.id}`, name: labels.person(p.id), login: p.login, active: p.active, department: labels.department(p.department),
        roles: p.roles.filter((role) => role !== 'employee').map((role) => request.say(`admin.role.${role}`)).join(' · '), clearance: request.say(`frame.level.${p.clearance}`),
      })),
      pages: pagesOf(`/admin/people?q=${encodeURIComponent(request.query.q ?? '')}&department=${encodeURIComponent(request.query.department ?? '')}`, page, SIZE, found.length),
    })
  })

  app.get('/admin/people/new', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, null, null, []))

  app.post('/admin/people', { config: { allow: ALLOW, many: MANY } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const id = house.ids.next()
    const outcome = await changePeople(request, (staff) => addPerson(staff, grantNew(request, ALLOW, id), id, entryFrom(fields), house.clock.now()))
    if (!outcome.ok) return show(request, reply.code(422), null, { entry: entryFrom(fields), shown: null }, outcome.refusals)
    await welcome(house, house.people.directory().person(id) as Person, handOf(request))
    return reply.flash('admin.said.person_added').seeOther(`/admin/people/${id}`)
  })

  app.get<{ Params: { id: string } }>('/admin/people/:id', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, personIn(request), null, []))

  app.post<{ Params: { id: string } }>('/admin/people/:id', { config: { allow: ALLOW, many: MANY } }, async (request, reply) => {
    const before = personIn(request)
    const fields = (request.body ?? {}) as Fields
    const grant = grantNew(request, ALLOW, before.id)
    let clashes: readonly (keyof PersonEntry)[] = []
    let filled: Filled = { entry: entryFrom(fields), shown: entryOf(before) }
    const outcome = await changePeople(request, (staff) => {
      const now = staff.person(before.id)
      if (!now) return refused('', 'admin.person.gone')
      const mine = merged(entryFrom(fields), entryOf(now), fields)
      filled = { entry: mine.entry, shown: entryOf(now) }
      clashes = mine.clashes
      return clashes.length > 0 ? refusedAll(clashes.map((at) => ({ at, code: 'admin.changed_meanwhile', with: { field: request.say(`admin.field.${at}`), now: saidOf(request, at, now) } }))) : changePerson(staff, grant, before.id, mine.entry, request.house.clock.now())
    })
    if (!outcome.ok) return show(request, reply.code(clashes.length > 0 ? 409 : 422), personIn(request), filled, outcome.refusals)
    await tellChange(request.house, before, handOf(request))
    const elsewhere = request.house.people.directory().person(before.id)?.department !== before.department
    return reply.flash('admin.said.person_changed').seeOther(`/admin/people/${before.id}${elsewhere ? '?moved=yes' : ''}`)
  })

  app.post<{ Params: { id: string } }>('/admin/people/:id/activity', { config: { allow: ALLOW } }, async (request, reply) => {
    const before = personIn(request)
    const active = one((request.body ?? {}) as Fields, 'active') === 'yes'
    const grant = grantNew(request, ALLOW, before.id)
    const outcome = await changePeople(request, (staff) => {
      const now = staff.person(before.id)
      return now ? setActive(staff, grant, now, active) : refused('', 'admin.person.gone')
    })
    if (!outcome.ok) return show(request, reply.code(422), before, null, outcome.refusals)
    if (!active) await request.house.sessions.endOf(before.id)
    await tellChange(request.house, before, handOf(request))
    return reply.flash(active ? 'admin.said.enabled' : 'admin.said.disabled').seeOther(`/admin/people/${before.id}`)
  })

  // The link goes to the person by mail; no administrator ever sees it.
  app.post<{ Params: { id: string } }>('/admin/people/:id/password-link', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const person = personIn(request)
    const now = house.clock.now()
    const refusals = mayMailLink(person, await hasPassword(request, person), me(request), one((request.body ?? {}) as Fields, 'vouch'), now)
    if (refusals.length > 0) return show(request, reply.code(422), person, null, refusals)
    if (person.newAddress) {
      const outcome = await changeRoster(request, (roster) => confirmAddress(roster, person.id, person.email))
      if (!outcome.ok) return show(request, reply.code(422), personIn(request), null, outcome.refusals)
    }
    await sendLink(house, person, 'forgotten', handOf(request))
    return reply.flash('admin.said.link_sent').seeOther(`/admin/people/${person.id}`)
  })
}

function changePeople(request: FastifyRequest, verb: (staff: Staff) => Outcome<Person>): Promise<Outcome<Roster>> {
  return changeRoster(request, (roster) => {
    // Inside of a change the directory is the one of this very roster.
    const staff = new Staff(roster, request.house.people.directory())
    const outcome = verb(staff)
    if (!outcome.ok) return outcome
    staff.put(outcome.value)
    return done(staff.roster())
  })
}

async function hasPassword(request: FastifyRequest, person: Person): Promise<boolean> {
  return (await request.house.credentials.of(person.id)).hash !== null
}

function entryFrom(fields: Fields): PersonEntry {
  return {
    login: one(fields, 'login'), name: one(fields, 'name'), nameEn: one(fields, 'nameEn'), email: one(fields, 'email'), title: one(fields, 'title'), department: one(fields, 'department'),
    teams: many(fields, 'teams'), roles: ROLES.filter((role) => many(fields, 'roles').includes(role)), domain: many(fields, 'domain'),
    clearance: CLEARANCES.find((each) => each === one(fields, 'clearance')) ?? 'internal', language: LANGUAGES.find((each) => each === one(fields, 'language')) ?? 'zh',
  }
}

/** As its form says it: everybody is an employee. */
function entryOf({ login, name, nameEn, email, title, department, teams, roles, domain, clearance, language }: Person): PersonEntry {
  return { login, name, nameEn, email, title, department, teams, roles: roles.filter((role) => role !== 'employee'), domain, clearance, language }
}

/** A form that was sent, and what stands now. */
interface Filled {
  readonly entry: PersonEntry
  readonly shown: PersonEntry | null
}

/** One field of somebody, in the reader's words. */
function saidOf(request: FastifyRequest, field: keyof PersonEntry, person: Person): string {
  const labels = labelsOf(request)
  const entry = entryOf(person)
  const list = (said: readonly string[]): string => (said.length === 0 ? request.say('admin.nothing') : said.join(labels.zh ? '、' : ', '))
  switch (field) {
    case 'department': return labels.department(entry.department)
    case 'teams': return list(entry.teams.map(labels.team))
    case 'domain': return list(entry.domain.map(labels.department))
    case 'roles': return list(entry.roles.map((role) => request.say(`admin.role.${role}`)))
    case 'clearance': return request.say(`frame.level.${entry.clearance}`)
    case 'language': return request.say(`admin.language.${entry.language}`)
    default: return list([entry[field]].filter(Boolean))
  }
}

function ticked(paths: readonly DepartmentPath[], chosen: readonly string[]) {
  return paths.map((each) => ({ ...each, checked: chosen.includes(each.value) }))
}

async function show(request: FastifyRequest, reply: FastifyReply, person: Person | null, filled: Filled | null, refusals: Refusals): Promise<FastifyReply> {
  const labels = labelsOf(request)
  const directory = request.house.people.directory()
  const paths = departmentPaths(request)
  const entry = filled?.entry ?? (person ? entryOf(person) : entryFrom({}))
  const shown = filled ? filled.shown : person && entry
  const said = sayRefusals(request, refusals)
  const option = (chosen: readonly string[]) => (value: string, label: string) => ({ value, label, checked: chosen.includes(value) })
  return reply.page('admin/person', {
    title: person ? labels.person(person.id) : request.say('admin.person.new'),
    id: person?.id ?? '', isNew: person === null, self: person?.id === me(request).id, moved: person !== null && (request.query as Fields)['moved'] === 'yes', active: person?.active ?? true,
    action: person ? `/admin/people/${person.id}` : '/admin/people',
    refusals: said, shown: shown && asShown(shown),
    waiting: person?.newAddress && {
      before: person.newAddress.before, address: person.email, by: labels.person(person.newAddress.setBy), at: person.newAddress.at,
      word: awaitsWord(person, await hasPassword(request, person)), mine: person.newAddress.setBy === me(request).id,
    },
    fields: (['login', 'name', 'nameEn', 'email', 'title'] as const).map((name) => ({
      id: name, name, label: request.say(`admin.field.${name}`), type: name === 'email' ? 'email' : 'text', value: entry[name], hint: name === 'login' || name === 'nameEn' ? request.say(`admin.field.${name}_hint`) : '',
      refusal: refusalAt(said, name), optional: name === 'title' || name === 'nameEn', autocomplete: 'off',
    })),
    at: Object.fromEntries(['department', 'teams', 'roles', 'domain', 'clearance', 'language'].map((name) => [name, refusalAt(said, name)])),
    departments: ticked(paths, [entry.department]),
    domains: ticked(paths, entry.domain),
    teams: [...directory.teams.values()].map((team) => option(entry.teams)(team.id, labels.team(team.id))),
    roles: ROLES.filter((role) => role !== 'employee').map((role) => option(entry.roles)(role, request.say(`admin.role.${role}`))),
    clearances: CLEARANCES.map((each) => option([entry.clearance])(each, request.say(`frame.level.${each}`))),
    languages: LANGUAGES.map((each) => option([entry.language])(each, request.say(`admin.language.${each}`))),
  })
}
