import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { departmentsWithoutTwo } from '../../domain/curation/escalate.js'
import { likelyDeputies, mayStandInFor, setAbsence } from '../../domain/policy/set-absence.js'
import type { Absence } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { grantNew } from '../note-room.js'
import { changeOnRecord } from '../people-on-record.js'
import { isPartial } from '../origin.js'
import { handOf } from '../people-room.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { personChoice, rechosen, settledChoice, textOf, type PersonAsked } from '../present/person-choice.js'
import { me } from '../session.js'

export function cover(app: FastifyInstance): void {
  app.get('/queue/cover', { config: { allow: 'cover.manage' } }, async (request, reply) => {
    const { absence } = me(request)
    return show(request, reply, { from: absence?.from ?? request.house.clock.today(), until: absence?.until ?? '', deputy: absence?.deputy ?? '' }, [])
  })

  app.post('/queue/cover', { config: { allow: 'cover.manage' } }, async (request, reply) => {
    const { house } = request
    const back = one((request.body ?? {}) as Fields, 'back') === 'yes'
    const { fields, refusals } = settledChoice(request, (request.body ?? {}) as Fields, deputyAsked(request))
    if (!back && refusals.length > 0) return show(request, reply.code(422), fields, refusals)
    const before = me(request)
    const absence: Absence | null = back ? null : { from: one(fields, 'from'), until: one(fields, 'until'), deputy: one(fields, 'deputy') }
    const grant = grantNew(request, 'cover.manage', before.id)
    const outcome = await changeOnRecord(house, handOf(request), (firstly) => setAbsence(house.people, grant, absence, house.clock.today(), firstly))
    if (!outcome.ok) return show(request, reply.code(422), fields, outcome.refusals)
    await house.tellOfCover(before, outcome.value)
    return reply.flash(absence === null ? 'curation.cover.said_back' : 'curation.cover.said_set').seeOther('/queue/cover')
  })

  // The form comes back with a deputy found, chosen or taken off again. Nothing is kept.
  app.post('/queue/cover/form', { config: { allow: 'cover.manage' } }, async (request, reply) => {
    const asked = deputyAsked(request)
    const fields = rechosen((request.body ?? {}) as Fields, asked)
    return isPartial(request) ? reply.fragment('parts/_choose', personChoice(request, fields, asked)) : show(request, reply, fields, [])
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

function deputyAsked(request: FastifyRequest): PersonAsked {
  const { house } = request
  const person = me(request)
  return {
    field: 'deputy', form: 'cover', path: '/queue/cover/form', label: request.say('curation.cover.deputy'), hint: request.say('curation.cover.deputy_hint'),
    eligible: (other) => mayStandInFor(person, other),
    likely: likelyDeputies(person, house.people.directory(), house.clock.today()),
    note: (other) => [request.say(`frame.level.${other.clearance}`), ...(other.roles.includes('curator') ? [request.say('curation.cover.curator')] : [])].join(' · '),
  }
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  const { house } = request
  const person = me(request)
  const people = house.people.directory()
  const labels = labelsOf(request)
  const today = house.clock.today()
  const said = sayRefusals(request, refusals).map((each) => (each.at === 'deputy' ? { ...each, href: `#${textOf(each.at)}` } : each))
  const at = (name: string) => said.find((each) => each.at === name)?.text ?? ''
  const standingIn = [...people.persons.values()].filter((other) => other.active && other.absence?.deputy === person.id && other.absence.until >= today && other.roles.includes('curator'))
  return reply.page('queue/cover', {
    title: request.say('curation.cover.title'),
    refusals: said,
    at: { from: at('from'), until: at('until') },
    curates: person.roles.includes('curator'),
    domain: person.domain.map(labels.department).join(labels.zh ? '、' : ', '),
    from: one(fields, 'from'),
    until: one(fields, 'until'),
    today,
    deputy: personChoice(request, fields, deputyAsked(request), at('deputy')),
    now: person.absence && person.absence.until >= today
      ? { from: person.absence.from, until: person.absence.until, deputy: labels.person(person.absence.deputy), begun: person.absence.from <= today }
      : null,
    standingIn: standingIn.map((other) => ({
      name: labels.person(other.id), from: other.absence?.from ?? '', until: other.absence?.until ?? '', domain: other.domain.map(labels.department).join(labels.zh ? '、' : ', '),
    })),
  })
}
