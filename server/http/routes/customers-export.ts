import type { FastifyInstance } from 'fastify'
import { stringify } from 'csv-stringify/sync'
import { CUSTOMER_COLUMNS, guarded } from '../../domain/customers/customer-row.js'
import type { Customer } from '../../domain/customers/customer.js'
import { me } from '../session.js'

const AT_ONCE = 200

/** Every customer this curator may see, as a file that opens safely in a spreadsheet and comes back unchanged by our own import. */
export function customersExport(app: FastifyInstance): void {
  app.get('/customers/export', { config: { allow: 'import.run' } }, async (request, reply) => {
    const { house } = request
    const people = house.people.directory()
    const found: Customer[] = []
    for (let page = 1; ; page += 1) {
      const { rows, total } = await house.customers.list({ order: 'name', page, size: AT_ONCE }, request.sight())
      found.push(...rows)
      if (rows.length === 0 || page * AT_ONCE >= total) break
    }
    const entry = { at: house.clock.now(), who: me(request).id, did: 'thing.exported', via: 'page', request: request.id } as const
    await house.record.append({ ...entry, thing: { kind: 'export', id: request.id }, to: `customers,${found.length}` })
    await Promise.all(found.filter(({ restricted }) => restricted).map(({ id }) => house.record.append({ ...entry, thing: { kind: 'customer', id } })))
    const cells: Readonly<Record<(typeof CUSTOMER_COLUMNS)[number], (customer: Customer) => string>> = {
      tacit_customer: ({ id }) => id,
      external_id: ({ origin }) => origin?.externalId ?? '',
      number: ({ number }) => number,
      kind: ({ kind }) => kind,
      name: ({ name }) => name,
      aliases: ({ aliases }) => aliases.join('\n'),
      segment: ({ segment }) => segment ?? '',
      team: ({ team }) => team,
      restricted: ({ restricted }) => (restricted ? 'yes' : 'no'),
      curators: ({ curators }) => curators.map((id) => people.person(id)?.login ?? id).join('\n'),
    }
    const rows = found.map((customer) => CUSTOMER_COLUMNS.map((column) => guarded(cells[column](customer))))
    await reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="customers-${house.clock.today()}.csv"`)
      .send(stringify([[...CUSTOMER_COLUMNS], ...rows], { bom: true }))
    return reply
  })
}
