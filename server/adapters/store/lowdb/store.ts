import { readFile } from 'node:fs/promises'
import type { Customer } from '../../../domain/customers/customer.js'
import type { Draft } from '../../../domain/notes/draft.js'
import type { Note } from '../../../domain/notes/note.js'
import type { Indexes } from '../../../domain/policy/events.js'
import type { Things } from '../kept.js'
import { Catalog } from './catalog.js'
import { CatchUp, type Progress, type Source } from './catch-up.js'
import { CUSTOMER_FILE, CustomersStore } from './customers-store.js'
import type { DataFolder } from './data-folder.js'
import { DRAFT_FILE, DraftsStore } from './drafts-store.js'
import { CatalogFeed, openPlaces } from './feed.js'
import { NOTE_FILE, OLD_FILE } from './note-files.js'
import { NotesStore } from './notes-store.js'
import { NoteDocuments, type NoteDocument, type OldDocument } from './old-revisions.js'
import { Sequence } from './sequence.js'
import type { Documents, Sequenced, Shelf, StoreLog, Surroundings } from './shelf.js'

const MIB = 1024 * 1024

export interface StoreOptions {
  readonly log: StoreLog
  /** bytes of JSON kept of notes; the parsed documents take about three times as much */
  readonly cacheBytes?: number
  /** default: one */
  readonly indexes?: Indexes
}

/** Notes, customers, drafts and their feed in one data directory. */
export interface Store extends Things {
  /** resolves when nothing is missing from any list and writing begins; rejects when that cannot be */
  readonly ready: Promise<void>
  progress(): Progress
  /** Nothing of what a note's last write replaced is in the files beside it any more. */
  scrub(note: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens what lies in the data directory and answers at once; the catalog catches up with the files in the background.
 * Until it has, reads may lack something and writes wait.
 */
export async function openStore(data: DataFolder, options: StoreOptions): Promise<Store> {
  const { log, cacheBytes = 24 * MIB } = options
  // A dictionary of 25 MB: whoever only needs the rest of this module does without.
  const { pinyinKeys } = await import('../../../domain/customers/pinyin.js')
  const notes = new NoteDocuments(
    await data.folder<NoteDocument>({ name: 'notes', schema: NOTE_FILE, cacheBytes }),
    await data.folder<OldDocument>({ name: 'notes', schema: OLD_FILE, cacheBytes: cacheBytes / 8, ending: '.old.json' }),
  )
  const customers = await data.folder<Customer & Sequenced>({ name: 'customers', schema: CUSTOMER_FILE, cacheBytes: cacheBytes / 4 })
  const drafts = await data.folder<Draft>({ name: 'drafts', schema: DRAFT_FILE, cacheBytes: cacheBytes / 8, limit: MIB })
  const places = await openPlaces(data)
  const catalog = await Catalog.open(data.disk.files, data.path('catalog.sqlite'), { boot: await bootName() })
  const feed = new CatalogFeed(catalog, places, log, options.indexes)

  const stop = new AbortController()
  let begin: (sequence: Sequence) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const sequence = new Promise<Sequence>((resolve, reject) => {
    begin = resolve
    fail = reject
  })
  const around: Surroundings = { catalog, feed, sequence, log, unlisted: new Set() }
  const notesStore = new NotesStore(notes, around)
  const customersStore = new CustomersStore(customers, around, pinyinKeys)
  const draftsStore = new DraftsStore(drafts, catalog, sequence)

  const catchUp = new CatchUp(catalog, [
    source('customer', customers, customersStore.shelf),
    source('note', notes, notesStore.shelf),
    {
      kind: 'draft',
      list: () => drafts.list(),
      entry: async (file) => {
        const draft = await drafts.read(file.id)
        return draft && draftsStore.entry(draft, file)
      },
    },
  ], log)

  const started = catchUp.run(stop.signal).then(() => {
    if (stop.signal.aborted) throw new Error('the store was closed while it was starting')
    const known = new Sequence([catalog.highestSeq(), ...Object.values(places.read().cursors)])
    customersStore.begin()
    feed.begin(known)
    begin(known)
  })
  started.catch(fail)
  sequence.catch(() => {})

  return {
    notes: notesStore,
    allNotes: notesStore,
    customers: customersStore,
    allCustomers: customersStore,
    drafts: draftsStore,
    allDrafts: draftsStore,
    feed,
    ready: started,
    progress: () => catchUp.progress,
    scrub: async (note) => {
      await notes.scrub(note)
      catalog.scrub()
    },
    close: async () => {
      stop.abort()
      await started.catch(() => {})
      notesStore.shelf.close()
      customersStore.shelf.close()
      await feed.close().catch((error: unknown) => log.error({ error }, 'the places in the feed could not be written'))
      catalog.close()
    },
  }
}

function source<T extends Note | Customer>(kind: 'note' | 'customer', documents: Documents<T & Sequenced>, shelf: Shelf<T>): Source {
  return {
    kind,
    list: () => documents.list(),
    entry: async (file) => {
      const kept = await documents.read(file.id)
      return kept && shelf.entry(kept, file)
    },
  }
}

/** A name that another run of the operating system does not have; Linux gives one, elsewhere a crash means a rebuild. */
async function bootName(): Promise<string | null> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim(), () => null)
}
