import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '../store-errors.js'
import type { Database } from './database.js'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Any number will do, as long as nothing else in the database uses it. */
const LOCK = 727_100_1
const DAY_MS = 86_400_000

/** The database was made by a later release than this one. */
export class SchemaTooNew extends StoreError {
  constructor(found: number, known: number) {
    super('store.too_new', `The database has schema ${found}, this release knows ${known} at most. Start the release that made it, or restore a backup made by this release.`)
  }
}

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** The numbered files, in their order. @throws Error when a number is missing or there twice */
export async function migrations(folder = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name, at) => {
    const number = Number(/^(\d{4})-/.exec(name)?.[1])
    if (number !== at + 1) throw new Error(`migrations are numbered from 0001 without a gap: ${name}`)
    return { number, name, sql: await readFile(join(folder, name), 'utf8') }
  }))
}

/**
 * Brings the schema up to this release, one process at a time; each step whole or not at all.
 * @returns the names of the steps that were taken
 * @throws SchemaTooNew when a later release made the database
 */
export async function migrate(database: Database, steps?: readonly Migration[]): Promise<readonly string[]> {
  const all = steps ?? (await migrations())
  return database.alone(async (client) => {
    // A large step may take longer than any page would wait, and so may the process before us.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0')
    await client.query(patiently('SELECT pg_advisory_lock($1)', [LOCK]))
    try {
      await client.query('CREATE TABLE IF NOT EXISTS schema_step (number integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())')
      const { rows } = await client.query<{ number: number }>('SELECT coalesce(max(number), 0) AS number FROM schema_step')
      const present = rows[0]?.number ?? 0
      if (present > all.length) throw new SchemaTooNew(present, all.length)
      const taken: string[] = []
      for (const step of all.slice(present)) {
        await client.query(patiently(`BEGIN;\n${step.sql}\n;INSERT INTO schema_step (number, name) VALUES (${step.number}, '${step.name.replaceAll("'", "''")}');\nCOMMIT`))
        taken.push(step.name)
      }
      await client.query(FEED_BASE)
      return taken
    } finally {
      await client.query('ROLLBACK; SELECT pg_advisory_unlock_all(); RESET statement_timeout; RESET lock_timeout').catch(() => {})
    }
  })
}

/** Restored into another server, where transactions have smaller numbers: places go on above those that were given. */
export const FEED_BASE = `UPDATE feed_base SET base = places.highest
  FROM (SELECT greatest((SELECT coalesce(max(seq), 0) FROM thing), (SELECT coalesce(max(seq), 0) FROM place)) AS highest) AS places
  WHERE places.highest >= base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint`

/** The driver would give up on it after the time that a page waits. */
function patiently(text: string, values?: unknown[]): { text: string; values?: unknown[]; query_timeout: number } {
  return { text, query_timeout: DAY_MS, ...(values && { values }) }
}
