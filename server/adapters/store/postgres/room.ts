import type { Schema } from '../schema.js'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Database, Transaction } from './database.js'
import { read, written } from './documents.js'
import { piece } from './pieces.js'

/** What a change of a room comes to: each id with its document, or null to remove it. */
export type Changes<T> = ReadonlyMap<string, T | null>

/** A room as it is known at this moment. */
export interface View<T> {
  get(id: string): T | undefined
  /** a new map whenever anything changed, in the order of ids */
  all(): ReadonlyMap<string, T>
}

export interface Row {
  readonly id: string
  readonly n: number
  /** null: removed */
  readonly doc: string | null
}

/** Rows of a room read at once when a process begins. */
const PIECE = 2_000

/**
 * Documents that every process keeps in memory, such as people or channels. Whoever writes holds the room's epoch row
 * until the commit: writers come one after the other, and numbers rise in the order of commits. A reader that knows
 * everything up to a number asks for what is newer and misses nothing.
 */
export class Room<T extends object> implements View<T> {
  /** everything up to this number is known here */
  known = 0
  private readonly held = new Map<string, { readonly n: number; readonly document: T | null }>()
  private present: ReadonlyMap<string, T> | null = null
  /** ids of those that are there, in order; null after one came or went */
  private order: readonly string[] | null = null
  private readonly mutex = new KeyedMutex()

  /** @param changed called after anything changed, whoever did it */
  constructor(
    private readonly database: Database,
    readonly name: string,
    private readonly schema: Schema<T>,
    private readonly changed: () => void = () => {},
  ) {}

  get(id: string): T | undefined {
    return this.held.get(id)?.document ?? undefined
  }

  all(): ReadonlyMap<string, T> {
    if (this.present) return this.present
    this.order ??= [...this.held].filter(([, { document }]) => document !== null).map(([id]) => id).sort()
    return (this.present = new Map(this.order.map((id) => [id, this.get(id) as T])))
  }

  /** All of it, in pieces, before anybody looks: the rows of fifty thousand people are not in memory beside what they say. */
  async load(): Promise<void> {
    const epoch = await this.database.one<{ n: number }>(piece('SELECT n FROM epoch WHERE room = ?', this.name))
    for (let [after, more] = ['', true]; more; ) {
      const rows = await this.database.rows<Row>(piece(`SELECT id, n, doc::text AS doc FROM kept WHERE room = ? AND id > ? ORDER BY id LIMIT ${PIECE}`, this.name, after))
      this.take(rows)
      more = rows.length === PIECE
      after = rows.at(-1)?.id ?? ''
    }
    // What others changed meanwhile, behind the place that was read.
    this.known = epoch?.n ?? 0
    await this.follow()
  }

  /** Reads what is newer than what is known: as one, so that nobody sees half of a change. */
  async follow(): Promise<void> {
    this.take(await this.database.rows<Row>(this.newer()))
  }

  /**
   * One change at a time, over all processes. `verb` gets the newest state; no changes write nothing.
   * Durable, and in memory here, when it resolves.
   */
  async change(verb: (now: View<T>) => Changes<T> | Promise<Changes<T>>): Promise<void> {
    await this.mutex.run(this.name, async () => {
      const { value } = await this.database.transaction(async (tx) => {
        const n = await this.begin(tx)
        const changes = await verb(this)
        if (changes.size > 0) return this.put(tx, n, changes)
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
  async within(tx: Transaction, changes: Changes<T>): Promise<readonly Row[]> {
    return this.put(tx, await this.begin(tx), changes)
  }

  take(rows: readonly Row[]): void {
    let fresh = false
    for (const { id, n, doc } of rows) {
      this.known = Math.max(this.known, n)
      const before = this.held.get(id)
      if (n <= (before?.n ?? 0)) continue
      if (doc === null || !before?.document) this.order = null
      this.held.set(id, { n, document: doc === null ? null : read(this.schema, doc, `${this.name}/${id}`) })
      fresh = true
    }
    if (!fresh) return
    this.present = null
    this.changed()
  }

  /** What others committed before us is in memory when it resolves. */
  private async begin(tx: Transaction): Promise<number> {
    const epoch = await tx.one<{ n: number }>(piece(
      'INSERT INTO epoch AS e (room, n) VALUES (?, 1) ON CONFLICT (room) DO UPDATE SET n = e.n + 1 RETURNING n', this.name,
    ))
    this.take(await tx.rows<Row>(this.newer()))
    return epoch?.n as number
  }

  private async put(tx: Transaction, n: number, changes: Changes<T>): Promise<readonly Row[]> {
    const rows = [...changes].map(([id, document]): Row => ({ id, n, doc: document && written(this.schema, document) }))
    await tx.rows(piece(
      `INSERT INTO kept (room, id, n, doc) SELECT ?, id, ?::bigint, nullif(doc, '')::jsonb FROM unnest(?::text[], ?::text[]) AS change (id, doc)
        ON CONFLICT (room, id) DO UPDATE SET n = EXCLUDED.n, doc = EXCLUDED.doc`,
      this.name, n, rows.map(({ id }) => id), rows.map(({ doc }) => doc ?? ''),
    ))
    return rows
  }

  private newer(): ReturnType<typeof piece> {
    return piece('SELECT id, n, doc::text AS doc FROM kept WHERE room = ? AND n > ?::bigint ORDER BY n', this.name, this.known)
  }
}
