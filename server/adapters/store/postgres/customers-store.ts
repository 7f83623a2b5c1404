import type { Outcome } from '../../../domain/people/refusal.js'
import { asRestricted, customerAccess, knowers, type Customer } from '../../../domain/customers/customer.js'
import type { AllCustomers, CustomerQuery, Customers } from '../../../domain/customers/port.js'
import { seesNothing } from '../../../domain/policy/access.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted, type Grant } from '../../../domain/policy/grant.js'
import type { RestrictedCustomer, Sight } from '../../../domain/policy/readable.js'
import { sees } from '../../../domain/policy/sees.js'
import { customerFaces } from '../lowdb/catalog-customer.js'
import { folded } from '../catalog-rows.js'
import { CUSTOMER_FILE } from '../lowdb/customers-store.js'
import type { Schema } from '../schema.js'
import { NoSuchDocument } from '../store-errors.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import type { PostgresFeed } from './feed.js'
import { allOf, oneOf, piece, type Piece } from './pieces.js'
import { wordsIn } from './queue-lists.js'
import { Room } from './room.js'
import { Things } from './things.js'
import { visibleSql } from './visible-sql.js'

const MOST_ROWS = 200

/** Customers in PostgreSQL. Which are restricted is a room of its own: the law asks for them in every request. */
export class CustomersStore implements Customers, AllCustomers {
  private readonly things: Things<Customer>

  private constructor(
    private readonly database: Database,
    feed: PostgresFeed,
    private readonly closed: Room<RestrictedCustomer>,
    spelled: (name: string) => readonly string[],
  ) {
    this.things = new Things(database, feed, {
      kind: 'customer',
      schema: CUSTOMER_FILE as unknown as Schema<Customer>,
      faces: (customer) => customerFaces(customer, spelled),
      holds: (before, after) => knowers(before) !== knowers(after),
      along: async (tx, before, after) => {
        const was = before?.restricted ? JSON.stringify(asRestricted(before)) : null
        const is = after.restricted ? JSON.stringify(asRestricted(after)) : null
        if (was === is) return () => {}
        const rows = await this.closed.within(tx, new Map([[after.id, after.restricted ? asRestricted(after) : null]]))
        return () => this.closed.take(rows)
      },
    })
  }

  static async open(database: Database, feed: PostgresFeed, around: Around): Promise<CustomersStore> {
    // A dictionary of 25 MB: whoever only needs the rest of this module does without.
    const { pinyinKeys } = await import('../../../domain/customers/pinyin.js')
    const closed = await around.open(new Room<RestrictedCustomer>(database, 'restricted', { now: 1 }))
    return new CustomersStore(database, feed, closed, pinyinKeys)
  }

  async get(id: string, sight: Sight): Promise<Customer | null> {
    return (await this.some([id], sight)).get(id) ?? null
  }

  async some(ids: readonly string[], sight: Sight): Promise<ReadonlyMap<string, Customer>> {
    if (ids.length === 0) return new Map()
    const found = await this.seen(allOf([CUSTOMER, oneOf('f.thing', ids), visibleSql(sight.visible)]), 'f.thing', sight)
    return new Map(found.map((customer) => [customer.id, customer]))
  }

  async list(query: CustomerQuery, sight: Sight): Promise<{ readonly rows: readonly Customer[]; readonly total: number }> {
    if (seesNothing(sight.visible)) return { rows: [], total: 0 }
    const where = customersListed(query, sight)
    const rows = Math.min(Math.max(1, Math.trunc(query.size)), MOST_ROWS)
    const from = (Math.max(1, Math.trunc(query.page)) - 1) * rows
    const order = query.order === 'name' ? 'f.name, f.thing' : 'f.posted DESC, f.thing DESC'
    const [counted, found] = await Promise.all([
      this.database.one<{ total: number }>(piece(`SELECT count(*) AS total FROM face f WHERE ${where.sql}`, ...where.params)),
      this.seen(where, order, sight, `LIMIT ${rows} OFFSET ${from}`),
    ])
    return { rows: found, total: counted?.total ?? 0 }
  }

  async named(name: string, sight: Sight): Promise<readonly Customer[]> {
    const where = allOf([CUSTOMER, piece('f.called @> ?::text[]', [folded(name.trim())]), visibleSql(sight.visible)])
    return this.seen(where, 'f.name, f.thing', sight, 'LIMIT 50')
  }

  async add(_grant: Grant<'customer.create'> | Grant<'import.run'>, customer: Customer): Promise<{ readonly id: string; readonly version: number }> {
    const { id, version } = await this.things.add(customer)
    return { id, version }
  }

  async change(grant: Grant, verb: (customer: Customer) => Outcome<Customer>): Promise<Outcome<{ readonly version: number }>> {
    const outcome = await this.things.change(grant.thing, (customer) => {
      granted(grant, customer.id)
      return verb(customer)
    })
    if (!outcome) throw new NoSuchDocument(grant.thing)
    return outcome.ok ? { ok: true, value: { version: outcome.value.version } } : outcome
  }

  restricted(): readonly RestrictedCustomer[] | null {
    return this.closed.list()
  }

  async read(id: string, _pass: Everything): Promise<Customer | null> {
    return (await this.things.read(id)) ?? null
  }

  ids(_pass: Everything): AsyncIterable<string> {
    return this.things.ids()
  }

  private async seen(where: Piece, order: string, sight: Sight, limit = ''): Promise<readonly Customer[]> {
    const found = await this.things.documents(piece(
      `SELECT thing.id, thing.doc::text AS doc FROM face f JOIN thing ON thing.id = f.thing WHERE ${where.sql} ORDER BY ${order} ${limit}`, ...where.params,
    ))
    return found.filter((customer) => sees(sight.visible, customerAccess(customer)))
  }
}

const CUSTOMER = piece("f.kind = 'customer'")

function customersListed(query: CustomerQuery, sight: Sight): Piece {
  const found: Piece[] = [CUSTOMER, visibleSql(sight.visible)]
  const is = (column: string, value: string | undefined) => {
    if (value !== undefined) found.push(piece(`f.${column} = ?`, value))
  }
  is('form', query.kind)
  is('segment', query.segment)
  is('team', query.team)
  return allOf([...found, ...wordsIn('f.found_by', query.text)])
}
