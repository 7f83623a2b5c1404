import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Indexes } from '../../../domain/policy/events.js'
import type { Kept } from '../kept.js'
import { realFiles } from '../lowdb/files.js'
import { Lock } from '../lowdb/lock.js'
import { openBatches } from './batches-store.js'
import { openChannels } from './channels-store.js'
import { openCredentials } from './credentials-store.js'
import { Database, type DatabaseOptions } from './database.js'
import { openGaps } from './gaps-store.js'
import { standForLeader } from './leader.js'
import { mailFilesIn } from './mail-files.js'
import { migrate } from './migrate.js'
import { openNotices } from './notices-store.js'
import { openOutbox } from './outbox-store.js'
import { openPeople } from './people-store.js'
import { piece } from './pieces.js'
import { openReads } from './reads-store.js'
import { PostgresRecord } from './record.js'
import { openRedactions } from './redactions-store.js'
import { reindexingsOf } from './reindexing.js'
import { openSessions } from './sessions-store.js'
import { openStaffImports } from './staff-imports-store.js'
import { openStore } from './store.js'
import { openTokens } from './tokens-store.js'
import { mustBeOpenToPortals } from './under-way.js'
import { openVocabularies } from './vocabularies-store.js'

export interface KeptOptions extends DatabaseOptions {
  /** a folder of this process alone: its search index lies there, and nothing that could be lost */
  readonly root: string
  /** UTC ISO-8601 with ms */
  readonly clock: () => string
  readonly told: (sentence: string) => void
  readonly indexes?: Indexes
}

/** Separates this lock from those of others in the same database. */
const FOUNDING = 727_1005

/**
 * Everything in one database that any number of processes share.
 * @throws StoreError when the folder is held by another process, or the database is away or of a later release
 */
export async function openInPostgres(options: KeptOptions): Promise<Kept> {
  const { root, clock, told } = options
  await mkdir(root, { recursive: true })
  const lock = await Lock.take(realFiles, root, clock)
  const database = Database.open(options)
  const letGo = async (): Promise<void> => {
    await database.close()
    await lock.release()
  }
  try {
    for (const step of await migrate(database)) told(`the database was brought up by ${step}`)
    await mustBeOpenToPortals(database)
    const searchFolder = await ownFolder(database, root)
    const troubled = (error: unknown) => told(`the database could not be asked: ${error instanceof Error ? error.message : String(error)}`)
    const store = await openStore(database, { instance: await instanceOf(searchFolder), troubled, ...(options.indexes && { indexes: options.indexes }) })
    const { around } = store
    const record = new PostgresRecord(database)
    const reads = openReads(database, troubled)
    return {
      people: await openPeople(database, around), credentials: await openCredentials(database, around), sessions: await openSessions(database, around, clock()),
      vocabularies: await openVocabularies(database, around), channels: await openChannels(database, around), outbox: openOutbox(database),
      redactions: await openRedactions(database, around), tokens: await openTokens(database, around), gaps: await openGaps(database, around),
      notices: openNotices(database), batches: openBatches(database), staffImports: await openStaffImports(database, around), record, reads, visits: reads,
      notes: store.notes, allNotes: store.allNotes, customers: store.customers, allCustomers: store.allCustomers,
      drafts: store.drafts, allDrafts: store.allDrafts, feed: store.feed,
      mail: { folder: 'mail', files: mailFilesIn(database) },
      searchFolder,
      guesses: ({ keyPrefix, points, duration }) => new RateLimiterPostgres({
        storeClient: database.driver, storeType: 'pool', tableName: 'guess', tableCreated: true, keyPrefix, points, duration, clearExpiredByTimeout: keyPrefix === 'pair',
      }),
      reindexing: reindexingsOf(database),
      ready: Promise.resolve(),
      progress: () => ({ done: 0, total: 0 }),
      isUp: () => around.isUp,
      fresh: () => around.fresh(),
      // Old versions of a row are PostgreSQL's to clear away (VACUUM); no question of ours reaches them.
      scrub: async () => {},
      secret: async () => kept(database, 'session secret', randomBytes(32).toString('hex')),
      banner: () => null,
      // Whoever makes a backup of a database puts it on the record at once.
      noteBackups: async () => {},
      lead: (duty) => standForLeader(database, duty),
      oneByOne: (act) => database.inTurn(FOUNDING, async () => {
        await around.fresh()
        await act()
      }),
      close: async () => {
        await store.close()
        await reads.close()
        await record.close()
        await letGo()
      },
    }
  } catch (error) {
    await letGo()
    throw error
  }
}

/** The value that the first process gave; all others get the same. */
async function kept(database: Database, key: string, first: string): Promise<string> {
  await database.run(piece('INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', key, first))
  const row = await database.one<{ value: string }>(piece('SELECT value FROM fact WHERE key = ?', key))
  if (!row) throw new Error(`the database has no ${key}`)
  return row.value
}

/** Named after the database: an index over another one is never opened by mistake. */
async function ownFolder(database: Database, root: string): Promise<string> {
  const bank = createHash('sha256').update(await kept(database, 'bank', randomBytes(16).toString('hex'))).digest('hex').slice(0, 12)
  const folder = join(root, `search-${bank}`)
  await mkdir(folder, { recursive: true })
  return folder
}

/** The name of this process's index lies in the index: without the one there is no place in the feed for the other. */
async function instanceOf(folder: string): Promise<string> {
  const path = join(folder, 'instance')
  await writeFile(path, randomBytes(12).toString('hex'), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(path, 'utf8')
}
