import { checkedEntry, type AuditRecord, type RecordEntry, type RecordMark, type RecordPage, type RecordProblem, type RecordQuery, type RecordVerdict, type Recorded } from '../../../domain/policy/record.js'
import { GroupCommit } from '../group-commit.js'
import { readLine, writeLine } from '../record-line.js'
import { ChainCheck } from '../lowdb/record-verify.js'
import type { Database } from './database.js'
import { allOf, oneOf, piece, prepared, type Piece } from './pieces.js'

interface Line {
  readonly n: number
  readonly line: string
}

/** What questions look at; each says again what the line says. */
interface Columns extends Line {
  readonly at: string
  readonly who: string
  readonly did: string
  readonly kind: string | null
  readonly thing: string | null
}

const BATCH = 500
const AT_ONCE = 5_000

/**
 * The record in one table that is only ever added to, each line chained to the one before by its hash. Whoever adds
 * holds the head's row until the commit, so processes write one chain; what waits together is one transaction.
 */
export class PostgresRecord implements AuditRecord {
  private readonly lines = new GroupCommit<RecordEntry>((entries) => this.commit(entries), BATCH)

  constructor(private readonly database: Database) {}

  async append(entry: RecordEntry): Promise<void> {
    await this.lines.add(checkedEntry(entry))
  }

  async page(query: RecordQuery): Promise<RecordPage> {
    const limit = Math.max(1, Math.min(query.limit ?? 50, 500))
    const rows = await this.database.rows<Line>(piece(`SELECT n, line FROM record_line WHERE ${whereOf(query).sql} ORDER BY n DESC LIMIT ?`, ...whereOf(query).params, limit + 1))
    const entries = rows.slice(0, limit).flatMap((row): readonly Recorded[] => [readLine(row.line)?.entry].filter((entry) => entry !== undefined))
    return { entries, next: rows.length > limit ? (rows[limit - 1]?.n ?? null) : null }
  }

  /** Reads the whole record and says what is not as it was written. Others may go on writing. */
  async verify(witness?: RecordMark): Promise<RecordVerdict> {
    // The head first: what is added meanwhile only makes the record longer than it says.
    const head = await this.database.one<RecordMark>(piece('SELECT n, hash FROM record_head'))
    const check = new ChainCheck([head?.n, witness?.n])
    for (let after = 0; ; ) {
      const rows = await this.database.rows<Columns>(piece('SELECT n, at, who, did, kind, thing, line FROM record_line WHERE n > ?::bigint ORDER BY n LIMIT ?', after, AT_ONCE))
      for (const row of rows) {
        check.line({ text: row.line, ended: true }, 'record_line', row.n)
        if (!saysTheSame(row)) check.problems.push({ what: 'edited', n: row.n })
      }
      const last = rows[rows.length - 1]
      if (!last) break
      after = last.n
    }
    const problems = [...check.problems, ...endProblems(check, head)]
    if (witness && check.hashAt(witness.n) !== witness.hash) problems.push({ what: 'witness', n: witness.n })
    return { whole: problems.length === 0, entries: check.entries, last: check.last, problems, unfinished: false }
  }

  /** The last entry: worth keeping outside of this database. */
  async mark(): Promise<RecordMark> {
    const head = await this.database.one<RecordMark>(piece('SELECT n, hash FROM record_head'))
    if (!head) throw new Error('the record has no head')
    return head
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.lines.settled()
  }

  private async commit(entries: readonly RecordEntry[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const head = await tx.one<RecordMark>(prepared(piece('SELECT n, hash FROM record_head FOR UPDATE')))
      if (!head) throw new Error('the record has no head')
      let { n, hash } = head
      const lines = entries.map((entry) => {
        n += 1
        const line = writeLine(n, entry, hash)
        hash = line.hash
        const { at, who, did, thing } = entry
        return { n, at, who, did, kind: thing?.kind ?? null, thing: thing?.id ?? null, line: line.text.trimEnd() }
      })
      await tx.rows(prepared(piece(
        `WITH head AS (UPDATE record_head SET n = ?::bigint, hash = ?)
          INSERT INTO record_line (n, at, who, did, kind, thing, line) SELECT n, at, who, did, kind, thing, line
            FROM jsonb_to_recordset(?::jsonb) AS l (n bigint, at text, who text, did text, kind text, thing text, line text)`, n, hash, JSON.stringify(lines),
      )))
    })
  }
}

function whereOf(query: RecordQuery): Piece {
  const found: Piece[] = []
  const is = (column: string, value: string | number | undefined, sign = '=') => {
    if (value !== undefined) found.push(piece(`${column} ${sign} ?`, value))
  }
  is('who', query.who)
  if (query.did !== undefined) found.push(oneOf('did', query.did))
  is('kind', query.kind)
  is('thing', query.id)
  is('at', query.from, '>=')
  is('at', query.until, '<')
  is('n', query.before, '<')
  return allOf(found)
}

/** A line that no question finds is as good as removed. */
function saysTheSame({ n, at, who, did, kind, thing, line }: Columns): boolean {
  const entry = readLine(line)?.entry
  // What is no line at all is the chain's to tell.
  if (!entry || entry.n !== n) return true
  return entry.at === at && entry.who === who && entry.did === did && (entry.thing?.kind ?? null) === kind && (entry.thing?.id ?? null) === thing
}

function endProblems(check: ChainCheck, head: RecordMark | undefined): RecordProblem[] {
  if (!head) return [{ what: 'head', n: check.last.n }]
  if (head.n > check.last.n) return [{ what: 'shortened', n: check.last.n + 1, to: head.n }]
  if ((check.hashAt(head.n) ?? head.hash) !== head.hash) return [{ what: 'head', n: head.n }]
  return []
}
