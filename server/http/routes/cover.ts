import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { departmentsWithoutTwo } from '../../domain/curation/escalate.js'
import { possibleDeputies, setAbsence } from '../../domain/policy/set-absence.js'
import type { Absence } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { grantNew } from '../note-room.js'
import { changeOnRecord } from '../people-on-record.js'
import { handOf } from '../people-room.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'

export function cover(app: FastifyInstance): void {
  app.get('/queue/cover', { config: { allow: 'cover.manage' } }, async (request, reply) => {
    const { absence } = me(request)
    return show(request, reply, { from: absence?.from ?? request.house.clock.today(), until: absence?.until ?? '', deputy: absence?.deputy ?? '' }, [])
  })

  app.post('/queue/cover', { config: { allow: 'cover.manage' } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const before = me(request)
    const deputy = one(fields, 'deputy')
    const absence: Absence | null = one(fields, 'back') === 'yes' ? null : { from: one(fields, 'from'), until: one(fields, 'until'), deputy }
    const grant = grantNew(request, 'cover.manage', before.id)
    const outcome = await changeOnRecord(house, handOf(request), (firstly) => setAbsence(house.people, grant, absence, house.clock.today(), firstly))
    if (!outcome.ok) return show(request, reply.code(422), fields, outcome.refusals)
    await house.tellOfCover(before, outcome.value)
    return reply.flash(absence === null ? 'curation.cover.said_back' : 'curation.cover.said_set').seeOther('/queue/cover')
  })

  // Numbers and departments only: an admin reads no note by being admin.
  app.get('/admin/cover', { config: { allow: 'people.administer' } }, async (request, reply) => {
    const { house } = request
    const labels = labelsOf(request)
    const people = house.people.directory()
    const today = house.clock.today()
    const undecidable = await house.undecidable()
    return reply.page('queue/short-of-curators', {
      title: request.say('curation.short.title'),
      undecidable: undecidable ?? 0, counting: undecidable === null,
      departments: departmentsWithoutTwo(people, today).map(({ department, curators }) => ({
        name: labels.department(department),
        above: people.lineage(department).slice(1, 2).map(labels.department).join(''),
        curators: curators.map((person) => labels.person(person.id)).join(labels.zh ? '、' : ', '),
        count: curators.length,
      })),
      away: [...people.persons.values()].filter((person) => person.active && person.absence && person.absence.until >= today && person.roles.includes('curator')).map((person) => ({
        name: labels.person(person.id), from: person.absence?.from ?? '', until: person.absence?.until ?? '', deputy: labels.person(person.absence?.deputy ?? ''),
      })),
    })
  })
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  const { house } = request
  const person = me(request)
  const people = house.people.directory()
  const labels = labelsOf(request)
  const today = house.clock.today()
  const said = sayRefusals(request, refusals)
  const standingIn = [...people.persons.values()].filter((other) => other.active && other.absence?.deputy === person.id && other.absence.until >= today && other.roles.includes('curator'))
  return reply.page('queue/cover', {
    title: request.say('curation.cover.title'),
    refusals: said,
    at: Object.fromEntries(['from', 'until', 'deputy'].map((name) => [name, said.find((each) => each.at === name)?.text ?? ''])),
    curates: person.roles.includes('curator'),
    domain: person.domain.map(labels.department).join(labels.zh ? '、' : ', '),
    from: one(fields, 'from'),
    until: one(fields, 'until'),
    today,
    deputies: possibleDeputies(person, people).map((other) => ({
      value: other.id, label: labels.person(other.id), note: labels.department(other.department), curator: other.roles.includes('curator'),
      clearance: request.say(`frame.level.${other.clearance}`), checked: other.id === one(fields, 'deputy'),
    })),
    now: person.absence && person.absence.until >= today
      ? { from: person.absence.from, until: person.absence.until, deputy: labels.person(person.absence.deputy), begun: person.absence.from <= today }
      : null,
    standingIn: standingIn.map((other) => ({
      name: labels.person(other.id), from: other.absence?.from ?? '', until: other.absence?.until ?? '', domain: other.domain.map(labels.department).join(labels.zh ? '、' : ', '),
    })),
  })
}
