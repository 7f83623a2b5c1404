import type { FastifyRequest } from 'fastify'
import type { NoteSeen } from '../domain/notes/seen.js'
import type { Circumstances } from '../domain/notes/writing.js'
import { findIdentifiers } from '../domain/notes/identifiers.js'
import type { Writing } from '../domain/notes/writing.js'
import type { Outcome } from '../domain/people/refusal.js'
import type { Act } from '../domain/policy/acts.js'
import { permit, type Grant } from '../domain/policy/grant.js'
import { standingApart, type Standing } from '../domain/policy/rules.js'
import { Missing, forbid } from './faults.js'
import { me } from './session.js'

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** @throws Missing for an unknown id and for one this viewer may not read, alike */
export async function noteOf(request: FastifyRequest, id = idIn(request)): Promise<NoteSeen> {
  const note = await request.house.notes.get(ID.test(id) ? id : NOBODYS, request.sight())
  if (!note) throw new Missing()
  return note
}

/** An id of the right form that no thing has, so that a malformed one costs the same reads. */
const NOBODYS = '00000000-0000-7000-8000-000000000000'

/**
 * @param revision the one on the person's form
 * @throws Forbidden with the reason
 */
export function grantOn<A extends Act>(request: FastifyRequest, act: A, standing: Standing, revision?: number): Grant<A> {
  const permission = permit(request.viewer, act, standing, revision)
  return permission.ok ? permission.grant : forbid(permission.refusals)
}

/** For acts that make a new thing. */
export function grantNew<A extends Act>(request: FastifyRequest, act: A, id: string): Grant<A> {
  return grantOn(request, act, standingApart(id, roleFacts(request)))
}

export function roleFacts(request: FastifyRequest): Pick<Standing, 'admin' | 'auditor' | 'curator'> {
  const person = me(request)
  const domain = request.house.people.directory().domainOf(person, request.house.clock.today())
  return { admin: person.roles.includes('admin'), auditor: person.roles.includes('auditor'), curator: domain.length > 0 }
}

/** What is true around somebody who is about to post or edit this text. */
export async function circumstancesOf(request: FastifyRequest, writing: Writing, identifiersKept: boolean): Promise<Circumstances> {
  const { house } = request
  const known = await house.customers.some(writing.about.customers, request.sight())
  return {
    writer: me(request),
    people: house.people.directory(),
    vocabulary: house.vocabularies.vocabulary(),
    knownCustomers: new Set(known.keys()),
    restricted: new Set((house.customers.restricted() ?? []).map((customer) => customer.id)),
    identifiers: findIdentifiers(`${writing.title}\n${writing.body}`).length,
    identifiersKept,
    now: house.clock.now(),
    today: house.clock.today(),
  }
}

export function isConflict(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.refusals.some((refusal) => refusal.code === 'notes.changed')
}

export function idIn(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id
}
