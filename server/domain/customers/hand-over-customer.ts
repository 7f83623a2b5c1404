import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import type { Customer } from './customer.js'

/** Whether somebody can be appointed on a restricted customer: an active curator of restricted clearance. */
export function isAbleCurator(person: Person | undefined): boolean {
  return person !== undefined && person.active && person.roles.includes('curator') && person.clearance === 'restricted'
}

/** Appoints a successor in place of a curator who moves or leaves. An administrator does it without seeing who the customer is. */
export function handOverCustomer(customer: Customer, grant: Grant<'people.administer'>, from: string, to: string, people: Directory, at: string): Outcome<Customer> {
  granted(grant, customer.id)
  if (!customer.curators.includes(from)) return refused('', 'handover.not_theirs')
  if (!isAbleCurator(people.person(to))) return refused('curator', 'handover.curator.not_able')
  const curators = [...new Set(customer.curators.map((id) => (id === from ? to : id)))]
  return done({ ...customer, curators, updatedAt: at, history: [...customer.history, { at, by: grant.who, what: 'changed' }] })
}
