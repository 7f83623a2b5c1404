import { IANAZone } from 'luxon'
import type { Directory } from '../people/directory.js'
import { LANGUAGES, type Language } from '../people/person.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { isAddress, isAllowedAddress } from './address.js'
import {
  CHANNEL_SCHEMA, MAX_CHANNEL_NAME_LENGTH, MAX_FILTER_VALUES, channelChanged, mayManageChannelsOf,
  type Cadence, type Channel, type Filter,
} from './channel.js'

/** What the form of a channel holds. The ceiling is not on it: a curator sets it apart. */
export interface ChannelForm {
  readonly name: string
  readonly address: string
  readonly team: string
  readonly owner: string
  readonly filter: Filter
  readonly cadence: Cadence
  readonly timeZone: string
  readonly language: Language
}

export interface ChannelRoom {
  readonly people: Directory
  readonly vocabulary: Vocabulary
  /** the customers of the filter that the person may see */
  readonly knownCustomers: ReadonlySet<string>
  /** where mail may go; null when it is kept in files */
  readonly domains: readonly string[] | null
  readonly today: string
  readonly now: string
}

/** Opens a channel at the lowest ceiling; what was validated before today is not news to it. */
export function createChannel(grant: Grant<'channel.manage'>, form: ChannelForm, id: string, room: ChannelRoom): Outcome<Channel> {
  granted(grant, id)
  const wrong = objectionsTo(form, null, grant.who, room)
  if (wrong.length > 0) return refusedAll(wrong)
  return done(channelChanged(
    {
      schema: CHANNEL_SCHEMA, id, version: 1, ...tidy(form), ceiling: 'internal', ceilingSetBy: null, paused: null,
      since: room.now, createdAt: room.now, updatedAt: room.now, history: [],
    },
    { at: room.now, by: grant.who, what: 'created' },
  ))
}

/** Another team or another mailbox takes the ceiling back to the lowest: a curator raised it for the old one only. */
export function changeChannel(channel: Channel, grant: Grant<'channel.manage'>, form: ChannelForm, room: ChannelRoom): Outcome<Channel> {
  granted(grant, channel.id)
  const wrong = objectionsTo(form, channel, grant.who, room)
  if (wrong.length > 0) return refusedAll(wrong)
  const next = tidy(form)
  const elsewhere = next.team !== channel.team || next.address !== channel.address
  const ceiling = elsewhere ? { ceiling: 'internal' as const, ceilingSetBy: null } : {}
  return done(channelChanged({ ...channel, ...next, ...ceiling }, { at: room.now, by: grant.who, what: 'changed' }))
}

function objectionsTo(form: ChannelForm, before: Channel | null, who: string, room: ChannelRoom): Refusal[] {
  const found: Refusal[] = []
  const say = (at: string, code: string, values?: Refusal['with']) => found.push(values ? { at, code, with: values } : { at, code })
  const person = room.people.person(who)
  const team = room.people.team(form.team)
  const may = (id: string) => person !== undefined && mayManageChannelsOf(id, person, room.people, room.today)
  if (before && !may(before.team)) return refused('', 'digests.channel.not_yours').refusals.slice()

  const name = form.name.trim()
  if (name === '') say('name', 'digests.name.missing')
  if ([...name].length > MAX_CHANNEL_NAME_LENGTH) say('name', 'digests.name.too_long', { max: MAX_CHANNEL_NAME_LENGTH })
  // The name goes into the subject of a mail: a line break there would be another header.
  if (/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(name)) say('name', 'digests.name.control')

  if (!team) say('team', 'digests.team.unknown')
  else if (!may(team.id)) say('team', 'digests.team.not_yours')
  const owner = room.people.person(form.owner)
  if (!owner?.active || !owner.teams.includes(form.team)) say('owner', 'digests.owner.not_in_team')

  const address = form.address.trim()
  if (!isAddress(address)) say('address', 'digests.address.form')
  else if (!isAllowedAddress(address, room.domains)) say('address', 'digests.address.domain', { domains: (room.domains ?? []).join(', ') })
  // Whoever is not in the team may not point its knowledge at a mailbox of their own choice.
  else if (team && person && !person.teams.includes(team.id) && !same(address, team.email) && !(before && same(address, before.address) && before.team === team.id)) {
    say('address', 'digests.address.team_only')
  }

  if (!IANAZone.isValidZone(form.timeZone)) say('timeZone', 'digests.time_zone.unknown')
  if (!LANGUAGES.includes(form.language)) say('language', 'digests.language.unknown')
  if (!isCadence(form.cadence)) say('cadence', 'digests.cadence.missing')

  const { filter } = form
  for (const [at, values] of Object.entries(filter) as [keyof Filter, readonly string[]][]) {
    if (values.length > MAX_FILTER_VALUES) say(at, 'digests.filter.too_many', { max: MAX_FILTER_VALUES })
  }
  if (filter.departments.some((id) => !room.people.department(id))) say('departments', 'digests.filter.departments')
  if (filter.topics.some((key) => !room.vocabulary.topic(key))) say('topics', 'digests.filter.topics')
  if (filter.segments.some((key) => !room.vocabulary.term('segments', key))) say('segments', 'digests.filter.segments')
  const kept = before?.filter.customers ?? []
  if (filter.customers.some((id) => !room.knownCustomers.has(id) && !kept.includes(id))) say('customers', 'digests.filter.customers')
  return found
}

function isCadence(cadence: Cadence): boolean {
  const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high
  if (!whole(cadence.hour, 0, 23)) return false
  return cadence.every === 'day' || (cadence.every === 'week' && whole(cadence.day, 1, 7))
}

function tidy(form: ChannelForm): ChannelForm {
  const once = (list: readonly string[]) => [...new Set(list)]
  const { departments, topics, customers, segments } = form.filter
  return {
    name: form.name.trim(), address: form.address.trim(), team: form.team, owner: form.owner,
    filter: { departments: once(departments), topics: once(topics), customers: once(customers), segments: once(segments) },
    cadence: form.cadence.every === 'day' ? { every: 'day', hour: form.cadence.hour } : { every: 'week', day: form.cadence.day, hour: form.cadence.hour },
    timeZone: form.timeZone, language: form.language,
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
