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
  const own = compileClauses(visible.own, columns)
  const any = compileClauses(visible.any, columns)
  const hidden = columns.customers.dictionary.marks(visible.hide)
  const hides = hidden.includes(1)
  const { accessClass, customers } = columns
  return (row) => {
    const access = accessClass[row] ?? -1
    const mine = own(row, access)
    if (!mine && !any(row, access)) return UNSEEN
    if (!hides || !customers.has(row, hidden)) return SEEN
    return mine ? APART : UNSEEN
  }
}

/** Whether one of the clauses holds: those that name no author are settled for a whole class of access beforehand. */
function compileClauses(clauses: readonly Clause[], columns: Columns): (row: number, access: number) => boolean {
  const compiled = clauses.map((clause) => compileClause(clause, columns))
  const settled = new Uint8Array(columns.accessClasses.length)
  for (const { classes, authors } of compiled) if (authors === null) classes.forEach((mark, i) => mark === 1 && (settled[i] = 1))
  const named = compiled.flatMap(({ classes, authors }) => (authors ? [{ classes, authors }] : []))
  const { author } = columns
  return (row, access) => {
    if (settled[access] === 1) return true
    for (let i = 0; i < named.length; i++) {
      const clause = named[i]
      if (clause !== undefined && clause.classes[access] === 1 && author.has(row, clause.authors)) return true
    }
    return false
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
