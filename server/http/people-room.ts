import type { FastifyRequest } from 'fastify'
import { rightsThatChanged } from '../domain/digests/tell-people.js'
import { offerPasswordLink } from '../domain/people/choose-password.js'
import type { Person } from '../domain/people/person.js'
import type { Act as Deed, RecordEntry } from '../domain/policy/record.js'
import { Missing } from './faults.js'
import type { House } from './house.js'
import { idIn } from './note-room.js'
import { me } from './session.js'

/** Who changes people, and from where: for the record. */
export interface Hand {
  readonly by: string
  readonly via: NonNullable<RecordEntry['via']>
  readonly request?: string
}

export function handOf(request: FastifyRequest): Hand {
  return { by: me(request).id, via: 'page', request: request.id }
}

/** @throws Missing */
export function personIn(request: FastifyRequest): Person {
  const person = request.house.people.directory().person(idIn(request))
  if (!person) throw new Missing()
  return person
}

/** On record right by right, and told to the person and to the curators concerned. */
export async function tellChange(house: House, before: Person, hand: Hand): Promise<void> {
  const after = house.people.directory().person(before.id) as Person
  await rightsOnRecord(house, before, after, hand)
  await house.tellRightsChanged(before, after, hand.by)
}

/** What a newcomer may do from the first day is on record like every change of it. */
export async function newcomerOnRecord(house: House, person: Person, hand: Hand): Promise<void> {
  await recorded(house, person.id, 'person.created', hand, '', person.department)
  await rightsOnRecord(house, { ...person, active: true, clearance: 'internal', roles: ['employee'], domain: [], teams: [] }, person, hand)
}

async function rightsOnRecord(house: House, before: Person, after: Person, hand: Hand): Promise<void> {
  const deeds: Readonly<Record<string, Deed>> = {
    active: after.active ? 'person.enabled' : 'person.disabled', clearance: 'person.clearance_changed', department: 'person.moved', login: 'person.login_changed', email: 'person.address_changed',
  }
  for (const right of rightsThatChanged(before, after)) {
    await recorded(house, before.id, deeds[right] ?? 'person.rights_changed', hand, coded(before[right]), coded(after[right]))
  }
}

/** The link goes to the person by mail; no administrator ever sees it. */
export async function sendLink(house: House, person: Person, reason: 'first' | 'forgotten', hand: Hand): Promise<void> {
  const token = await offerPasswordLink(house, person.id, house.clock.now())
  await house.mailPasswordLink(person, token, reason)
  await recorded(house, person.id, 'password.link_issued', hand)
}

export async function recorded(house: House, id: string, did: Deed, { by, via, request }: Hand, from = '', to = ''): Promise<void> {
  await house.record.append({ at: house.clock.now(), who: by, did, thing: { kind: 'person', id }, ...(from !== to && { from, to }), via, ...(request !== undefined && { request }) })
}

/** The record takes codes only: other signs of an address show as stars. */
export function coded(value: Person[keyof Person]): string {
  return (Array.isArray(value) ? [...value].sort().join(',') : String(value)).replace(/[^A-Za-z0-9:._@/,+*-]/g, '*').slice(0, 2_000)
}
