import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { FacetCount, Results } from '../../../domain/search/port.js'

/** What somebody who may see nothing is told, without asking the index: an empty law is never an engine's business. */
export function noResults(): Results {
  const facets = Object.fromEntries(FACETS.map((name) => [name, []])) as unknown as Record<FacetName, readonly FacetCount[]>
  return { hits: [], total: 0, facets, corrected: [], relaxed: false, terms: [] }
}
