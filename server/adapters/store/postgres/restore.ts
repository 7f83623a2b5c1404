import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { restoreBackup, type RestoreOptions, type Restored } from '../lowdb/backup-restore.js'
import { DataFolder } from '../lowdb/data-folder.js'
import type { Database } from './database.js'
import { asTheOnlyOne, mustBeEmpty, moveIn, type MoveOptions } from './move-in.js'
import { MOVING, factOf } from './under-way.js'

export interface RestoreToDatabase extends Omit<RestoreOptions, 'into'> {
  readonly database: Database
  /** a folder for the way: as large as the bank in files, emptied at the end */
  readonly by: string
  readonly told?: NonNullable<MoveOptions['told']>
}

/**
 * The portal of a backup in an empty database. It goes by way of files, because that is where redactions are applied
 * again and links voided: what is not to come back never reaches the database.
 * @throws StoreError when the archive is damaged or the database holds anything; then nothing is left of it
 */
export async function restoreToDatabase(options: RestoreToDatabase): Promise<Restored> {
  const { database, by, clock, told } = options
  // What a run that was stopped left in the database is taken away by the next.
  if ((await factOf(database, MOVING)) === null) await asTheOnlyOne(database, () => mustBeEmpty(database))
  const folder = join(by, `restoring-${randomUUID()}`)
  await mkdir(by, { recursive: true, mode: 0o700 })
  try {
    const restored = await restoreBackup({ ...options, into: folder })
    const data = await DataFolder.open({ root: folder, clock, reserveBytes: 0 })
    try {
      await moveIn({ database, data, ...(told && { told }) })
    } finally {
      await data.close()
    }
    return restored
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
