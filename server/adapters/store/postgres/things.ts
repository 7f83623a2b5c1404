import type { Outcome } from '../../../domain/people/refusal.js'
import { COLUMNS, COUNTS, type Face } from '../catalog-rows.js'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Schema } from '../schema.js'
import type { Database, Transaction } from './database.js'
import { read, written } from './documents.js'
import { WATER, type PostgresFeed } from './feed.js'
import { keptJson } from './letters.js'
import { piece, type Piece } from './pieces.js'

interface Kept {
  readonly id: string
  readonly version: number
}

/** What a table of things must know of the noun it keeps. */
export interface Noun<T extends Kept> {
  readonly kind: 'note' | 'customer'
  readonly schema: Schema<T>
  faces(thing: T): readonly Face[]
  /** whether somebody may lose or gain sight of anything in it, or words were taken away */
  holds(before: T, after: T): boolean
  /** the last part of the transaction that writes the thing @returns what to do once that is committed */
  along?(tx: Transaction, before: T | null, after: T): Promise<() => void>
}

/**
 * One kind of thing with all that a write of it must bring about, in one transaction: the document under its row's
 * lock, its faces, its place in the feed. In this process a mutex waits instead of a connection.
 */
export class Things<T extends Kept> {
  private readonly mutexes = new KeyedMutex()

  constructor(
    private readonly database: Database,
    private readonly feed: PostgresFeed,
    private readonly noun: Noun<T>,
  ) {}

  async read(id: string): Promise<T | undefined> {
    const row = await this.database.one<{ doc: string }>(piece('SELECT doc::text AS doc FROM thing WHERE id = ? AND kind = ?', id, this.noun.kind))
    return row && this.document(id, row.doc)
  }

  /** The documents of rows that have an `id` and a `doc`, in their order. */
  async documents(query: Piece): Promise<readonly T[]> {
    return (await this.database.rows<{ id: string; doc: string }>(query)).map(({ id, doc }) => this.document(id, doc))
  }

  async *ids(): AsyncIterable<string> {
    for (let after = ''; ; ) {
      const rows = await this.database.rows<{ id: string }>(piece('SELECT id FROM thing WHERE kind = ? AND id > ? ORDER BY id LIMIT 500', this.noun.kind, after))
      for (const { id } of rows) yield id
      const last = rows[rows.length - 1]
      if (!last) return
      after = last.id
    }
  }

  /** An id that is there already is left as it is. */
  async add(thing: T): Promise<T> {
    const first = { ...thing, version: 1 }
    return this.mutexes.run(thing.id, async () => {
      const { value, rows } = await this.database.transaction(async (tx) => {
        const added = await tx.one(piece(`${INSERT_THING}, ${INSERT_FACES} SELECT 1 AS added FROM t`, thing.id, this.noun.kind, written(this.noun.schema, first), facesJson(this.noun.faces(first))))
        if (added) return { kept: first, along: await this.noun.along?.(tx, null, first) }
        tx.drop()
        return null
      }, WATER)
      if (!value) return (await this.read(thing.id)) as T
      value.along?.()
      this.settled(rows)
      return value.kept
    })
  }

  /** @returns the refusals of the verb, or the thing as it is kept; undefined when there is no such thing */
  async change(id: string, verb: (thing: T) => Outcome<T>): Promise<Outcome<T> | undefined> {
    return this.mutexes.run(id, async () => {
      let takeBack: () => void = () => {}
      try {
        const { value, rows } = await this.database.transaction(async (tx) => {
          const row = await tx.one<{ doc: string; version: number }>(piece('SELECT doc::text AS doc, version FROM thing WHERE id = ? AND kind = ? FOR UPDATE', id, this.noun.kind))
          const now = row && this.document(id, row.doc)
          const outcome = now && verb(now)
          if (!now || !outcome?.ok || outcome.value === now) {
            tx.drop()
            return { outcome, along: undefined }
          }
          const after = { ...outcome.value, version: now.version + 1 }
          const holds = this.noun.holds(now, after)
          if (holds) takeBack = this.feed.hold(id, after.version)
          await this.put(tx, now.version, after, holds)
          return { outcome: { ok: true, value: after } as const, along: await this.noun.along?.(tx, now, after) }
        }, WATER)
        value.along?.()
        this.settled(rows)
        return value.outcome
      } catch (error) {
        takeBack()
        throw error
      }
    })
  }

  private async put(tx: Transaction, version: number, after: T, holds: boolean): Promise<void> {
    const done = await tx.one(piece(
      `WITH t AS (UPDATE thing SET version = ?, doc = ?::jsonb, seq = next_place(), access_seq = CASE WHEN ? THEN next_place() ELSE access_seq END
          WHERE id = ? AND version = ? RETURNING id, kind),
        gone AS (DELETE FROM face USING t WHERE face.thing = t.id), ${INSERT_FACES} SELECT 1 AS done FROM t`,
      after.version, written(this.noun.schema, after), holds, after.id, version, facesJson(this.noun.faces(after)),
    ))
    // The row was locked: only a hand in the database can have done this.
    if (!done) throw new Error(`${this.noun.kind} ${after.id} is not the version ${version} that was read`)
  }

  private document(id: string, doc: string): T {
    return read(this.noun.schema, doc, `${this.noun.kind} ${id}`)
  }

  private settled(rows: readonly unknown[]): void {
    const [row] = rows as readonly { readonly water: number }[]
    if (row) this.feed.wrote(row.water)
  }
}

/** What a row of `face` holds besides the thing's id and kind. */
const LISTS = ['named', 'stewards', 'customers', 'tags', 'called']
const TEXTS = ['face', 'author', 'reach', 'desk', 'level', 'said', 'found_by', ...COLUMNS.filter((name) => !COUNTS.includes(name))]
const NUMBERS = COUNTS as readonly string[]
export const FACE_FIELDS = [...TEXTS, ...LISTS, ...NUMBERS]
export const FACE_ROWS = [...TEXTS.map((name) => `${name} text`), ...LISTS.map((name) => `${name} text[]`), ...NUMBERS.map((name) => `${name} integer`)]

const INSERT_THING = `WITH t AS (INSERT INTO thing (id, kind, version, doc, seq) VALUES (?, ?, 1, ?::jsonb, next_place()) ON CONFLICT (id) DO NOTHING RETURNING id, kind)`
const INSERT_FACES = `faces AS (INSERT INTO face (thing, kind, ${FACE_FIELDS.join(', ')})
  SELECT t.id, t.kind, ${FACE_FIELDS.map((name) => `f.${name}`).join(', ')} FROM t, jsonb_to_recordset(?::jsonb) AS f (${FACE_ROWS.join(', ')}))`

/** The rows of a thing as `FACE_ROWS` reads them. */
export function facesJson(faces: readonly Face[]): string {
  return keptJson(JSON.stringify(faces.map(({ face, access, columns, tags = [], said = null, called }) => {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, columns[name] ?? 0]))
    return {
      ...columns, ...counts, ...access, face, tags, said,
      called: (called ?? []).filter(({ how }) => how !== 'pinyin').map(({ key }) => key),
      // Words are looked for one by one and hold no line break: one text does for all names.
      found_by: called?.map(({ key }) => key).join('\n') ?? null,
    }
  })))
}
