import type { Correction } from '../../../domain/search/port.js'
import type { Run } from '../../../domain/search/runs.js'
import type { Synonyms } from './synonyms.js'
import { expression, tokensOf } from './tokens.js'
import type { View } from './view.js'
import type { Words } from './words.js'

/** One way in which an entry can hold what is wanted. */
export interface Way {
  /** visible rows, ascending */
  readonly rows: Int32Array
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
/** More than English has: a hidden form must not push a visible one out. */
const FORMS_IN_PHRASE = 12
const PHRASES = 64

export const blank = { ways: [], required: false, optional: false, dense: false, terms: [], correction: null } satisfies Concept

/** What a query is understood with. */
export interface Sources {
  readonly view: View
  readonly words: Words
  readonly synonyms: Synonyms
}

export function anyOf(words: readonly string[]): string {
  return words.map((word) => expression([word])).join(' OR ')
}

export function phrase(runs: readonly Run[]): string {
  const { tokens, open } = tokensOf(runs)
  return expression(tokens, open)
}

/** The phrase with each word in its commonest other forms too: certificates of deposit. */
export function phraseInForms(runs: readonly Run[], words: Words): string {
  let phrases: Run[][] = [[]]
  for (const run of runs) {
    const forms = run.dense ? [run.text] : words.forms(run.text).slice(0, FORMS_IN_PHRASE)
    phrases = phrases.flatMap((begun) => forms.map((text) => [...begun, { ...run, text }])).slice(0, PHRASES)
  }
  return phrases.map(phrase).join(' OR ')
}
