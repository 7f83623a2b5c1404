import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import type { NoticeList } from '../../../domain/community/notice.js'
import type { Batch } from '../../../domain/curation/import-batch.js'
import type { Department, Person, Team } from '../../../domain/people/person.js'
import { LETTER_FILE } from '../letter-rows.js'
import type { Item, ItemKind, ItemOf } from '../portal-items.js'
import { GENESIS, readLine } from '../record-line.js'
import { encode, type Schema } from '../schema.js'
import { BATCH_FILE, fileOfBatch } from './batches-store.js'
import { CHANNELS_FILE } from './channels-store.js'
import { CREDENTIALS_FILE } from './credential-store.js'
import { CUSTOMER_FILE } from './customers-store.js'
import { DRAFT_FILE } from './drafts-store.js'
import { PLACES_FILE } from './feed.js'
import { NOTE_FILE, OLD_FILE } from './note-files.js'
import { NOTICES_FILE, noticesName } from './notices-store.js'
import { inTwo } from './old-revisions.js'
import { PEOPLE_FILE } from './people-store.js'
import { segmentName } from './record-segments.js'
import { HEAD_SCHEMA } from './record-verify.js'
import { REDACTIONS_FILE } from './redactions-store.js'
import { newestFirst } from '../list-orders.js'
import { STAFF_IMPORTS_FILE, STAFF_PAPERS_FOLDER } from './staff-imports-store.js'
import { TOKENS_FILE } from './tokens-store.js'

const SEGMENT_BYTES = 16 * 1024 * 1024
const FOLDERS = ['customers/', 'drafts/', 'imports/', 'notes/', 'notices/', 'outbox/', 'record/', 'sessions/']

export interface PortalFile {
  /** inside the data directory, with slashes */
  readonly path: string
  readonly bytes: Buffer
}

/**
 * The files of a data directory that holds these items and nothing else: whatever can be made anew is missing.
 * @param items in the order of `KINDS`
 * @param now UTC ISO-8601, for a portal that does not know when it was begun
 */
export async function* filesOf(items: AsyncIterable<Item>, now: string): AsyncGenerator<PortalFile> {
  const small = new Map<ItemKind, Item[]>()
  const read = await Seen.open()
  const record = new Segments()
  try {
    for await (const item of items) {
      if (item.kind === 'record') {
        const whole = record.add(item.value)
        if (whole) yield whole
      } else if (item.kind === 'read' || item.kind === 'visit') {
        read.add(item)
      } else {
        const files = filesOfOne(item)
        if (files) yield* files
        else small.set(item.kind, [...(small.get(item.kind) ?? []), item])
      }
    }
    const documents = [...documentsOf(small), record.head()]
    yield* documents
    const [last, reads] = [record.last(), await read.bytes()]
    if (last) yield last
    if (reads) yield { path: 'reads.sqlite', bytes: reads }
    const secret = only(small, 'secret')[0]?.value
    if (secret !== undefined) yield { path: '.session-secret', bytes: Buffer.from(secret) }
    const names = documents.map(({ path }) => path).filter((path) => !path.includes('/'))
    yield document('manifest.json', { now: 1 }, { created: only(small, 'founded')[0]?.value ?? now, things: [...FOLDERS, ...names].sort() })
  } finally {
    await read.close()
  }
}

/** What lies in files of its own; null for what shares a document with others. */
function filesOfOne(item: Item): readonly PortalFile[] | null {
  switch (item.kind) {
    case 'customer': return [document(sharded('customers', item.key), CUSTOMER_FILE, item.value)]
    case 'note': {
      const { document: kept, moved } = inTwo(item.value)
      // Revisions that lie apart first, as whoever writes a note does it.
      const old = moved.length === 0 ? [] : [document(sharded('notes', item.key, '.old.json'), OLD_FILE, { id: item.key, version: 1, sets: [{ of: item.value.version, revisions: moved }] })]
      return [...old, document(sharded('notes', item.key), NOTE_FILE, kept)]
    }
    case 'draft': return [document(sharded('drafts', item.key), DRAFT_FILE, item.value)]
    case 'letter': return [document(sharded('outbox', item.key), LETTER_FILE, item.value)]
    case 'notices': {
      const name = isFileName(item.key) ? item.key : noticesName(item.key)
      return [document(sharded('notices', name), NOTICES_FILE, { ...item.value, schema: 1, id: name } satisfies NoticeList)]
    }
    case 'import': return [document(sharded('imports', item.key), BATCH_FILE, item.value)]
    case 'upload': return [{ path: fileOfBatch({ id: item.key } as Batch), bytes: item.value }]
    case 'staffPaper': return [{ path: `${STAFF_PAPERS_FOLDER}/${item.key}`, bytes: item.value }]
    case 'mail': return [{ path: `mail/${item.key}`, bytes: item.value }]
    default: return null
  }
}

function documentsOf(small: ReadonlyMap<ItemKind, readonly Item[]>): readonly PortalFile[] {
  const values = <K extends ItemKind>(kind: K) => only(small, kind).map(({ value }) => value)
  const keyed = <K extends ItemKind>(kind: K) => Object.fromEntries(only(small, kind).map(({ key, value }) => [key, value]))
  const vocabularies = only(small, 'vocabulary').map(({ key, value }) => document(`${key}.json`, { now: 1 }, value))
  const redactions = [...only(small, 'redaction')].sort((a, b) => Number(a.key) - Number(b.key)).map(({ value }) => value)
  return [
    document('people.json', PEOPLE_FILE, { persons: values('person') as Person[], departments: values('department') as Department[], teams: values('team') as Team[], rights: keyed('rights') as Record<string, number> }),
    document('credentials.json', CREDENTIALS_FILE, { of: keyed('credential') }),
    document('tokens.json', TOKENS_FILE, { tokens: values('token') }),
    document('channels.json', CHANNELS_FILE, { channels: values('channel') }),
    ...vocabularies,
    document('gaps.json', { now: 1 }, { gaps: values('gap') }),
    document('staff-imports.json', STAFF_IMPORTS_FILE, { imports: [...values('staffImport')].sort(newestFirst) }),
    document('feed.json', PLACES_FILE, { cursors: keyed('place'), aside: keyed('aside') }),
    document('redactions.json', REDACTIONS_FILE, { redactions }),
  ]
}

function only<K extends ItemKind>(small: ReadonlyMap<ItemKind, readonly Item[]>, kind: K): readonly ItemOf<K>[] {
  return (small.get(kind) ?? []) as unknown as readonly ItemOf<K>[]
}

function document<T extends object>(path: string, schema: Pick<Schema<T>, 'now'>, value: T): PortalFile {
  return { path, bytes: Buffer.from(encode(schema, value)) }
}

function sharded(folder: string, id: string, ending = '.json'): string {
  return `${folder}/${id.slice(-2)}/${id}${ending}`
}

/** The list of somebody who is not among the people any more is known by the name of its file alone. */
function isFileName(key: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(key)
}

/** The record in segments of the usual size; its lines are those that were hashed. */
class Segments {
  private lines: string[] = []
  private length = 0
  private segment = 1
  private end: { readonly count: number; readonly hash: string } = { count: 0, hash: GENESIS }

  /** @returns a segment that is full */
  add(line: string): PortalFile | null {
    const read = readLine(line)
    if (read) this.end = { count: read.n, hash: read.hash }
    const full = this.length >= SEGMENT_BYTES ? this.last() : null
    if (full) {
      this.segment += 1
      this.lines = []
      this.length = 0
    }
    this.lines.push(line)
    this.length += Buffer.byteLength(line) + 1
    return full
  }

  last(): PortalFile | null {
    return this.lines.length === 0 ? null : { path: `record/${segmentName(this.segment)}`, bytes: Buffer.from(`${this.lines.join('\n')}\n`) }
  }

  head(): PortalFile {
    return document('record/head.json', HEAD_SCHEMA, this.end)
  }
}

/** Who read what and when they looked in, in the small database that the files keep them in. */
class Seen {
  private constructor(private readonly folder: string, private readonly database: InstanceType<typeof Database>) {}
  private any = false

  static async open(): Promise<Seen> {
    const folder = await mkdtemp(join(tmpdir(), 'tacit-reads-'))
    const database = new Database(join(folder, 'reads'))
    database.exec('PRAGMA journal_mode = OFF; CREATE TABLE reads (note TEXT, person TEXT, PRIMARY KEY (note, person)) WITHOUT ROWID; CREATE TABLE visits (person TEXT PRIMARY KEY, since TEXT NOT NULL, seen TEXT NOT NULL, first INTEGER NOT NULL) WITHOUT ROWID; BEGIN')
    return new Seen(folder, database)
  }

  add(item: ItemOf<'read'> | ItemOf<'visit'>): void {
    this.any = true
    if (item.kind === 'read') {
      const at = item.key.indexOf(' ')
      this.database.prepare('INSERT INTO reads (note, person) VALUES (?, ?)').run(item.key.slice(0, at), item.key.slice(at + 1))
    } else {
      this.database.prepare('INSERT INTO visits (person, since, seen, first) VALUES (?, ?, ?, ?)').run(item.key, item.value.since, item.value.seen, item.value.first ? 1 : 0)
    }
  }

  async bytes(): Promise<Buffer | null> {
    this.database.exec('COMMIT')
    return this.any ? readFile(join(this.folder, 'reads')) : null
  }

  async close(): Promise<void> {
    this.database.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
