import pg from 'pg'
import { awayOr, isBroken } from './store-away.js'
import { statement, type Piece } from './pieces.js'

export interface DatabaseOptions {
  /** postgres://user:password@host:port/name, with `sslmode` and `sslrootcert` where TLS is wanted */
  readonly url: string
  /** connections at most for questions and writes; up to eight more hold locks */
  readonly connections?: number
  /** ms to wait for a free connection, for a statement, for a row that another transaction holds */
  readonly patience?: { readonly connection?: number; readonly statement?: number; readonly lock?: number }
  /** hears of a connection that broke while nobody used it */
  readonly told?: (sentence: string) => void
}

/** One transaction under way. */
export interface Transaction {
  rows<Row>(piece: Piece): Promise<Row[]>
  one<Row>(piece: Piece): Promise<Row | undefined>
  /** Nothing of it will be kept; what `act` returns is still returned. */
  drop(): void
}

/** Leading, an import, and the letters on their way at once; more wait. */
const HOLDING = 8
const BIGINT = 20
const JSON_TYPES = [114, 3802]

/**
 * A pool of connections. Every fault that is the database's and not the statement's comes out as StoreAway, so that
 * nobody outside has to know the driver's words.
 */
export class Database {
  protected constructor(
    protected readonly pool: pg.Pool,
    /** what is held for long never takes a page's connection */
    private readonly holding: pg.Pool,
  ) {}

  static open(options: DatabaseOptions): Database {
    return new this(poolOf(options), poolOf({ ...options, connections: HOLDING }))
  }

  /** @throws StoreAway */
  async rows<Row>(piece: Piece): Promise<Row[]> {
    return (await this.answered(piece)).rows as Row[]
  }

  async one<Row>(piece: Piece): Promise<Row | undefined> {
    return (await this.rows<Row>(piece))[0]
  }

  async run(piece: Piece): Promise<number> {
    return (await this.answered(piece)).rowCount ?? 0
  }

  /**
   * All of it or nothing; committed when it resolves.
   * @param after a query of its own, sent together with the commit
   * @returns what `act` returned and the rows of `after`; no rows when it was dropped
   */
  async transaction<T>(act: (tx: Transaction) => Promise<T>, after = ''): Promise<{ readonly value: T; readonly rows: readonly unknown[] }> {
    const client = await this.connected()
    let broken = false
    try {
      await client.query('BEGIN')
      let dropped = false
      const rows = async <Row>(piece: Piece) => (await this.asked(() => client.query(statement(piece)))).rows as Row[]
      const value = await act({ rows, one: async <Row>(piece: Piece) => (await rows<Row>(piece))[0], drop: () => { dropped = true } })
      if (dropped) {
        await client.query('ROLLBACK')
        return { value, rows: [] }
      }
      return { value, rows: await this.commit(client, after) }
    } catch (error) {
      broken = isBroken(error)
      // What cannot be rolled back is rolled back by the server when the connection is gone.
      if (!broken) await client.query('ROLLBACK').catch(() => { broken = true })
      throw awayOr(error)
    } finally {
      client.release(broken)
    }
  }

  /** One moment of the whole database, for as long as `act` reads; nobody waits for it, and it waits for nobody. */
  async snapshot<T>(act: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.alone(async (client) => {
      // Whoever copies a bank writes to a disk between two questions.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0')
      const rows = async <Row>(piece: Piece) => (await this.asked(() => client.query(statement(piece)))).rows as Row[]
      try {
        return await act({ rows, one: async <Row>(piece: Piece) => (await rows<Row>(piece))[0], drop: () => {} })
      } finally {
        await client.query('ROLLBACK').catch(() => {})
      }
    })
  }

  /** A connection of one's own, for as long as `act` runs: for locks that a session holds. */
  async alone<T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connected(this.holding)
    let broken = true
    try {
      const value = await act(client)
      broken = false
      return value
    } catch (error) {
      throw awayOr(error)
    } finally {
      client.release(broken)
    }
  }

  /**
   * While `act` runs nobody else, in any process, is inside with the same name. A process that dies lets go.
   * @param room separates the names of one use from those of another
   * @returns false, without calling `act`, when somebody is
   */
  async exclusively(room: number, name: string, act: () => Promise<void>): Promise<boolean> {
    return this.alone(async (client) => {
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine', [room, name])
      if (!rows[0]?.mine) return false
      try {
        await act()
        return true
      } finally {
        // A connection that broke has let go already, and what was done meanwhile is done.
        await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [room, name]).catch(() => {})
      }
    })
  }

  /** As `exclusively`, but whoever comes second waits for the first, however long it takes. */
  async inTurn(number: number, act: () => Promise<void>): Promise<void> {
    return this.alone(async (client) => {
      await client.query('SET statement_timeout = 0; SET lock_timeout = 0')
      try {
        await client.query({ text: 'SELECT pg_advisory_lock($1)', values: [number], query_timeout: 86_400_000 } as pg.QueryConfig)
        await act()
      } finally {
        await client.query('SELECT pg_advisory_unlock_all(); RESET statement_timeout; RESET lock_timeout').catch(() => {})
      }
    })
  }

  /** For libraries that bring their own statements. */
  get driver(): pg.Pool {
    return this.pool
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.holding.end()])
  }

  protected async commit(client: pg.PoolClient, after: string): Promise<readonly unknown[]> {
    const results = (await client.query(after === '' ? 'COMMIT' : `COMMIT; ${after}`)) as unknown as pg.QueryResult | pg.QueryResult[]
    const all = [results].flat()
    // PostgreSQL answers the commit of a failed transaction with a rollback, and no error.
    if (all[0]?.command !== 'COMMIT') throw new Error('the transaction was rolled back')
    return after === '' ? [] : (all[1]?.rows ?? [])
  }

  /** Every question goes through here. */
  protected asked<R>(ask: () => Promise<R>): Promise<R> {
    return ask()
  }

  private async answered(piece: Piece): Promise<pg.QueryResult> {
    try {
      return await this.asked(() => patiently(() => this.pool.query(statement(piece))))
    } catch (error) {
      throw awayOr(error)
    }
  }

  private async connected(pool = this.pool): Promise<pg.PoolClient> {
    try {
      return await patiently(() => pool.connect())
    } catch (error) {
      throw awayOr(error)
    }
  }
}

/** How pg-pool says that it had no connection to give: nothing was sent yet. */
const NONE_YET = /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/
/** of the time waited, from which on it was this process that had none: not a database that is away */
const BUSY = 0.8
const TRIES = 3

/** Waits for a connection once more when it was this process that did not come to open one, as just after a start under load. */
async function patiently<R>(ask: () => Promise<R>): Promise<R> {
  for (let tried = 1; ; tried += 1) {
    const before = performance.eventLoopUtilization()
    try {
      return await ask()
    } catch (error) {
      const isOurs = error instanceof Error && NONE_YET.test(error.message) && performance.eventLoopUtilization(before).utilization >= BUSY
      if (!isOurs || tried === TRIES) throw error
    }
  }
}

function poolOf({ url, connections = 10, patience = {}, told = () => {} }: DatabaseOptions): pg.Pool {
  const { connection = 3_000, statement: longest = 10_000, lock = 5_000 } = patience
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connection,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'tacit',
    statement_timeout: longest,
    lock_timeout: lock,
    // The server may hang without closing: then it is the driver that gives up.
    query_timeout: longest + 2_000,
    idle_in_transaction_session_timeout: 60_000,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  })
  pool.on('error', (error) => told(`a connection to the database broke: ${error.message}`))
  // One that breaks while it is in use fails its next question; without this the process would end instead.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Numbers as numbers: places stay far below 2^53. Documents as their text, which `givenJson` reads. */
function parserOf(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (type === BIGINT) return Number
  if (JSON_TYPES.includes(type)) return String
  return pg.types.getTypeParser(type, format as 'text')
}
