import { checkedVisible, seesNothing, type Clause, type Visible } from '../../../domain/policy/access.js'
import { encodeId, encodeValue } from './encode.js'

/**
 * The law (HOUSE.md §2a) as a filter. An empty filter would mean everything, so whoever sees nothing must not come here.
 * @throws Error when nothing may be seen, or a clause could be read as "everything"
 */
export function compileMeiliFilter(visible: Visible): string {
  const { plain, apart } = compileLaw(visible)
  return apart === null ? plain : `((${plain}) OR (${apart}))`
}

/**
 * As `compileMeiliFilter`, in two parts that share nothing: `apart` is what its author may read, but not whose customer it
 * is about; null when there can be none.
 * @throws Error as above
 */
export function compileLaw(visible: Visible): { plain: string; apart: string | null } {
  checkedVisible(visible)
  if (seesNothing(visible)) throw new Error('a viewer who sees nothing must not reach the engine')
  const seen = anyOf([...visible.own, ...visible.any].map(compileClause))
  if (visible.hide.length === 0) return { plain: seen, apart: null }
  const hidden = among('a_customers', visible.hide)
  return {
    plain: `(${seen} AND NOT ${hidden})`,
    apart: visible.own.length === 0 ? null : `(${anyOf(visible.own.map(compileClause))} AND ${hidden})`,
  }
}

/** One of the values; the only place where values get into a filter. @throws Error when there is none */
export function among(attribute: string, values: readonly string[]): string {
  if (values.length === 0) throw new Error(`${attribute} names no value`)
  return `${attribute} IN [${values.map((value) => `"${encodeValue(value)}"`).join(', ')}]`
}

export function amongIds(ids: readonly string[]): string {
  if (ids.length === 0) throw new Error('no id is named')
  return `id IN [${ids.map((id) => `"${encodeId(id)}"`).join(', ')}]`
}

/** One of the tokens given, as the engine is sent them. */
export function holding(attribute: string, tokens: readonly string[]): string {
  return allOf(tokens.map((token) => `${attribute} = "${token.replace(/[^a-z0-9]/g, '')}"`))
}

export function allOf(filters: readonly string[]): string {
  return filters.length === 1 ? (filters[0] ?? '') : `(${filters.join(' AND ')})`
}

export function anyOf(filters: readonly string[]): string {
  return filters.length === 1 ? (filters[0] ?? '') : `(${filters.join(' OR ')})`
}

function compileClause(clause: Clause): string {
  const parts = Object.entries(clause).map(([field, values]) => among(`a_${field}`, values))
  if (parts.length === 0) throw new Error('an empty clause would show everything')
  return allOf(parts)
}
