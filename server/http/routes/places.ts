import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Department, Team } from '../../domain/people/person.js'
import type { Roster } from '../../domain/people/port.js'
import { refusedAll, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import { putDepartment, putTeam } from '../../domain/policy/administer-people.js'
import { asShown, merged } from '../changed-meanwhile.js'
import { refusalAt, sayRefusals } from '../form.js'
import { grantNew } from '../note-room.js'
import { changeRoster } from '../people-room.js'
import { asListed, departmentPaths } from '../present/department-paths.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'

const ALLOW = 'people.administer'
/** Choices of a department on one page, at most; in a larger bank the form of one department or team stands open at a time. */
const MOST_CHOICES = 5_000
/** So many are seen at a glance. */
const AT_A_GLANCE = 20

type Kind = 'department' | 'team'

/** What its form says of a department or a team. */
type Entry = Readonly<Partial<Record<'name' | 'nameZh' | 'parent' | 'department' | 'email', string>>>

const LABELS: { readonly [K in keyof Entry]-?: string } = {
  name: 'admin.field.name_en', nameZh: 'admin.field.name_zh', parent: 'admin.field.parent', department: 'admin.field.department', email: 'admin.field.email',
}

/** A form that was refused, as it was filled in. */
interface Refused {
  readonly kind: Kind
  readonly id: string
  readonly entry: Entry
  /** what stands now; null of a new one */
  readonly shown: Entry | null
  readonly clashed: boolean
  readonly refusals: Refusals
}

/** The tree of departments, and the teams across it. */
export function places(app: FastifyInstance): void {
  app.get('/admin/departments', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, null))

  app.post('/admin/departments', { config: { allow: ALLOW } }, async (request, reply) => {
    const were = request.house.people.directory()
    const { id, known, refused } = await put(request, 'department', (roster, id, { name = '', nameZh = '', parent = '' }) => putDepartment(roster, grantNew(request, ALLOW, id), { id, name, nameZh, parent: parent || null }))
    if (refused) return show(request, reply, refused)
    if (known && were.department(id)?.parent !== request.house.people.directory().department(id)?.parent) await request.house.tellOfMove(were, id, me(request).id)
    return reply.flash('admin.said.saved').seeOther('/admin/departments')
  })

  app.post('/admin/teams', { config: { allow: ALLOW } }, async (request, reply) => {
    const { refused } = await put(request, 'team', (roster, id, { name = '', nameZh = '', department = '', email = '' }) => putTeam(roster, grantNew(request, ALLOW, id), { id, name, nameZh, department, email }))
    if (refused) return show(request, reply, refused)
    return reply.flash('admin.said.saved').seeOther('/admin/departments')
  })
}

/** Puts what the form says of one, old or new, upon what stands now. */
async function put(request: FastifyRequest, kind: Kind, verb: (roster: Roster, id: string, entry: Entry) => Outcome<Roster>): Promise<{ id: string; known: boolean; refused: Refused | null }> {
  const fields = (request.body ?? {}) as Fields
  const named = one(fields, 'id')
  const directory = request.house.people.directory()
  const known = (kind === 'department' ? directory.department(named) : directory.team(named)) !== undefined
  const id = known ? named : request.house.ids.next()
  let [entry, shown, clashed]: [Entry, Entry | null, boolean] = [typedOf(kind, fields), null, false]
  const outcome = await changeRoster(request, (roster) => {
    const now = (kind === 'department' ? roster.departments : roster.teams).find((each) => each.id === id)
    if (now) {
      shown = entryOf(now)
      const mine = merged(typedOf(kind, fields), shown, fields)
      entry = mine.entry
      clashed = mine.clashes.length > 0
      if (clashed) return refusedAll(mine.clashes.map((at) => ({ at, code: 'admin.changed_meanwhile', with: { field: request.say(LABELS[at]), now: saidOf(request, at, entryOf(now)) } })))
    }
    return verb(roster, id, entry)
  })
  return { id, known, refused: outcome.ok ? null : { kind, id: known ? id : '', entry, shown, clashed, refusals: outcome.refusals } }
}

function typedOf(kind: Kind, fields: Fields): Entry {
  const names = kind === 'department' ? (['name', 'nameZh', 'parent'] as const) : (['name', 'nameZh', 'department', 'email'] as const)
  return Object.fromEntries(names.map((name) => [name, one(fields, name)]))
}

function entryOf(kept: Department | Team): Entry {
  return 'email' in kept ? { name: kept.name, nameZh: kept.nameZh, department: kept.department, email: kept.email } : { name: kept.name, nameZh: kept.nameZh, parent: kept.parent ?? '' }
}

/** One field of it, in the reader's words. */
function saidOf(request: FastifyRequest, field: keyof Entry, entry: Entry): string {
  const value = entry[field] ?? ''
  return value === '' ? request.say('admin.nothing') : field === 'parent' || field === 'department' ? labelsOf(request).department(value) : value
}

async function show(request: FastifyRequest, reply: FastifyReply, refused: Refused | null): Promise<FastifyReply> {
  const labels = labelsOf(request)
  const directory = request.house.people.directory()
  const paths = departmentPaths(request)
  const many = paths.length + directory.teams.size
  const all = paths.length * many <= MOST_CHOICES
  const query = (request.query ?? {}) as Fields
  const q = one(query, 'q').trim()
  const edited = refused ? refused.id : one(query, 'edit')
  const isWanted = holdsWords(q)
  const form = formsOf(request, refused, paths)
  const inOrder = asListed(labels)
  const departments = paths.flatMap(({ value: id, label }) => {
    const department = directory.department(id) as Department
    if (id !== edited && !isWanted(`${label} ${department.name} ${department.nameZh}`)) return []
    return [{ id, label, open: id === edited, form: all || id === edited ? form('department', id, entryOf(department), department.parent === null) : null }]
  })
  const teams = [...directory.teams.values()].flatMap((team) => {
    const [label, of] = [labels.team(team.id), labels.department(team.department)]
    if (team.id !== edited && !isWanted(`${label} ${team.name} ${team.nameZh} ${team.email} ${of}`)) return []
    return [{ id: team.id, label, members: directory.members(team.id).length, open: team.id === edited, form: all || team.id === edited ? form('team', team.id, entryOf(team)) : null }]
  }).sort((a, b) => inOrder(a.label, b.label))
  if (refused) reply.code(refused.clashed ? 409 : 422)
  return reply.page('admin/departments', {
    title: request.say('admin.departments.title'), q, searchable: many > AT_A_GLANCE || q !== '', sought: q !== '',
    refusals: refused ? sayRefusals(request, refused.refusals).map((each) => ({ ...each, href: each.at === '' ? '#main' : `#${fieldId(refused.kind, edited, each.at)}` })) : [],
    departments, teams, ofSearch: q === '' ? '' : `&q=${encodeURIComponent(q)}`,
    newDepartment: { open: refused?.kind === 'department' && edited === '', form: form('department', '', {}) },
    newTeam: { open: refused?.kind === 'team' && edited === '', form: form('team', '', {}) },
  })
}

/** Makes the form of a department or a team; what was refused is shown as it was filled in. */
function formsOf(request: FastifyRequest, refused: Refused | null, paths: ReturnType<typeof departmentPaths>) {
  return (kind: Kind, id: string, kept: Entry, isRoot = false) => {
    const mine = refused !== null && refused.kind === kind && refused.id === id ? refused : null
    const value = (name: keyof Entry): string => (mine?.entry ?? kept)[name] ?? ''
    const said = mine ? sayRefusals(request, mine.refusals) : []
    const line = (name: 'name' | 'nameZh' | 'email') => ({
      id: fieldId(kind, id, name), name, label: request.say(LABELS[name]), type: name === 'email' ? 'email' : 'text', value: value(name), hint: '', refusal: refusalAt(said, name), optional: name === 'email', autocomplete: 'off',
    })
    const choice = kind === 'department' ? 'parent' : 'department'
    return {
      id, isNew: id === '', shown: id === '' ? '' : asShown(mine?.shown ?? kept), action: `/admin/${kind}s`,
      names: [line('name'), line('nameZh')],
      choice: isRoot ? null : {
        id: fieldId(kind, id, choice), name: choice, label: request.say(LABELS[choice]), refusal: refusalAt(said, choice),
        // A department is not below itself.
        options: paths.filter((path) => kind === 'team' || path.value !== id).map((path) => ({ ...path, checked: path.value === value(choice) })),
      },
      email: kind === 'team' ? line('email') : null,
      submit: request.say(id === '' ? `admin.${kind}.add` : 'admin.save'),
    }
  }
}

function fieldId(kind: Kind, id: string, name: string): string {
  return `${kind}-${name}${id === '' ? '' : `-${id}`}`
}

/** Whether all words that were typed occur, in any order. */
function holdsWords(typed: string): (text: string) => boolean {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return (text) => {
    const said = text.toLowerCase()
    return words.every((word) => said.includes(word))
  }
}
