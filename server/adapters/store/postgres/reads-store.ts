import type { Reads } from '../../../domain/notes/reads-port.js'
import type { Visits } from '../../../domain/people/port.js'
import { visitNow, type Visit } from '../../../domain/people/visit.js'
import type { Database } from './database.js'
import { piece } from './pieces.js'

const EVERY = 2_000

/** Who read which note, for the number its author sees, written every two seconds, all at once; and when each of them looked in. */
export function openReads(database: Database, troubled: (error: unknown) => void): Reads & Visits & { close(): Promise<void> } {
  let waiting = new Map<string, readonly [string, string]>()
  const write = async (): Promise<void> => {
    if (waiting.size === 0) return
    const pairs = [...waiting.values()]
    waiting = new Map()
    await database.run(piece(
      'INSERT INTO has_read (note, person) SELECT * FROM unnest(?::text[], ?::text[]) ON CONFLICT DO NOTHING', pairs.map(([note]) => note), pairs.map(([, person]) => person),
    ))
  }
  const timer = setInterval(() => void write().catch(troubled), EVERY).unref()
  return {
    saw: (note, person) => void waiting.set(`${note} ${person}`, [note, person]),
    count: async (note) => {
      await write()
      return (await database.one<{ n: number }>(piece('SELECT count(*) AS n FROM has_read WHERE note = ?', note)))?.n ?? 0
    },
    lookIn: async (person, now) => {
      const visit = visitNow((await database.one<Visit>(piece('SELECT since, seen, first FROM visit WHERE person = ?', person))) ?? null, now)
      await database.run(piece(
        'INSERT INTO visit (person, since, seen, first) VALUES (?, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET since = EXCLUDED.since, seen = EXCLUDED.seen, first = EXCLUDED.first',
        person, visit.since, visit.seen, visit.first,
      ))
      return visit
    },
    close: async () => {
      clearInterval(timer)
      await write().catch(troubled)
    },
  }
}
