import type { Concept, Way } from './concept.js'
import type { Feature } from './features.js'
import type { Column } from './columns-of-text.js'
import type { Shelf } from './look.js'

/** Okapi BM25 (Robertson & Zaragoza 2009), fields weighed as in BM25F; figures in content/decisions/0010-embedded-search.md. */
const K1 = 1.2
const B = 0.7
const FIELD_WEIGHTS = {
  title: 4, body: 1, tag: 2.5, customer: 2.5, author: 1, reference: 1, topic: 1.5, words_title: 4, words_body: 1,
} as const satisfies Partial<Record<Column, number>>
const PAIR_FIELDS = ['title', 'body', 'tag', 'customer', 'author', 'reference', 'topic'] as const
const WORD_FIELDS = ['words_title', 'words_body'] as const
/** A Latin word counts as much as a Chinese word and the pair inside it together. */
export const LATIN = 2
const NEARNESS = 0.35

/** Reads what an entry really says, for the few that may come first: how often, in which field, how near each other. */
export class Reading {
  private readonly ofToken = new Map<string, [concept: number, weight: number][]>()
  private readonly pairs = new Map<string, Feature>()
  private readonly words = new Map<string, Feature>()
  /** what they all begin with, UTF-16: most tokens of a text need no further look */
  private readonly begins: ReadonlySet<number>

  /** @param idf of each concept */
  constructor(
    private readonly concepts: readonly Concept[],
    private readonly idf: readonly number[],
    features: readonly Feature[],
    private readonly view: Shelf,
  ) {
    concepts.forEach((concept, c) => {
      for (const way of concept.ways) {
        for (const token of way.tokens) this.ofToken.set(token, [...(this.ofToken.get(token) ?? []), [c, way.weight]])
      }
    })
    for (const feature of features) (feature.word ? this.words : this.pairs).set(feature.token, feature)
    this.begins = new Set([this.ofToken, this.pairs, this.words].flatMap((wanted) => [...wanted.keys()].map((token) => token.charCodeAt(0))))
  }

  score(row: number): number {
    const streams = this.view.streams(row)
    if (!streams) return 0
    const { concepts, idf } = this
    const norm = K1 * (1 - B + (B * (this.view.columns.length[row] ?? 0)) / this.view.meanLength)
    const found = new Occurrences(concepts.length)
    const counts = new Map<Feature, number>()
    for (const field of PAIR_FIELDS) {
      found.newField()
      this.read(streams[field], FIELD_WEIGHTS[field], this.pairs, counts, found)
    }
    if (this.words.size > 0) for (const field of WORD_FIELDS) this.read(streams[field], FIELD_WEIGHTS[field], this.words, counts, null)
    let score = NEARNESS * found.gain(idf)
    concepts.forEach((concept, c) => {
      // What its pairs and words already say is not counted twice.
      if (concept.dense && concept.ways.length === 1 && !concept.required) return
      let often = found.often[c] ?? 0
      for (const way of concept.ways) if (isPhrase(way) && includes(way.found.rows, row)) often += way.weight
      score += LATIN * (idf[c] ?? 0) * saturated(often, norm)
    })
    for (const [feature, often] of counts) score += feature.weight * feature.idf * saturated(often, norm)
    return score
  }

  /** @param found what the concepts are counted in; null for a field that says again what another has said */
  private read(stream: string, weight: number, features: ReadonlyMap<string, Feature>, counts: Map<Feature, number>, found: Occurrences | null): void {
    for (let start = 0, position = 0; start < stream.length; position++) {
      const end = endOfToken(stream, start)
      if (this.begins.has(stream.charCodeAt(start))) {
        const token = stream.slice(start, end)
        if (found) for (const [concept, part] of this.ofToken.get(token) ?? NOTHING) found.at(concept, position, weight * part)
        const feature = features.get(token)
        if (feature) counts.set(feature, (counts.get(feature) ?? 0) + weight)
      }
      start = end + 1
    }
  }
}

function endOfToken(stream: string, start: number): number {
  const end = stream.indexOf(' ', start)
  return end < 0 ? stream.length : end
}

const NOTHING: readonly [number, number][] = []

/** It counts once. One word in any form is none, also where no other form of it is at hand. */
function isPhrase({ tokens, look }: Way): boolean {
  return tokens.length === 0 && !(look.forms && look.tokens.length === 1)
}

function saturated(frequency: number, norm: number): number {
  return frequency === 0 ? 0 : (frequency * (K1 + 1)) / (frequency + norm)
}

/** How often each concept stands in a text, and how close those that are neighbours in the query: next to each other counts most. */
class Occurrences {
  /** weighed by field and by way of saying it */
  readonly often: Float64Array
  private readonly last: Float64Array
  private readonly closest: Float64Array

  constructor(private readonly count: number) {
    this.often = new Float64Array(count)
    this.last = new Float64Array(count).fill(-1e9)
    this.closest = new Float64Array(count).fill(1e9)
  }

  newField(): void {
    this.last.fill(-1e9)
  }

  at(concept: number, position: number, weight: number): void {
    this.often[concept] = (this.often[concept] ?? 0) + weight
    this.last[concept] = position
    for (const other of [concept - 1, concept + 1]) {
      if (other < 0 || other >= this.count) continue
      const pair = Math.min(concept, other)
      const gap = Math.abs(position - (this.last[other] ?? -1e9))
      if (gap < (this.closest[pair] ?? 1e9)) this.closest[pair] = gap
    }
  }

  gain(idf: readonly number[]): number {
    let gain = 0
    for (let pair = 0; pair + 1 < this.count; pair++) {
      const gap = this.closest[pair] ?? 1e9
      if (gap <= 8) gain += (LATIN * Math.min(idf[pair] ?? 0, idf[pair + 1] ?? 0)) / gap
    }
    return gain
  }
}

/** Whether ascending rows include one. */
function includes(rows: Int32Array, wanted: number): boolean {
  let low = 0
  for (let high = rows.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((rows[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return rows[low] === wanted
}
