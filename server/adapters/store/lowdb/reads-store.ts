import Database from 'libsql'
import type { Reads } from '../../../domain/notes/reads-port.js'

const EVERY = 2_000

/** Who read which note, for the number its author sees. Written every two seconds, all at once. */
export function openReads(path: string): Reads & { close(): void } {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS reads (note TEXT, person TEXT, PRIMARY KEY (note, person)) WITHOUT ROWID')
  const insert = database.prepare('INSERT OR IGNORE INTO reads (note, person) VALUES (?, ?)')
  const counted = database.prepare('SELECT count(*) AS n FROM reads WHERE note = ?')
  let waiting = new Map<string, readonly [string, string]>()
  const write = () => {
    if (waiting.size === 0) return
    const now = waiting
    waiting = new Map()
    database.exec('BEGIN')
    for (const [note, person] of now.values()) insert.run(note, person)
    database.exec('COMMIT')
  }
  const timer = setInterval(write, EVERY)
  timer.unref()
  return {
    saw: (note, person) => void waiting.set(`${note} ${person}`, [note, person]),
    count: (note) => {
      write()
      return (counted.get(note) as { n: number }).n
    },
    close: () => {
      clearInterval(timer)
      write()
      database.close()
    },
  }
}
