import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Customer } from '../domain/customers/customer.js'
import type { House } from './house.js'
import { listOnRecord } from './list-reads.js'
import { me } from './session.js'

/** So long one line on the record stands for every time somebody sees the same name again: keystrokes, pages, chips. */
const ONE_READ_MINUTES = 15
const MOST_REMEMBERED = 20_000

/** When the name was put on record; a promise while that is under way, so that keystrokes wait for one line. */
const shownTo = new WeakMap<House, LRUCache<string, { readonly at: string; readonly written: Promise<void> }>>()

/** Those of the customers that this viewer may know, about to be named on a page; restricted ones are on record first. */
export async function customersShown(request: FastifyRequest, ids: readonly string[]): Promise<ReadonlyMap<string, Customer>> {
  const found = await request.house.customers.some(ids, request.sight())
  await namesOnRecord(request, [...found.values()])
  return found
}

/** To see the name of a restricted customer is a read (A1). When the record cannot be written, the name is not shown. */
export async function namesOnRecord(request: FastifyRequest, customers: readonly Customer[]): Promise<void> {
  await Promise.all(customers.filter(({ restricted }) => restricted).map((customer) => onRecord(request, customer)))
}

async function onRecord(request: FastifyRequest, customer: Customer): Promise<void> {
  const { house } = request
  const remembered = rememberedBy(house)
  const key = `${request.viewer.kind} ${me(request).id} ${customer.id}`
  const at = house.clock.now()
  const before = remembered.get(key)
  const age = before ? Date.parse(at) - Date.parse(before.at) : Infinity
  // A clock that was put back makes a new line rather than none.
  if (before && age >= 0 && age < ONE_READ_MINUTES * 60_000) return before.written
  const written = listOnRecord(request, { customers: [customer] })
  remembered.set(key, { at, written })
  try {
    await written
  } catch (error) {
    remembered.delete(key)
    throw error
  }
}

function rememberedBy(house: House): LRUCache<string, { readonly at: string; readonly written: Promise<void> }> {
  let known = shownTo.get(house)
  if (!known) shownTo.set(house, (known = new LRUCache({ max: MOST_REMEMBERED })))
  return known
}
