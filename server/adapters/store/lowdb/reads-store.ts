import Database from 'libsql'
import type { Reads } from '../../../domain/notes/reads-port.js'
import type { Visits } from '../../../domain/people/port.js'
import { visitNow } from '../../../domain/people/visit.js'

const EVERY = 2_000

/** Who read which note, for the number its author sees, written every two seconds, all at once; and when each of them looked in. */
export function openReads(path: string): Reads & Visits & { close(): void } {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS reads (note TEXT, person TEXT, PRIMARY KEY (note, person)) WITHOUT ROWID; CREATE TABLE IF NOT EXISTS visits (person TEXT PRIMARY KEY, since TEXT NOT NULL, seen TEXT NOT NULL, first INTEGER NOT NULL) WITHOUT ROWID')
  const insert = database.prepare('INSERT OR IGNORE INTO reads (note, person) VALUES (?, ?)')
  const counted = database.prepare('SELECT count(*) AS n FROM reads WHERE note = ?')
  const visited = database.prepare('SELECT since, seen, first FROM visits WHERE person = ?')
  const visits = database.prepare('INSERT OR REPLACE INTO visits (person, since, seen, first) VALUES (?, ?, ?, ?)')
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
    lookIn: (person, now) => {
      const row = visited.get(person) as { since: string; seen: string; first: number } | undefined
      const visit = visitNow(row ? { since: row.since, seen: row.seen, first: row.first === 1 } : null, now)
      visits.run(person, visit.since, visit.seen, visit.first ? 1 : 0)
      return visit
    },
    close: () => {
      clearInterval(timer)
      write()
      database.close()
    },
  }
}
