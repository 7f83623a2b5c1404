import { LIST_FIELDS, SINGLE_FIELDS, checkedVisible, seesNothing, type Clause, type Visible } from '../../../domain/policy/access.js'
import { NONE, allOf, anyOf, oneOf, piece, type Piece } from './pieces.js'

/**
 * The law as one predicate (HOUSE.md §2a): true for exactly the faces that `sees` lets through. No clause at all is
 * `FALSE`. Every list travels as one parameter, so its length never changes the statement.
 * @param face the table or alias that has the law's columns
 * @throws Error for a clause that could mean everything
 */
export function visibleSql(visible: Visible, face = 'f'): Piece {
  checkedVisible(visible)
  if (seesNothing(visible)) return NONE
  const own = anyOf(visible.own.map((clause) => clauseSql(clause, face)))
  const shared = anyOf(visible.any.map((clause) => clauseSql(clause, face)))
  if (visible.any.length === 0 || visible.hide.length === 0) return anyOf([own, shared])
  return anyOf([own, allOf([shared, notHidden(visible.hide, face)])])
}

/** An overlap compares every pair: a long list is looked up in a hash instead. Nearly every face has one customer at most. */
const SHORT = 16

function notHidden(hide: readonly string[], face: string): Piece {
  const customers = `${face}.customers`
  if (hide.length <= SHORT) return piece(`NOT (${customers} && ?::text[])`, hide)
  return piece(
    `(${customers}[1] = ANY(?::text[])) IS NOT TRUE AND
      (cardinality(${customers}) < 2 OR NOT EXISTS (SELECT FROM unnest(${customers}) AS about (customer) WHERE about.customer = ANY(?::text[])))`, hide, hide,
  )
}

function clauseSql(clause: Clause, face: string): Piece {
  const parts: Piece[] = []
  for (const field of SINGLE_FIELDS) {
    const values = clause[field]
    if (values) parts.push(oneOf(`${face}.${field}`, values))
  }
  for (const field of LIST_FIELDS) {
    const values = clause[field]
    if (values) parts.push(piece(`${face}.${field} && ?::text[]`, values))
  }
  return allOf(parts)
}
