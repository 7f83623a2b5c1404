import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { FacetCount, SearchOptions } from '../../../domain/search/port.js'
import type { Query } from '../../../domain/search/query.js'
import { mostFrequent } from '../embedded/facets.js'
import type { Gathered, Group } from './asking.js'
import { decodeValue } from './encode.js'
import { narrowingOf } from './narrowing.js'
import type { Engine } from './search.js'

/** The counts of every facet; one with a choice of its own is counted again without it. */
export async function countsOf(
  found: { readonly groups: readonly Group[]; readonly facets: Gathered['facets'] },
  query: Query,
  options: SearchOptions,
  { asking, hide }: Engine,
): Promise<Record<FacetName, readonly FacetCount[]>> {
  const counts = await Promise.all(
    FACETS.map(async (name): Promise<[FacetName, readonly FacetCount[]]> => {
      const chosen = options.filters?.[name] ?? []
      if (chosen.length === 0) return [name, shown(found.facets[name] ?? {}, name, chosen)]
      const narrowing = narrowingOf(query, options, hide, name)
      const { facets } = await asking.gather(found.groups, { narrowing, facets: [name] })
      return [name, shown(facets[name] ?? {}, name, chosen)]
    }),
  )
  return Object.fromEntries(counts) as Record<FacetName, readonly FacetCount[]>

  function shown(distribution: Readonly<Record<string, number>>, name: FacetName, chosen: readonly string[]): FacetCount[] {
    const all = Object.entries(distribution).flatMap(([encoded, count]) => {
      const value = decodeValue(encoded)
      // Its author may read a thing about a customer they must not know of: the chip and the count are not theirs.
      return value === null || (name === 'customer' && hide.has(value)) ? [] : [{ value, count }]
    })
    return mostFrequent(all, chosen)
  }
}
