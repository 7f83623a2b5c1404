import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changeChannel, createChannel } from '../../domain/digests/change-channel.js'
import { mayManageChannelsOf, standingToChannel, type Ceiling, type Channel } from '../../domain/digests/channel.js'
import { pauseChannel, resumeChannel } from '../../domain/digests/pause-channel.js'
import { tellOwnersOfPaused } from '../../domain/digests/pause-by-link.js'
import { sendNow } from '../../domain/digests/plan-digests.js'
import { setCeiling } from '../../domain/digests/set-ceiling.js'
import { refused, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import type { Grant } from '../../domain/policy/grant.js'
import type { Act as Deed } from '../../domain/policy/record.js'
import { channelNow, channelOf, channelRoom, withHiddenCustomers } from '../channel-room.js'
import { sayRefusals } from '../form.js'
import { grantNew, grantOn } from '../note-room.js'
import { isPartial } from '../origin.js'
import { channelForm, customersOfFilter, fieldsOfChannel, formFrom, newFields, ownerAsked, type ChannelTask } from '../present/channel-form.js'
import { channelPage, channelRow } from '../present/channel-page.js'
import { labelsOf } from '../present/labels.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { personChoice, rechosen, settledChoice } from '../present/person-choice.js'
import { me } from '../session.js'
import { pageIn } from './notes.js'

const ALLOW = 'channel.manage'
const MANY = ['departments', 'topics', 'segments', 'customer'] as const

/** Digest channels of one's own teams, of the teams one's domain looks after, and for an admin all of them. */
export function channels(app: FastifyInstance): void {
  app.get('/channels', { config: { allow: ALLOW } }, async (request, reply) => {
    const labels = labelsOf(request)
    const mine = request.house.post.channels.all().filter(({ team }) => isMine(request, team))
    const pasts = await request.house.post.outbox.pasts(mine.map(({ id }) => id), request.house.clock.now())
    return reply.page('channels/index', {
      title: request.say('channels.title'),
      rows: mine.sort((a, b) => Number(a.paused !== null) - Number(b.paused !== null) || a.name.localeCompare(b.name, labels.zh ? 'zh' : 'en')).map((channel) => channelRow(request, channel, pasts.get(channel.id)?.last, labels)),
      mayCreate: [...request.house.people.directory().teams.keys()].some((team) => isMine(request, team)),
    })
  })

  app.get('/channels/new', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, newFields(request), newTask([])))

  app.post('/channels', { config: { allow: ALLOW, many: MANY } }, async (request, reply) => {
    const { house } = request
    const { fields, refusals } = settled(request)
    if (refusals.length > 0) return show(request, reply.code(422), fields, newTask(refusals))
    const id = house.ids.next()
    const grant = grantNew(request, ALLOW, id)
    const form = formFrom(fields)
    const outcome = createChannel(grant, form, id, await channelRoom(request, form.filter.customers))
    if (!outcome.ok) return show(request, reply.code(422), fields, newTask(outcome.refusals))
    await house.post.channels.add(grant, outcome.value)
    await onRecord(request, id, 'channel.created', '', `t:${outcome.value.team}`)
    return reply.flash('channels.said.created').seeOther(`/channels/${id}`)
  })

  app.get<{ Params: { id: string }; Querystring: { page?: string } }>('/channels/:id', { config: { allow: ALLOW } }, async (request, reply) => page(request, reply, channelOf(request), []))

  app.get('/channels/:id/edit', { config: { allow: ALLOW } }, async (request, reply) => {
    const channel = channelOf(request)
    return show(request, reply, fieldsOfChannel(channel), editTask(channel, []))
  })

  app.post<{ Params: { id: string } }>('/channels/:id', { config: { allow: ALLOW, many: MANY } }, async (request, reply) => {
    const channel = channelOf(request)
    const { fields, refusals } = settled(request)
    if (refusals.length > 0) return show(request, reply.code(422), fields, asSeen(channel, fields, refusals))
    const typed = formFrom(fields)
    const form = { ...typed, filter: await withHiddenCustomers(request, channel, typed.filter) }
    const room = await channelRoom(request, form.filter.customers)
    const outcome = await change(request, channel, (now, grant) =>
      String(now.version) === one(fields, 'version') ? changeChannel(now, grant, form, room) : refused('', 'channels.changed'))
    if (!outcome.ok) {
      const conflict = outcome.refusals.some(({ code }) => code === 'channels.changed')
      return show(request, reply.code(conflict ? 409 : 422), fields, editTask(channelNow(request, channel), outcome.refusals))
    }
    await onRecord(request, channel.id, 'channel.changed', `t:${channel.team}`, `t:${outcome.value.team}`)
    if (outcome.value.ceiling !== channel.ceiling) await onRecord(request, channel.id, 'channel.ceiling_changed', channel.ceiling, outcome.value.ceiling)
    const still = isMine(request, outcome.value.team)
    return reply.flash('channels.said.changed').seeOther(still ? `/channels/${channel.id}` : '/channels')
  })

  // The form comes back with an owner or a customer chosen or dropped, or others offered. Nothing is kept.
  app.post<{ Querystring: { part?: string } }>('/channels/form', { config: { allow: ALLOW, many: MANY } }, async (request, reply) => {
    const fields = rechosen(reshaped((request.body ?? {}) as Fields), { field: 'owner' })
    if (isPartial(request) && request.query.part === 'customers') return reply.fragment('channels/_customers', { customers: await customersOfFilter(request, fields) })
    if (isPartial(request) && request.query.part === 'owner') return reply.fragment('parts/_choose', personChoice(request, fields, ownerAsked(request, fields)))
    const edited = one(fields, 'channel')
    return show(request, reply, fields, edited === '' ? newTask([]) : asSeen(channelOf(request, edited), fields, []))
  })

  app.post<{ Params: { id: string } }>('/channels/:id/ceiling', { config: { allow: 'channel.ceiling' } }, async (request, reply) => {
    const channel = channelOf(request)
    const grant = grantOn(request, 'channel.ceiling', standingToChannel(channel, me(request), request.house.people.directory(), request.house.clock.today()))
    const ceiling = one((request.body ?? {}) as Fields, 'ceiling') as Ceiling
    const outcome = await request.house.post.channels.change(grant, (now) => setCeiling(now, grant, ceiling, request.house.clock.now()))
    if (!outcome.ok) return page(request, reply.code(422), channel, outcome.refusals)
    if (outcome.value.ceiling !== channel.ceiling) await onRecord(request, channel.id, 'channel.ceiling_changed', channel.ceiling, outcome.value.ceiling)
    return reply.flash('channels.said.ceiling').seeOther(`/channels/${channel.id}`)
  })

  app.post<{ Params: { id: string } }>('/channels/:id/pause', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const channel = channelOf(request)
    const now = house.clock.now()
    const outcome = await change(request, channel, (present, grant) => pauseChannel(present, grant, house.people.directory(), house.clock.today(), now))
    if (!outcome.ok) return page(request, reply.code(422), channel, outcome.refusals)
    if (channel.paused === null) await onRecord(request, channel.id, 'channel.paused')
    await tellOwnersOfPaused(house.post, now)
    return reply.flash('channels.said.paused').seeOther(`/channels/${channel.id}`)
  })

  app.post<{ Params: { id: string } }>('/channels/:id/resumption', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const channel = channelOf(request)
    const outcome = await change(request, channel, (present, grant) => resumeChannel(present, grant, house.people.directory(), house.clock.today(), house.clock.now()))
    if (!outcome.ok) return page(request, reply.code(422), channel, outcome.refusals)
    if (channel.paused !== null) await onRecord(request, channel.id, 'channel.changed', 'paused', 'resumed')
    return reply.flash('channels.said.resumed').seeOther(`/channels/${channel.id}`)
  })

  app.post<{ Params: { id: string } }>('/channels/:id/deliveries', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const channel = channelOf(request)
    const outcome = await sendNow(house.post, channel, grantNew(request, ALLOW, channel.id), house.clock.now())
    if (!outcome.ok) return page(request, reply.code(422), channel, outcome.refusals)
    const { state } = outcome.value
    return reply.flash(`channels.said.now_${state}`, {}, state === 'sent' ? 'good' : state === 'skipped' ? 'info' : 'warning').seeOther(`/channels/${channel.id}`)
  })
}

function isMine(request: FastifyRequest, team: string): boolean {
  return mayManageChannelsOf(team, me(request), request.house.people.directory(), request.house.clock.today())
}

function change(request: FastifyRequest, channel: Channel, verb: (now: Channel, grant: Grant<'channel.manage'>) => Outcome<Channel>): Promise<Outcome<Channel>> {
  const grant = grantNew(request, ALLOW, channel.id)
  return request.house.post.channels.change(grant, (now) => verb(now, grant))
}

async function onRecord(request: FastifyRequest, id: string, did: Deed, from = '', to = ''): Promise<void> {
  const { house } = request
  await house.record.append({ at: house.clock.now(), who: me(request).id, did, thing: { kind: 'channel', id }, ...(from !== to && { from, to }), via: 'page', request: request.id })
}

function newTask(refusals: Refusals): ChannelTask {
  return { action: '/channels', back: '/channels', channel: null, refusals }
}

function editTask(channel: Channel, refusals: Refusals): ChannelTask {
  return { action: `/channels/${channel.id}`, back: `/channels/${channel.id}`, channel, refusals }
}

function settled(request: FastifyRequest) {
  const fields = (request.body ?? {}) as Fields
  return settledChoice(request, fields, ownerAsked(request, fields))
}

/** The version that was seen stays: whoever changed the channel meanwhile is not overwritten. */
function asSeen(channel: Channel, fields: Fields, refusals: Refusals): ChannelTask {
  return editTask({ ...channel, version: Number(one(fields, 'version')) || channel.version }, refusals)
}

function reshaped(fields: Fields): Fields {
  const [add, drop] = [one(fields, 'addCustomer'), one(fields, 'dropCustomer')]
  const chosen = many(fields, 'customer').filter((id) => id !== drop)
  return { ...fields, customer: add === '' ? chosen : [...chosen, add], ...(add !== '' && { customerText: '' }) }
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, task: ChannelTask): Promise<FastifyReply> {
  const title = request.say(task.channel ? 'channels.edit.title' : 'channels.new.title')
  return reply.page('channels/form', { title, form: await channelForm(request, fields, task) })
}

async function page(request: FastifyRequest, reply: FastifyReply, channel: Channel, refusals: Refusals): Promise<FastifyReply> {
  const asked = request.query as { readonly page?: string }
  return reply.page('channels/show', { title: channel.name, refusals: sayRefusals(request, refusals), channel: await channelPage(request, channel, pageIn(asked.page)) })
}
