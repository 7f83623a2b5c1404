import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { FacetCount, SearchOptions } from '../../../domain/search/port.js'
import type { View } from './view.js'

const SHOWN = 20

/**
 * Narrows rows by the chosen values and counts the facets asked for: a row that fails one facet only still counts in that
 * facet, which is how its own selection is ignored.
 */
export function narrow(rows: Int32Array, view: View, { filters = {}, facets: wanted = FACETS }: SearchOptions): { rows: Int32Array; facets: Record<FacetName, FacetCount[]> } {
  const { facets } = view.columns
  const chosen = FACETS.filter((name) => (filters[name]?.length ?? 0) > 0)
  const hidden = facets.customer.dictionary.marks(view.scope.visible.hide)
  const marks = chosen.map((name) => {
    const marked = facets[name].dictionary.marks(filters[name] ?? [])
    return name === 'customer' ? marked.map((mark, i) => (hidden[i] === 1 ? 0 : mark)) : marked
  })
  // Facet by facet rather than row by row: each pass stays within one column.
  const failures = new Uint8Array(rows.length)
  const failed = new Uint8Array(rows.length)
  chosen.forEach((name, c) => {
    const marked = marks[c] ?? new Uint8Array(0)
    for (let i = 0; i < rows.length; i++) {
      if (facets[name].has(rows[i] ?? 0, marked)) continue
      failures[i] = (failures[i] ?? 0) + 1
      failed[i] = c
    }
  })
  const kept = chosen.length === 0 ? rows : rows.filter((_, i) => failures[i] === 0)
  const named = FACETS.map((name): [FacetName, FacetCount[]] => {
    if (!wanted.includes(name)) return [name, []]
    const c = chosen.indexOf(name)
    const counted = c < 0 ? kept : rows.filter((_, i) => failures[i] === 0 || (failures[i] === 1 && failed[i] === c))
    const counts = facets[name].count(counted)
    // Its author may read a thing about a customer they must not know of: the chip and the count are not theirs.
    if (name === 'customer') hidden.forEach((mark, key) => mark === 1 && (counts[key] = 0))
    return [name, most(counts, facets[name].dictionary.values, filters[name] ?? [])]
  })
  return { rows: kept, facets: Object.fromEntries(named) as Record<FacetName, FacetCount[]> }
}

/** The most frequent values, a chosen one always among them unless nothing has it. */
function most(counts: Int32Array, values: readonly string[], chosen: readonly string[]): FacetCount[] {
  const all: FacetCount[] = []
  for (let key = 0; key < counts.length; key++) {
    const [count, value] = [counts[key] ?? 0, values[key]]
    if (count > 0 && value !== undefined) all.push({ value, count })
  }
  return mostFrequent(all, chosen)
}

/** Twenty of them, the most frequent first. */
export function mostFrequent(counts: readonly FacetCount[], chosen: readonly string[]): FacetCount[] {
  const all = [...counts].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const shown = all.slice(0, SHOWN)
  const missing = all.slice(SHOWN).filter(({ value }) => chosen.includes(value))
  return [...shown.slice(0, SHOWN - missing.length), ...missing.slice(0, SHOWN)]
}
