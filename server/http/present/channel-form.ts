import type { FastifyRequest } from 'fastify'
import type { ChannelForm } from '../../domain/digests/change-channel.js'
import { mayManageChannelsOf, type Cadence, type Channel } from '../../domain/digests/channel.js'
import { LANGUAGES, type Language } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { customersShown } from '../names-read.js'
import { me } from '../session.js'
import { departmentPaths } from './department-paths.js'
import { labelsOf } from './labels.js'
import { many, one, type Fields } from './note-fields.js'
import { personChoice, textOf, type PersonAsked } from './person-choice.js'

/** Names offered; any other IANA name may be typed. */
const TIME_ZONES = [
  'Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Singapore', 'Asia/Tokyo', 'Australia/Sydney', 'Asia/Dubai', 'Europe/London',
  'Europe/Berlin', 'Europe/Paris', 'Europe/Zurich', 'America/New_York', 'America/Los_Angeles', 'UTC',
]

export interface ChannelTask {
  readonly action: string
  readonly back: string
  /** null for a new one */
  readonly channel: Channel | null
  readonly refusals: Refusals
}

/** What a person typed, in domain terms; what no form of ours offers is left for the verb to refuse. */
export function formFrom(fields: Fields): ChannelForm {
  return {
    name: one(fields, 'name'), address: one(fields, 'address'), team: one(fields, 'team'), owner: one(fields, 'owner'),
    filter: { departments: many(fields, 'departments'), topics: many(fields, 'topics'), customers: many(fields, 'customer'), segments: many(fields, 'segments') },
    cadence: cadenceFrom(fields), timeZone: one(fields, 'timeZone').trim(), language: one(fields, 'language') as Language,
  }
}

function cadenceFrom(fields: Fields): Cadence {
  const whole = (name: string) => (/^\d{1,2}$/.test(one(fields, name)) ? Number(one(fields, name)) : -1)
  return one(fields, 'every') === 'week' ? { every: 'week', day: whole('day'), hour: whole('hour') } : { every: 'day', hour: whole('hour') }
}

export function newFields(request: FastifyRequest): Fields {
  const { house } = request
  const person = me(request)
  const team = house.people.directory().team(person.teams[0] ?? '')
  return {
    team: team?.id ?? '', address: team?.email ?? '', owner: team ? person.id : '', every: 'week', day: '1', hour: '8', timeZone: house.config.timeZone, language: person.language,
  }
}

export function fieldsOfChannel({ name, address, team, owner, filter, cadence, timeZone, language }: Channel): Fields {
  return {
    name, address, team, owner, timeZone, language, departments: filter.departments, topics: filter.topics, segments: filter.segments, customer: filter.customers,
    every: cadence.every, day: cadence.every === 'week' ? String(cadence.day) : '1', hour: String(cadence.hour),
  }
}

/** The form as typed, with everything it offers. */
export async function channelForm(request: FastifyRequest, fields: Fields, task: ChannelTask) {
  const { house } = request
  const labels = labelsOf(request)
  const vocabulary = house.vocabularies.vocabulary()
  const refusals = sayRefusals(request, task.refusals)
  const at = Object.fromEntries(FIELDS.map((name) => [name, refusals.find((refusal) => refusal.at === name)?.text ?? '']))
  const teams = teamsOffered(request, fields)
  const tick = (name: string) => (value: string, label: string) => ({ value, label, checked: many(fields, name).includes(value) })
  const pick = (name: string) => (value: string, label: string) => ({ value, label, checked: one(fields, name) === value })
  const topics = vocabulary.offered('topics').filter((topic) => !topic.route_to)
  const customers = await customersOfFilter(request, fields)
  const filtered = (name: string, label: (key: string) => string) => many(fields, name).map(label).join(labels.zh ? '、' : ', ')
  return {
    action: task.action,
    back: task.back,
    id: task.channel?.id ?? '',
    version: task.channel?.version ?? null,
    refusals: refusals.map((refusal) => ({ ...refusal, href: { customers: '#customerText', owner: `#${textOf('owner')}` }[refusal.at] ?? refusal.href })),
    at,
    name: one(fields, 'name'),
    address: one(fields, 'address'),
    domains: (house.post.settings.domains ?? []).join(', '),
    teams: teams.map((team) => ({ ...pick('team')(team.id, labels.team(team.id)), mailbox: team.email })),
    owner: personChoice(request, fields, ownerAsked(request, fields), at['owner']),
    weekly: one(fields, 'every') === 'week',
    days: [1, 2, 3, 4, 5, 6, 7].map((day) => pick('day')(String(day), request.say(`channels.day.${day}`))),
    hours: Array.from({ length: 24 }, (_, hour) => pick('hour')(String(hour), `${String(hour).padStart(2, '0')}:00`)),
    timeZone: one(fields, 'timeZone'),
    timeZones: TIME_ZONES,
    languages: LANGUAGES.map((language) => pick('language')(language, request.say(`admin.language.${language}`))),
    departments: departmentPaths(request).map(({ value, label }) => tick('departments')(value, label)),
    topicGroups: topics.filter((topic) => !topic.parent).map((topic) => ({
      label: labels.of(topic), options: [topic, ...topics.filter(({ parent }) => parent === topic.key)].map((each) => tick('topics')(each.key, labels.of(each))),
    })),
    segments: vocabulary.offered('segments').map((term) => tick('segments')(term.key, labels.of(term))),
    customers: { ...customers, refusal: at['customers'] ?? '' },
    now: {
      departments: filtered('departments', labels.department), topics: filtered('topics', (key) => labels.term('topics', key)),
      segments: filtered('segments', (key) => labels.term('segments', key)), customers: customers.chosen.map(({ name }) => name).join(labels.zh ? '、' : ', '),
    },
    open: { departments: at['departments'] !== '', topics: at['topics'] !== '', segments: at['segments'] !== '', customers: at['customers'] !== '' || one(fields, 'customerText') !== '' || 'addCustomer' in fields || 'dropCustomer' in fields },
  }
}

const FIELDS = ['name', 'address', 'team', 'owner', 'timeZone', 'language', 'cadence', 'departments', 'topics', 'segments', 'customers'] as const

/** A member of the team that is chosen, as `changeChannel` asks; while none is, of any team offered. */
export function ownerAsked(request: FastifyRequest, fields: Fields): PersonAsked {
  const directory = request.house.people.directory()
  const team = one(fields, 'team')
  const teams = new Set(team === '' ? teamsOffered(request, fields).map(({ id }) => id) : [team])
  return {
    field: 'owner', form: 'channel', path: '/channels/form', label: request.say('channels.owner'), hint: request.say('channels.owner_hint'), refresh: 'change from:#team',
    eligible: (person) => person.active && person.teams.some((id) => teams.has(id)), likely: directory.members(team),
  }
}

function teamsOffered(request: FastifyRequest, fields: Fields) {
  const { house } = request
  const directory = house.people.directory()
  return [...directory.teams.values()].filter((team) => team.id === one(fields, 'team') || mayManageChannelsOf(team.id, me(request), directory, house.clock.today()))
}

/** The customers chosen, as far as this person sees them, and those found for what is being typed: never a restricted one. */
export async function customersOfFilter(request: FastifyRequest, fields: Fields) {
  const sight = request.sight()
  const labels = labelsOf(request)
  const chosen = await customersShown(request, many(fields, 'customer'))
  const typed = one(fields, 'customerText').trim()
  const found = typed === '' ? [] : (await request.house.customers.list({ text: typed, order: 'name', page: 1, size: 20 }, sight)).rows.filter(({ restricted }) => !restricted)
  return {
    chosen: [...chosen.values()].map(({ id, name }) => ({ id, name })),
    typed,
    options: found.filter(({ id }) => !chosen.has(id)).slice(0, 8).map(({ id, name, aliases, team }) => ({ id, name, note: [aliases[0], labels.team(team)].filter(Boolean).join(' · ') })),
    nothing: typed !== '' && found.length === 0,
    refusal: '',
  }
}
