import { LIST_FIELDS, SINGLE_FIELDS, checkedVisible, seesNothing, type Clause, type Visible } from '../../../domain/policy/access.js'

/** A piece of SQL with the values of its question marks, in their order. */
export interface Piece {
  readonly sql: string
  readonly params: readonly (string | number | null)[]
}

/** Tables that hold the law's columns: `row` identifies a face in all three. */
export interface LawTables {
  /** the table or alias with `row`, `author`, `reach`, `desk`, `level` */
  readonly face: string
  /** `row`, `kind` ('named' or 'steward'), `key` */
  readonly party: string
  /** `row`, `customer`, both NOT NULL: a NULL would make NOT IN false for everybody */
  readonly about: string
}

export const LAW_TABLES: LawTables = { face: 'f', party: 'party', about: 'about' }

const PARTY_KINDS = { named: 'named', stewards: 'steward' } as const

/**
 * The law as SQL (HOUSE.md §2a): true for exactly the faces that `sees` lets through. No clause at all is `0`.
 * Every list travels as one JSON parameter, so its length never changes the statement.
 */
export function visibleSql(visible: Visible, tables: LawTables = LAW_TABLES): Piece {
  checkedVisible(visible)
  if (seesNothing(visible)) return NONE
  const own = anyOf(visible.own.map((clause) => clauseSql(clause, tables)))
  const shared = anyOf(visible.any.map((clause) => clauseSql(clause, tables)))
  if (visible.any.length === 0 || visible.hide.length === 0) return anyOf([own, shared])
  const notHidden: Piece = {
    sql: `${tables.face}.row NOT IN (SELECT row FROM ${tables.about} WHERE customer IN (SELECT value FROM json_each(?)))`,
    params: [JSON.stringify(visible.hide)],
  }
  return anyOf([own, allOf([shared, notHidden])])
}

export const NONE: Piece = { sql: '0', params: [] }

export function allOf(pieces: readonly Piece[]): Piece {
  return pieces.length === 0 ? { sql: '1', params: [] } : joined(pieces, ' AND ')
}

export function anyOf(pieces: readonly Piece[]): Piece {
  return pieces.length === 0 ? NONE : joined(pieces, ' OR ')
}

/** `column` is one of the values, however many. */
export function oneOf(column: string, values: readonly string[]): Piece {
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(values)] }
}

export function joined(pieces: readonly Piece[], between: string): Piece {
  const [only] = pieces
  if (pieces.length === 1 && only) return only
  return {
    sql: `(${pieces.map((piece) => piece.sql).join(between)})`,
    params: pieces.flatMap((piece) => piece.params),
  }
}

function clauseSql(clause: Clause, tables: LawTables): Piece {
  const parts: Piece[] = []
  for (const field of SINGLE_FIELDS) {
    const values = clause[field]
    if (values) parts.push(oneOf(`${tables.face}.${field}`, values))
  }
  for (const field of LIST_FIELDS) {
    const values = clause[field]
    if (!values) continue
    const key = oneOf('key', values)
    parts.push({
      sql: `${tables.face}.row IN (SELECT row FROM ${tables.party} WHERE kind = '${PARTY_KINDS[field]}' AND ${key.sql})`,
      params: key.params,
    })
  }
  return allOf(parts)
}
