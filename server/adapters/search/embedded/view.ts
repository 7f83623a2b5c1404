import { seesNothing, type Visible } from '../../../domain/policy/access.js'
import { KINDS, type Kind } from '../../../domain/search/entry.js'
import type { Columns } from './columns.js'
import { TEXT_COLUMNS, type Column, type IndexFile } from './index-file.js'
import { APART, UNSEEN, compileLaw } from './law.js'

export interface Scope {
  readonly visible: Visible
  readonly hold: readonly string[]
  readonly kinds: readonly Kind[] | null
  readonly archived: boolean
}

const NAMELESS = TEXT_COLUMNS.filter((column) => column !== 'customer')

/**
 * The index as one viewer may see it, for one query. Every look-up, count and statistic goes through here,
 * so that what is hidden can shape neither results nor their order.
 */
export class View {
  /** how many rows there are, and their mean length in tokens */
  readonly size: number
  readonly meanLength: number
  private readonly seeing: Uint8Array
  private readonly someApart: boolean

  /** @param check called between steps; throws when the asker has gone or it takes too long */
  constructor(
    private readonly file: IndexFile,
    readonly columns: Columns,
    readonly scope: Scope,
    private readonly check: () => void,
  ) {
    if (seesNothing(scope.visible)) throw new Error('a viewer who sees nothing must not reach the index')
    const law = compileLaw(scope.visible, columns)
    const kinds = Uint8Array.from(KINDS, (kind) => (scope.kinds === null || scope.kinds.includes(kind) ? 1 : 0))
    const archived = scope.archived ? 1 : 0
    this.seeing = new Uint8Array(columns.end)
    const held = new Set(scope.hold.map((id) => columns.rowOf.get(id)))
    let size = 0
    let apart = 0
    let length = 0
    for (let row = 1; row < columns.end; row++) {
      if (!columns.alive(row) || kinds[columns.kind[row] ?? 0] === 0 || columns.archived[row] !== archived) continue
      if (held.size > 0 && held.has(row)) continue
      const seen = law(row)
      if (seen === UNSEEN) continue
      this.seeing[row] = seen
      if (seen === APART) apart++
      size++
      length += columns.length[row] ?? 0
    }
    this.size = size
    this.meanLength = size === 0 ? 1 : Math.max(1, length / size)
    this.someApart = apart > 0
  }

  has(row: number): boolean {
    return this.seeing[row] !== UNSEEN && this.seeing[row] !== undefined
  }

  /** May be read by its author, but its customers' names are not theirs to find it by. */
  isApart(row: number): boolean {
    return this.seeing[row] === APART
  }

  /** Visible rows where the expression holds in one of the columns, ascending. */
  rows(expression: string, columns: readonly Column[] = TEXT_COLUMNS): Int32Array {
    this.check()
    let found = this.file.rows(expression, columns)
    if (this.someApart && columns.includes('customer')) {
      const nameless = columns.filter((column) => column !== 'customer')
      const without = new Set(nameless.length > 0 ? this.file.rows(expression, nameless) : [])
      found = found.filter((row) => !this.isApart(row) || without.has(row))
    }
    return found.filter((row) => this.has(row))
  }

  /** As `rows`, names of customers aside: a word is offered to go on with for what the text says, not for whose it is. */
  rowsApartFromNames(expression: string): Int32Array {
    return this.rows(expression, NAMELESS)
  }

  *all(): Iterable<number> {
    for (let row = 1; row < this.seeing.length; row++) if (this.seeing[row] !== UNSEEN) yield row
  }

  streams(row: number): Readonly<Record<Column, string>> | null {
    if (!this.has(row)) return null
    const streams = this.file.streams(row)
    return streams && this.isApart(row) ? { ...streams, customer: '', sound: '' } : streams
  }

  /** Chinese words in the index between two, at most `limit`; of everybody's, so each must be looked for before it is shown. */
  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[] {
    this.check()
    return this.file.tokens(from, to, columns, limit)
  }
}

/** Inverse document frequency, as in BM25. */
export function rarity(rows: number, size: number): number {
  return Math.log(1 + (size - rows + 0.5) / (rows + 0.5))
}
