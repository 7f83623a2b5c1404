import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isAbleCurator } from '../../domain/customers/hand-over-customer.js'
import type { Person } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { estateOf, handOver, maySucceed, type Successors } from '../handover-room.js'
import { isPartial } from '../origin.js'
import { handOf, personIn } from '../people-room.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { personChoice, rechosen, settledChoice, textOf, type PersonAsked } from '../present/person-choice.js'
import { staffInOrder } from '../present/staff-in-order.js'
import { me } from '../session.js'

const ALLOW = 'people.administer'

/** Somebody moves or leaves: what waits for them gets a successor, on one page. The administrator sees numbers, never titles. */
export function handover(app: FastifyInstance): void {
  app.get<{ Params: { id: string } }>('/admin/people/:id/handover', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, {}, []))

  app.post<{ Params: { id: string } }>('/admin/people/:id/handover', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const person = personIn(request)
    const asked = askedAbout(request, person)
    const notes = settledChoice(request, (request.body ?? {}) as Fields, asked.notes)
    const { fields, refusals } = settledChoice(request, notes.fields, asked.customers)
    const unclear = [...notes.refusals, ...refusals]
    if (unclear.length > 0) return show(request, reply.code(422), fields, unclear)
    const channels = Object.fromEntries(Object.keys(fields).filter((name) => name.startsWith('channel-')).map((name) => [name.slice('channel-'.length), one(fields, name)]))
    const successors: Successors = { notes: one(fields, 'notes'), customers: one(fields, 'customers'), channels }
    const outcome = await handOver(house, me(request), person, successors, handOf(request))
    if (!outcome.ok) return show(request, reply.code(422), fields, outcome.refusals)
    const { unread } = outcome.value
    return reply.flash(unread > 0 ? 'handover.said.some' : 'handover.said.done', { ...outcome.value }, unread > 0 ? 'warning' : 'good').seeOther(`/admin/people/${person.id}/handover`)
  })

  // The form comes back with somebody found, chosen or taken off again. Nothing is kept.
  app.post<{ Params: { id: string }; Querystring: { part?: string } }>('/admin/people/:id/handover/form', { config: { allow: ALLOW } }, async (request, reply) => {
    const { notes, customers } = askedAbout(request, personIn(request))
    const fields = rechosen(rechosen((request.body ?? {}) as Fields, notes), customers)
    if (!isPartial(request)) return show(request, reply, fields, [])
    return reply.fragment('parts/_choose', personChoice(request, fields, request.query.part === 'customers' ? customers : notes))
  })
}

function askedAbout(request: FastifyRequest, person: Person): Readonly<Record<'notes' | 'customers', PersonAsked>> {
  const { house } = request
  const people = house.people.directory()
  const around = { form: 'handing', path: `/admin/people/${person.id}/handover/form`, optional: true }
  const eligible = (other: Person) => maySucceed(other, person, me(request))
  return {
    notes: {
      ...around, field: 'notes', label: request.say('handover.notes_to'), hint: request.say('handover.notes_hint', { name: labelsOf(request).person(person.id) }), eligible,
      // Those nearest in the bank: they most often read the same.
      likely: people.lineage(person.department).flatMap((department) => staffInOrder(request).filter((other) => other.department === department)),
    },
    customers: {
      ...around, field: 'customers', label: request.say('handover.customers_to'), hint: request.say('handover.customers_hint'),
      eligible: (other) => eligible(other) && isAbleCurator(other), likely: people.curatorsOf(person.department, house.clock.today()),
    },
  }
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  const { house } = request
  const labels = labelsOf(request)
  const person = personIn(request)
  const people = house.people.directory()
  const estate = await estateOf(house, person.id)
  const asked = askedAbout(request, person)
  const said = sayRefusals(request, refusals).map((each) => (each.at in asked ? { ...each, href: `#${textOf(each.at)}` } : each))
  const at = (name: string) => said.find((each) => each.at === name)?.text ?? ''
  const option = (name: string) => (other: Person) => ({ value: other.id, label: `${labels.person(other.id)} · ${labels.department(other.department)}`, checked: one(fields, name) === other.id })
  const count = (state: string) => estate.notes.filter((note) => note.state === state).length
  return reply.page('admin/handover', {
    title: request.say('handover.title', { name: labels.person(person.id) }),
    id: person.id,
    name: labels.person(person.id),
    refusals: said,
    notes: { total: estate.notes.length, returned: count('returned'), due: count('due'), waiting: count('waiting') },
    notesTo: personChoice(request, fields, asked.notes, at('notes')),
    customers: estate.customers.length,
    customersTo: personChoice(request, fields, asked.customers, at('customers')),
    channels: estate.channels.map((channel) => ({
      id: channel.id, name: channel.name, team: labels.team(channel.team),
      owners: people.members(channel.team).filter(({ id }) => id !== person.id && id !== me(request).id).map(option(`channel-${channel.id}`)),
    })),
    nothing: estate.notes.length + estate.customers.length + estate.channels.length === 0,
  })
}
