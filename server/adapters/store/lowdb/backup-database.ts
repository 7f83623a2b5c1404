import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { realFiles } from './files.js'

/** A whole copy of an SQLite file that another process may be writing to; null when there is none. */
export async function copyOfDatabase(path: string): Promise<Buffer | null> {
  if (!(await realFiles.stat(path))) return null
  const folder = await mkdtemp(join(tmpdir(), 'tacit-copy-'))
  const database = new Database(path, { timeout: 5_000 })
  try {
    database.prepare('VACUUM INTO ?').run(join(folder, 'copy'))
    return await readFile(join(folder, 'copy'))
  } finally {
    database.close()
    await rm(folder, { recursive: true, force: true })
  }
}
