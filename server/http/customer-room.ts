import type { FastifyRequest } from 'fastify'
import type { CustomerRoom } from '../domain/customers/change-customer.js'
import type { Customer } from '../domain/customers/customer.js'
import { Missing } from './faults.js'
import { idIn } from './note-room.js'

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** An id of the right form that no thing has, so that a malformed one costs the same reads. */
const NOBODYS = '00000000-0000-7000-8000-000000000000'

/** @throws Missing for an unknown id and for one this viewer may not know of, alike */
export async function customerOf(request: FastifyRequest, id = idIn(request)): Promise<Customer> {
  const customer = await request.house.customers.get(ID.test(id) ? id : NOBODYS, request.sight())
  if (!customer) throw new Missing()
  return customer
}

/** What is true around somebody who is about to add or change a customer. @param number the bank's number as typed */
export async function roomAround(request: FastifyRequest, number: string, self: string | null): Promise<CustomerRoom> {
  const { house } = request
  const typed = number.trim()
  const named = typed === '' ? [] : await house.customers.named(typed, request.sight())
  return {
    people: house.people.directory(),
    segments: new Set(house.vocabularies.vocabulary().offered('segments').map((term) => term.key)),
    numberTaken: named.some((one) => one.number === typed && one.id !== self),
    now: house.clock.now(),
  }
}
