import { stemmer } from 'stemmer'
import { fold, foldWithOffsets } from './fold.js'
import { pairsOf, runsOf, widthAt, type Run } from './runs.js'

/** A piece of text as written; the view escapes it and marks the hits. Joined, the pieces are the text again. */
export interface Segment {
  readonly text: string
  readonly hit: boolean
}

/**
 * The text cut into hits and the rest. Finds other forms of a word, other scripts, and parts of Chinese sentences.
 * @param terms as `Results.terms`, or `termsOf(query)`
 */
export function highlight(text: string, terms: readonly string[]): Segment[] {
  return segments(text, hitsIn(text, terms), 0, text.length)
}

/**
 * The part of the text where the hits stand closest, with them marked; from the start when there is none.
 * @param length about how many UTF-16 code units, without the ellipses
 */
export function snippet(text: string, terms: readonly string[], length = 180): Segment[] {
  const hits = hitsIn(text, terms)
  if (text.length <= length) return segments(text, hits, 0, text.length)
  const start = bestStart(text, hits, length)
  const end = Math.min(text.length, wordEdge(text, start + length))
  const cut = segments(text, hits, start, end)
  if (start > 0) cut.unshift({ text: '…', hit: false })
  if (end < text.length) cut.push({ text: '…', hit: false })
  return cut
}

interface Span {
  readonly from: number
  readonly to: number
  readonly term: number
}

/** Hits in the original's offsets, in order, not overlapping. */
function hitsIn(text: string, terms: readonly string[]): Span[] {
  const folded = foldWithOffsets(text)
  const runs = runsOf(folded.text)
  const stems = new Map<string, string>()
  const found: Span[] = []
  terms.forEach((term, i) => {
    for (const [from, to] of findTerm(runs, fold(term), stems)) {
      found.push({ from: folded.from[from] ?? 0, to: endInOriginal(folded.from, to), term: i })
    }
  })
  found.sort((a, b) => a.from - b.from || b.to - a.to)
  const kept: Span[] = []
  for (const span of found) {
    const last = kept.at(-1)
    if (!last || span.from >= last.to) kept.push(span)
    else if (span.to > last.to) kept[kept.length - 1] = { ...last, to: span.to }
  }
  return kept
}

/** A character may fold to several (㈱); a hit that ends inside them takes it whole. */
function endInOriginal(from: Int32Array, to: number): number {
  let end = to
  while (end < from.length - 1 && from[end] === from[to - 1]) end++
  return from[end] ?? 0
}

type Range = readonly [from: number, to: number]

function findTerm(runs: readonly Run[], term: string, stems: Map<string, string>): Range[] {
  const wanted = runsOf(term)
  const first = wanted[0]
  if (!first) return []
  const open = term.endsWith('*')
  const whole = wanted.length > 1
  const found: Range[] = []
  for (let i = 0; i + wanted.length <= runs.length; i++) {
    const run = runs[i]
    // Of a long text nearly every run ends here, for each of a page's terms: nothing is made for it.
    if (!run || !sameRun(first, run, whole, open && !whole, stems) || (whole && !restStands(wanted, runs, i, open, stems))) continue
    const last = runs[i + wanted.length - 1] ?? run
    if (whole) found.push([run.at, last.at + last.text.length])
    else found.push(...within(run, first))
  }
  if (found.length === 0 && wanted.length === 1 && first.dense) return pairsFound(runs, first)
  return found
}

/** Whether what follows the first one wanted stands behind it. */
function restStands(wanted: readonly Run[], runs: readonly Run[], at: number, open: boolean, stems: Map<string, string>): boolean {
  for (let k = 1; k < wanted.length; k++) {
    const [want, run] = [wanted[k], runs[at + k]]
    if (!want || !run || !sameRun(want, run, true, open && k === wanted.length - 1, stems)) return false
  }
  return true
}

function sameRun(want: Run, run: Run, whole: boolean, open: boolean, stems: Map<string, string>): boolean {
  if (want.dense !== run.dense) return false
  if (want.dense) return whole ? run.text === want.text : run.text.includes(want.text)
  if (open) return run.text.startsWith(want.text)
  if (run.text === want.text) return true
  // A stem begins as its word does, so most words of a long text need no stemming.
  return run.text.charCodeAt(0) === want.text.charCodeAt(0) && stemOf(run.text, stems) === stemOf(want.text, stems)
}

function stemOf(word: string, known: Map<string, string>): string {
  let stem = known.get(word)
  if (stem === undefined) known.set(word, (stem = stemmer(word)))
  return stem
}

function within(run: Run, want: Run): Range[] {
  if (!run.dense) return [[run.at, run.at + run.text.length]]
  const found: Range[] = []
  for (let at = run.text.indexOf(want.text); at >= 0; at = run.text.indexOf(want.text, at + want.text.length)) {
    found.push([run.at + at, run.at + at + want.text.length])
  }
  return found
}

/** A long Chinese term that stands nowhere as a whole: show the pairs of it that do. */
function pairsFound(runs: readonly Run[], want: Run): Range[] {
  const pairs = new Set(pairsOf(want.text).filter((pair) => [...pair].length === 2))
  const found: Range[] = []
  for (const { dense, text, at } of runs) {
    if (!dense) continue
    for (let i = 0, next; i < text.length; i = next) {
      next = i + widthAt(text, i)
      const end = next + widthAt(text, next)
      if (pairs.has(text.slice(i, end))) found.push([at + i, at + end])
    }
  }
  return found
}

function segments(text: string, hits: readonly Span[], start: number, end: number): Segment[] {
  const cut: Segment[] = []
  let at = start
  for (const hit of hits) {
    const [from, to] = [Math.max(hit.from, at), Math.min(hit.to, end)]
    if (from >= to) continue
    if (from > at) cut.push({ text: text.slice(at, from), hit: false })
    cut.push({ text: text.slice(from, to), hit: true })
    at = to
  }
  if (at < end) cut.push({ text: text.slice(at, end), hit: false })
  return cut
}

/** Where a window of that length holds the most different terms, then the most hits. */
function bestStart(text: string, hits: readonly Span[], length: number): number {
  let best = 0
  let bestScore = 0
  // Enough to choose well; a page of one repeated word must not cost the square of its length.
  for (const first of hits.slice(0, 200)) {
    const inside = hits.filter((hit) => hit.from >= first.from && hit.to <= first.from + length * 0.8)
    const score = new Set(inside.map((hit) => hit.term)).size * 100 + inside.length
    if (score > bestScore) [best, bestScore] = [first.from, score]
  }
  const lead = Math.max(0, best - Math.floor(length * 0.2))
  return lead === 0 ? 0 : Math.min(best, wordEdge(text, lead))
}

/** The next place from here where a cut splits neither a word nor a surrogate pair; at most 24 further on. */
function wordEdge(text: string, at: number): number {
  for (let i = at; i < Math.min(text.length, at + 24); i++) {
    if (/\s/.test(text.charAt(i)) || /[\u3000-\u9fff\uff00-\uffef]/.test(text.charAt(i))) return i
  }
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at
}
