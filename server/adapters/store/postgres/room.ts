import type { Schema } from '../schema.js'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Database, Transaction } from './database.js'
import { read, written } from './documents.js'
import { piece, type Piece } from './pieces.js'
import { sharing } from './sharing.js'

/** What a change of a room comes to: each id with its document, or null to remove it. Given away: whoever writes it takes it apart. */
export type Changes<T> = ReadonlyMap<string, T | null>

/** A room as it is known at this moment. */
export interface View<T> {
  get(id: string): T | undefined
  /** in the order of ids; not a copy, so good until something changes */
  all(): ReadonlyMap<string, T>
}

export interface Row {
  readonly id: string
  readonly n: number
  /** null: removed */
  readonly doc: string | null
}

interface Read<T> extends Pick<Row, 'id' | 'n'> {
  readonly document: T | null
}

/** Rows of a room read at once when a process begins, or written at once. */
const PIECE = 2_000
/** The row that says up to which change the rows of what was removed are gone. */
const FORGOTTEN = ''
/** Changes whose removals are still told one by one. */
const RECENT = 1_000
/** Rows deleted in one statement. */
const AT_ONCE = 10_000

/**
 * Documents that every process keeps in memory, such as people or channels. Whoever writes holds the room's epoch row
 * until the commit: writers come one after the other, and numbers rise in the order of commits. A reader that knows
 * everything up to a number asks for what is newer and misses nothing.
 */
export class Room<T extends object> implements View<T> {
  /** everything up to this number is known here */
  known = 0
  private held = new Map<string, T>()
  /** up to which id they stand in order; null when one of them does not */
  private last: string | null = ''
  private listed: readonly T[] | null = null
  private readonly schema: Schema<T>
  private readonly mutex = new KeyedMutex()

  /** @param changed called after anything changed, whoever did it */
  constructor(
    private readonly database: Database,
    readonly name: string,
    schema: Schema<T>,
    private readonly changed: () => void = () => {},
  ) {
    this.schema = sharing(schema)
  }

  get(id: string): T | undefined {
    return this.held.get(id)
  }

  all(): ReadonlyMap<string, T> {
    if (this.last === null) {
      const ids = [...this.held.keys()].sort()
      this.held = new Map(ids.map((id) => [id, this.held.get(id) as T]))
      this.last = ids.at(-1) ?? ''
    }
    return this.held
  }

  /** Another array whenever anything changed, in the order of ids. */
  list(): readonly T[] {
    return (this.listed ??= [...this.all().values()])
  }

  /** All of it, in pieces, before anybody looks: the rows of fifty thousand people are not in memory beside what they say. */
  async load(): Promise<void> {
    const epoch = await this.database.one<{ n: number }>(piece('SELECT n FROM epoch WHERE room = ?', this.name))
    for (let [after, more] = ['', true]; more; ) {
      const rows = await this.database.rows<Row>(piece(`SELECT id, n, doc::text AS doc FROM kept WHERE room = ? AND id > ? AND doc IS NOT NULL ORDER BY id LIMIT ${PIECE}`, this.name, after))
      for (const row of rows) this.put(this.asRead(row))
      more = rows.length === PIECE
      after = rows.at(-1)?.id ?? ''
    }
    // What others changed meanwhile, behind the place that was read.
    this.known = epoch?.n ?? 0
    await this.follow()
  }

  /** Reads what is newer than what is known: as one, so that nobody sees half of a change. */
  follow(): Promise<void> {
    return this.learn((question) => this.database.rows<Row>(question))
  }

  /**
   * One change at a time, over all processes. `verb` gets the newest state; no changes write nothing.
   * Durable, and in memory here, when it resolves.
   */
  async change(verb: (now: View<T>, tx: Transaction) => Changes<T> | Promise<Changes<T>>): Promise<void> {
    await this.mutex.run(this.name, async () => {
      const { value } = await this.database.transaction(async (tx) => {
        const n = await this.begin(tx)
        const changes = await verb(this, tx)
        if (changes.size > 0) return this.write(tx, n, changes)
        tx.drop()
        return []
      })
      this.take(value)
    })
  }

  /**
   * The last part of somebody else's transaction: two rooms written in different orders would wait for each other.
   * Call `take` with what it returns once that is committed.
   */
  async within(tx: Transaction, changes: Changes<T>): Promise<readonly (Row | Read<T>)[]> {
    return this.write(tx, await this.begin(tx), changes)
  }

  /**
   * What is known already is left alone: a question asked before another was answered brings it again. All of it is
   * read before any of it counts: what cannot be read, as of a later release, is asked for again and not passed over.
   */
  take(rows: readonly (Row | Read<T>)[]): void {
    const fresh = rows.filter(({ n }) => n > this.known).map((row) => this.asRead(row))
    for (const row of fresh) {
      this.known = Math.max(this.known, row.n)
      this.put(row)
    }
    if (fresh.length > 0) this.told()
  }

  /**
   * Deletes the rows of what was removed, but for the last changes: sessions come and go by the thousand every day. A
   * process that knew less than the mark they leave reads all anew.
   */
  async forget(): Promise<void> {
    for (let gone = AT_ONCE; gone === AT_ONCE; ) {
      const [row] = await this.database.rows<{ gone: number }>(piece(
        `WITH gone AS (DELETE FROM kept WHERE room = ? AND doc IS NULL AND id IN (SELECT id FROM kept WHERE room = ? AND doc IS NULL AND id <> '${FORGOTTEN}' AND n <= ?::bigint LIMIT ${AT_ONCE}) RETURNING n),
          mark AS (INSERT INTO kept AS k (room, id, n) SELECT ?, '${FORGOTTEN}', max(n) FROM gone HAVING count(*) > 0 ON CONFLICT (room, id) DO UPDATE SET n = greatest(k.n, EXCLUDED.n))
          SELECT count(*) AS gone FROM gone`, this.name, this.name, this.known - RECENT, this.name,
      ))
      gone = row?.gone ?? 0
    }
  }

  /** What others committed before us is in memory when it resolves. */
  private async begin(tx: Transaction): Promise<number> {
    const epoch = await tx.one<{ n: number }>(piece(
      'INSERT INTO epoch AS e (room, n) VALUES (?, 1) ON CONFLICT (room) DO UPDATE SET n = e.n + 1 RETURNING n', this.name,
    ))
    await this.learn((question) => tx.rows<Row>(question))
    return epoch?.n as number
  }

  private async learn(ask: (question: Piece) => Promise<readonly Row[]>): Promise<void> {
    const rows = await ask(this.since(this.known))
    if (rows.some(({ id, n }) => id === FORGOTTEN && n > this.known)) this.takeAll(await ask(this.since(0)))
    else this.take(rows)
  }

  /** @param rows all of the room at one moment */
  private takeAll(rows: readonly Row[]): void {
    const upTo = rows.reduce((most, { n }) => Math.max(most, n), 0)
    if (upTo <= this.known) return
    this.held = new Map(rows.flatMap(({ id, doc }) => (doc === null ? [] : [[id, this.read(id, doc)] as const])))
    this.last = null
    this.known = upTo
    this.told()
  }

  private asRead(row: Row | Read<T>): Read<T> {
    return 'document' in row ? row : { id: row.id, n: row.n, document: row.doc === null ? null : this.read(row.id, row.doc) }
  }

  private put({ id, document }: Read<T>): void {
    if (document === null) return void this.held.delete(id)
    if (!this.held.has(id)) this.last = this.last !== null && id > this.last ? id : null
    this.held.set(id, document)
  }

  private read(id: string, doc: string): T {
    return read(this.schema, doc, `${this.name}/${id}`)
  }

  private told(): void {
    this.listed = null
    this.changed()
  }

  /** In pieces, and each read again at once: the texts of fifty thousand people are never in memory together. */
  private async write(tx: Transaction, n: number, changes: Changes<T>): Promise<readonly (Row | Read<T>)[]> {
    const ids = [...changes.keys()]
    const taken: Read<T>[] = []
    for (let at = 0; at < ids.length; at += PIECE) {
      const some = ids.slice(at, at + PIECE)
      const docs = some.map((id) => {
        const document = changes.get(id)
        return document ? written(this.schema, document) : null
      })
      await tx.rows(piece(
        `INSERT INTO kept (room, id, n, doc) SELECT ?, id, ?::bigint, nullif(doc, '')::jsonb FROM unnest(?::text[], ?::text[]) AS change (id, doc)
          ON CONFLICT (room, id) DO UPDATE SET n = EXCLUDED.n, doc = EXCLUDED.doc`,
        this.name, n, some, docs.map((doc) => doc ?? ''),
      ))
      for (const [place, id] of some.entries()) {
        const doc = docs[place] ?? null
        taken.push({ id, n, document: doc === null ? null : this.read(id, doc) });
        (changes as Map<string, T | null>).delete(id)
      }
    }
    return taken
  }

  private since(n: number): Piece {
    return piece('SELECT id, n, doc::text AS doc FROM kept WHERE room = ? AND n > ?::bigint ORDER BY n', this.name, n)
  }
}
