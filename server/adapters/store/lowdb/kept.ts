import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Indexes } from '../../../domain/policy/events.js'
import type { Kept } from '../kept.js'
import { mustNotBeMoved } from './moved-word.js'
import { putBackupsOnRecord } from './backup-noted.js'
import { openBatches } from './batches-store.js'
import { openChannels } from './channels-store.js'
import { openCredentials } from './credential-store.js'
import { DataFolder, type DataFolderOptions } from './data-folder.js'
import { openGaps } from './gaps-store.js'
import { mailFolderOn } from './mail-folder.js'
import { openNotices } from './notices-store.js'
import { openOutbox } from './outbox-store.js'
import { openPeople } from './people-store.js'
import { openReads } from './reads-store.js'
import { openRedactions } from './redactions-store.js'
import { reindexingsIn } from './reindexing.js'
import { openSessions } from './session-store.js'
import { openStaffImports } from './staff-imports-store.js'
import type { StoreLog } from './shelf.js'
import { openStore } from './store.js'
import { openTokens } from './tokens-store.js'
import { openVocabularies } from './vocabulary-store.js'

/**
 * Everything in one data directory, held by this process alone.
 * @throws StoreError when the data directory is held by another process, damaged, or from a later release
 */
export async function openInFiles(options: DataFolderOptions & { readonly log: StoreLog; readonly indexes?: Indexes }): Promise<Kept> {
  const data = await DataFolder.open(options)
  try {
    await mustNotBeMoved(data)
    const people = await openPeople(data)
    const credentials = await openCredentials(data)
    const sessions = await openSessions(data, options.clock())
    const record = await data.record()
    const store = await openStore(data, { log: options.log, ...(options.indexes && { indexes: options.indexes }) })
    const vocabularies = await openVocabularies(data)
    const [channels, outbox, notices] = [await openChannels(data), await openOutbox(data), await openNotices(data)]
    const [batches, redactions, tokens, gaps] = [await openBatches(data), await openRedactions(data), await openTokens(data), await openGaps(data)]
    const staffImports = await openStaffImports(data)
    const reads = openReads(data.path('reads.sqlite'))
    return {
      people, credentials, sessions, record, vocabularies, channels, outbox, notices, batches, staffImports, redactions, tokens, gaps, reads, visits: reads,
      notes: store.notes, allNotes: store.allNotes, customers: store.customers, allCustomers: store.allCustomers,
      drafts: store.drafts, allDrafts: store.allDrafts, feed: store.feed, ready: store.ready,
      mail: { folder: data.path('mail'), files: mailFolderOn(data.disk) },
      searchFolder: data.path('search'),
      guesses: null,
      reindexing: reindexingsIn(data.root),
      progress: store.progress,
      isUp: () => true,
      fresh: async () => {},
      scrub: (note) => store.scrub(note),
      secret: () => ownSecret(data.root),
      banner: () => (data.health.diskFull ? 'store.disk_full' : data.health.writable ? null : 'store.read_only'),
      noteBackups: () => putBackupsOnRecord(data.root, record),
      // There is no other process: the lock of the directory sees to that.
      lead: (duty) => {
        duty.began()
        return { mine: true, settled: Promise.resolve(), resign: () => duty.ended() }
      },
      oneByOne: (act) => act(),
      close: async () => {
        await store.close()
        reads.close()
        await data.close()
      },
    }
  } catch (error) {
    await data.close()
    throw error
  }
}

/** Outside production nobody has to invent a secret: one is made once and kept, so that sessions survive a restart. */
async function ownSecret(root: string): Promise<string> {
  const path = join(root, '.session-secret')
  try {
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFile(path, 'utf8')
}
