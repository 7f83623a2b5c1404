import type { FastifyRequest } from 'fastify'
import { objectionToHome, type Proposal } from '../../domain/curation/import-batch.js'
import { SOURCE_BY_DEFAULT } from '../../domain/curation/new-batch.js'
import type { Home } from '../../domain/notes/note.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import { sayRefusals } from '../form.js'
import { me } from '../session.js'
import { labelsOf } from './labels.js'
import { AUDIENCE_BY_DEFAULT, LEVEL_BY_DEFAULT, one, type Fields } from './note-fields.js'

export type ImportKind = 'notes' | 'customers'
/** The mapping is a file of their own. */
export const OWN = 'own'

export function homeFrom(fields: Fields): Home {
  return { department: one(fields, 'department'), team: one(fields, 'team') || null }
}

export function proposalFrom(fields: Fields): Proposal {
  const level = LEVELS.find((known) => known === one(fields, 'level')) ?? LEVEL_BY_DEFAULT
  return {
    audience: AUDIENCES.find((known) => known === one(fields, 'audience')) ?? AUDIENCE_BY_DEFAULT,
    level: level === 'restricted' ? 'confidential' : level,
  }
}

/** The form as typed; a chosen file cannot be handed back, so after a refusal it is chosen again. */
export function importForm(request: FastifyRequest, kind: ImportKind, fields: Fields, refused: Refusals) {
  const { house } = request
  const labels = labelsOf(request)
  const person = me(request)
  const people = house.people.directory()
  const today = house.clock.today()
  const refusals = sayRefusals(request, refused)
  const at = (name: string) => refusals.find((refusal) => refusal.at === name)?.text ?? ''
  const domain = people.domainOf(person, today)
  const home = person.department
  const departments = domain.includes(home) ? [home, ...domain.filter((id) => id !== home)] : domain
  const chosen = proposalFrom(fields)
  const team = fields['team'] === undefined ? (person.teams[0] ?? '') : one(fields, 'team')
  const mapping = one(fields, 'mapping') || (house.imports.parts.mappings.shipped()[0]?.key ?? '')
  return {
    kind,
    refusals,
    at: { file: at('file'), mapping: at('mapping'), department: at('department'), team: at('team'), source: at('source') },
    mappings: [
      ...house.imports.parts.mappings.shipped().map((one) => ({ value: one.key, label: labels.of(one.name), hint: labels.of(one.description), checked: one.key === mapping })),
      { value: OWN, label: request.say('imports.mapping.own'), hint: request.say('imports.mapping.own_hint'), checked: mapping === OWN },
    ],
    departments: departments.map((id) => ({ value: id, label: labels.department(id), checked: id === (one(fields, 'department') || departments[0]) })),
    teams: [...people.teams.values()]
      .filter(({ id }) => objectionToHome({ department: departments[0] ?? '', team: id }, person, people, today) === null)
      .map(({ id }) => ({ value: id, label: labels.team(id), checked: id === team })),
    audiences: AUDIENCES.map((value) => ({ value, label: request.say(`frame.audience.${value}`), checked: value === chosen.audience })),
    levels: LEVELS.filter((value) => value !== 'restricted').map((value) => ({ value, label: request.say(`frame.level.${value}`), checked: value === chosen.level })),
    source: one(fields, 'source') || SOURCE_BY_DEFAULT,
    customerColumns: 'external_id, kind, name, aliases, number, segment, team, restricted, curators',
  }
}
