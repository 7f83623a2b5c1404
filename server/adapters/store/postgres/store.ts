import type { Things } from '../kept.js'
import { Around } from './around.js'
import { CustomersStore } from './customers-store.js'
import type { Database } from './database.js'
import { DraftsStore } from './drafts-store.js'
import { PostgresFeed, type FeedOptions } from './feed.js'
import { NotesStore } from './notes-store.js'

export interface StoreOptions extends FeedOptions {
  /** hears of a look around that failed while no request waited for it */
  readonly troubled?: (error: unknown) => void
}

/** Notes, customers, drafts and their feed in one database, and what other processes do to it. */
export interface PostgresStore extends Things {
  readonly around: Around
  close(): Promise<void>
}

/**
 * Opens a database whose schema is of this release (see `migrate`).
 * @throws StoreAway
 */
export async function openStore(database: Database, options: StoreOptions): Promise<PostgresStore> {
  const feed = new PostgresFeed(database, options)
  const around = new Around(database, feed, options.troubled ?? (() => {}))
  const notes = new NotesStore(database, feed)
  const customers = await CustomersStore.open(database, feed, around)
  const drafts = new DraftsStore(database)
  await feed.begin()
  await around.fresh()
  around.begin()
  return {
    notes, allNotes: notes, customers, allCustomers: customers, drafts, allDrafts: drafts, feed, around,
    close: () => around.close(),
  }
}
