import { checkedVisible, type Clause, type Visible } from '../../../domain/policy/access.js'
import { LEVELS } from '../../../domain/policy/level.js'
import type { Columns, ValueColumn } from './columns.js'

/** What a viewer may know of a row. `apart` is theirs to read as its author, but not whose customer it is about. */
export const UNSEEN = 0
export const SEEN = 1
export const APART = 2
export type Seeing = typeof UNSEEN | typeof SEEN | typeof APART

/**
 * The law (HOUSE.md §2a) compiled to look-ups in the columns: the same truth table as `sees`.
 * @throws Error when a clause could be read as "everything"
 */
export function compileLaw(visible: Visible, columns: Columns): (row: number) => Seeing {
  checkedVisible(visible)
  const own = visible.own.map((clause) => compileClause(clause, columns))
  const any = visible.any.map((clause) => compileClause(clause, columns))
  const hidden = columns.customers.dictionary.marks(visible.hide)
  return (row) => {
    const apart = columns.customers.has(row, hidden)
    if (own.some((holds) => holds(row))) return apart ? APART : SEEN
    return !apart && any.some((holds) => holds(row)) ? SEEN : UNSEEN
  }
}

function compileClause(clause: Clause, columns: Columns): (row: number) => boolean {
  const tests: ((row: number) => boolean)[] = []
  const lists: Readonly<Record<string, ValueColumn>> = {
    author: columns.author, reach: columns.reach, desk: columns.desk, named: columns.named, stewards: columns.stewards,
  }
  for (const [field, values] of Object.entries(clause)) {
    if (field === 'level') {
      const marks = Uint8Array.from(LEVELS, (level) => (values.includes(level) ? 1 : 0))
      tests.push((row) => marks[columns.level[row] ?? -1] === 1)
      continue
    }
    const column = lists[field]
    if (!column) throw new Error(`the law names ${field}, which the index does not hold`)
    const marks = column.dictionary.marks(values)
    tests.push((row) => column.has(row, marks))
  }
  return (row) => tests.every((holds) => holds(row))
}
