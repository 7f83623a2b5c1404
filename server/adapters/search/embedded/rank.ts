import type { Concept } from './concept.js'
import type { Columns } from './columns.js'
import { textFeatures, type Feature } from './features.js'
import { LATIN, Reading } from './reading.js'
import type { Shelf } from './look.js'
import { rarity } from './rarity.js'

/** Partial matches of long questions: those worth less than this part of the best one are not results at all. */
const LEAST_PART = 0.3
/** How many of the best are read. */
export const READ_ROWS = 120
const READ_TOKENS = 100_000

export interface Ranking {
  /** rows that match, ascending */
  readonly rows: Int32Array
  readonly relaxed: boolean
  /** what a partial match must have scored to be one; 0 where everything had to be there */
  readonly least: number
  /** those rows, best first, as far as asked for */
  order(rows: Int32Array, upTo: number): number[]
}

/** Up to so many things asked for, all of them must be there, unless only few entries have them all; a question is not a list of keywords. */
const ALL_OF = 3
const FEW = 3
const FEW_ANSWERS = 10
const QUESTION = /[?？]|什么|什麼|如何|怎么|怎麼|为什|為什|哪|谁|誰|多少|^(what|how|why|who|when|where|which|is|are|can|does|do)\b/iu
const ALL_FIRST = 1e6
/** A Chinese concept is also counted by its pairs and words. */
const DENSE = 0.5

/**
 * Two steps: every matching row is scored by how rare the things are that it holds; the best of them are then read
 * and scored again by how often, where and how near each other. All statistics are of what the viewer sees.
 */
export function rank(concepts: readonly Concept[], text: string, view: Shelf, now: number): Ranking {
  const features = textFeatures(text, view)
  const end = view.columns.end
  const score = new Float32Array(end)
  const held = new Uint8Array(end)
  const needed = neededOf(concepts)
  const must = concepts.filter((concept) => concept.required)
  const weights = concepts.map((concept) => addConcept(concept, view, score, needed.includes(concept) ? held : null))
  for (const { rows: holding, weight, idf } of features) for (const row of holding) score[row] = (score[row] ?? 0) + weight * idf

  let rows = rowsWhere(view, (row) => held[row] === needed.length && needed.length > 0)
  let relaxed = false
  let least = 0
  if (!mustHoldAll(concepts) || rows.length < enoughFor(text)) {
    const partly = withEach(must, rowsWhere(view, (row) => (score[row] ?? 0) > 0), view)
    const best = partly.reduce((most, row) => Math.max(most, score[row] ?? 0), 0)
    least = best * LEAST_PART
    const enough = partly.filter((row) => held[row] === needed.length || (score[row] ?? 0) >= least)
    relaxed = enough.length > rows.length
    rows = enough
  }
  return new Ranked(rows, relaxed, least, { concepts, weights, features, view, now, score, complete: mustHoldAll(concepts) ? held : null, needed: needed.length })
}

interface Judged {
  readonly concepts: readonly Concept[]
  /** inverse document frequency of each of them */
  readonly weights: readonly number[]
  readonly features: readonly Feature[]
  readonly view: Shelf
  readonly now: number
  /** of each row, how rare the things are that it holds */
  readonly score: Float32Array
  /** how many of those needed each row holds, where rows that hold them all come first */
  readonly complete: Uint8Array | null
  readonly needed: number
}

class Ranked implements Ranking {
  constructor(readonly rows: Int32Array, readonly relaxed: boolean, readonly least: number, private readonly judged: Judged) {}

  order(kept: Int32Array, upTo: number): number[] {
    const { concepts, weights, features, view, score } = this.judged
    const rough = new Float64Array(kept.length)
    for (const [i, row] of kept.entries()) rough[i] = this.worth(row, score[row] ?? 0)
    const byRough = topIndexes(rough, Math.max(READ_ROWS, upTo)).map((i) => kept[i] ?? 0)
    const read = readable(byRough, view.columns)
    const reading = new Reading(concepts, weights, features, view)
    const exact = new Map<number, number>()
    for (const row of byRough.slice(0, read)) exact.set(row, this.worth(row, reading.score(row)))
    const reordered = [...exact.keys()].sort((a, b) => (exact.get(b) ?? 0) - (exact.get(a) ?? 0) || tie(view.columns, a, b))
    return [...reordered, ...byRough.slice(read)]
  }

  private worth(row: number, score: number): number {
    const { view, now, complete, needed } = this.judged
    return (complete?.[row] === needed ? ALL_FIRST : 0) + score * trust(view.columns, row, now)
  }
}

/** What has to be there where all is asked for. */
export function neededOf(concepts: readonly Concept[]): Concept[] {
  return concepts.filter((concept) => !concept.optional)
}

/** Few things are keywords, which are all meant; many are a question. */
export function mustHoldAll(concepts: readonly Concept[]): boolean {
  return neededOf(concepts).length <= ALL_OF
}

/** Fewer entries that hold everything than this let partial matches in behind them. */
export function enoughFor(text: string): number {
  return QUESTION.test(text) ? FEW_ANSWERS : FEW
}

/** @returns the concept's inverse document frequency among visible rows */
function addConcept(concept: Concept, view: Shelf, score: Float32Array, held: Uint8Array | null): number {
  const part = concept.dense ? DENSE : LATIN
  const [first, ...others] = concept.ways
  if (!first) return 0
  let rows = first.found.rows
  let count = first.found.count
  let best: Float32Array | null = null
  if (others.length > 0) {
    best = new Float32Array(view.columns.end)
    const all: number[] = []
    for (const way of concept.ways) {
      for (const row of way.found.rows) {
        const before = best[row] ?? 0
        if (before === 0) all.push(row)
        if (way.weight > before) best[row] = way.weight
      }
    }
    rows = Int32Array.from(all)
    // From afar only the largest is known for certain.
    count = Math.max(rows.length, ...concept.ways.map((way) => way.found.count))
  }
  const idf = rarity(count, view.size)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    score[row] = (score[row] ?? 0) + (best ? (best[row] ?? 0) : first.weight) * idf * part
    if (held) held[row] = (held[row] ?? 0) + 1
  }
  return idf
}

function withEach(must: readonly Concept[], rows: Int32Array, view: Shelf): Int32Array {
  let kept = rows
  for (const concept of must) {
    const holds = new Uint8Array(view.columns.end)
    for (const way of concept.ways) for (const row of way.found.rows) holds[row] = 1
    kept = kept.filter((row) => holds[row] === 1)
  }
  return kept
}

function rowsWhere(view: Shelf, test: (row: number) => boolean): Int32Array {
  return view.visible.filter(test)
}

/** How many of the best rows are read again: a bounded amount of text, however long the entries are. */
function readable(rows: readonly number[], columns: Columns): number {
  let tokens = 0
  let count = 0
  for (const row of rows) {
    tokens += columns.length[row] ?? 0
    if (count >= READ_ROWS || (tokens > READ_TOKENS && count >= 20)) break
    count++
  }
  return count
}

/**
 * What a curator's judgement, freshness and colleagues' use add to how well the words fit: at most a quarter, so that
 * a far better answer is never behind a merely better-kept one.
 */
export function trust(columns: Columns, row: number, now: number): number {
  const years = Math.max(0, now - (columns.at[row] ?? now)) / 31_557_600_000
  const kept = trustOf((columns.validatedAt[row] ?? 0) > 0, columns.overdue[row] === 1, columns.value[row] ?? 0, columns.reuses[row] ?? 0)
  return kept + 0.04 * Math.exp(-years)
}

/** The part of it that no time changes. */
export function trustOf(validated: boolean, overdue: boolean, value: number, reuses: number): number {
  const judged = validated ? (overdue ? 0.02 : 0.08) : 0
  const valued = value === 0 ? 0 : 0.015 * (value - 1)
  return 1 + judged + valued + 0.02 * Math.min(3, Math.log2(1 + reuses))
}

/** Newer first; the id decides the rest, so that pages never overlap. */
export function tie(columns: Columns, a: number, b: number): number {
  return (columns.at[b] ?? 0) - (columns.at[a] ?? 0) || ((columns.ids[a] ?? '') < (columns.ids[b] ?? '') ? -1 : 1)
}

/** Indexes of the `count` greatest values, greatest first, the lower index first among equals. */
export function topIndexes(values: Float64Array, count: number): number[] {
  const heap: number[] = []
  const first = Math.min(count, values.length)
  for (let i = 0; i < first; i++) heap.push(i)
  for (let at = (first >> 1) - 1; at >= 0; at--) sink(heap, values, at)
  for (let i = first; i < values.length && first > 0; i++) {
    if (!isWorse(values, heap[0] ?? 0, i)) continue
    heap[0] = i
    sink(heap, values, 0)
  }
  return heap.sort((a, b) => (isWorse(values, a, b) ? 1 : -1))
}

/** In a heap of the best so far with the worst of them on top: almost every value is put aside by one comparison. */
function sink(heap: number[], values: Float64Array, from: number): void {
  for (let at = from; ; ) {
    let worst = at
    for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
      if (isWorse(values, heap[child] ?? 0, heap[worst] ?? 0)) worst = child
    }
    if (worst === at) return
    ;[heap[at], heap[worst]] = [heap[worst] ?? 0, heap[at] ?? 0]
    at = worst
  }
}

function isWorse(values: Float64Array, a: number, b: number): boolean {
  const left = values[a] ?? 0
  const right = values[b] ?? 0
  return left < right || (left === right && a > b)
}
