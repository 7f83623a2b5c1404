import type { Reindexing, Reindexings } from '../../../domain/search/reindexing.js'
import type { Database } from './database.js'
import { piece } from './pieces.js'

const KEY = 'reindexing'

/** A row that every process sees. */
export function reindexingsOf(database: Database): Reindexings {
  return {
    read: async () => {
      const row = await database.one<{ value: string }>(piece('SELECT value FROM fact WHERE key = ?', KEY))
      return row ? (JSON.parse(row.value) as Reindexing) : null
    },
    write: async (reindexing) => void (await database.run(piece(
      'INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value', KEY, JSON.stringify(reindexing),
    ))),
  }
}
