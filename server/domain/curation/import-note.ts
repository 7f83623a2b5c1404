import { addCustomer } from '../customers/change-customer.js'
import { freeId, grantFor } from '../customers/import-customer.js'
import { importedId } from '../customers/imported-id.js'
import type { Customers } from '../customers/port.js'
import { refusedRow, type RowWork, type Written } from '../customers/row-work.js'
import type { Person } from '../people/person.js'
import type { Refusal } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import { sightOf, type Directories, type Sight } from '../policy/readable.js'
import type { AuditRecord } from '../policy/record.js'
import { findIdentifiers } from '../notes/identifiers.js'
import { titleOf } from '../notes/markdown.js'
import type { Notes } from '../notes/port.js'
import { postNote } from '../notes/post-note.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import type { Circumstances, Writing } from '../notes/writing.js'
import type { Batch } from './import-batch.js'
import { noteOfRow } from './import-note-row.js'

/** What importing notes stands on. */
export interface NoteImport {
  readonly notes: Notes
  readonly customers: Customers
  readonly record: Pick<AuditRecord, 'append'>
  readonly importer: Person
  readonly batch: Batch & { readonly notes: NonNullable<Batch['notes']> }
  /** customers by the name in the file, looked up once for all rows */
  readonly byName: Map<string, Promise<Named>>
  directories(): Directories
  vocabulary(): Vocabulary
  today(): string
  now(): string
  nextId(): string
}

/** Whom a name in the file means under the importer's sight: one, somebody new, or nobody can say. */
export type Named = { readonly id: string } | 'new' | 'several'

export async function noteWork(row: Row, around: NoteImport): Promise<RowWork> {
  const { mapping, proposed } = around.batch.notes
  const read = noteOfRow(row, mapping, proposed)
  if (!read.ok) return refusedRow(read.refusals)
  if (read.value === 'skipped') return { what: 'skipped', refusals: [{ at: '', code: 'imports.row.skipped' }], key: '' }
  const { externalId, writing, customer } = read.value
  const sight = sightNow(around)
  const ids = [importedId('note', mapping.source, externalId), importedId('note', mapping.source, externalId, around.importer.id)] as const
  for (const id of ids) if (await around.notes.get(id, sight)) return { what: 'unchanged', refusals: [], key: externalId }

  const named = customer === '' ? null : await meant(customer, around, sight)
  const trial = post(ids[0], externalId, writing, around)
  if (!trial.ok) return refusedRow(trial.refusals, externalId)
  const warnings: Refusal[] = named === 'several' ? [{ at: '', code: 'imports.row.several_customers' }] : []
  if (named === 'new') {
    const made = newCustomer(customer, around, sight)
    if (!made.ok) return refusedRow(made.refusals, externalId)
  }
  return {
    what: 'create', refusals: warnings, key: externalId, reviewFirst: trial.value.governance === 'review_first',
    ...(named === 'new' && { newCustomer: foldedName(customer) }),
    write: async () => {
      const about = customer === '' ? null : await entered(customer, around)
      const attached: Writing = about === null ? writing : { ...writing, about: { ...writing.about, customers: [about] } }
      return added(ids, externalId, attached, around)
    },
  }
}

/**
 * Adds the note under its own id. When a note that the importer may not read has that id, theirs becomes another
 * one: to them it goes as if there were no other.
 */
async function added(ids: readonly [string, string], externalId: string, writing: Writing, around: NoteImport): Promise<Written> {
  for (const id of ids) {
    const posted = post(id, externalId, writing, around)
    if (!posted.ok) return { what: 'refused', refusals: posted.refusals }
    const grant = grantFor(around.importer, id)
    if (!grant.ok) return { what: 'refused', refusals: grant.refusals }
    await around.notes.add(grant.grant, posted.value)
    if (await around.notes.get(id, sightNow(around))) return { what: 'created' }
  }
  return { what: 'refused', refusals: [{ at: '', code: 'imports.row.not_taken' }] }
}

function post(id: string, externalId: string, writing: Writing, around: NoteImport) {
  const { mapping, home } = around.batch.notes
  const grant = grantFor(around.importer, id)
  if (!grant.ok) return grant
  return postNote(grant.grant, writing, { id, item: around.nextId(), home, titleFromText: titleOf(writing.body), key: null }, circumstances(writing, around), {
    batch: around.batch.id, source: mapping.source, externalId,
  })
}

function circumstances(writing: Writing, around: NoteImport): Circumstances {
  const { people, restricted } = around.directories()
  return {
    writer: around.importer, people, vocabulary: around.vocabulary(), knownCustomers: new Set(writing.about.customers),
    restricted: new Set((restricted ?? []).map(({ id }) => id)),
    identifiers: findIdentifiers(`${writing.title}\n${writing.body}`).length, identifiersKept: true, now: around.now(), today: around.today(),
  }
}

function meant(name: string, around: NoteImport, sight: Sight): Promise<Named> {
  const key = foldedName(name)
  let found = around.byName.get(key)
  if (!found) {
    found = lookUp(name, around, sight)
    around.byName.set(key, found)
  }
  return found
}

async function lookUp(name: string, around: NoteImport, sight: Sight): Promise<Named> {
  const there = await around.customers.named(name, sight)
  const [only] = there
  if (only) return there.length === 1 ? { id: only.id } : 'several'
  return 'new'
}

/** The customer's id, entering them first when nobody had. Restricted meanwhile: the note goes without them. */
async function entered(name: string, around: NoteImport): Promise<string | null> {
  const sight = sightNow(around)
  const key = foldedName(name)
  const named = await meant(name, around, sight)
  if (named === 'several') return null
  if (named !== 'new') return (await around.customers.get(named.id, sight)) ? named.id : null
  const making = make(name, around, sight)
  around.byName.set(key, making)
  const made = await making
  return made === 'several' || made === 'new' ? null : made.id
}

async function make(name: string, around: NoteImport, sight: Sight): Promise<Named> {
  const made = newCustomer(name, around, sight)
  if (!made.ok) return 'several'
  const grant = grantFor(around.importer, made.value.id)
  if (!grant.ok) return 'several'
  await around.customers.add(grant.grant, made.value)
  await around.record.append({ at: around.now(), who: around.importer.id, did: 'customer.created', thing: { kind: 'customer', id: made.value.id }, via: 'job' })
  return { id: made.value.id }
}

function newCustomer(name: string, around: NoteImport, sight: Sight) {
  const { mapping, home } = around.batch.notes
  const id = freeId(mapping.source, foldedName(name), around.importer, sight)
  const grant = grantFor(around.importer, id)
  if (!grant.ok) return grant
  const entry = { kind: mapping.customer?.kind ?? 'company', name, aliases: [], number: '', segment: null, team: home.team ?? '', restricted: false, curators: [] } as const
  const room = { people: around.directories().people, segments: new Set<string>(), numberTaken: false, now: around.now() }
  return addCustomer(grant.grant, id, entry, room, { batch: around.batch.id, source: mapping.source, externalId: foldedName(name) })
}

function sightNow(around: NoteImport): Sight {
  return sightOf({ kind: 'person', person: around.importer }, around.directories(), around.today())
}

function foldedName(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
}
