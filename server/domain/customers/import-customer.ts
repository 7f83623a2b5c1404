import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Refusals } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import { permit, type Grant } from '../policy/grant.js'
import { sightOf, type Directories, type Sight } from '../policy/readable.js'
import type { AuditRecord } from '../policy/record.js'
import { standingApart } from '../policy/rules.js'
import { addCustomer, changeCustomer, type CustomerRoom } from './change-customer.js'
import { knowers, type Customer } from './customer.js'
import { customerOfRow, entryOf, type ColumnWords, type CustomerHeader, type Segments } from './customer-row.js'
import { importedId } from './imported-id.js'
import type { Customers } from './port.js'
import { refusedRow, type RowWork, type Written } from './row-work.js'

/** What importing customers stands on. */
export interface CustomerImport {
  readonly customers: Customers
  readonly record: Pick<AuditRecord, 'append'>
  readonly words: ColumnWords
  readonly segments: Segments & { readonly keys: ReadonlySet<string> }
  readonly header: CustomerHeader
  readonly importer: Person
  readonly batch: string
  readonly source: string
  /** for those of whom the file names none */
  readonly team: string
  directories(): Directories
  today(): string
  now(): string
}

/** What a row of customers comes to: a new one, a change of one the importer may see, or nothing to do. */
export async function customerWork(row: Row, around: CustomerImport): Promise<RowWork> {
  const people: Directory = around.directories().people
  const read = customerOfRow(row, around.header, around.words, people, around.segments)
  if (!read.ok) return refusedRow(read.refusals)
  const { ours, externalId, number, said } = read.value
  const key = ours !== '' ? `ours ${ours}` : externalId
  const sight = sightOf({ kind: 'person', person: around.importer }, around.directories(), around.today())
  const before = ours !== '' ? await around.customers.get(ours, sight) : await known(externalId, number, around, sight)
  if (ours !== '' && !before) return refusedRow([{ at: '', code: 'imports.customers.not_there' }], key)
  const id = before?.id ?? freeId(around.source, externalId, around.importer, sight)
  const entry = entryOf(said, before, around.team)
  const room: CustomerRoom = {
    people,
    segments: around.segments.keys,
    numberTaken: entry.number !== '' && (await around.customers.named(entry.number, sight)).some((one) => one.number === entry.number && one.id !== id),
    now: around.now(),
  }
  const grant = grantFor(around.importer, id)
  if (!grant.ok) return refusedRow(grant.refusals, key)
  if (!before) {
    const made = addCustomer(grant.grant, id, entry, room, { batch: around.batch, source: around.source, externalId })
    return made.ok ? { what: 'create', refusals: [], key, also: entry.number, write: () => added(made.value, grant.grant, around) } : refusedRow(made.refusals, key)
  }
  const next = changeCustomer(before, grant.grant, entry, room)
  if (!next.ok) return refusedRow(next.refusals, key)
  if (sheet(next.value) === sheet(before)) return { what: 'unchanged', refusals: [], key, also: entry.number }
  return {
    what: 'change', refusals: [], key, also: entry.number,
    write: async () => changed(before, grant.grant, around, (now) => changeCustomer(now, grant.grant, entryOf(said, now, around.team), room)),
  }
}

/** By the pair of source and external id, or by the bank's own number; never one the importer may not know of. */
async function known(externalId: string, number: string, around: CustomerImport, sight: Sight): Promise<Customer | null> {
  const ids = [importedId('customer', around.source, externalId), importedId('customer', around.source, externalId, around.importer.id)]
  const imported = await around.customers.some(ids, sight)
  const found = ids.map((id) => imported.get(id)).find((customer) => customer !== undefined)
  if (found || number === '') return found ?? null
  return (await around.customers.named(number, sight)).find((one) => one.number === number) ?? null
}

/** An id that a hidden customer has is passed over, so that the row goes as it would go if there were none. */
export function freeId(source: string, externalId: string, importer: Person, sight: Sight): string {
  const id = importedId('customer', source, externalId)
  return sight.visible.hide.includes(id) ? importedId('customer', source, externalId, importer.id) : id
}

async function added(customer: Customer, grant: Grant<'import.run'>, around: CustomerImport): Promise<Written> {
  await around.customers.add(grant, customer)
  await around.record.append({ at: around.now(), who: grant.who, did: 'customer.created', thing: { kind: 'customer', id: customer.id }, ...(customer.restricted && { to: 'restricted' }), via: 'job' })
  return { what: 'created' }
}

async function changed(before: Customer, grant: Grant<'import.run'>, around: CustomerImport, verb: Parameters<Customers['change']>[1]): Promise<Written> {
  let after = before
  const outcome = await around.customers.change(grant, (now) => {
    const next = verb(now)
    if (next.ok) after = next.value
    return next
  })
  if (!outcome.ok) return { what: 'refused', refusals: outcome.refusals satisfies Refusals }
  const line = { at: around.now(), who: grant.who, thing: { kind: 'customer', id: before.id }, via: 'job' } as const
  await around.record.append({ ...line, did: 'customer.changed' })
  if (knowers(before) !== knowers(after)) await around.record.append({ ...line, did: 'customer.restricted_changed', from: knowers(before), to: knowers(after) })
  return { what: 'changed' }
}

export function grantFor(importer: Person, id: string) {
  return permit({ kind: 'person', person: importer }, 'import.run', standingApart(id, { curator: true }))
}

function sheet({ kind, name, aliases, number, segment, team, restricted, curators }: Customer): string {
  return JSON.stringify([kind, name, aliases, number, segment, team, restricted, [...curators].sort()])
}
