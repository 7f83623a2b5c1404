import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { FacetCount, Filters } from '../../../domain/search/port.js'
import type { View } from './view.js'

const SHOWN = 20

/**
 * Narrows rows by the chosen values and counts every facet on the way, in one pass: a row that fails one facet only
 * still counts in that facet, which is how its own selection is ignored.
 */
export function narrow(rows: Int32Array, view: View, filters: Filters): { rows: Int32Array; facets: Record<FacetName, FacetCount[]> } {
  const { facets } = view.columns
  const chosen = FACETS.filter((name) => (filters[name]?.length ?? 0) > 0)
  const hidden = facets.customer.dictionary.marks(view.scope.visible.hide)
  const marks = chosen.map((name) => {
    const wanted = facets[name].dictionary.marks(filters[name] ?? [])
    return name === 'customer' ? wanted.map((mark, i) => (hidden[i] === 1 ? 0 : mark)) : wanted
  })
  const counts = FACETS.map((name) => new Int32Array(facets[name].dictionary.values.length))
  const kept = new Int32Array(rows.length)
  let count = 0
  for (const row of rows) {
    let failed = -1
    let failures = 0
    for (let i = 0; i < chosen.length; i++) {
      const name = chosen[i]
      const wanted = marks[i]
      if (!name || !wanted || facets[name].has(row, wanted)) continue
      failed = FACETS.indexOf(name)
      if (++failures > 1) break
    }
    if (failures > 1) continue
    if (failures === 0) {
      kept[count++] = row
      for (let f = 0; f < FACETS.length; f++) countIn(f, row)
    } else countIn(failed, row)
  }
  function countIn(f: number, row: number): void {
    const name = FACETS[f]
    const into = counts[f]
    if (name && into) facets[name].count(row, into)
  }
  // Its author may read a thing about a customer they must not know of: the chip and the count are not theirs.
  counts[FACETS.indexOf('customer')]?.forEach((_, i, all) => {
    if (hidden[i] === 1) all[i] = 0
  })
  const named = FACETS.map((name, f) => [name, most(counts[f] ?? new Int32Array(0), facets[name].dictionary.values, filters[name] ?? [])])
  return { rows: kept.slice(0, count), facets: Object.fromEntries(named) as Record<FacetName, FacetCount[]> }
}

/** The most frequent values, a chosen one always among them unless nothing has it. */
function most(counts: Int32Array, values: readonly string[], chosen: readonly string[]): FacetCount[] {
  const all: FacetCount[] = []
  counts.forEach((count, i) => {
    const value = values[i]
    if (count > 0 && value !== undefined) all.push({ value, count })
  })
  all.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const shown = all.slice(0, SHOWN)
  const missing = all.slice(SHOWN).filter(({ value }) => chosen.includes(value))
  return [...shown.slice(0, SHOWN - missing.length), ...missing.slice(0, SHOWN)]
}
