import type { Outcome } from '../../../domain/people/refusal.js'
import { asRestricted, customerAccess, knowers, type Customer } from '../../../domain/customers/customer.js'
import type { AllCustomers, CustomerQuery, Customers } from '../../../domain/customers/port.js'
import { seesNothing } from '../../../domain/policy/access.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted, type Grant } from '../../../domain/policy/grant.js'
import type { RestrictedCustomer, Sight } from '../../../domain/policy/readable.js'
import { sees } from '../../../domain/policy/sees.js'
import { customerFaces, customersListed, customersNamed } from './catalog-customer.js'
import type { DocumentFolder } from './document-folder.js'
import type { Schema } from '../schema.js'
import { Shelf, type Sequenced, type Surroundings } from './shelf.js'
import { NoSuchDocument } from '../store-errors.js'
import { allOf, oneOf, visibleSql, type Piece } from './visible-sql.js'

export const CUSTOMER_FILE: Schema<Customer & Sequenced> = {
  now: 1,
  check: (stored) => {
    for (const name of ['aliases', 'curators', 'history']) if (!Array.isArray(stored[name])) throw new Error(`no list of ${name}`)
    if (typeof stored['name'] !== 'string' || typeof stored['restricted'] !== 'boolean') throw new Error('no name, or not known whether restricted')
    return { ...stored, schema: 1 } as unknown as Customer & Sequenced
  },
}

const MOST_ROWS = 200

/** Customers in files under the catalog. Which are restricted is kept in memory, because the law asks in every request. */
export class CustomersStore implements Customers, AllCustomers {
  readonly shelf: Shelf<Customer>
  private closed: Map<string, RestrictedCustomer> | null = null
  private present: readonly RestrictedCustomer[] | null = null

  constructor(
    documents: DocumentFolder<Customer & Sequenced>,
    private readonly around: Surroundings,
    spelled: (name: string) => readonly string[],
  ) {
    this.shelf = new Shelf(documents, {
      kind: 'customer',
      faces: (customer) => customerFaces(customer, spelled),
      holds: (before, after) => knowers(before) !== knowers(after),
      wrote: (customer) => this.follow(customer),
    }, around)
  }

  async get(id: string, sight: Sight): Promise<Customer | null> {
    return (await this.some([id], sight)).get(id) ?? null
  }

  async some(ids: readonly string[], sight: Sight): Promise<ReadonlyMap<string, Customer>> {
    if (ids.length === 0) return new Map()
    const where = allOf([{ sql: "+f.kind = 'customer'", params: [] }, oneOf('f.thing', ids), visibleSql(sight.visible)])
    const fresh = ids.filter((id) => this.around.unlisted.has(id))
    const found = await this.seen([...this.things(where, 'f.thing'), ...fresh], sight)
    return new Map(found.map((customer) => [customer.id, customer]))
  }

  async list(query: CustomerQuery, sight: Sight): Promise<{ readonly rows: readonly Customer[]; readonly total: number }> {
    if (seesNothing(sight.visible)) return { rows: [], total: 0 }
    const where = this.whole(customersListed(query, sight))
    const total = this.around.catalog.one<{ total: number }>({ sql: `SELECT count(*) AS total FROM face f WHERE ${where.sql}`, params: where.params })?.total ?? 0
    const rows = Math.min(Math.max(1, Math.trunc(query.size)), MOST_ROWS)
    const from = (Math.max(1, Math.trunc(query.page)) - 1) * rows
    const order = query.order === 'name' ? 'f.name, f.thing' : 'f.posted DESC, f.thing DESC'
    const ids = this.things(where, `${order} LIMIT ${rows} OFFSET ${from}`)
    return { rows: await this.seen(ids, sight), total }
  }

  async named(name: string, sight: Sight): Promise<readonly Customer[]> {
    return this.seen(this.things(this.whole(customersNamed(name, sight)), 'f.name, f.thing LIMIT 50'), sight)
  }

  async add(_grant: Grant<'customer.create'> | Grant<'import.run'>, customer: Customer): Promise<{ readonly id: string; readonly version: number }> {
    const { id, version } = await this.shelf.add(customer)
    return { id, version }
  }

  async change(grant: Grant, verb: (customer: Customer) => Outcome<Customer>): Promise<Outcome<{ readonly version: number }>> {
    const outcome = await this.shelf.change(grant.thing, (customer) => {
      granted(grant, customer.id)
      return verb(customer)
    })
    if (!outcome) throw new NoSuchDocument(grant.thing)
    return outcome.ok ? { ok: true, value: { version: outcome.value.version } } : outcome
  }

  restricted(): readonly RestrictedCustomer[] | null {
    return this.present
  }

  async read(id: string, _pass: Everything): Promise<Customer | null> {
    return (await this.shelf.read(id)) ?? null
  }

  async *ids(_pass: Everything): AsyncIterable<string> {
    for (let after = ''; ; ) {
      const rows = this.around.catalog.all<{ id: string }>({ sql: "SELECT id FROM thing WHERE kind = 'customer' AND id > ? ORDER BY id LIMIT 500", params: [after] })
      for (const { id } of rows) yield id
      const last = rows[rows.length - 1]
      if (!last) return
      after = last.id
    }
  }

  /**
   * When every document is in the catalog. A customer that notes name and that is not there (its file was lost or
   * damaged) may have been a restricted one: it is closed to everybody until it is back.
   */
  begin(): void {
    const { catalog } = this.around
    const facts = catalog.all<{ facts: string }>({ sql: "SELECT facts FROM face WHERE kind = 'customer' AND facts IS NOT NULL", params: [] })
    const restricted = facts.map((row) => JSON.parse(row.facts) as RestrictedCustomer)
    const lost = catalog.all<{ customer: string }>({
      sql: "SELECT DISTINCT customer FROM about WHERE customer NOT IN (SELECT id FROM thing WHERE kind = 'customer')", params: [],
    })
    if (lost.length > 0) this.around.log.warn({ customers: lost.map(({ customer }) => customer) }, 'notes about customers whose files are missing are closed')
    this.closed = new Map([...restricted, ...lost.map(({ customer }) => ({ id: customer, team: '', curators: [] }))].map((one) => [one.id, one]))
    this.present = [...this.closed.values()]
  }

  private follow(customer: Customer): void {
    if (!this.closed) return
    if (customer.restricted) this.closed.set(customer.id, asRestricted(customer))
    else if (!this.closed.delete(customer.id)) return
    this.present = [...this.closed.values()]
  }

  private things(where: Piece, order: string): readonly string[] {
    const rows = this.around.catalog.all<{ thing: string }>({ sql: `SELECT f.thing AS thing FROM face f WHERE ${where.sql} ORDER BY ${order}`, params: where.params })
    return rows.map(({ thing }) => thing)
  }

  private async seen(ids: readonly string[], sight: Sight): Promise<readonly Customer[]> {
    const found = await Promise.all(ids.map((id) => this.shelf.read(id)))
    return found.flatMap((customer) => (customer && sees(sight.visible, customerAccess(customer)) ? [customer] : []))
  }

  private whole(where: Piece): Piece {
    const { unlisted } = this.around
    if (unlisted.size === 0) return where
    const { sql, params } = oneOf('f.thing', [...unlisted])
    return allOf([where, { sql: `NOT ${sql}`, params }])
  }
}
