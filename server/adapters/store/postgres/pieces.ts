import { createHash } from 'node:crypto'
import { keptText } from './letters.js'

export type Value = string | number | boolean | null | Uint8Array | readonly string[]

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

/** As the driver wants it: numbered marks, and texts in letters that the database keeps. A list that is asked with twice is sent once. */
export function statement({ sql, params, prepared }: Piece): { readonly text: string; readonly values: unknown[]; readonly name?: string } {
  let n = 0
  const sent: Value[] = []
  const text = sql.replace(/\?/g, () => {
    const value = params[n++] as Value
    const before = Array.isArray(value) ? sent.indexOf(value) : -1
    return `$${before >= 0 ? before + 1 : sent.push(value)}`
  })
  if (n !== params.length) throw new Error(`${n} marks for ${params.length} values: ${sql}`)
  return { text, values: sent.map(written), ...(prepared && { name: createHash('sha1').update(text).digest('base64') }) }
}

function written(value: Value): unknown {
  if (typeof value === 'string') return keptText(value)
  if (Array.isArray(value)) return listWritten(value as readonly string[])
  return value
}

const LONG = 50
const longLists = new WeakMap<readonly string[], string>()

/** All questions of a page ask with the same list of hidden customers: a long one is put into the database's words once. */
function listWritten(values: readonly string[]): unknown {
  if (values.length < LONG) return values.map(keptText)
  const known = longLists.get(values) ?? `{${values.map((value) => `"${keptText(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`
  longLists.set(values, known)
  return known
}

function joined(pieces: readonly Piece[], between: string): Piece {
  const [only] = pieces
  if (pieces.length === 1 && only) return only
  return { sql: `(${pieces.map(({ sql }) => sql).join(between)})`, params: pieces.flatMap(({ params }) => params) }
}
