import Database from 'libsql'
import type { Access } from '../../../domain/policy/access.js'
import { CATALOG_TABLES, CATALOG_VERSION } from './catalog-schema.js'
import { COLUMNS, COUNTS, type Entry, type Face, type ThingKind } from '../catalog-rows.js'
import { codeOf, type Files } from './files.js'
import type { Piece } from './visible-sql.js'

type Statement = Database.Statement<unknown[]>

const STATEMENTS_KEPT = 300

export interface CatalogOptions {
  /** names this run of the operating system; null when it has no such name */
  readonly boot: string | null
}

/**
 * One SQLite file over all documents: permission columns, sort and filter columns. Derived, so it is not fsynced;
 * a catalog that the operating system may have lost half of is thrown away. Its calls block and are short.
 */
export class Catalog {
  private readonly statements = new Map<string, Statement>()

  private constructor(
    private readonly database: Database.Database,
    /** true when there was none that could be used: every document must be read again */
    readonly fresh: boolean,
  ) {}

  static async open(files: Files, path: string, options: CatalogOptions): Promise<Catalog> {
    const kept = usable(path, options)
    if (kept) return new Catalog(kept, false).begun(options)
    for (const ending of ['', '-wal', '-shm']) await files.unlink(path + ending).catch(unlessMissing)
    const database = connected(path)
    database.exec(CATALOG_TABLES)
    return new Catalog(database, true).begun(options)
  }

  /** Replaces everything kept of these things. All or none. */
  put(entries: readonly Entry[]): void {
    this.whole(() => {
      for (const entry of entries) {
        if (this.version(entry.id, entry.kind) > 0) this.remove(entry.id, entry.kind)
        this.run(
          'INSERT INTO thing (id, kind, version, seq, access_seq, bytes, modified) VALUES (?, ?, ?, ?, ?, ?, ?)',
          [entry.id, entry.kind, entry.version, entry.seq, entry.accessSeq, entry.bytes, entry.modified],
        )
        for (const face of entry.faces) this.insertFace(entry, face)
      }
    })
  }

  forget(ids: readonly string[], kind: ThingKind): void {
    this.whole(() => ids.forEach((id) => this.remove(id, kind)))
  }

  /** Size and time of the file of each thing of a kind, as they were when it was read. */
  known(kind: ThingKind): Map<string, { readonly bytes: number; readonly modified: number }> {
    const rows = this.all<{ id: string; bytes: number; modified: number }>({
      sql: 'SELECT id, bytes, modified FROM thing WHERE kind = ?', params: [kind],
    })
    return new Map(rows.map(({ id, bytes, modified }) => [id, { bytes, modified }]))
  }

  /** 0 when it is not known. */
  version(id: string, kind: ThingKind): number {
    return this.one<{ version: number }>({ sql: 'SELECT version FROM thing WHERE id = ? AND kind = ?', params: [id, kind] })?.version ?? 0
  }

  highestSeq(): number {
    return this.one<{ seq: number }>({ sql: 'SELECT max(seq) AS seq FROM thing WHERE seq > 0', params: [] })?.seq ?? 0
  }

  all<Row>(query: Piece): Row[] {
    return this.prepared(query.sql).all(...query.params) as Row[]
  }

  one<Row>(query: Piece): Row | undefined {
    return this.prepared(query.sql).get(...query.params) as Row | undefined
  }

  /** Nothing of what was replaced or removed is in the catalog's files any more. */
  scrub(): void {
    this.database.pragma('wal_checkpoint(TRUNCATE)')
  }

  /** Says in the file that nothing is missing from it. */
  close(): void {
    this.setMeta('clean', 'yes')
    this.statements.clear()
    this.database.pragma('wal_checkpoint(TRUNCATE)')
    this.database.close()
  }

  private begun({ boot }: CatalogOptions): this {
    this.setMeta('version', String(CATALOG_VERSION))
    this.setMeta('boot', boot ?? '')
    this.setMeta('clean', 'no')
    return this
  }

  private insertFace(entry: Entry, { face, access, columns, tags = [], said, called = [] }: Face): void {
    const values = COLUMNS.map((name) => columns[name] ?? (COUNTS.includes(name) ? 0 : null))
    const law = [access.author, access.reach, access.desk, access.level]
    const row = Number(this.run(INSERT_FACE, [entry.id, entry.kind, face, ...law, ...values]).lastInsertRowid)
    for (const [kind, key] of partiesOf(access)) {
      this.run('INSERT OR IGNORE INTO party (row, kind, key) VALUES (?, ?, ?)', [row, kind, key])
    }
    for (const customer of access.customers) this.run('INSERT OR IGNORE INTO about (row, customer) VALUES (?, ?)', [row, customer])
    for (const tag of tags) this.run('INSERT OR IGNORE INTO tag (row, tag) VALUES (?, ?)', [row, tag])
    if (said !== undefined) this.run('INSERT INTO said (row, text) VALUES (?, ?)', [row, said])
    for (const { how, key } of called) this.run('INSERT OR IGNORE INTO called (row, how, key) VALUES (?, ?, ?)', [row, how, key])
  }

  /** Of this kind alone: a browser may send any id with a draft, and a note is posted under the id of its draft. */
  private remove(id: string, kind: ThingKind): void {
    const rows = this.all<{ row: number }>({ sql: 'SELECT row FROM face WHERE thing = ? AND +kind = ?', params: [id, kind] })
    for (const { row } of rows) {
      for (const table of ['party', 'about', 'tag', 'said', 'called', 'face']) this.run(`DELETE FROM ${table} WHERE row = ?`, [row])
    }
    this.run('DELETE FROM thing WHERE id = ? AND kind = ?', [id, kind])
  }

  private whole(act: () => void): void {
    this.run('BEGIN IMMEDIATE', [])
    try {
      act()
      this.run('COMMIT', [])
    } catch (error) {
      // A full disk has already rolled back by itself, and then this fails in its turn.
      if (this.database.inTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  private run(sql: string, params: Piece['params']): Database.RunResult {
    return this.prepared(sql).run(...params)
  }

  private setMeta(key: string, value: string): void {
    this.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', [key, value])
  }

  private prepared(sql: string): Statement {
    const found = this.statements.get(sql)
    if (found) return found
    if (this.statements.size >= STATEMENTS_KEPT) this.statements.clear()
    const statement = this.database.prepare<unknown[]>(sql)
    this.statements.set(sql, statement)
    return statement
  }
}

const INSERT_FACE = `INSERT INTO face (thing, kind, face, author, reach, desk, level, ${COLUMNS.join(', ')})
  VALUES (${Array.from({ length: 7 + COLUMNS.length }, () => '?').join(', ')})`

function partiesOf(access: Access): readonly (readonly [string, string])[] {
  return [...access.named.map((key) => ['named', key] as const), ...access.stewards.map((key) => ['steward', key] as const)]
}

function connected(path: string): Database.Database {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.pragma('temp_store = MEMORY')
  // Redacted words must leave the file, not only the lists.
  database.pragma('secure_delete = ON')
  database.pragma('cache_size = -32000')
  return database
}

/** The catalog that is there, unless it is of another version, damaged, or the machine went down while it was written. */
function usable(path: string, { boot }: CatalogOptions): Database.Database | null {
  let database: Database.Database | null = null
  try {
    database = connected(path)
    const rows = database.prepare('SELECT key, value FROM meta').all() as { key: string; value: string }[]
    const meta = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
    // A killed process leaves all its writes with the operating system; a killed operating system does not.
    const whole = meta['clean'] === 'yes' || (boot !== null && meta['boot'] === boot)
    if (meta['version'] === String(CATALOG_VERSION) && whole) return database
  } catch {
    // Not a database, or not ours.
  }
  database?.close()
  return null
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
