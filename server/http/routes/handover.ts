import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ableCurators } from '../../domain/customers/hand-over-customer.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { MOST_OFFERED } from '../../domain/policy/set-absence.js'
import { sayRefusals } from '../form.js'
import { estateOf, handOver, type Successors } from '../handover-room.js'
import { handOf, personIn } from '../people-room.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'

const ALLOW = 'people.administer'

/** Somebody moves or leaves: what waits for them gets a successor, on one page. The administrator sees numbers, never titles. */
export function handover(app: FastifyInstance): void {
  app.get<{ Params: { id: string } }>('/admin/people/:id/handover', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, {}, []))

  app.post<{ Params: { id: string } }>('/admin/people/:id/handover', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const person = personIn(request)
    const fields = (request.body ?? {}) as Fields
    const channels = Object.fromEntries(Object.keys(fields).filter((name) => name.startsWith('channel-')).map((name) => [name.slice('channel-'.length), one(fields, name)]))
    const successors: Successors = { notes: one(fields, 'notes'), customers: one(fields, 'customers'), channels }
    const outcome = await handOver(house, me(request), person, successors, handOf(request))
    if (!outcome.ok) return show(request, reply.code(422), fields, outcome.refusals)
    const { unread } = outcome.value
    return reply.flash(unread > 0 ? 'handover.said.some' : 'handover.said.done', { ...outcome.value }, unread > 0 ? 'warning' : 'good').seeOther(`/admin/people/${person.id}/handover`)
  })
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  const { house } = request
  const labels = labelsOf(request)
  const person = personIn(request)
  const people = house.people.directory()
  const estate = await estateOf(house, person.id)
  const others = [...people.persons.values()].filter(({ active, id }) => active && id !== person.id && id !== me(request).id)
  const near = (department: string) => (department === person.department ? 0 : people.lineage(person.department).includes(department) ? 1 : 2)
  const offered = others.length > MOST_OFFERED ? others.filter((other) => near(other.department) < 2 || other.roles.includes('curator')) : others
  const option = (name: string) => (other: (typeof others)[number]) => ({ value: other.id, label: `${labels.person(other.id)} · ${labels.department(other.department)}`, checked: one(fields, name) === other.id })
  const count = (state: string) => estate.notes.filter((note) => note.state === state).length
  return reply.page('admin/handover', {
    title: request.say('handover.title', { name: labels.person(person.id) }),
    id: person.id,
    name: labels.person(person.id),
    refusals: sayRefusals(request, refusals),
    notes: { total: estate.notes.length, returned: count('returned'), due: count('due'), waiting: count('waiting') },
    // Those nearest in the bank first: they most often read the same.
    people: offered.sort((a, b) => near(a.department) - near(b.department) || labels.person(a.id).localeCompare(labels.person(b.id), labels.zh ? 'zh' : 'en')).map(option('notes')),
    customers: estate.customers.length,
    curators: ableCurators(people).filter(({ id }) => id !== person.id && id !== me(request).id).map(option('customers')),
    channels: estate.channels.map((channel) => ({
      id: channel.id, name: channel.name, team: labels.team(channel.team),
      owners: people.members(channel.team).filter(({ id }) => id !== person.id && id !== me(request).id).map(option(`channel-${channel.id}`)),
    })),
    nothing: estate.notes.length + estate.customers.length + estate.channels.length === 0,
  })
}
