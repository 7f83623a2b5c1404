import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Department, Team } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { putDepartment, putTeam } from '../../domain/policy/administer-people.js'
import { sayRefusals } from '../form.js'
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

/** A form that was refused, as it was filled in. */
interface Refused {
  readonly kind: Kind
  readonly fields: Fields
  readonly refusals: Refusals
}

/** The tree of departments, and the teams across it. */
export function places(app: FastifyInstance): void {
  app.get('/admin/departments', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, null))

  app.post('/admin/departments', { config: { allow: ALLOW } }, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields
    const were = request.house.people.directory()
    const known = were.department(one(fields, 'id'))
    const department: Department = { id: known?.id ?? request.house.ids.next(), name: one(fields, 'name'), nameZh: one(fields, 'nameZh'), parent: one(fields, 'parent') || null }
    const outcome = await changeRoster(request, (roster) => putDepartment(roster, grantNew(request, ALLOW, department.id), department))
    if (!outcome.ok) return show(request, reply.code(422), { kind: 'department', fields, refusals: outcome.refusals })
    if (known && known.parent !== department.parent) await request.house.tellOfMove(were, department.id, me(request).id)
    return reply.flash('admin.said.saved').seeOther('/admin/departments')
  })

  app.post('/admin/teams', { config: { allow: ALLOW } }, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields
    const known = request.house.people.directory().team(one(fields, 'id'))
    const team: Team = { id: known?.id ?? request.house.ids.next(), name: one(fields, 'name'), nameZh: one(fields, 'nameZh'), department: one(fields, 'department'), email: one(fields, 'email') }
    const outcome = await changeRoster(request, (roster) => putTeam(roster, grantNew(request, ALLOW, team.id), team))
    if (!outcome.ok) return show(request, reply.code(422), { kind: 'team', fields, refusals: outcome.refusals })
    return reply.flash('admin.said.saved').seeOther('/admin/departments')
  })
}

async function show(request: FastifyRequest, reply: FastifyReply, refused: Refused | null): Promise<FastifyReply> {
  const labels = labelsOf(request)
  const directory = request.house.people.directory()
  const paths = departmentPaths(request)
  const many = paths.length + directory.teams.size
  const all = paths.length * many <= MOST_CHOICES
  const query = (request.query ?? {}) as Fields
  const q = one(query, 'q').trim()
  const edited = refused ? one(refused.fields, 'id') : one(query, 'edit')
  const isWanted = holdsWords(q)
  const form = formsOf(request, refused, paths)
  const inOrder = asListed(labels)
  const departments = paths.flatMap(({ value: id, label }) => {
    const department = directory.department(id) as Department
    if (id !== edited && !isWanted(`${label} ${department.name} ${department.nameZh}`)) return []
    return [{ id, label, open: id === edited, form: all || id === edited ? form('department', { ...department, parent: department.parent ?? '' }, department.parent === null) : null }]
  })
  const teams = [...directory.teams.values()].flatMap((team) => {
    const [label, of] = [labels.team(team.id), labels.department(team.department)]
    if (team.id !== edited && !isWanted(`${label} ${team.name} ${team.nameZh} ${team.email} ${of}`)) return []
    return [{ id: team.id, label, members: directory.members(team.id).length, open: team.id === edited, form: all || team.id === edited ? form('team', team) : null }]
  }).sort((a, b) => inOrder(a.label, b.label))
  return reply.page('admin/departments', {
    title: request.say('admin.departments.title'), q, searchable: many > AT_A_GLANCE || q !== '', sought: q !== '',
    refusals: refused ? sayRefusals(request, refused.refusals).map((each) => ({ ...each, href: each.at === '' ? '#main' : `#${fieldId(refused.kind, edited, each.at)}` })) : [],
    departments, teams, ofSearch: q === '' ? '' : `&q=${encodeURIComponent(q)}`,
    newDepartment: { open: refused?.kind === 'department' && edited === '', form: form('department', BLANK) },
    newTeam: { open: refused?.kind === 'team' && edited === '', form: form('team', BLANK) },
  })
}

const BLANK = { id: '', name: '', nameZh: '', parent: '', department: '', email: '' }

/** Makes the form of a department or a team; what was refused is shown as it was filled in. */
function formsOf(request: FastifyRequest, refused: Refused | null, paths: ReturnType<typeof departmentPaths>) {
  return (kind: Kind, kept: Partial<Record<keyof typeof BLANK, string>> & { readonly id: string }, isRoot = false) => {
    const mine = refused !== null && refused.kind === kind && one(refused.fields, 'id') === kept.id ? refused : null
    const value = (name: keyof typeof BLANK): string => (mine ? one(mine.fields, name) : (kept[name] ?? ''))
    const said = mine ? sayRefusals(request, mine.refusals) : []
    const refusalAt = (name: string): string => said.find(({ at }) => at === name)?.text ?? ''
    const line = (name: 'name' | 'nameZh' | 'email', label: string) => ({
      id: fieldId(kind, kept.id, name), name, label: request.say(label), type: name === 'email' ? 'email' : 'text', value: value(name), hint: '', refusal: refusalAt(name), optional: name === 'email', autocomplete: 'off',
    })
    const choice = kind === 'department' ? 'parent' : 'department'
    return {
      id: kept.id, isNew: kept.id === '', action: `/admin/${kind}s`,
      names: [line('name', 'admin.field.name_en'), line('nameZh', 'admin.field.name_zh')],
      choice: isRoot ? null : {
        id: fieldId(kind, kept.id, choice), name: choice, label: request.say(`admin.field.${choice}`), refusal: refusalAt(choice),
        // A department is not below itself.
        options: paths.filter(({ value: id }) => kind === 'team' || id !== kept.id).map((path) => ({ ...path, checked: path.value === value(choice) })),
      },
      email: kind === 'team' ? line('email', 'admin.field.email') : null,
      submit: request.say(kept.id === '' ? `admin.${kind}.add` : 'admin.save'),
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
