import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { FacetCount, SearchOptions } from '../../../domain/search/port.js'
import type { Query } from '../../../domain/search/query.js'
import { mostFrequent } from '../embedded/facets.js'
import type { Gathered, Group } from './asking.js'
import { decodeValue } from './encode.js'
import { narrowingOf } from './narrowing.js'
import type { Engine } from './search.js'

/** Of each facet with a choice of its own what there would be without it. */
export type WithoutOwn = ReadonlyMap<FacetName, Gathered['facets']>

/** The counts of the facets asked for; one with a choice of its own is counted without it. */
export function countsOf({ facets, total }: Pick<Gathered, 'facets' | 'total'>, withoutOwn: WithoutOwn, { filters = {}, facets: wanted = FACETS }: SearchOptions, hide: ReadonlySet<string>): Record<FacetName, readonly FacetCount[]> {
  return Object.fromEntries(FACETS.map((name): [FacetName, FacetCount[]] => {
    return [name, !wanted.includes(name) ? [] : shown((withoutOwn.get(name) ?? facets)[name] ?? {}, name, filters[name] ?? [])]
  })) as Record<FacetName, FacetCount[]>

  function shown(distribution: Readonly<Record<string, number>>, name: FacetName, chosen: readonly string[]): FacetCount[] {
    const all = Object.entries(distribution).flatMap(([encoded, count]) => {
      const value = decodeValue(encoded)
      // Its author may read a thing about a customer they must not know of: the chip and the count are not theirs.
      return value === null || (name === 'customer' && hide.has(value)) ? [] : [{ value, count }]
    })
    // The engine names the most frequent; of a choice that is not among them everything found is what there is.
    const [only] = chosen
    if (chosen.length === 1 && only !== undefined && total > 0 && !all.some(({ value }) => value === only)) all.push({ value: only, count: total })
    return mostFrequent(all, chosen)
  }
}

/** @throws SearchUnavailable */
export async function countWithoutOwn(groups: readonly Group[], query: Query, options: SearchOptions, engine: Engine): Promise<WithoutOwn> {
  const { filters = {}, facets = FACETS } = options
  const chosen = facets.filter((name) => (filters[name] ?? []).length > 0)
  return new Map(await Promise.all(chosen.map(async (name): Promise<[FacetName, Gathered['facets']]> => {
    return [name, (await engine.asking.gather(groups, { narrowing: narrowingOf(query, options, engine, name), facets: [name] })).facets]
  })))
}
