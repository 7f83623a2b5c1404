import type { Directory } from '../people/directory.js'
import type { Language, Person } from '../people/person.js'
import type { Viewer } from '../policy/viewer.js'
import { standingApart, type Standing } from '../policy/rules.js'

export const CHANNEL_SCHEMA = 1
export const MAX_CHANNEL_NAME_LENGTH = 80
export const MAX_FILTER_VALUES = 100

/** What a channel may be opened to. Restricted notes never leave by mail, so there is no third. */
export const CEILINGS = ['internal', 'confidential'] as const
export type Ceiling = (typeof CEILINGS)[number]

/** A team's mailbox that receives digests 知识简报: what it wants, when, in which language, and how far it may see. */
export interface Channel {
  readonly schema: typeof CHANNEL_SCHEMA
  readonly id: string
  readonly version: number
  readonly name: string
  readonly address: string
  readonly team: string
  /** who is told when something happens to it */
  readonly owner: string
  readonly filter: Filter
  readonly cadence: Cadence
  /** IANA name */
  readonly timeZone: string
  readonly language: Language
  readonly ceiling: Ceiling
  /** the curator of the team's department who raised it; null while nobody has */
  readonly ceilingSetBy: string | null
  readonly paused: Pause | null
  /** what was validated before is not news here */
  readonly since: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly history: readonly ChannelEvent[]
}

/** Lists of keys and ids; an empty list lets everything pass, several lists must all hold. */
export interface Filter {
  readonly departments: readonly string[]
  readonly topics: readonly string[]
  readonly customers: readonly string[]
  readonly segments: readonly string[]
}

export const NO_FILTER: Filter = Object.freeze({ departments: [], topics: [], customers: [], segments: [] })

/** `hour` is 0–23 on the clock of the channel's zone; `day` is 1 Monday … 7 Sunday. */
export type Cadence =
  | { readonly every: 'day'; readonly hour: number }
  | { readonly every: 'week'; readonly day: number; readonly hour: number }

export interface Pause {
  readonly at: string
  /** null when somebody used the link in a mail */
  readonly by: string | null
}

export interface ChannelEvent {
  readonly at: string
  readonly by: string | null
  readonly what: 'created' | 'changed' | 'paused' | 'resumed' | 'ceiling_changed'
  readonly with: Readonly<Record<string, string>>
}

/** A channel as the law sees it: a reader of its team, never more than its ceiling (PRODUCT.md §3). */
export function viewerOf(channel: Channel): Viewer {
  return { kind: 'channel', channel: channel.id, team: channel.team, ceiling: channel.ceiling }
}

/** How a person stands to a channel: curator means of the department that looks after the channel's team. */
export function standingToChannel(channel: Channel, person: Person, people: Directory, today: string): Standing {
  return standingApart(channel.id, {
    author: channel.owner === person.id,
    curator: looksAfterTeam(channel.team, person, people, today),
    admin: person.roles.includes('admin'),
  })
}

/** Members of the team, curators of its department and admins; reading what it receives is another matter. */
export function mayManageChannelsOf(team: string, person: Person, people: Directory, today: string): boolean {
  if (!person.active || !people.team(team)) return false
  return person.teams.includes(team) || person.roles.includes('admin') || looksAfterTeam(team, person, people, today)
}

function looksAfterTeam(team: string, person: Person, people: Directory, today: string): boolean {
  const department = people.team(team)?.department
  return department !== undefined && people.domainOf(person, today).includes(department)
}

export function channelChanged(channel: Channel, event: Omit<ChannelEvent, 'with'> & { readonly with?: ChannelEvent['with'] }): Channel {
  return { ...channel, updatedAt: event.at, history: [...channel.history, { with: {}, ...event }].slice(-200) }
}
