import type { Ending } from '../lowdb/backup-archive.js'
import { ArchiveWriter, readArchive } from '../lowdb/backup-archive.js'
import { filesOf } from '../lowdb/item-files.js'
import type { Database } from './database.js'
import { itemsInDatabase } from './database-items.js'
import { PostgresRecord } from './record.js'
import { mustBeOpenToPortals } from './under-way.js'

export interface DatabaseBackup {
  readonly database: Database
  readonly archive: string
  /** UTC ISO-8601 */
  readonly made: string
  readonly release: string
  /** the archive's name as the record tells it */
  readonly name: string
}

/**
 * One archive of one moment of the database, while any number of portals go on writing: the same files that a portal
 * over files would have, so that it restores into either store. Read back before it counts as made.
 * @throws StoreError when there is an archive of that name, or the database holds half a bank
 */
export async function backUpDatabase({ database, archive, made, release, name }: DatabaseBackup): Promise<Ending> {
  await mustBeOpenToPortals(database)
  const writer = await ArchiveWriter.create(archive, { made, release })
  try {
    await database.snapshot(async (tx) => {
      for await (const { path, bytes } of filesOf(itemsInDatabase(tx), made)) await writer.put(path, bytes)
    })
    const ending = await writer.finish()
    await readArchive(archive)
    await new PostgresRecord(database).append({ at: made, who: 'job:backup', did: 'backup.made', thing: { kind: 'backup', id: name }, via: 'job' })
    return ending
  } catch (error) {
    await writer.abandon()
    throw error
  }
}
