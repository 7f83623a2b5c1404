import { seesNothing, type Visible } from '../../../domain/policy/access.js'
import { KINDS, type Kind } from '../../../domain/search/entry.js'
import { sortOf, type Columns } from './columns.js'
import { TEXT_COLUMNS, type Column } from './columns-of-text.js'
import type { IndexFile } from './index-file.js'
import { APART, UNSEEN, compileLaw } from './law.js'
import { sequencesOf, type Found, type Look, type Shelf, type Vocabulary } from './look.js'
import { expression } from './tokens.js'

export interface Scope {
  readonly visible: Visible
  readonly hold: readonly string[]
  readonly kinds: readonly Kind[] | null
  readonly archived: boolean
}

/**
 * The index as one viewer may see it, for one query. Every look-up, count and statistic goes through here,
 * so that what is hidden can shape neither results nor their order.
 */
export class View implements Shelf {
  /** how many rows there are, and their mean length in tokens */
  readonly size: number
  readonly meanLength: number
  /** every visible row, ascending */
  readonly visible: Int32Array
  private readonly seeing: Uint8Array
  private readonly someApart: boolean

  /** @param check called between steps; throws when the asker has gone or it takes too long */
  constructor(
    private readonly file: IndexFile,
    readonly columns: Columns,
    private readonly words: Vocabulary,
    readonly scope: Scope,
    private readonly check: () => void,
  ) {
    if (seesNothing(scope.visible)) throw new Error('a viewer who sees nothing must not reach the index')
    const law = compileLaw(scope.visible, columns)
    const wanted = new Uint8Array(2 * KINDS.length + 1)
    for (const kind of scope.kinds ?? KINDS) wanted[sortOf(kind, scope.archived)] = 1
    const { sort, end } = columns
    this.seeing = new Uint8Array(end)
    const visible = new Int32Array(end)
    const held = rowsOf(scope.hold, columns)
    let size = 0
    let apart = 0
    let length = 0
    for (let row = 1; row < end; row++) {
      if (wanted[sort[row] ?? 0] !== 1 || (held !== null && held[row] === 1)) continue
      const seen = law(row)
      if (seen === UNSEEN) continue
      this.seeing[row] = seen
      if (seen === APART) apart++
      visible[size++] = row
      length += columns.length[row] ?? 0
    }
    this.visible = visible.subarray(0, size)
    this.size = size
    this.meanLength = size === 0 ? 1 : Math.max(1, length / size)
    this.someApart = apart > 0
  }

  has(row: number): boolean {
    return (this.seeing[row] ?? UNSEEN) !== UNSEEN
  }

  /** May be read by its author, but its customers' names are not theirs to find it by. */
  isApart(row: number): boolean {
    return this.seeing[row] === APART
  }

  find(look: Look, columns: readonly Column[] = TEXT_COLUMNS): Found {
    const begins = look.first ? '^ ' : ''
    const rows = this.rows(sequencesOf(look, this.words).map((tokens) => begins + expression(tokens, look.open)).join(' OR '), columns)
    return { rows, count: rows.length }
  }

  /** Visible rows where the expression holds in one of the columns, ascending. */
  private rows(expression: string, columns: readonly Column[]): Int32Array {
    this.check()
    const found = this.file.rows(expression, columns)
    const seen = this.onlySeen(found)
    if (!this.someApart || !columns.includes('customer')) return seen
    const nameless = columns.filter((column) => column !== 'customer')
    const without = new Set(nameless.length > 0 ? this.file.rows(expression, nameless) : [])
    return seen.filter((row) => !this.isApart(row) || without.has(row))
  }

  streams(row: number): Readonly<Record<Column, string>> | null {
    if (!this.has(row)) return null
    const streams = this.file.streams(row)
    return streams && this.isApart(row) ? { ...streams, customer: '', sound: '' } : streams
  }

  private onlySeen(rows: Int32Array): Int32Array {
    let count = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? 0
      if (this.has(row)) rows[count++] = row
    }
    return rows.subarray(0, count)
  }

  /** Chinese words in the index between two, at most `limit`; of everybody's, so each must be looked for before it is shown. */
  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[] {
    this.check()
    return this.file.tokens(from, to, columns, limit)
  }
}

function rowsOf(ids: readonly string[], columns: Columns): Uint8Array | null {
  if (ids.length === 0) return null
  const marks = new Uint8Array(columns.end)
  for (const id of ids) {
    const row = columns.rowOf.get(id)
    if (row !== undefined) marks[row] = 1
  }
  return marks
}
