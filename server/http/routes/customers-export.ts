import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { stringify } from 'csv-stringify/sync'
import { CUSTOMER_COLUMNS, guarded } from '../../domain/customers/customer-row.js'
import type { Customer } from '../../domain/customers/customer.js'
import { me } from '../session.js'

const AT_ONCE = 200

type Cells = Readonly<Record<(typeof CUSTOMER_COLUMNS)[number], (customer: Customer) => string>>

/** Every customer this curator may see, as a file that opens safely in a spreadsheet and comes back unchanged by our own import. */
export function customersExport(app: FastifyInstance): void {
  app.get('/customers/export', { config: { allow: 'import.run' } }, async (request, reply) => {
    const { house } = request
    const first = await pageOf(request, 1)
    await house.record.append({ ...entryOf(request), thing: { kind: 'export', id: request.id }, to: `customers,${first.total}` })
    await reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="customers-${house.clock.today()}.csv"`)
      .send(Readable.from(linesOf(request, first)))
    return reply
  })
}

/** Page by page, so that no memory grows with the number of customers. Restricted ones are on the record before they leave. */
async function* linesOf(request: FastifyRequest, first: Awaited<ReturnType<typeof pageOf>>): AsyncIterable<string> {
  const people = request.house.people.directory()
  const cells: Cells = {
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
  yield stringify([[...CUSTOMER_COLUMNS]], { bom: true })
  for (let page = 1; page <= Math.ceil(first.total / AT_ONCE); page += 1) {
    const { rows } = page === 1 ? first : await pageOf(request, page)
    await Promise.all(rows.filter(({ restricted }) => restricted).map(({ id }) => request.house.record.append({ ...entryOf(request), thing: { kind: 'customer', id } })))
    yield stringify(rows.map((customer) => CUSTOMER_COLUMNS.map((column) => guarded(cells[column](customer)))))
  }
}

function pageOf(request: FastifyRequest, page: number) {
  return request.house.customers.list({ order: 'name', page, size: AT_ONCE }, request.sight())
}

function entryOf(request: FastifyRequest) {
  return { at: request.house.clock.now(), who: me(request).id, did: 'thing.exported', via: 'page', request: request.id } as const
}
