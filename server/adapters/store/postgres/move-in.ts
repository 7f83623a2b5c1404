import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { countedInFolder, itemsInFolder } from '../lowdb/folder-items.js'
import type { DataFolder } from '../lowdb/data-folder.js'
import { verifyRecord } from '../lowdb/record-verify.js'
import { KINDS, MANY, SMALL, Tally, wantedFrom, type From, type Item, type ItemKind, type Tallied } from '../portal-items.js'
import { StoreError } from '../store-errors.js'
import type { Database, Transaction } from './database.js'
import { itemsInDatabase } from './database-items.js'
import { LEADER } from './leader.js'
import { fact, loadMany, loadRecord, loadSmall } from './load-items.js'
import { FEED_BASE } from './migrate.js'
import { piece } from './pieces.js'
import { MOVED, MOVING, factOf } from './under-way.js'

export interface Moved {
  /** what there is of each kind, the same on both sides */
  readonly kinds: ReadonlyMap<ItemKind, Tallied>
  /** the database held all of it already */
  readonly before: boolean
}

export interface MoveOptions {
  readonly database: Database
  /** held by the caller, so that no portal writes to it */
  readonly data: DataFolder
  /** hears how far it is */
  readonly told?: (kind: ItemKind, done: number, total: number | null) => void
}

interface UnderWay {
  /** of the files as they were when it began */
  readonly source: string
  readonly from: From
}

const AT_ONCE = 200
const BYTES_AT_ONCE = 4 * 1024 * 1024
const LINES_AT_ONCE = 2_000
/** Everything that a bank writes to; what is in them before a move begins is another bank's. */
export const FILLED = ['thing', 'kept', 'letter', 'draft', 'notice', 'import_batch', 'staff_paper', 'has_read', 'visit', 'mail_file', 'record_line', 'place', 'aside'] as const
/** What a stopped move may have left, so that another can begin anew. The record is not among them: it comes last, all at once. */
const EMPTIED = 'TRUNCATE thing, face, kept, epoch, letter, draft, notice, import_batch, import_file, staff_paper, has_read, visit, mail_file, place, aside'

/**
 * Copies a data directory into an empty database. Parts are committed with the place that they end at, so one that was
 * stopped goes on; nothing opens the database until the last commit, which brings the record after all else was
 * compared by count and hash.
 * @throws StoreError when the database holds anything else, a portal serves it, or the two are not the same at the end
 */
export async function moveIn(options: MoveOptions): Promise<Moved> {
  const { database, data } = options
  return asTheOnlyOne(database, async () => {
    const verdict = await verifyRecord(data.disk.files, data.path('record'))
    // A line that a crash cut off is the portal's to cut away, and so it does when it opens the record.
    if (verdict.unfinished) await (await data.record()).close()
    if (!verdict.whole) throw new StoreError('move.record_not_whole', `The record in ${data.root} is not whole, and a database would not take it. npm run audit:verify says where; restore a backup whose record is.`)
    const source = await fingerprintOf(data.root)
    const moved = await factOf(database, MOVED)
    if (moved === source) return { kinds: await tallied(options), before: true }
    const from = await begun(options, source)
    await loadParts(options, source, from)
    const kinds = await closed(options, source).catch(async (error: unknown) => {
      if (error instanceof StoreError && error.code === 'move.not_the_same') await database.transaction((tx) => fact(tx, MOVING, JSON.stringify({ source: '', from: { kind: 'founded', after: '' } } satisfies UnderWay)))
      throw error
    })
    return { kinds, before: false }
  })
}

/** While `act` runs no portal leads here, and none can begin to. @throws StoreError when one does */
export async function asTheOnlyOne<T>(database: Database, act: () => Promise<T>): Promise<T> {
  return database.alone(async (client) => {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LEADER])
    if (!rows[0]?.mine) throw new StoreError('move.portal_runs', 'A portal is serving this database, or another move is under way. Stop every portal first.')
    try {
      return await act()
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LEADER]).catch(() => {})
    }
  })
}

/** Where to go on from: the beginning, or where a former run of the same files was stopped. */
async function begun({ database }: MoveOptions, source: string): Promise<From | null> {
  const told = await factOf(database, MOVING)
  const before = told === null ? null : (JSON.parse(told) as UnderWay)
  if (before?.source === source) return before.from
  await database.transaction(async (tx) => {
    // What a stopped move of other files left is nobody's; anything else is somebody's.
    if (before) await tx.rows(piece(EMPTIED))
    else await mustBeEmpty(tx)
    await fact(tx, MOVING, JSON.stringify({ source, from: { kind: KINDS[0] as ItemKind, after: '' } } satisfies UnderWay))
  })
  return null
}

/** @throws StoreError */
export async function mustBeEmpty(tx: Pick<Transaction, 'one'>): Promise<void> {
  for (const table of FILLED) {
    if (await tx.one(piece(`SELECT 1 FROM ${table} LIMIT 1`))) {
      throw new StoreError('move.not_empty', `The database holds a portal already (in ${table}), and nothing is ever overwritten. Give an empty database that no portal was started with.`)
    }
  }
}

async function loadParts(options: MoveOptions, source: string, from: From | null): Promise<void> {
  const { database, data, told = () => {} } = options
  // A dictionary of 25 MB: whoever only needs the rest of this module does without.
  const { pinyinKeys } = await import('../../../domain/customers/pinyin.js')
  const totals = await countedInFolder(data)
  const done = new Map<ItemKind, number>()
  if (from) for (const [kind, count] of await countedIn(database)) done.set(kind, count)
  let part: Item[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    const [first] = part
    const last = part[part.length - 1]
    if (!first || !last) return
    const small = isSmall(first.kind)
    const next: From = small ? { kind: MANY[0], after: '' } : { kind: last.kind, after: last.key }
    await database.transaction(async (tx) => {
      await (small ? loadSmall(tx, part) : loadMany(tx, first.kind, part, pinyinKeys))
      await fact(tx, MOVING, JSON.stringify({ source, from: next } satisfies UnderWay))
    })
    done.set(last.kind, (done.get(last.kind) ?? 0) + part.length)
    if (!small) told(last.kind, done.get(last.kind) as number, totals.get(last.kind) ?? null)
    part = []
    bytes = 0
  }
  const small = wantedFrom(from, SMALL[SMALL.length - 1] as ItemKind) !== null
  for await (const item of itemsInFolder(data, from)) {
    if (item.kind === 'record') break
    const [first] = part
    const apart = first && (isSmall(first.kind) ? !isSmall(item.kind) : first.kind !== item.kind)
    if (apart || (!isSmall(item.kind) && (part.length >= AT_ONCE || bytes >= BYTES_AT_ONCE))) await flush()
    if (isSmall(item.kind) && !small) continue
    part.push(item)
    bytes += sizeOf(item)
  }
  await flush()
}

/** All is compared, the record is brought, and the database is a portal's from the commit on. */
async function closed(options: MoveOptions, source: string): Promise<ReadonlyMap<ItemKind, Tallied>> {
  const { database, data, told = () => {} } = options
  const here = new Tally()
  const lines: Item[] = []
  const { value } = await database.transaction(async (tx) => {
    // All files are read between two statements.
    await tx.rows(piece('SET LOCAL idle_in_transaction_session_timeout = 0'))
    for await (const item of itemsInFolder(data)) {
      here.add(item)
      if (item.kind !== 'record') continue
      lines.push(item)
      if (lines.length >= LINES_AT_ONCE) await loadRecord(tx, taken(lines))
    }
    if (lines.length > 0) await loadRecord(tx, taken(lines))
    await sameAs(here, tx, told)
    await tx.rows(piece(FEED_BASE))
    await fact(tx, MOVED, source)
    await tx.rows(piece('DELETE FROM fact WHERE key = ?', MOVING))
    return new Map(KINDS.map((kind) => [kind, here.of(kind)]))
  })
  return value
}

function taken(lines: Item[]): readonly string[] {
  return lines.splice(0).map(({ value }) => value as string)
}

async function tallied({ data }: MoveOptions): Promise<ReadonlyMap<ItemKind, Tallied>> {
  const here = new Tally()
  for await (const item of itemsInFolder(data)) here.add(item)
  return new Map(KINDS.map((kind) => [kind, here.of(kind)]))
}

/** @throws StoreError naming the kinds that are not the same */
async function sameAs(here: Tally, tx: Transaction, told: NonNullable<MoveOptions['told']>): Promise<void> {
  const there = new Tally()
  for await (const item of itemsInDatabase(tx)) there.add(item)
  const differing = here.differsFrom(there)
  if (differing.length > 0) {
    const each = differing.map((kind) => `${kind} (${here.of(kind).count} in the files, ${there.of(kind).count} in the database)`).join(', ')
    throw new StoreError('move.not_the_same', `What came over is not what was there: ${each}. The database stays closed to portals. Run it again: it begins anew; if it says so again, go on with the files and report it.`)
  }
  told('record', here.of('record').count, here.of('record').count)
}

async function countedIn(database: Database): Promise<ReadonlyMap<ItemKind, number>> {
  const tables: readonly (readonly [ItemKind, string])[] = [
    ['customer', "thing WHERE kind = 'customer'"], ['note', "thing WHERE kind = 'note'"], ['letter', 'letter'], ['draft', 'draft'], ['notices', 'notice'], ['import', 'import_batch'], ['upload', 'import_file'], ['staffPaper', 'staff_paper'], ['mail', 'mail_file'],
  ]
  const counted = await Promise.all(tables.map(async ([kind, table]) => [kind, (await database.one<{ n: number }>(piece(`SELECT count(*) AS n FROM ${table}`)))?.n ?? 0] as const))
  return new Map(counted)
}

function isSmall(kind: ItemKind): boolean {
  return (SMALL as readonly ItemKind[]).includes(kind)
}

function sizeOf({ value }: Item): number {
  return Buffer.isBuffer(value) ? value.length : value === null ? 0 : 2_000
}

/** Tells the files of one moment from those of any other, without reading them. What is made anew, or only grows beside, does not count. */
async function fingerprintOf(root: string): Promise<string> {
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
  const hash = createHash('sha256')
  for (const path of entries) {
    const name = path.slice(root.length + 1).replaceAll('\\', '/')
    if (!COUNTS.test(name) || name.endsWith('.tmp')) continue
    const { size, mtimeMs } = await stat(path)
    hash.update(`${name} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const COUNTS = /^(notes|customers|drafts|notices|outbox|imports|import-files|staff-papers|mail|record)\/|^(people|credentials|tokens|channels|taxonomy|glossary|gaps|staff-imports|redactions|feed)\.json$/
