import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reindexing, Reindexings } from '../../../domain/search/reindexing.js'

/**
 * A file beside the data, so that a script may ask while the portal holds the directory. It says nothing that is worth
 * keeping: it is not flushed, and one that cannot be read is none.
 */
export function reindexingsIn(root: string): Reindexings {
  const path = join(root, 'reindex.json')
  return {
    read: async () => {
      try {
        return JSON.parse(await readFile(path, 'utf8')) as Reindexing
      } catch {
        return null
      }
    },
    write: async (reindexing) => {
      const fresh = `${path}.${process.pid}`
      await writeFile(fresh, JSON.stringify(reindexing), { mode: 0o600 })
      await rename(fresh, path)
    },
  }
}
