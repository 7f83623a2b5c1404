import { encodeShort, encodeValue } from './encode.js'

/** No entry is like this. */
export const NOBODY = 'gate = "none"'

/** One of the values; the only place where values get into a filter. @throws Error when there is none */
export function among(attribute: string, values: readonly string[]): string {
  if (values.length === 0) throw new Error(`${attribute} names no value`)
  return `${attribute} IN [${values.map((value) => `"${encodeValue(value)}"`).join(', ')}]`
}

export function amongIds(ids: readonly string[]): string {
  return amongShort('key', ids.map(encodeShort))
}

/** As `among`, of short forms: these have letters and digits only. @throws Error when there is none */
export function amongShort(attribute: string, forms: readonly string[]): string {
  if (forms.length === 0) throw new Error(`${attribute} names no value`)
  return `${attribute} IN[${forms.join()}]`
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
