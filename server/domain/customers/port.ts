import type { Outcome } from '../people/refusal.js'
import type { Everything } from '../policy/everything.js'
import type { Grant } from '../policy/grant.js'
import type { RestrictedCustomer, Sight } from '../policy/readable.js'
import type { Customer, CustomerKind } from './customer.js'

export interface Customers {
  get(id: string, sight: Sight): Promise<Customer | null>
  /** Those of the ids this sight may see, in no order. */
  some(ids: readonly string[], sight: Sight): Promise<ReadonlyMap<string, Customer>>
  list(query: CustomerQuery, sight: Sight): Promise<{ readonly rows: readonly Customer[]; readonly total: number }>
  /** By the bank's own number or by exact name or alias, under the sight. */
  named(name: string, sight: Sight): Promise<readonly Customer[]>
  add(grant: Grant<'customer.create'> | Grant<'import.run'>, customer: Customer): Promise<{ readonly id: string; readonly version: number }>
  change(grant: Grant, verb: (customer: Customer) => Outcome<Customer>): Promise<Outcome<{ readonly version: number }>>
  /** The law needs them on every request: kept in memory; null while they cannot be read, and then nobody sees anything. */
  restricted(): readonly RestrictedCustomer[] | null
}

export interface AllCustomers {
  read(id: string, pass: Everything): Promise<Customer | null>
  ids(pass: Everything): AsyncIterable<string>
}

export interface CustomerQuery {
  /** found in name, alias, number, or pinyin keys */
  readonly text?: string
  readonly kind?: CustomerKind
  readonly segment?: string
  readonly team?: string
  readonly order: 'name' | 'newest'
  readonly page: number
  readonly size: number
}
