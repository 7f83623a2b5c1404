import { LIST_FIELDS, checkedVisible, type Clause, type Visible } from '../../../domain/policy/access.js'
import type { AccessClass, Columns } from './columns.js'

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
  const hides = hidden.includes(1)
  const { accessClass, author, customers } = columns

  function oneHolds(clauses: readonly Compiled[], row: number): boolean {
    for (let i = 0; i < clauses.length; i++) {
      const clause = clauses[i]
      if (clause?.classes[accessClass[row] ?? -1] !== 1) continue
      if (clause.authors === null || author.has(row, clause.authors)) return true
    }
    return false
  }
  return (row) => {
    const apart = hides && customers.has(row, hidden)
    if (oneHolds(own, row)) return apart ? APART : SEEN
    return !apart && oneHolds(any, row) ? SEEN : UNSEEN
  }
}

interface Compiled {
  /** per class of access: whether all the clause says of it holds */
  readonly classes: Uint8Array
  /** per author, null when the clause does not name one */
  readonly authors: Uint8Array | null
}

function compileClause(clause: Clause, columns: Columns): Compiled {
  const { author, ...rest } = clause
  const sets = Object.entries(rest).map(([field, values]) => [field as keyof AccessClass, new Set<string>(values)] as const)
  const classes = Uint8Array.from(columns.accessClasses, (access) => (sets.every(([field, values]) => holds(access, field, values)) ? 1 : 0))
  return { classes, authors: author ? columns.author.dictionary.marks(author) : null }
}

function holds(access: AccessClass, field: keyof AccessClass, values: ReadonlySet<string>): boolean {
  const value = access[field]
  if (typeof value === 'string') return values.has(value)
  if (!(LIST_FIELDS as readonly string[]).includes(field)) throw new Error(`the law names ${field}, which the index does not hold`)
  return value.some((party) => values.has(party))
}
