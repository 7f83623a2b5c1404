import type { Batch } from '../../../domain/curation/import-batch.js'
import type { NoticeList } from '../../../domain/community/notice.js'
import type { Customer } from '../../../domain/customers/customer.js'
import { CHANNEL_SCHEMA, type Channel } from '../../../domain/digests/channel.js'
import type { Gap } from '../../../domain/insights/gap.js'
import type { Glossary } from '../../../domain/notes/glossary.js'
import type { Note } from '../../../domain/notes/note.js'
import type { Taxonomy } from '../../../domain/notes/taxonomy.js'
import type { Credential } from '../../../domain/people/credential.js'
import type { Visit } from '../../../domain/people/visit.js'
import type { ThingEvent } from '../../../domain/policy/events.js'
import type { StaffImport } from '../../../domain/policy/staff-import.js'
import type { Token } from '../../../domain/policy/token.js'
import { LETTER_FILE } from '../letter-rows.js'
import { BATCH_FILE } from '../lowdb/batches-store.js'
import { CUSTOMER_FILE } from '../lowdb/customers-store.js'
import { DRAFT_FILE } from '../lowdb/drafts-store.js'
import { NOTICES_FILE } from '../lowdb/notices-store.js'
import { REDACTIONS_FILE } from '../lowdb/redactions-store.js'
import { isOfIndex, type Item } from '../portal-items.js'
import type { Schema } from '../schema.js'
import type { Transaction } from './database.js'
import { read } from './documents.js'
import { NOTE_DOCUMENT } from './notes-store.js'
import { PEOPLE_ROWS, type PeopleRow } from './people-store.js'
import { piece, type Value } from './pieces.js'

const AT_ONCE = 200
/** Uploads and mail may be large. */
const FILES_AT_ONCE = 5

/** Everything in a database, in the order of `KINDS` and of keys. All of one moment when the transaction is a snapshot. */
export async function* itemsInDatabase(tx: Transaction): AsyncGenerator<Item> {
  yield* smallItems(tx)
  for (const kind of ['customer', 'note'] as const) {
    for await (const row of paged<Thing>(tx, 'SELECT id, seq, access_seq, doc::text AS doc FROM thing WHERE kind = ? AND id', kind)) {
      const at = { seq: row.seq, accessSeq: row.access_seq }
      if (kind === 'customer') yield { kind, key: row.id, value: { ...(read<object>(CUSTOMER_FILE, row.doc, `customer ${row.id}`) as Customer), ...at } }
      else yield { kind, key: row.id, value: { ...read<Note>(NOTE_DOCUMENT, row.doc, `note ${row.id}`), ...at } }
    }
  }
  for await (const { id, doc } of paged<{ readonly id: string; readonly doc: string }>(tx, 'SELECT id, doc::text AS doc FROM letter WHERE id')) yield { kind: 'letter', key: id, value: read(LETTER_FILE, doc, `letter ${id}`) }
  for await (const { id, version, doc } of paged<Versioned>(tx, 'SELECT id, version, doc::text AS doc FROM draft WHERE id')) yield { kind: 'draft', key: id, value: { ...read(DRAFT_FILE, doc, `draft ${id}`), version } }
  for await (const { id, version, doc } of paged<Versioned>(tx, 'SELECT person AS id, version, doc::text AS doc FROM notice WHERE person')) {
    const { notices, forgottenUntil } = read<NoticeList>(NOTICES_FILE, doc, `notices of ${id}`)
    yield { kind: 'notices', key: id, value: { version, notices, forgottenUntil } }
  }
  for await (const { id, version, doc } of paged<Versioned>(tx, 'SELECT id, version, doc::text AS doc FROM import_batch WHERE id')) yield { kind: 'import', key: id, value: { ...(read(BATCH_FILE as unknown as Schema<Batch>, doc, `import ${id}`)), version } }
  for await (const { id, bytes } of paged<Bytes>(tx, 'SELECT batch AS id, bytes FROM import_file WHERE batch', undefined, FILES_AT_ONCE)) yield { kind: 'upload', key: id, value: bytes }
  for await (const { id, bytes } of paged<Bytes>(tx, 'SELECT id, bytes FROM staff_paper WHERE id', undefined, FILES_AT_ONCE)) yield { kind: 'staffPaper', key: id, value: bytes }
  for await (const { id, bytes } of paged<Bytes>(tx, "SELECT path AS id, bytes FROM mail_file WHERE path", undefined, FILES_AT_ONCE)) yield { kind: 'mail', key: id.replace(/^mail\//, ''), value: bytes }
  yield* seen(tx)
  for (let after = 0; ; ) {
    const rows = await tx.rows<{ n: number; line: string }>(piece('SELECT n, line FROM record_line WHERE n > ?::bigint ORDER BY n LIMIT 2000', after))
    for (const { n, line } of rows) yield { kind: 'record', key: String(n), value: line }
    const last = rows[rows.length - 1]
    if (!last) return
    after = last.n
  }
}

async function* smallItems(tx: Transaction): AsyncGenerator<Item> {
  yield { kind: 'founded', key: '', value: (await foundedAt(tx)) }
  const secret = await factIn(tx, 'session secret')
  if (secret !== null) yield { kind: 'secret', key: '', value: secret }
  const rows = await roomOf<PeopleRow>(tx, 'people', PEOPLE_ROWS)
  for (const [, row] of rows) if ('department' in row) yield { kind: 'department', key: row.department.id, value: row.department }
  for (const [, row] of rows) if ('team' in row) yield { kind: 'team', key: row.team.id, value: row.team }
  for (const [, row] of rows) if ('person' in row) yield { kind: 'person', key: row.person.id, value: row.person }
  for (const [id, row] of rows) if ('rights' in row) yield { kind: 'rights', key: id.slice('rights:'.length), value: row.rights }
  for (const [key, value] of await roomOf<Credential>(tx, 'credentials', { now: 1 })) yield { kind: 'credential', key, value }
  for (const [key, value] of await roomOf<Token>(tx, 'tokens', { now: 1 })) yield { kind: 'token', key, value }
  for (const [key, value] of await roomOf<Channel>(tx, 'channels', { now: CHANNEL_SCHEMA })) yield { kind: 'channel', key, value: { ...value, schema: CHANNEL_SCHEMA } }
  for (const name of ['taxonomy', 'glossary']) for (const [, value] of await roomOf<Taxonomy | Glossary>(tx, name, { now: 1 })) yield { kind: 'vocabulary', key: name, value }
  const gaps = await roomOf<Gap>(tx, 'gaps', { now: 1 })
  for (const [key, value] of [...gaps].sort(([a, one], [b, other]) => one.at.localeCompare(other.at) || a.localeCompare(b))) yield { kind: 'gap', key, value }
  for (const [key, value] of await roomOf<StaffImport>(tx, 'staff-imports', { now: 1 })) yield { kind: 'staffImport', key, value }
  for (const [, { redactions }] of await roomOf(tx, 'redactions', REDACTIONS_FILE)) for (const [at, value] of redactions.entries()) yield { kind: 'redaction', key: String(at), value }
  for (const { consumer, seq } of await tx.rows<{ consumer: string; seq: number }>(piece("SELECT consumer, seq FROM place WHERE instance = '' ORDER BY consumer"))) {
    if (!isOfIndex(consumer)) yield { kind: 'place', key: consumer, value: seq }
  }
  const aside = new Map<string, ThingEvent[]>()
  for (const { consumer, event } of await tx.rows<{ consumer: string; event: string }>(piece("SELECT consumer, event::text AS event FROM aside WHERE instance = '' ORDER BY consumer, n"))) {
    if (!isOfIndex(consumer)) aside.set(consumer, [...(aside.get(consumer) ?? []), JSON.parse(event) as ThingEvent])
  }
  for (const [consumer, value] of aside) yield { kind: 'aside', key: consumer, value }
}

async function* seen(tx: Transaction): AsyncGenerator<Item> {
  for (let [note, person] = ['', '']; ; ) {
    const rows = await tx.rows<{ note: string; person: string }>(piece('SELECT note, person FROM has_read WHERE (note, person) > (?, ?) ORDER BY note, person LIMIT 2000', note, person))
    for (const row of rows) yield { kind: 'read', key: `${row.note} ${row.person}`, value: null }
    const last = rows[rows.length - 1]
    if (!last) break
    ;({ note, person } = last)
  }
  for await (const { id, ...visit } of paged<Visit & { id: string }>(tx, 'SELECT person AS id, since, seen, first FROM visit WHERE person')) yield { kind: 'visit', key: id, value: visit }
}

/** A portal that began in a database began with its first schema. */
async function foundedAt(tx: Transaction): Promise<string> {
  const told = await factIn(tx, 'founded')
  if (told !== null) return told
  const row = await tx.one<{ at: string }>(piece(`SELECT to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM schema_step`))
  return row?.at ?? ''
}

async function factIn(tx: Transaction, key: string): Promise<string | null> {
  return (await tx.one<{ value: string }>(piece('SELECT value FROM fact WHERE key = ?', key)))?.value ?? null
}

async function roomOf<T extends object>(tx: Transaction, room: string, schema: Schema<T>): Promise<ReadonlyMap<string, T>> {
  const rows = await tx.rows<{ id: string; doc: string }>(piece('SELECT id, doc::text AS doc FROM kept WHERE room = ? AND doc IS NOT NULL ORDER BY id', room))
  return new Map(rows.map(({ id, doc }) => [id, read(schema, doc, `${room}/${id}`)]))
}

/** @param sql ends with the column that its rows are in the order of */
async function* paged<Row extends { readonly id: string }>(tx: Transaction, sql: string, first?: Value, atOnce = AT_ONCE): AsyncGenerator<Row> {
  const column = sql.slice(sql.lastIndexOf(' ') + 1)
  for (let after = ''; ; ) {
    const rows = await tx.rows<Row>(piece(`${sql} > ? ORDER BY ${column} LIMIT ${atOnce}`, ...(first === undefined ? [] : [first]), after))
    yield* rows
    const last = rows[rows.length - 1]
    if (!last) return
    after = last.id
  }
}

interface Thing {
  readonly id: string
  readonly seq: number
  readonly access_seq: number
  readonly doc: string
}

interface Versioned {
  readonly id: string
  readonly version: number
  readonly doc: string
}

interface Bytes {
  readonly id: string
  readonly bytes: Buffer
}
