import Database from 'libsql'
import { COLUMNS, type Column, type Streams } from './columns-of-text.js'
import type { Facts } from './columns.js'

/**
 * Changes whenever the tables, the segmenter, the folding, the streams or what entries are found by do: a file of another stamp is not read
 * but made anew, because words cut differently would silently not be found.
 */
export const STAMP = '4 jieba-2.0.2 opencc-1.4.2'

/** One SQLite file: an FTS5 table of token streams, and the facts of each entry. Derived, so it may be deleted at any time. */
export class IndexFile {
  private readonly db: Database.Database
  private readonly statements: Readonly<Record<'rows' | 'streams' | 'putText' | 'dropText' | 'putFacts' | 'dropFacts', Database.Statement>>

  constructor(path: string) {
    this.db = new Database(path)
    try {
      // One connection writes and reads; after a power cut WAL leaves a whole, if slightly older, index.
      for (const pragma of ['journal_mode=WAL', 'synchronous=NORMAL', 'secure_delete=ON', 'cache_size=-32000', 'temp_store=MEMORY']) {
        this.db.exec(`PRAGMA ${pragma}`)
      }
      this.db.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID')
      const stamp = this.meta('stamp')
      if (stamp !== STAMP) {
        if (stamp !== undefined) throw new OtherStamp()
        this.create()
      }
      const names = COLUMNS.join(', ')
      const marks = COLUMNS.map(() => '?').join(', ')
      this.statements = {
        rows: this.db.prepare('SELECT group_concat(rowid) FROM texts WHERE texts MATCH ?').raw(),
        streams: this.db.prepare(`SELECT ${names} FROM texts WHERE rowid = ?`).raw(),
        putText: this.db.prepare(`INSERT INTO texts (rowid, ${names}) VALUES (?, ${marks})`),
        dropText: this.db.prepare('DELETE FROM texts WHERE rowid = ?'),
        putFacts: this.db.prepare('INSERT OR REPLACE INTO facts (row, facts) VALUES (?, ?)'),
        dropFacts: this.db.prepare('DELETE FROM facts WHERE row = ?'),
      }
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  private create(): void {
    // Tokens are made before they come here: `ascii` only splits at spaces and leaves every other letter alone.
    this.db.exec(`CREATE VIRTUAL TABLE texts USING fts5(${COLUMNS.join(', ')}, tokenize = 'ascii')`)
    // Redacted words must leave the file, not only the results.
    this.db.exec("INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1)")
    this.db.exec("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, 'col')")
    this.db.exec('CREATE TABLE facts (row INTEGER PRIMARY KEY, facts TEXT NOT NULL)')
    this.setMeta('stamp', STAMP)
  }

  meta(key: string): string | undefined {
    const found = this.db.prepare('SELECT value FROM meta WHERE key = ?').raw().all(key) as [string][]
    return found[0]?.[0]
  }

  setMeta(key: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
  }

  transaction(work: () => void): void {
    this.db.exec('BEGIN')
    try {
      work()
      this.db.exec('COMMIT')
    } catch (error) {
      this.db.exec('ROLLBACK')
      throw error
    }
  }

  put(row: number, streams: Streams, facts: Facts): void {
    this.statements.dropText.run(row)
    this.statements.putText.run(row, ...COLUMNS.map((column) => streams[column]))
    this.statements.putFacts.run(row, JSON.stringify(facts))
  }

  drop(row: number): void {
    this.statements.dropText.run(row)
    this.statements.dropFacts.run(row)
  }

  /** Rows where the expression holds in one of the columns, ascending. As one text: a value per row costs 30 times as much. */
  rows(expression: string, columns: readonly Column[]): Int32Array {
    const [joined] = this.statements.rows.get(`{${columns.join(' ')}} : (${expression})`) as [string | null]
    return joined === null ? NO_ROWS : parseRows(joined)
  }

  streams(row: number): Streams | null {
    const values = this.statements.streams.get(row) as string[] | undefined
    return values ? (Object.fromEntries(COLUMNS.map((column, i) => [column, values[i] ?? ''])) as Streams) : null
  }

  *facts(): Iterable<[row: number, facts: Facts]> {
    for (const [row, facts] of this.db.prepare('SELECT row, facts FROM facts ORDER BY row').raw().iterate() as Iterable<[number, string]>) {
      yield [row, JSON.parse(facts) as Facts]
    }
  }

  /** Distinct tokens from `from` up to, not including, `to`, found in one of the columns. */
  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[] {
    const sql = `SELECT DISTINCT term FROM vocabulary WHERE term >= ? AND term < ? AND col IN (${columns.map(() => '?').join(', ')}) LIMIT ?`
    return (this.db.prepare(sql).raw().all(from, to, ...columns, limit) as [string][]).map(([term]) => term)
  }

  /** What was replaced or dropped is not in the files any more: the log of former writes goes too. */
  scrub(): void {
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  close(): void {
    this.db.close()
  }
}

/** The file is of another release: not damaged, but not to be read either. */
export class OtherStamp extends Error {}

const NO_ROWS = new Int32Array(0)

function parseRows(joined: string): Int32Array {
  const rows = new Int32Array((joined.length >> 1) + 1)
  let count = 0
  let row = 0
  for (let i = 0; i < joined.length; i++) {
    const code = joined.charCodeAt(i)
    if (code === 44) {
      rows[count++] = row
      row = 0
    } else row = row * 10 + code - 48
  }
  rows[count++] = row
  return rows.slice(0, count)
}
