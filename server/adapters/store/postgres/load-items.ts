import { asRestricted } from '../../../domain/customers/customer.js'
import { CHANNEL_SCHEMA } from '../../../domain/digests/channel.js'
import { unreadIn, type NoticeList } from '../../../domain/community/notice.js'
import { isUnfinished, type Batch } from '../../../domain/curation/import-batch.js'
import type { Customer } from '../../../domain/customers/customer.js'
import { noteFaces } from '../catalog-note.js'
import { LETTER_FILE } from '../letter-rows.js'
import { BATCH_FILE } from '../lowdb/batches-store.js'
import { customerFaces } from '../lowdb/catalog-customer.js'
import { CUSTOMER_FILE } from '../lowdb/customers-store.js'
import { DRAFT_FILE } from '../lowdb/drafts-store.js'
import { NOTICES_FILE } from '../lowdb/notices-store.js'
import { REDACTIONS_FILE } from '../lowdb/redactions-store.js'
import type { Item, ItemKind, ItemOf } from '../portal-items.js'
import { readLine } from '../record-line.js'
import type { Schema } from '../schema.js'
import type { Transaction } from './database.js'
import { written } from './documents.js'
import { NOTE_DOCUMENT } from './notes-store.js'
import { piece } from './pieces.js'
import { FACE_FIELDS, FACE_ROWS, facesJson } from './things.js'

const PLAIN: Schema<object> = { now: 1 }

/** What is kept small and together: rooms, facts, places. @param items all that there are of these kinds */
export async function loadSmall(tx: Transaction, items: readonly Item[]): Promise<void> {
  const rooms = new Map<string, Map<string, string>>()
  const room = (name: string, id: string, doc: string) => void rooms.set(name, (rooms.get(name) ?? new Map<string, string>()).set(id, doc))
  const redactions = items.filter((item): item is ItemOf<'redaction'> => item.kind === 'redaction').sort((a, b) => Number(a.key) - Number(b.key))
  for (const item of items) {
    switch (item.kind) {
      case 'founded': await fact(tx, 'founded', item.value); break
      case 'secret': await fact(tx, 'session secret', item.value); break
      case 'department': room('people', `department:${item.key}`, written(PLAIN, { department: item.value })); break
      case 'team': room('people', `team:${item.key}`, written(PLAIN, { team: item.value })); break
      case 'person': room('people', `person:${item.key}`, written(PLAIN, { person: item.value })); break
      case 'rights': room('people', `rights:${item.key}`, written(PLAIN, { rights: item.value })); break
      case 'credential': room('credentials', item.key, written(PLAIN, item.value)); break
      case 'token': room('tokens', item.key, written(PLAIN, item.value)); break
      case 'channel': room('channels', item.key, written({ now: CHANNEL_SCHEMA }, item.value)); break
      case 'vocabulary': room(item.key, 'present', written(PLAIN, item.value)); break
      case 'gap': room('gaps', item.key, written(PLAIN, item.value)); break
      case 'staffImport': room('staff-imports', item.key, written(PLAIN, item.value)); break
      case 'place': await tx.rows(piece("INSERT INTO place (consumer, instance, seq) VALUES (?, '', ?::bigint)", item.key, item.value)); break
      case 'aside':
        for (const event of item.value) await tx.rows(piece("INSERT INTO aside (consumer, instance, thing, event) VALUES (?, '', ?, ?::jsonb)", item.key, event.id, JSON.stringify(event)))
        break
      default: break
    }
  }
  if (redactions.length > 0) room('redactions', 'all', written(REDACTIONS_FILE, { redactions: redactions.map(({ value }) => value) }))
  for (const [name, documents] of rooms) await keep(tx, name, documents)
}

/** Some of one kind of which there are many. */
export async function loadMany(tx: Transaction, kind: ItemKind, items: readonly Item[], spelled: (name: string) => readonly string[]): Promise<void> {
  const of = <K extends ItemKind>() => items as unknown as readonly ItemOf<K>[]
  const rows = (list: readonly string[]) => `[${list.join(',')}]`
  switch (kind) {
    case 'customer': {
      await tx.rows(piece(THINGS, rows(of<'customer'>().map(({ value: { seq, accessSeq, ...customer } }) =>
        thingRow(customer, seq, accessSeq, written(CUSTOMER_FILE as unknown as Schema<Customer>, customer), facesJson(customerFaces(customer, spelled))))), 'customer'))
      const closed = of<'customer'>().flatMap(({ value }) => (value.restricted ? [[value.id, written(PLAIN, asRestricted(value))] as const] : []))
      if (closed.length > 0) await keep(tx, 'restricted', new Map(closed))
      return
    }
    case 'note':
      await tx.rows(piece(THINGS, rows(of<'note'>().map(({ value: { seq, accessSeq, ...note } }) => thingRow(note, seq, accessSeq, written(NOTE_DOCUMENT, note), facesJson(noteFaces(note))))), 'note'))
      return
    case 'letter':
      await tx.rows(piece('INSERT INTO letter (id, doc) SELECT id, doc::jsonb FROM unnest(?::text[], ?::text[]) AS row (id, doc)', of<'letter'>().map(({ key }) => key), of<'letter'>().map(({ value }) => written(LETTER_FILE, value))))
      return
    case 'draft':
      for (const { value } of of<'draft'>()) await tx.rows(piece('INSERT INTO draft (id, owner, version, saved_at, doc) VALUES (?, ?, ?, ?, ?::jsonb)', value.id, value.owner, value.version, value.savedAt, written(DRAFT_FILE, value)))
      return
    case 'notices':
      for (const { key, value } of of<'notices'>()) {
        const list: NoticeList = { ...value, schema: 1, id: key }
        await tx.rows(piece('INSERT INTO notice (person, version, unread, doc) VALUES (?, ?, ?, ?::jsonb)', key, value.version, unreadIn(list), written(NOTICES_FILE, list)))
      }
      return
    case 'import':
      for (const { value } of of<'import'>()) await tx.rows(piece('INSERT INTO import_batch (id, version, created_at, unfinished, doc) VALUES (?, ?, ?, ?, ?::jsonb)', value.id, value.version, value.createdAt, isUnfinished(value), written(BATCH_FILE as unknown as Schema<Batch>, value)))
      return
    case 'upload':
      for (const { key, value } of of<'upload'>()) await tx.rows(piece('INSERT INTO import_file (batch, bytes) VALUES (?, ?)', key, value))
      return
    case 'staffPaper':
      for (const { key, value } of of<'staffPaper'>()) await tx.rows(piece('INSERT INTO staff_paper (id, bytes) VALUES (?, ?)', key, value))
      return
    case 'mail':
      for (const { key, value } of of<'mail'>()) await tx.rows(piece('INSERT INTO mail_file (path, bytes) VALUES (?, ?)', `mail/${key}`, value))
      return
    case 'read': {
      const keys = of<'read'>().map(({ key }) => [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)] as const)
      await tx.rows(piece('INSERT INTO has_read (note, person) SELECT * FROM unnest(?::text[], ?::text[])', keys.map(([note]) => note), keys.map(([, person]) => person)))
      return
    }
    case 'visit':
      for (const { key, value } of of<'visit'>()) await tx.rows(piece('INSERT INTO visit (person, since, seen, first) VALUES (?, ?, ?, ?)', key, value.since, value.seen, value.first))
      return
    default: throw new Error(`${kind} is not loaded in parts`)
  }
}

/** Lines of the record as they were hashed. */
export async function loadRecord(tx: Transaction, lines: readonly string[]): Promise<void> {
  const rows = lines.map((line) => {
    const entry = readLine(line)?.entry
    if (!entry) throw new Error('the record holds a line that is none')
    const { n, at, who, did, thing } = entry
    return { n, at, who, did, kind: thing?.kind ?? null, thing: thing?.id ?? null, line }
  })
  await tx.rows(piece(
    `INSERT INTO record_line (n, at, who, did, kind, thing, line) SELECT n, at, who, did, kind, thing, line
      FROM jsonb_to_recordset(?::jsonb) AS l (n bigint, at text, who text, did text, kind text, thing text, line text)`, JSON.stringify(rows),
  ))
  const last = readLine(lines[lines.length - 1] ?? '')
  if (last) await tx.rows(piece('UPDATE record_head SET n = ?::bigint, hash = ?', last.n, last.hash))
}

export async function fact(tx: Transaction, key: string, value: string): Promise<void> {
  await tx.rows(piece('INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value', key, value))
}

/** Rows of a room, all of its first change. */
async function keep(tx: Transaction, room: string, documents: ReadonlyMap<string, string>): Promise<void> {
  await tx.rows(piece('INSERT INTO epoch (room, n) VALUES (?, 1) ON CONFLICT (room) DO NOTHING', room))
  await tx.rows(piece('INSERT INTO kept (room, id, n, doc) SELECT ?, id, 1, doc::jsonb FROM unnest(?::text[], ?::text[]) AS row (id, doc)', room, [...documents.keys()], [...documents.values()]))
}

/** The document and the faces are JSON already. */
function thingRow({ id, version }: { readonly id: string; readonly version: number }, seq: number, accessSeq: number, doc: string, faces: string): string {
  return `{"id":${JSON.stringify(id)},"version":${version},"seq":${seq},"access_seq":${accessSeq},"doc":${doc},"faces":${faces}}`
}

const THINGS = `WITH given AS (SELECT * FROM jsonb_to_recordset(?::jsonb) AS g (id text, version integer, seq bigint, access_seq bigint, doc jsonb, faces jsonb)),
  t AS (INSERT INTO thing (id, kind, version, seq, access_seq, doc) SELECT id, ?, version, seq, access_seq, doc FROM given RETURNING id, kind)
  INSERT INTO face (thing, kind, ${FACE_FIELDS.join(', ')})
    SELECT t.id, t.kind, ${FACE_FIELDS.map((name) => `f.${name}`).join(', ')} FROM t JOIN given USING (id), jsonb_to_recordset(given.faces) AS f (${FACE_ROWS.join(', ')})`
