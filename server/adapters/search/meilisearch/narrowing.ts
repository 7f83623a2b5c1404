import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { SearchOptions } from '../../../domain/search/port.js'
import type { Field, Query } from '../../../domain/search/query.js'
import { lookOf } from '../embedded/concepts.js'
import { partOf } from './asked.js'
import type { Narrowing } from './asking.js'
import { NOBODY, allOf, among, anyOf, holding } from './terms.js'
import type { Engine } from './search.js'

/** What a query and the chosen facets leave aside, as filters beside the law: they only ever narrow. */
export function narrowingOf(query: Query, options: SearchOptions, { hide, open }: Pick<Engine, 'hide' | 'open'>, blindTo?: FacetName): Narrowing {
  const filters: string[] = []
  for (const name of FACETS) {
    const chosen = options.filters?.[name] ?? []
    if (chosen.length === 0 || name === blindTo) continue
    const values = name === 'customer' ? chosen.filter((value) => !hide.has(value)) : chosen
    filters.push(values.length > 0 ? among(`f_${name}`, values) : NOBODY)
  }
  for (const field of query.fields) {
    const holds = fieldFilter(field, open)
    filters.push(field.not ? `NOT ${holds}` : holds)
  }
  if (query.after !== null) filters.push(`at >= ${Date.parse(query.after)}`)
  if (query.before !== null) filters.push(`at < ${Date.parse(query.before)}`)
  const without = query.words.flatMap((word) => {
    const look = word.not ? lookOf(word) : null
    return (look && partOf(look)) ?? []
  })
  return { filters, without }
}

/** By its words or by its key; a customer only where the viewer may know of the entry's customers. */
function fieldFilter({ name, value }: Field, open: readonly string[]): string {
  const look = lookOf({ text: value, phrase: false })
  const part = look && partOf(look)
  const ways = [...(part ? [holding(`t_${name}`, part.tokens)] : []), among(`f_${name}`, [value])]
  const held = anyOf(ways)
  return name === 'customer' && open.length > 0 ? allOf([held, ...open]) : `(${held})`
}
