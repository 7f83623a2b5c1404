import type { Database } from './database.js'
import { piece } from './pieces.js'

/** Mail that is kept because there is no mail server, as rows: whichever process wrote it, all can show it. */
export function mailFilesIn(database: Database): {
  makeFolder(path: string): Promise<void>
  write(path: string, bytes: Uint8Array): Promise<void>
  read(path: string): Promise<Buffer | null>
  names(path: string): Promise<readonly string[]>
} {
  return {
    makeFolder: async () => {},
    write: async (path, bytes) => {
      await database.run(piece('INSERT INTO mail_file (path, bytes) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET bytes = EXCLUDED.bytes', path, bytes))
    },
    read: async (path) => (await database.one<{ bytes: Buffer }>(piece('SELECT bytes FROM mail_file WHERE path = ?', path)))?.bytes ?? null,
    names: async (folder) => {
      const rows = await database.rows<{ path: string }>(piece("SELECT path FROM mail_file WHERE starts_with(path, ?) ORDER BY path", `${folder}/`))
      return rows.map(({ path }) => path.slice(folder.length + 1)).filter((name) => !name.includes('/'))
    },
  }
}
