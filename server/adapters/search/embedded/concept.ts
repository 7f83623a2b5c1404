import type { Correction } from '../../../domain/search/port.js'
import type { Run } from '../../../domain/search/runs.js'
import type { Found, Look, Shelf, Vocabulary } from './look.js'
import type { Synonyms } from './synonyms.js'
import { tokensOf } from './tokens.js'

/** One way in which an entry can hold what is wanted. */
export interface Way {
  readonly look: Look
  readonly found: Found
  /** 1 as typed, less for another form, a synonym or a guess */
  readonly weight: number
  /** the tokens whose number in a text counts; none for a phrase, which counts once */
  readonly tokens: readonly string[]
}

/** One thing the person asked for, in all the ways the index can hold it. */
export interface Concept {
  readonly ways: readonly Way[]
  /** in quotes: never relaxed away */
  readonly required: boolean
  /** may be absent even where all words are asked for: a lone character between words */
  readonly optional: boolean
  /** Chinese is weighed by its pairs and words too */
  readonly dense: boolean
  readonly terms: readonly string[]
  readonly correction: Correction | null
}

/** What another form of a word is worth. */
export const FORM = 0.9
export const blank = { ways: [], required: false, optional: false, dense: false, terms: [], correction: null } satisfies Concept

/** What a query is understood with. */
export interface Sources {
  readonly view: Shelf
  readonly words: Vocabulary
  readonly synonyms: Synonyms
}

/** The words in this order. */
export function phrase(runs: readonly Run[]): Look {
  return tokensOf(runs)
}

/** The phrase with each word in its commonest other forms too: certificates of deposit. */
export function phraseInForms(runs: readonly Run[]): Look {
  return { ...tokensOf(runs), forms: true }
}
