import type { Directory } from '../people/directory.js'
import { lowerClearance } from '../people/clearance.js'
import { NOTHING, checkedVisible, deskPart, type Clause, type Party, type Values, type Visible } from './access.js'
import { levelsWithin, type Level } from './level.js'
import type { Viewer } from './viewer.js'

/** What the law needs to know of a restricted customer 限知客户: who may know that it exists. */
export interface RestrictedCustomer {
  readonly id: string
  readonly team: string
  /** person ids of the curators appointed on it */
  readonly curators: readonly string[]
}

/** Who may know that it exists: its team, and the curators appointed on it. */
export function knowersOf({ team, curators }: Pick<RestrictedCustomer, 'team' | 'curators'>): readonly Party[] {
  return [`t:${team}`, ...curators.map((id): Party => `p:${id}`)]
}

/** The live directories the law is computed from. `restricted` is null when it cannot be read: then nothing is seen. */
export interface Directories {
  readonly people: Directory
  readonly restricted: readonly RestrictedCustomer[] | null
}

declare const minted: unique symbol

/** Permission to look: made by `sightOf` alone, from today's directories. Ports that hold knowledge ask for one. */
export interface Sight {
  readonly [minted]: 'sight'
  readonly visible: Visible
  /** person id, `channel:<id>` or `nobody`; for the record */
  readonly by: string
}

/**
 * What this viewer may read right now (PRODUCT.md §3, L1–L4), as data.
 * @param today `YYYY-MM-DD`, for deputies
 */
export function readable(viewer: Viewer, directories: Directories, today: string): Visible {
  if (viewer.kind === 'nobody' || directories.restricted === null) return NOTHING
  if (viewer.kind === 'channel') return readableForChannel(viewer, directories)
  if (viewer.kind === 'token' && !viewer.scopes.includes('read')) return NOTHING
  const person = directories.people.person(viewer.person.id)
  if (!person?.active) return NOTHING

  const parties: [Party, ...Party[]] = [`p:${person.id}`, ...person.teams.map((t): Party => `t:${t}`)]
  const levels = levelsWithin(person.clearance)
  const open = levels.filter((level) => level !== 'restricted') as [Level, ...Level[]]
  const reaches: Values = [
    'all',
    ...directories.people.lineage(person.department).map((d) => `d:${d}`),
    ...person.teams.map((t) => `t:${t}`),
  ]
  const any: Clause[] = [
    { named: parties, level: levels },
    { reach: reaches, level: open },
  ]
  const domain = directories.people.domainOf(person, today)
  if (isFilled(domain)) {
    any.push({ desk: domain, level: open })
    if (person.clearance === 'restricted') {
      any.push({ desk: domain, level: ['restricted'], stewards: [`p:${person.id}`] })
    }
  }
  const curator = person.roles.includes('curator') ? person.id : null
  return checkedVisible({ own: [{ author: [person.id] }], any, ...hiddenFrom(person.teams, curator, directories.restricted) })
}

function hiddenFrom(teams: readonly string[], curator: string | null, restricted: readonly RestrictedCustomer[]): Pick<Visible, 'hide' | 'knows'> {
  const hide: string[] = []
  const knows = new Set<Party>()
  for (const { id, team, curators } of restricted) {
    if (teams.includes(team)) knows.add(`t:${team}`)
    else if (curator !== null && curators.includes(curator)) knows.add(`p:${curator}`)
    else hide.push(id)
  }
  // Of a customer whose document is missing no index says anything.
  return restricted.some(({ team }) => team === '') ? { hide } : { hide, knows: [...knows] }
}

/** A channel reads as L3 for a member of its team, at the lower of its ceiling and its members' lowest clearance. */
function readableForChannel(
  channel: Extract<Viewer, { kind: 'channel' }>,
  directories: Directories,
): Visible {
  const team = directories.people.team(channel.team)
  const members = directories.people.members(channel.team)
  if (!team || members.length === 0) return NOTHING
  const clearance = members.reduce((lowest, p) => lowerClearance(lowest, p.clearance), channel.ceiling)
  const levels = levelsWithin(clearance).filter((level) => level !== 'restricted') as [Level, ...Level[]]
  // A department's reach counts only when it covers every member: the digest goes to all of them.
  const shared = [...directories.people.departments.keys()].filter((department) =>
    members.every((p) => directories.people.lineage(p.department).includes(department)),
  )
  return checkedVisible({
    own: [],
    any: [{ reach: ['all', `t:${team.id}`, ...shared.map((d) => `d:${d}`)], level: levels }],
    ...hiddenFrom([], null, directories.restricted ?? []),
  })
}

/** Mints the sight of a viewer; compute it afresh in every request. */
export function sightOf(viewer: Viewer, directories: Directories, today: string): Sight {
  const by =
    viewer.kind === 'nobody' ? 'nobody' : viewer.kind === 'channel' ? `channel:${viewer.channel}` : viewer.person.id
  return { visible: readable(viewer, directories, today), by } as Sight
}

/** The part of a sight that comes from being a curator (L4): what queues list and count. */
export function deskSight(sight: Sight): Sight {
  return { by: sight.by, visible: deskPart(sight.visible) } as unknown as Sight
}

/** The part that does not come from being a curator: what digests, and lists of what is published for everyone, use. */
export function readerSight(sight: Sight): Sight {
  const any = sight.visible.any.filter((clause) => clause.desk === undefined)
  return { by: sight.by, visible: { ...sight.visible, any } } as unknown as Sight
}

function isFilled(list: readonly string[]): list is Values {
  return list.length > 0
}
