import type { FastifyRequest } from 'fastify'
import { offerPasswordLink } from '../domain/people/choose-password.js'
import type { Person } from '../domain/people/person.js'
import type { Roster } from '../domain/people/port.js'
import { refused, type Outcome } from '../domain/people/refusal.js'
import type { RecordEntry } from '../domain/policy/record.js'
import { Missing } from './faults.js'
import type { House } from './house.js'
import { idIn } from './note-room.js'
import { changeOnRecord } from './people-on-record.js'
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

/** What the verb makes of all staff, departments and teams, with every change of a right on record. */
export async function changeRoster(request: FastifyRequest, verb: (roster: Roster) => Outcome<Roster>): Promise<Outcome<Roster>> {
  let outcome: Outcome<Roster> = refused('', 'admin.person.gone')
  await changeOnRecord(request.house, handOf(request), (firstly) => request.house.people.change((roster) => {
    outcome = verb(roster)
    return outcome.ok ? outcome.value : roster
  }, firstly))
  return outcome
}

/** @throws Missing */
export function personIn(request: FastifyRequest): Person {
  const person = request.house.people.directory().person(idIn(request))
  if (!person) throw new Missing()
  return person
}

/** Told to the person and to the curators concerned, once it is so. */
export async function tellChange(house: House, before: Person, hand: Hand): Promise<void> {
  await house.tellRightsChanged(before, house.people.directory().person(before.id) as Person, hand.by)
}

/** What a newcomer may do from the first day is told to the curators concerned; they themselves get their first link. */
export async function welcome(house: House, person: Person, hand: Hand): Promise<void> {
  await house.tellRightsChanged(null, person, hand.by)
  if (person.active) await sendLink(house, person, 'first', hand)
}

/** The link goes to the person by mail; no administrator ever sees it. Without its line on the record there is none. */
export async function sendLink(house: House, person: Person, reason: 'first' | 'forgotten', { by, via, request }: Hand): Promise<void> {
  await house.record.append({ at: house.clock.now(), who: by, did: 'password.link_issued', thing: { kind: 'person', id: person.id }, via, ...(request !== undefined && { request }) })
  const token = await offerPasswordLink(house, person.id, house.clock.now())
  await house.mailPasswordLink(person, token, reason)
}
