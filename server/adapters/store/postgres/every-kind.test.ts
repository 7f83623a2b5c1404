import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'libsql'
import t from 'tap'
import { fold } from '../../../domain/search/fold.js'
import { openBank } from '../../../journeys/bank.js'
import { openDemoBank } from '../../../journeys/demo-bank.js'
import { openFileMailer } from '../../mail/file/file-mailer.js'
import type { Kept } from '../kept.js'
import { makeBackup } from '../lowdb/backup.js'
import { copyOfDatabase } from '../lowdb/backup-database.js'
import { restoreBackup, type RestoreOptions } from '../lowdb/backup-restore.js'
import { itemsInFolder } from '../lowdb/folder-items.js'
import { mailFolderOn } from '../lowdb/mail-folder.js'
import { KINDS, Tally, type Item, type ItemKind } from '../portal-items.js'
import { backUpDatabase } from './backup.js'
import { Database } from './database.js'
import { itemsInDatabase } from './database-items.js'
import { CLOCK, fillBank, fillDocuments, notesIn, withFolder } from './scratch-full-bank.js'
import { FILLED, moveIn } from './move-in.js'
import { moveOut } from './move-out.js'
import { piece } from './pieces.js'
import { restoreToDatabase } from './restore.js'
import { scratchServer } from './scratch-postgres.js'

/** What goes over, or why it does not. Whoever adds something that is kept decides here, and until then a test is red. */
type Decided = readonly ItemKind[] | `anew: ${string}`

/** What a store opens for the portal. A new one that is not named here does not compile. */
const PORTS = {
  notes: ['note'], customers: ['customer'], drafts: ['draft'], feed: ['place', 'aside'], people: ['department', 'team', 'person', 'rights'], credentials: ['credential'], record: ['record'],
  vocabularies: ['vocabulary'], channels: ['channel'], outbox: ['letter'], notices: ['notices'], batches: ['import', 'upload'], staffImports: ['staffImport', 'staffPaper'], redactions: ['redaction'], gaps: ['gap'], tokens: ['token'],
  reads: ['read'], visits: ['visit'], mail: ['mail'], secret: ['secret'],
  allNotes: 'anew: the same as notes', allCustomers: 'anew: the same as customers', allDrafts: 'anew: the same as drafts', sessions: 'anew: everybody signs in again', guesses: 'anew: of minutes',
  reindexing: 'anew: the index is', searchFolder: 'anew: the index is', ready: 'anew: of a process', progress: 'anew: of a process', isUp: 'anew: of a process', fresh: 'anew: of a process', scrub: 'anew: keeps nothing',
  banner: 'anew: of a process', noteBackups: 'anew: of the machine', lead: 'anew: of a process', oneByOne: 'anew: of a process', close: 'anew: of a process',
} as const satisfies Readonly<Record<keyof Kept, Decided>>

/** Names at the top of a data directory. */
const FILES: Readonly<Record<string, Decided>> = {
  'manifest.json': ['founded'], '.session-secret': ['secret'], 'people.json': ['department', 'team', 'person', 'rights'], 'credentials.json': ['credential'], 'tokens.json': ['token'], 'channels.json': ['channel'],
  'taxonomy.json': ['vocabulary'], 'glossary.json': ['vocabulary'], 'gaps.json': ['gap'], 'redactions.json': ['redaction'], outbox: ['letter'], 'feed.json': ['place', 'aside'], customers: ['customer'], notes: ['note'],
  drafts: ['draft'], notices: ['notices'], imports: ['import'], 'import-files': ['upload'], 'staff-imports.json': ['staffImport'], 'staff-papers': ['staffPaper'], mail: ['mail'], 'reads.sqlite': ['read', 'visit'], record: ['record'],
  sessions: 'anew: everybody signs in again', search: 'anew: the index is', 'catalog.sqlite': 'anew: from the files', lock: 'anew: of a process', 'lock.holder': 'anew: of a process', 'reserve.bin': 'anew: of a disk',
}
const READS_TABLES: Readonly<Record<string, Decided>> = { reads: ['read'], visits: ['visit'] }

const TABLES: Readonly<Record<string, Decided>> = {
  thing: ['customer', 'note'], letter: ['letter'], draft: ['draft'], notice: ['notices'], import_batch: ['import'], import_file: ['upload'], staff_paper: ['staffPaper'], has_read: ['read'], visit: ['visit'], mail_file: ['mail'], record_line: ['record'],
  place: ['place'], aside: ['aside'], fact: ['founded', 'secret'],
  kept: ['department', 'team', 'person', 'rights', 'credential', 'token', 'channel', 'vocabulary', 'gap', 'staffImport', 'redaction'],
  face: 'anew: from the things', epoch: 'anew: counts changes of rooms', guess: 'anew: of minutes', schema_step: 'anew: of the database', feed_base: 'anew: above what came along', record_head: 'anew: from the lines',
}
const ROOMS: Readonly<Record<string, Decided>> = {
  people: ['department', 'team', 'person', 'rights'], credentials: ['credential'], tokens: ['token'], channels: ['channel'], taxonomy: ['vocabulary'], glossary: ['vocabulary'], gaps: ['gap'], redactions: ['redaction'], 'staff-imports': ['staffImport'],
  restricted: 'anew: from the customers', sessions: 'anew: everybody signs in again',
}
const FACTS: Readonly<Record<string, Decided>> = {
  founded: ['founded'], 'session secret': ['secret'], bank: 'anew: names the index', reindexing: 'anew: the index is', 'moved in': 'anew: of the move', 'moving in': 'anew: of the move', 'moved away': 'anew: of the move',
}

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const scratch = await mkdtemp(join(tmpdir(), 'tacit-every-kind-'))
const folder = join(scratch, 'data')
t.teardown(() => rm(scratch, { recursive: true, force: true }))

t.test('every kind that is moved has its place in each store, and whatever a store opens is moved or known to be made anew', async (t) => {
  for (const [what, decided] of Object.entries({ PORTS: { ...PORTS, manifest: ['founded'] as const }, FILES, TABLES, 'ROOMS and TABLES': { ...ROOMS, ...TABLES } })) t.same(kindsOf(decided), [...KINDS].sort(), what)
})

t.test('nothing lies in a data directory that is neither moved nor made anew', async (t) => {
  const bank = await openDemoBank(null, { folder, env: { DATABASE_URL: '' } })
  await fillBank(bank)
  await fillDocuments(folder, (await notesIn(folder))[0] as string)
  const { things } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { readonly things: readonly string[] }
  // One of its words says that all files were closed to others of the machine.
  const names = new Set([...(await readdir(folder)), ...things.filter((thing) => thing !== 'private').map((thing) => thing.replace(/\/.*$/, ''))].map((name) => name.replace(/-(wal|shm)$/, '')))
  t.same([...names].filter((name) => !(name in FILES)), [], 'decide whether it is moved')
  t.same(Object.keys(FILES).filter((name) => Array.isArray(FILES[name]) && !names.has(name)), [], 'premise: what is moved is there')
  t.same([...rowsIn(join(folder, 'reads.sqlite')).keys()].sort(), Object.keys(READS_TABLES).sort(), 'decide whether it is moved')
  const tally = await withFolder(folder, (data) => tallied(itemsInFolder(data)))
  t.same(KINDS.filter((kind) => tally.of(kind).count === 0), [], 'premise: there is one of every kind')
})

t.test('nothing lies in a database that is neither moved nor made anew', only, async (t) => {
  const { url, database } = await moved(t)
  const tables = (await database.rows<{ name: string }>(piece("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"))).map(({ name }) => name)
  t.same(tables.sort(), Object.keys(TABLES).sort(), 'decide whether it is moved')
  const filled = Object.keys(TABLES).filter((table) => Array.isArray(TABLES[table]) && !['fact', 'import_file'].includes(table))
  t.same([...FILLED].sort(), filled.sort(), 'a database that holds any of it takes nobody else in')
  for (const table of [...filled, 'import_file']) t.ok(await database.one(piece(`SELECT 1 FROM ${table} LIMIT 1`)), `premise: ${table} holds what was moved`)
  const opened = await roomsOpened()
  t.same([...opened].sort(), Object.keys(ROOMS).sort(), 'decide whether it is moved')
  const bank = await openBank(null, { env: { DATABASE_URL: url } })
  await bank.house.started()
  await (await bank.signIn('li.na')).get('/')
  await bank.close()
  const facts = (await database.rows<{ key: string }>(piece('SELECT key FROM fact'))).map(({ key }) => key)
  t.same(facts.filter((key) => !(key in FACTS)), [], 'decide whether it is moved')
  t.ok(facts.includes('session secret'), 'premise: a portal ran over it')
})

t.test('moved to PostgreSQL, to files, and to PostgreSQL again, every row of every table is the same', only, async (t) => {
  const { database } = await moved(t)
  const back = join(scratch, 'back')
  await moveOut({ database, into: back, clock: CLOCK, rehearsal: true })
  t.same(rowsIn(join(back, 'reads.sqlite')), rowsIn(join(folder, 'reads.sqlite')), 'who read what, and when each looked in')
  const second = await moved(t, back)
  for (const table of Object.keys(TABLES).filter((name) => !['guess', 'schema_step', 'feed_base', 'fact'].includes(name))) {
    const rows = async (of: Database) => (await of.rows<{ row: string }>(piece(`SELECT it::text AS row FROM ${table} it ORDER BY 1`))).map(({ row }) => row)
    const [one, other] = [await rows(database), await rows(second.database)]
    t.equal(other.length, one.length, table)
    t.same(other.filter((row, at) => row !== one[at]).slice(0, 3), [], table)
  }
})

t.test('a backup of either store, restored into either, has every kind; only links to choose a password are void', only, async (t) => {
  const { database } = await moved(t)
  const [ofFiles, ofDatabase] = [join(scratch, 'files.gz'), join(scratch, 'database.gz')]
  const [there, expected] = await withFolder(folder, async (data) => [await tallied(itemsInFolder(data)), await tallied(voided(itemsInFolder(data)))] as const)
  t.same([...expected.differsFrom(there)].sort(), ['credential', 'letter'], 'premise: there were links')
  await makeBackup({ root: folder, archive: ofFiles, made: CLOCK(), release: '0.1.0', copyOf: copyOfDatabase })
  await backUpDatabase({ database, archive: ofDatabase, made: CLOCK(), release: '0.1.0', name: 'database.gz' })
  for (const archive of [ofFiles, ofDatabase]) {
    const into = `${archive}.restored`
    await restoreBackup({ ...MEANS, archive, into })
    const other = await fresh(t)
    await restoreToDatabase({ ...MEANS, database: other.database, archive, by: join(scratch, 'by') })
    for (const restored of [await withFolder(into, (data) => tallied(itemsInFolder(data))), await other.database.snapshot((tx) => tallied(itemsInDatabase(tx)))]) {
      t.same(restored.differsFrom(expected), ['record'], 'everything is there')
      t.equal(restored.of('record').count, there.of('record').count + 1, 'and the record tells that it was restored')
    }
  }
})

const MEANS: Omit<RestoreOptions, 'archive' | 'into'> = {
  clock: CLOCK, means: { fold, digest: (text) => createHash('sha256').update(text).digest('hex') },
  mailIn: (data) => openFileMailer(data.path('mail'), mailFolderOn(data.disk), 'tacit@bank.example'),
}

/** As a restored portal has it. */
async function* voided(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (item.kind === 'credential') yield { ...item, value: { ...item.value, link: null } }
    else if (item.kind === 'letter' && item.value.kind === 'password_link' && item.value.token !== null) yield { ...item, value: { ...item.value, version: item.value.version + 1, token: null, state: 'skipped', nextTryAt: null } as typeof item.value }
    else yield item
  }
}

/** Redactions by their own names: a restored list is in the order of their moments. */
async function tallied(items: AsyncIterable<Item>): Promise<Tally> {
  const tally = new Tally()
  for await (const item of items) tally.add(item.kind === 'redaction' ? { ...item, key: item.value.id } : item)
  return tally
}

function kindsOf(decided: Readonly<Record<string, Decided>>): readonly string[] {
  return [...new Set(Object.values(decided).flatMap((kinds) => (typeof kinds === 'string' ? [] : kinds)))].sort()
}

async function fresh(t: { teardown(end: () => unknown): void }): Promise<{ readonly url: string; readonly database: Database }> {
  if (typeof server === 'string') throw new Error(server)
  const url = await server.fresh()
  const database = Database.open({ url })
  t.teardown(() => database.close())
  return { url, database }
}

/** A database that the full bank, or what came of it, was moved to. */
async function moved(t: { teardown(end: () => unknown): void }, from = folder): Promise<{ readonly url: string; readonly database: Database }> {
  const into = await fresh(t)
  await withFolder(from, (data) => moveIn({ database: into.database, data }))
  return into
}

/** Every table of a small database, row by row. */
function rowsIn(path: string): ReadonlyMap<string, readonly string[]> {
  if (!existsSync(path)) return new Map()
  const database = new Sqlite(path, { readonly: true } as object)
  try {
    const tables = (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[]).map(({ name }) => name).sort()
    return new Map(tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all().map((row) => JSON.stringify(row)).sort()]))
  } finally {
    database.close()
  }
}

/** The names of the rooms that the adapter opens, as its sources say. */
async function roomsOpened(): Promise<ReadonlySet<string>> {
  const files = (await readdir(import.meta.dirname)).filter((name) => /\.[jt]s$/.test(name) && !/\.test\.[jt]s$/.test(name))
  const sources = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), 'utf8')))
  const made = sources.flatMap((source) => source.match(/new Room\b/g) ?? []).length
  const names = sources.flatMap((source) => [...source.matchAll(/new Room(?:<\w+>)?\(\s*database,\s*['"]([\w-]+)['"]/g)].map(([, name = '']) => name))
  if (made === 0 || names.length !== made) throw new Error(`${made} rooms are made, ${names.length} of them named where they are made`)
  return new Set(names)
}
