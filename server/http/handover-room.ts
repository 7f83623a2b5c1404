import { knowers } from '../domain/customers/customer.js'
import { handOverCustomer, isAbleCurator } from '../domain/customers/hand-over-customer.js'
import type { NoticeKind } from '../domain/community/notice.js'
import { handOverChannel } from '../domain/digests/hand-over-channel.js'
import type { Channel } from '../domain/digests/channel.js'
import { handOverNote } from '../domain/notes/hand-over.js'
import type { InCare } from '../domain/notes/port.js'
import type { Directory } from '../domain/people/directory.js'
import type { Person } from '../domain/people/person.js'
import { refused, type Outcome, type Refused } from '../domain/people/refusal.js'
import { someAtOnce } from '../domain/people/some-at-once.js'
import type { Act } from '../domain/policy/acts.js'
import { permit, type Grant } from '../domain/policy/grant.js'
import { sightOf } from '../domain/policy/readable.js'
import { standingApart } from '../domain/policy/rules.js'
import { forbid } from './faults.js'
import type { House } from './house.js'
import type { Hand } from './people-room.js'

const AT_ONCE = 8

/** What somebody leaves behind: ids and settings that an administrator may know, nothing that anybody wrote. */
export interface Estate {
  readonly notes: readonly InCare[]
  /** ids of restricted customers they are appointed on */
  readonly customers: readonly string[]
  readonly channels: readonly Channel[]
}

/** Whom each part goes to; empty for what stays. */
export interface Successors {
  readonly notes: string
  readonly customers: string
  readonly channels: Readonly<Record<string, string>>
}

export interface HandedOver {
  readonly notes: number
  /** notes whose waiting text the successor may not read: they stay with their curators */
  readonly unread: number
  readonly customers: number
  readonly channels: number
}

export async function estateOf(house: House, person: string): Promise<Estate> {
  return {
    notes: await house.inCareOf(person),
    customers: (house.customers.restricted() ?? []).filter(({ curators }) => curators.includes(person)).map(({ id }) => id),
    channels: house.post.channels.all().filter(({ owner }) => owner === person),
  }
}

/**
 * Part by part and thing by thing: each is one write of its own, what is done stays done, and a second press goes on
 * with what is left.
 */
export async function handOver(house: House, admin: Person, from: Person, to: Successors, hand: Hand): Promise<Outcome<HandedOver>> {
  const people = house.people.directory()
  const chosen = chosenIn(to)
  const estate = await estateOf(house, from.id)
  const wrong = objectionTo(to, estate, admin, from, people)
  if (wrong) return wrong
  const at = house.clock.now()
  const notes = to.notes === '' ? { notes: 0, unread: 0 } : await notesTo(house, admin, estate, from, people.person(to.notes) as Person, at)
  const customers = to.customers === '' ? 0 : await customersTo(house, admin, estate, from, to.customers, hand, at)
  const channels = await channelsTo(house, admin, estate, from, to.channels, hand, at)
  const done = { ...notes, customers, channels }
  const heirs = [...new Set(chosen)].sort().map((id) => `p:${id}`).join(',')
  await house.record.append({ at, who: admin.id, did: 'person.handed_over', thing: { kind: 'person', id: from.id }, to: `${heirs},${done.notes},${customers},${channels}`, via: hand.via, ...(hand.request !== undefined && { request: hand.request }) })
  return { ok: true, value: done }
}

function chosenIn(to: Successors): readonly string[] {
  return [to.notes, to.customers, ...Object.values(to.channels)].filter((id) => id !== '')
}

/** Whether somebody may be chosen at all: not whoever goes, and nobody gives themselves anything, whatever their role. */
export function maySucceed(other: Person, from: Person, admin: Person): boolean {
  return other.active && other.id !== from.id && other.id !== admin.id
}

/** Looked at before anything is done; every verb asks again about its own thing. */
function objectionTo(to: Successors, { channels }: Estate, admin: Person, from: Person, people: Directory): Refused | null {
  const chosen = chosenIn(to)
  if (chosen.length === 0) return refused('', 'handover.nobody')
  if (chosen.some((id) => !people.person(id)?.active || id === from.id)) return refused('', 'handover.unknown')
  // Nobody gives themselves anything, whatever their role.
  if (chosen.includes(admin.id)) return refused('', 'handover.yourself')
  if (to.customers !== '' && !isAbleCurator(people.person(to.customers))) return refused('customers', 'handover.curator.not_able')
  const misplaced = channels.find(({ id, team }) => (to.channels[id] ?? '') !== '' && !people.members(team).some((member) => member.id === to.channels[id]))
  return misplaced ? refused(`channel-${misplaced.id}`, 'digests.owner.not_in_team') : null
}

async function notesTo(house: House, admin: Person, estate: Estate, from: Person, to: Person, at: string): Promise<Pick<HandedOver, 'notes' | 'unread'>> {
  let [given, unread] = [0, 0]
  const sight = sightOf({ kind: 'person', person: to }, house.directories(), house.clock.today())
  await someAtOnce(estate.notes, AT_ONCE, async ({ id }) => {
    const grant = grantOn(admin, 'people.administer', id)
    const outcome = await house.notes.change(grant, (note) => handOverNote(note, grant, from.id, sight, at))
    if (outcome.ok) given += 1
    else if (outcome.refusals.some(({ code }) => code === 'handover.not_readable')) unread += 1
  })
  return { notes: given, unread }
}

async function customersTo(house: House, admin: Person, estate: Estate, from: Person, to: string, hand: Hand, at: string): Promise<number> {
  let given = 0
  const concerned = new Map<string, number>()
  await someAtOnce(estate.customers, AT_ONCE, async (id) => {
    const grant = grantOn(admin, 'people.administer', id)
    let codes = { from: '', to: '' }
    let beside: readonly string[] = []
    const outcome = await house.customers.change(grant, (customer) => {
      const next = handOverCustomer(customer, grant, from.id, to, house.people.directory(), at)
      if (next.ok) codes = { from: knowers(customer), to: knowers(next.value) }
      beside = [...customer.curators, to]
      return next
    })
    if (!outcome.ok) return
    given += 1
    for (const curator of new Set(beside)) concerned.set(curator, (concerned.get(curator) ?? 0) + 1)
    await house.record.append({ at, who: admin.id, did: 'customer.restricted_changed', thing: { kind: 'customer', id }, ...codes, via: hand.via, ...(hand.request !== undefined && { request: hand.request }) })
  })
  // The successor, whoever they come after, and the curators appointed beside them.
  for (const [person, count] of concerned) await tell(house, person, `handed_over/customers/${from.id}/${at}`, { kind: 'person', id: from.id }, admin.id, { count, to }, at)
  return given
}

async function channelsTo(house: House, admin: Person, estate: Estate, from: Person, owners: Readonly<Record<string, string>>, hand: Hand, at: string): Promise<number> {
  let given = 0
  for (const { id } of estate.channels) {
    const to = owners[id] ?? ''
    if (to === '') continue
    const grant = grantOn(admin, 'channel.manage', id)
    const outcome = await house.post.channels.change(grant, (channel) => handOverChannel(channel, grant, from.id, to, house.people.directory(), at))
    if (!outcome.ok) continue
    given += 1
    await house.record.append({ at, who: admin.id, did: 'channel.changed', thing: { kind: 'channel', id }, from: `p:${from.id}`, to: `p:${to}`, via: hand.via, ...(hand.request !== undefined && { request: hand.request }) })
    await tell(house, to, `handed_over/${id}/${at}`, { kind: 'channel', id }, admin.id, {}, at)
  }
  return given
}

/** Of notes people hear through the timeline; this is for what has none. */
async function tell(house: House, person: string, id: string, about: { readonly kind: 'person' | 'channel'; readonly id: string }, by: string, values: Readonly<Record<string, string | number>>, at: string): Promise<void> {
  const kind: NoticeKind = 'handed_over'
  await house.post.notices.add(person, [{ id, at, kind, about, by, with: values, readAt: null }])
}

/** An administrator's grant for a thing they do not see. @throws Forbidden */
function grantOn<A extends Act>(admin: Person, act: A, id: string): Grant<A> {
  const permission = permit({ kind: 'person', person: admin }, act, standingApart(id, { admin: admin.roles.includes('admin') }))
  return permission.ok ? permission.grant : forbid(permission.refusals)
}
