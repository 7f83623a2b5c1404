import { createHash } from 'node:crypto'
import { keptText } from './letters.js'

export type Value = string | number | boolean | null | Buffer | readonly string[]

/** A piece of SQL with the values of its question marks, in their order. */
export interface Piece {
  readonly sql: string
  readonly params: readonly Value[]
  /** see `prepared` */
  readonly prepared?: true
}

export const NONE: Piece = { sql: 'FALSE', params: [] }
const ALL: Piece = { sql: 'TRUE', params: [] }

export function piece(sql: string, ...params: readonly Value[]): Piece {
  return { sql, params }
}

/** For what nearly every page asks: a connection that was asked it before need not read and plan it again. Its text is one of a few. */
export function prepared(piece: Piece): Piece {
  return { ...piece, prepared: true }
}

export function allOf(pieces: readonly Piece[]): Piece {
  return pieces.length === 0 ? ALL : joined(pieces, ' AND ')
}

export function anyOf(pieces: readonly Piece[]): Piece {
  return pieces.length === 0 ? NONE : joined(pieces, ' OR ')
}

/** `column` is one of the values: one parameter, however many there are. */
export function oneOf(column: string, values: readonly string[]): Piece {
  return piece(`${column} = ANY(?::text[])`, values)
}

/** As the driver wants it: numbered marks, and texts in letters that the database keeps. */
export function statement({ sql, params, prepared }: Piece): { readonly text: string; readonly values: unknown[]; readonly name?: string } {
  let n = 0
  const text = sql.replace(/\?/g, () => `$${(n += 1)}`)
  if (n !== params.length) throw new Error(`${n} marks for ${params.length} values: ${sql}`)
  return { text, values: params.map(written), ...(prepared && { name: createHash('sha1').update(text).digest('base64') }) }
}

function written(value: Value): unknown {
  if (typeof value === 'string') return keptText(value)
  if (Array.isArray(value)) return value.map(keptText)
  return value
}

function joined(pieces: readonly Piece[], between: string): Piece {
  const [only] = pieces
  if (pieces.length === 1 && only) return only
  return { sql: `(${pieces.map(({ sql }) => sql).join(between)})`, params: pieces.flatMap(({ params }) => params) }
}
