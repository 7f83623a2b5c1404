import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Database } from '../adapters/store/postgres/database.js'
import { itemsInDatabase } from '../adapters/store/postgres/database-items.js'
import { filesOf } from '../adapters/store/lowdb/item-files.js'
import { piece } from '../adapters/store/postgres/pieces.js'
import type { House } from '../http/house.js'

/**
 * All that a bank keeps, as files by their names inside the data directory, whichever store keeps it: of a database
 * the files that it comes to, each of its tables as the text of its rows under `tables/`, and the folder of its index.
 */
export async function keptFiles({ config: { dataDir, database } }: Pick<House, 'config'>): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const entry of (await readdir(dataDir, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    // A file being written meanwhile may be gone by the time it is looked at; what it became is looked at next time.
    files.set(path.slice(dataDir.length + 1), await readFile(path).catch(() => Buffer.alloc(0)))
  }
  if (!database) return files
  const source = Database.open({ url: database.url, connections: 1 })
  try {
    await source.snapshot(async (tx) => {
      for await (const { path, bytes } of filesOf(itemsInDatabase(tx), '')) files.set(path, bytes)
      for (const { name } of await tx.rows<{ name: string }>(piece("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"))) {
        const rows = await tx.rows<{ text: string }>(piece(`SELECT t::text AS text FROM ${name} AS t`))
        files.set(`tables/${name}`, Buffer.from(rows.map(({ text }) => text).join('\n')))
      }
    })
  } finally {
    await source.close()
  }
  return files
}

/** For tests that write beside the portal, as whoever owns the database may. */
export async function inDatabase(house: Pick<House, 'config'>, ...statements: readonly string[]): Promise<void> {
  const source = Database.open({ url: house.config.database?.url ?? '', connections: 1 })
  try {
    for (const statement of statements) await source.run(piece(statement))
  } finally {
    await source.close()
  }
}
