import { fold } from '../../../domain/search/fold.js'
import { pairsOf, runsOf } from '../../../domain/search/runs.js'
import type { Shelf } from './look.js'
import { rarity } from './rarity.js'
import { emptyCharacters, isStopWord } from './stop-words.js'
import { cutFinely } from './tokens.js'

/** A pair of Chinese characters or a Chinese word of the query, weighed by how rare it is among what is visible. */
export interface Feature {
  readonly token: string
  readonly word: boolean
  readonly weight: number
  readonly idf: number
  readonly rows: Int32Array
}

const HALF_EMPTY = 0.5
const WORD_COLUMNS = ['words_title', 'words_body'] as const

/** Pairs and words of the Chinese in a query. Pairs find what the segmenter cut differently, words keep pairs honest. */
export function textFeatures(text: string, view: Shelf): Feature[] {
  const features: Feature[] = []
  const pairs = new Set<string>()
  const words = new Set<string>()
  for (const run of runsOf(fold(text))) {
    if (!run.dense) continue
    for (const pair of pairsOf(run.text)) if ([...pair].length === 2 && emptyCharacters(pair) < 2) pairs.add(pair)
    for (const word of cutFinely(run.text)) if (!isStopWord(word)) words.add(word)
  }
  for (const token of pairs) {
    const { rows, count } = view.find({ tokens: [token] })
    const weight = emptyCharacters(token) > 0 ? HALF_EMPTY : 1
    if (count > 0) features.push({ token, word: false, weight, idf: rarity(count, view.size), rows })
  }
  for (const token of words) {
    const { rows, count } = view.find({ tokens: [token] }, WORD_COLUMNS)
    if (count > 0) features.push({ token, word: true, weight: 1, idf: rarity(count, view.size), rows })
  }
  return features
}
