import { join } from 'node:path'
import Database from 'libsql'
import type { Batch } from '../../../domain/curation/import-batch.js'
import type { NoticeList } from '../../../domain/community/notice.js'
import type { Customer } from '../../../domain/customers/customer.js'
import type { Letter } from '../../../domain/digests/letter.js'
import type { Gap } from '../../../domain/insights/gap.js'
import type { Draft } from '../../../domain/notes/draft.js'
import type { Glossary } from '../../../domain/notes/glossary.js'
import type { Taxonomy } from '../../../domain/notes/taxonomy.js'
import { LETTER_FILE } from '../letter-rows.js'
import { isOfIndex, wantedFrom, type From, type Item, type ItemKind } from '../portal-items.js'
import { decode, type Schema } from '../schema.js'
import { StoreDamaged } from '../store-errors.js'
import { BATCH_FILE, fileOfBatch } from './batches-store.js'
import { CHANNELS_FILE } from './channels-store.js'
import { CREDENTIALS_FILE } from './credential-store.js'
import { CUSTOMER_FILE } from './customers-store.js'
import type { DataFolder } from './data-folder.js'
import type { Kept } from './document-folder.js'
import { DRAFT_FILE } from './drafts-store.js'
import { PLACES_FILE } from './feed.js'
import { codeOf } from './files.js'
import { NOTE_FILE, OLD_FILE } from './note-files.js'
import { NOTICES_FILE, noticesName } from './notices-store.js'
import { NoteDocuments, type NoteDocument, type OldDocument } from './old-revisions.js'
import { PEOPLE_FILE, type KeptRoster } from './people-store.js'
import { numberOf } from '../record-line.js'
import { linesOf, segmentsOf } from './record-segments.js'
import { REDACTIONS_FILE } from './redactions-store.js'
import type { Documents, Sequenced } from './shelf.js'
import { STAFF_IMPORTS_FILE, STAFF_PAPERS_FOLDER, type KeptStaffImports } from './staff-imports-store.js'
import { TOKENS_FILE } from './tokens-store.js'

const MIB = 1024 * 1024

/**
 * Everything in a data directory that nobody writes to, in the order of `KINDS` and of keys.
 * @throws StoreDamaged naming a file that cannot be read: it is then in quarantine, and nothing goes on without it
 */
export async function* itemsInFolder(data: DataFolder, from: From | null = null): AsyncGenerator<Item> {
  const roster = await document(data, 'people', PEOPLE_FILE)
  if (wantedFrom(from, 'aside') !== null) yield* smallItems(data, roster)
  const wanted = (kind: ItemKind) => wantedFrom(from, kind)
  for await (const { id, value } of documents(data, wanted('customer'), await data.folder<Customer & Sequenced>({ name: 'customers', schema: CUSTOMER_FILE, cacheBytes: MIB }), 'customers')) yield { kind: 'customer', key: id, value }
  const notes = new NoteDocuments(
    await data.folder<NoteDocument>({ name: 'notes', schema: NOTE_FILE, cacheBytes: MIB }),
    await data.folder<OldDocument>({ name: 'notes', schema: OLD_FILE, cacheBytes: MIB, ending: '.old.json' }),
  )
  for await (const { id, value } of documents(data, wanted('note'), notes, 'notes')) yield { kind: 'note', key: id, value }
  for await (const { id, value } of documents(data, wanted('letter'), await data.folder<Letter>({ name: 'outbox', schema: LETTER_FILE, cacheBytes: MIB }), 'outbox')) yield { kind: 'letter', key: id, value }
  for await (const { id, value } of documents(data, wanted('draft'), await data.folder<Draft>({ name: 'drafts', schema: DRAFT_FILE, cacheBytes: MIB }), 'drafts')) yield { kind: 'draft', key: id, value }
  yield* noticeItems(data, wanted('notices'), roster)
  yield* importItems(data, wanted('import'), wanted('upload'))
  yield* plainFiles(data, 'staffPaper', STAFF_PAPERS_FOLDER, wanted('staffPaper'))
  yield* plainFiles(data, 'mail', 'mail', wanted('mail'))
  yield* readItems(data, wanted('read'), wanted('visit'))
  yield* recordItems(data)
}

/** How many there are of each kind that goes over in parts, as far as names tell without reading. */
export async function countedInFolder(data: DataFolder): Promise<ReadonlyMap<ItemKind, number>> {
  const counts = new Map<ItemKind, number>()
  for (const [kind, name] of [['customer', 'customers'], ['note', 'notes'], ['letter', 'outbox'], ['draft', 'drafts'], ['notices', 'notices'], ['import', 'imports']] as const) {
    counts.set(kind, (await (await data.folder<Kept>({ name, schema: { now: 1 }, cacheBytes: MIB })).list()).length)
  }
  counts.set('upload', (await names(data, 'import-files')).length)
  counts.set('staffPaper', (await names(data, STAFF_PAPERS_FOLDER)).length)
  counts.set('mail', (await names(data, 'mail')).length)
  return counts
}

async function* smallItems(data: DataFolder, roster: KeptRoster | null): AsyncGenerator<Item> {
  yield { kind: 'founded', key: '', value: data.manifest.created }
  const secret = await file(data, '.session-secret')
  if (secret) yield { kind: 'secret', key: '', value: secret.toString('utf8') }
  for (const one of roster?.departments ?? []) yield { kind: 'department', key: one.id, value: one }
  for (const one of roster?.teams ?? []) yield { kind: 'team', key: one.id, value: one }
  for (const one of roster?.persons ?? []) yield { kind: 'person', key: one.id, value: one }
  for (const [person, count] of Object.entries(roster?.rights ?? {})) yield { kind: 'rights', key: person, value: count }
  for (const [person, value] of Object.entries((await document(data, 'credentials', CREDENTIALS_FILE))?.of ?? {})) yield { kind: 'credential', key: person, value }
  for (const value of (await document(data, 'tokens', TOKENS_FILE))?.tokens ?? []) yield { kind: 'token', key: value.id, value }
  for (const value of (await document(data, 'channels', CHANNELS_FILE))?.channels ?? []) yield { kind: 'channel', key: value.id, value }
  for (const name of ['taxonomy', 'glossary']) {
    const value = await document<Taxonomy | Glossary>(data, name, { now: 1 })
    if (value) yield { kind: 'vocabulary', key: name, value }
  }
  for (const value of (await document<{ readonly gaps: readonly Gap[] }>(data, 'gaps', { now: 1 }))?.gaps ?? []) yield { kind: 'gap', key: value.id, value }
  for (const value of (await document<KeptStaffImports>(data, 'staff-imports', STAFF_IMPORTS_FILE))?.imports ?? []) yield { kind: 'staffImport', key: value.id, value }
  for (const [at, value] of ((await document(data, 'redactions', REDACTIONS_FILE))?.redactions ?? []).entries()) yield { kind: 'redaction', key: String(at), value }
  const places = await document(data, 'feed', PLACES_FILE)
  for (const [consumer, seq] of Object.entries(places?.cursors ?? {})) if (!isOfIndex(consumer)) yield { kind: 'place', key: consumer, value: seq }
  for (const [consumer, events] of Object.entries(places?.aside ?? {})) if (!isOfIndex(consumer) && events.length > 0) yield { kind: 'aside', key: consumer, value: events }
}

async function* noticeItems(data: DataFolder, after: string | null, roster: KeptRoster | null): AsyncGenerator<Item> {
  if (after === null) return
  const folder = await data.folder<NoticeList>({ name: 'notices', schema: NOTICES_FILE, cacheBytes: MIB })
  const called = new Map((roster?.persons ?? []).map(({ id }) => [noticesName(id), id]))
  // Of somebody who is not among the people any more the name of the file is all there is.
  const lists = (await folder.list()).map(({ id }) => ({ id, key: called.get(id) ?? id })).filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const { id, key } of lists) {
    const { version, notices, forgottenUntil } = found(data, await folder.read(id), `notices/${id}`)
    yield { kind: 'notices', key, value: { version, notices, forgottenUntil } }
  }
}

async function* importItems(data: DataFolder, after: string | null, uploadsAfter: string | null): AsyncGenerator<Item> {
  const folder = await data.folder<Batch & Kept>({ name: 'imports', schema: BATCH_FILE, cacheBytes: MIB })
  for await (const { id, value } of documents(data, after, folder, 'imports')) yield { kind: 'import', key: id, value }
  if (uploadsAfter === null) return
  for (const { id } of (await folder.list()).filter((one) => one.id > uploadsAfter).sort(byId)) {
    const value = await file(data, fileOfBatch({ id } as Batch))
    if (value) yield { kind: 'upload', key: id, value }
  }
}

async function* plainFiles(data: DataFolder, kind: 'staffPaper' | 'mail', folder: string, after: string | null): AsyncGenerator<Item> {
  if (after === null) return
  for (const name of (await names(data, folder)).filter((one) => one > after)) yield { kind, key: name, value: await data.disk.files.read(data.path(folder, name)) }
}

async function* readItems(data: DataFolder, after: string | null, visitsAfter: string | null): AsyncGenerator<Item> {
  if (visitsAfter === null || !(await data.disk.files.stat(data.path('reads.sqlite')))) return
  const database = new Database(data.path('reads.sqlite'))
  const rows = <Row>(sql: string, from: string) => database.prepare(sql).iterate(from) as IterableIterator<Row>
  const has = (table: string) => database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined
  try {
    if (after !== null && has('reads')) {
      for (const { key } of rows<{ key: string }>("SELECT note || ' ' || person AS key FROM reads WHERE note || ' ' || person > ? ORDER BY key", after)) yield { kind: 'read', key, value: null }
    }
    if (!has('visits')) return
    for (const { person, since, seen, first } of rows<{ person: string; since: string; seen: string; first: number }>('SELECT person, since, seen, first FROM visits WHERE person > ? ORDER BY person', visitsAfter)) {
      yield { kind: 'visit', key: person, value: { since, seen, first: first === 1 } }
    }
  } finally {
    database.close()
  }
}

async function* recordItems(data: DataFolder): AsyncGenerator<Item> {
  const folder = data.path('record')
  for (const segment of await segmentsOf(data.disk.files, folder)) {
    for await (const { text } of linesOf(data.disk.files, folder, segment)) yield { kind: 'record', key: String(numberOf(text)), value: text }
  }
}

async function* documents<T extends Kept>(data: DataFolder, after: string | null, folder: Pick<Documents<T>, 'list' | 'read'>, name: string): AsyncGenerator<{ readonly id: string; readonly value: T }> {
  if (after === null) return
  for (const { id } of (await folder.list()).filter((one) => one.id > after).sort(byId)) yield { id, value: found(data, await folder.read(id), `${name}/${id}`) }
}

function found<T>(data: DataFolder, document: T | undefined, name: string): T {
  if (document !== undefined) return document
  throw new StoreDamaged(data.path(`${name}.json`), 'it cannot be read, and was moved to quarantine/')
}

/** Null when this portal never had one. */
async function document<T extends object>(data: DataFolder, name: string, schema: Schema<T>): Promise<T | null> {
  const bytes = await file(data, `${name}.json`)
  if (!bytes && data.manifest.knows(`${name}.json`)) throw data.quarantine.missing(data.path(`${name}.json`))
  return bytes && decode(schema, bytes, data.path(`${name}.json`))
}

async function file(data: DataFolder, name: string): Promise<Buffer | null> {
  return data.disk.files.read(join(data.root, name)).catch(unlessMissing(null))
}

async function names(data: DataFolder, folder: string): Promise<readonly string[]> {
  const entries = await data.disk.files.list(data.path(folder)).catch(unlessMissing([]))
  return entries.filter((entry) => !entry.folder && !entry.name.endsWith('.tmp')).map(({ name }) => name).sort()
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}

function unlessMissing<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return none
    throw error
  }
}
