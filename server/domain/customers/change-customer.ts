import type { Directory } from '../people/directory.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { CUSTOMER_KINDS, type Customer, type CustomerKind } from './customer.js'

const MAX_NAME_LENGTH = 120
const MAX_ALIASES = 12

/** What a person, or a row of a file, says of a customer. */
export interface CustomerEntry {
  readonly kind: CustomerKind
  readonly name: string
  readonly aliases: readonly string[]
  readonly number: string
  readonly segment: string | null
  readonly team: string
  readonly restricted: boolean
  readonly curators: readonly string[]
}

export interface CustomerRoom {
  readonly people: Directory
  readonly segments: ReadonlySet<string>
  /** another customer has this bank number already, as far as anybody may know */
  readonly numberTaken: boolean
  readonly now: string
}

export function addCustomer(
  grant: Grant<'customer.create'> | Grant<'import.run'>, id: string, entry: CustomerEntry, room: CustomerRoom, origin: Customer['origin'] = null,
): Outcome<Customer> {
  const wrong = objectionsTo(entry, room)
  if (wrong.length > 0) return refusedAll(wrong)
  return done({
    schema: 1, id, version: 1, ...tidy(entry), createdAt: room.now, createdBy: grant.who, updatedAt: room.now,
    history: [{ at: room.now, by: grant.who, what: origin ? 'imported' : 'created' }], origin,
  })
}

/**
 * Changes what is on the customer's sheet. Making it restricted closes everything about it on the next click;
 * lifting the restriction opens, so only a curator appointed on it may.
 */
export function changeCustomer(customer: Customer, grant: Grant<'customer.edit'> | Grant<'import.run'>, entry: CustomerEntry, room: CustomerRoom): Outcome<Customer> {
  granted(grant, customer.id)
  const wrong = objectionsTo(entry, room)
  if (wrong.length > 0) return refusedAll(wrong)
  if (customer.restricted) {
    const appointed = customer.curators.includes(grant.who)
    const opens = !entry.restricted || entry.team !== customer.team || entry.curators.some((c) => !customer.curators.includes(c))
    if (opens && !appointed) return refused('restricted', 'customers.restricted.appointed_only')
  }
  const next = tidy(entry)
  const what = customer.restricted !== next.restricted ? (next.restricted ? 'restricted' : 'unrestricted') : 'changed'
  return done({ ...customer, ...next, updatedAt: room.now, history: [...customer.history, { at: room.now, by: grant.who, what }] })
}

function objectionsTo(entry: CustomerEntry, room: CustomerRoom): Refusal[] {
  const found: Refusal[] = []
  const say = (at: string, code: string, values?: Refusal['with']) => found.push(values ? { at, code, with: values } : { at, code })
  if (!CUSTOMER_KINDS.includes(entry.kind)) say('kind', 'customers.kind.unknown')
  if (entry.name.trim() === '') say('name', 'customers.name.empty')
  if ([...entry.name].length > MAX_NAME_LENGTH) say('name', 'customers.name.too_long', { max: MAX_NAME_LENGTH })
  if (entry.aliases.length > MAX_ALIASES) say('aliases', 'customers.aliases.too_many', { max: MAX_ALIASES })
  if (entry.aliases.some((alias) => [...alias].length > MAX_NAME_LENGTH)) say('aliases', 'customers.name.too_long', { max: MAX_NAME_LENGTH })
  if (entry.number.length > 40) say('number', 'customers.number.too_long', { max: 40 })
  if (room.numberTaken) say('number', 'customers.number.taken')
  if (entry.segment !== null && !room.segments.has(entry.segment)) say('segment', 'customers.segment.unknown')
  if (!room.people.team(entry.team)) say('team', 'customers.team.unknown')
  if (entry.curators.some((id) => !room.people.person(id)?.roles.includes('curator'))) say('curators', 'customers.curators.unknown')
  if (entry.restricted && entry.curators.length === 0) say('curators', 'customers.curators.one_needed')
  return found
}

function tidy(entry: CustomerEntry): CustomerEntry {
  const aliases = entry.aliases.map((alias) => alias.trim()).filter((alias) => alias !== '' && alias !== entry.name.trim())
  return { ...entry, name: entry.name.trim(), aliases: [...new Set(aliases)], number: entry.number.trim() }
}
