import type { Hit, Results, SearchOptions } from '../../../domain/search/port.js'
import type { Field, Query } from '../../../domain/search/query.js'
import type { Columns } from './columns.js'
import { conceptsOf, lookOf } from './concepts.js'
import { narrow } from './facets.js'
import { rank, tie, topIndexes, type Ranking } from './rank.js'
import type { Synonyms } from './synonyms.js'
import type { View } from './view.js'
import type { Words } from './words.js'

/** Answers a query over one view of the index. */
export function search(query: Query, options: SearchOptions, view: View, words: Words, synonyms: Synonyms): Results {
  const sources = { view, words, synonyms }
  const wanted = query.words.filter((word) => !word.not)
  const now = Date.parse(options.now)
  const text = wanted.map((word) => word.text).join(' ')
  let concepts = conceptsOf(wanted, sources)
  let ranking = concepts.length > 0 ? rank(concepts, text, view, now) : null
  const unquoted = ranking?.rows.length === 0 && wanted.some((word) => word.phrase)
  if (unquoted) {
    concepts = conceptsOf(wanted.map((word) => ({ ...word, phrase: false })), sources)
    ranking = concepts.length > 0 ? rank(concepts, text, view, now) : null
  }
  // Words were typed but nothing in them can be looked for (only punctuation): that finds nothing, not everything.
  let rows = ranking ? ranking.rows : wanted.length > 0 ? new Int32Array(0) : view.visible
  for (const word of query.words) {
    const look = word.not ? lookOf(word) : null
    if (look) rows = without(rows, view.find(look).rows)
  }
  for (const field of query.fields) {
    const named = rowsOfField(field, view)
    rows = field.not ? without(rows, named) : common(rows, named)
  }
  rows = withinDates(rows, query, view.columns)

  const { rows: kept, facets } = narrow(rows, view, options)
  const hits = pageOf(kept, ranking, options, view.columns).map((row) => hitOf(row, view.columns))
  return {
    hits,
    total: kept.length,
    facets,
    corrected: concepts.flatMap((concept) => concept.correction ?? []),
    relaxed: unquoted || (ranking?.relaxed ?? false),
    terms: [...new Set(concepts.flatMap((concept) => concept.terms))],
  }
}

export function hitOf(row: number, columns: Columns): Hit {
  return { kind: columns.kindOf(row), id: columns.ids[row] ?? '', version: columns.version[row] ?? 0 }
}

function pageOf(rows: Int32Array, ranking: Ranking | null, options: SearchOptions, columns: Columns): number[] {
  const size = Math.min(100, Math.max(1, Math.trunc(options.size ?? 20)))
  const start = (Math.max(1, Math.trunc(options.page ?? 1)) - 1) * size
  if (start >= rows.length) return []
  const sort = options.sort ?? (ranking ? 'relevance' : 'newest')
  if (ranking && sort === 'relevance') return ranking.order(rows, start + size).slice(start, start + size)
  const worth = new Float64Array(rows.length)
  rows.forEach((row, i) => {
    // Rated 1–5 before the moment: one step of value outweighs any age (milliseconds stay below 1e14).
    worth[i] = (sort === 'value' ? (columns.value[row] ?? 0) * 1e14 : 0) + (columns.at[row] ?? 0)
  })
  const best = topIndexes(worth, start + size).map((i) => ({ row: rows[i] ?? 0, worth: worth[i] ?? 0 }))
  best.sort((a, b) => b.worth - a.worth || tie(columns, a.row, b.row))
  return best.slice(start, start + size).map(({ row }) => row)
}

function rowsOfField(field: Field, view: View): Int32Array {
  const look = lookOf({ text: field.value, phrase: false })
  const found = new Set(look ? view.find(look, [field.name]).rows : [])
  const column = view.columns.facets[field.name]
  const marks = column.dictionary.marks([field.value])
  const key = column.dictionary.find(field.value)
  if (key !== undefined) {
    for (const row of view.visible) if (column.has(row, marks) && !(field.name === 'customer' && view.isApart(row))) found.add(row)
  }
  return Int32Array.from(found).sort()
}

function withinDates(rows: Int32Array, query: Query, columns: Columns): Int32Array {
  if (query.before === null && query.after === null) return rows
  const before = query.before === null ? Infinity : Date.parse(query.before)
  const after = query.after === null ? -Infinity : Date.parse(query.after)
  return rows.filter((row) => (columns.at[row] ?? 0) >= after && (columns.at[row] ?? 0) < before)
}

function without(rows: Int32Array, others: Int32Array): Int32Array {
  const set = new Set(others)
  return rows.filter((row) => !set.has(row))
}

function common(rows: Int32Array, others: Int32Array): Int32Array {
  const set = new Set(others)
  return rows.filter((row) => set.has(row))
}
