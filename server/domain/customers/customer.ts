import type { Access } from '../policy/access.js'
import { knowersOf, type RestrictedCustomer } from '../policy/readable.js'

export const CUSTOMER_KINDS = ['person', 'household', 'company'] as const
export type CustomerKind = (typeof CUSTOMER_KINDS)[number]

/** Somebody the bank serves. A restricted customer 限知客户 exists only for its team and appointed curators. */
export interface Customer {
  readonly schema: 1
  readonly id: string
  readonly version: number
  readonly kind: CustomerKind
  readonly name: string
  /** other names people use: short name, English name */
  readonly aliases: readonly string[]
  /** the bank's own number for them; unique when given */
  readonly number: string
  readonly segment: string | null
  /** relationship team */
  readonly team: string
  readonly restricted: boolean
  /** curators appointed on a restricted one */
  readonly curators: readonly string[]
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  readonly history: readonly { readonly at: string; readonly by: string; readonly what: string }[]
  readonly origin: { readonly batch: string; readonly source: string; readonly externalId: string } | null
}

/** Every employee sees a customer; for a restricted one the viewer's `hide` decides. */
export function customerAccess(customer: Customer): Access {
  return {
    author: '', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal',
    customers: customer.restricted ? [customer.id] : [],
  }
}

export function asRestricted(customer: Customer): RestrictedCustomer {
  return { id: customer.id, team: customer.team, curators: customer.curators }
}

/** Who may know of a customer, as a code for the record. */
export function knowers({ restricted, team, curators }: Pick<Customer, 'restricted' | 'team' | 'curators'>): string {
  return restricted ? ['restricted', ...knowersOf({ team, curators: [...curators].sort() })].join(',') : 'open'
}
