import type { Column } from './columns-of-text.js'
import type { Columns } from './columns.js'

/** What is looked for in the texts: these tokens one after the other. */
export interface Look {
  readonly tokens: readonly string[]
  /** the last token is only the beginning of one */
  readonly open?: boolean
  /** at the very beginning of a text */
  readonly first?: boolean
  /** each Latin word in any of its forms */
  readonly forms?: boolean
  /** an engine that is asked from afar need not count it apart from the same in any form */
  readonly counted?: 'in any form'
}

export interface Found {
  /** ascending; of an engine that is asked from afar only those at hand */
  readonly rows: Int32Array
  /** how many there are in all */
  readonly count: number
}

/** What one viewer may see of an index, for one query: all that ranking knows of an engine. */
export interface Shelf {
  /** how many entries may be seen, and their mean length in tokens */
  readonly size: number
  readonly meanLength: number
  readonly columns: Columns
  /** every row at hand, ascending */
  readonly visible: Int32Array
  /** where the tokens stand in one of the columns; default: every column of words as written */
  find(look: Look, columns?: readonly Column[]): Found
  streams(row: number): Readonly<Record<Column, string>> | null
  /** Chinese words between two, at most `limit`; each must be looked for before it is shown */
  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[]
}

/** Latin words an index holds: for other forms of a word, for typos and for completing. */
export interface Vocabulary {
  /** every form with the same stem, the word itself first */
  forms(word: string): string[]
  /** words within that many slips of the finger, the nearest first */
  near(word: string, most: number): { word: string; slips: number }[]
  /** words that begin so, shortest first */
  startingWith(prefix: string, limit: number): string[]
  /** it knows only a part of the words: a word may have forms it does not tell */
  readonly partial: boolean
}

/** More than English has: a hidden form must not push a visible one out. */
const FORMS_IN_PHRASE = 12
const PHRASES = 64

/** The sequences of tokens a look stands for: with each word in its commonest other forms too (certificates of deposit). */
export function sequencesOf(look: Look, words: Vocabulary): string[][] {
  if (!look.forms) return [[...look.tokens]]
  let sequences: string[][] = [[]]
  const most = look.tokens.length === 1 ? Infinity : FORMS_IN_PHRASE
  for (const token of look.tokens) {
    const forms = words.forms(token).slice(0, most)
    sequences = sequences.flatMap((begun) => forms.map((form) => [...begun, form])).slice(0, most === Infinity ? most : PHRASES)
  }
  return sequences
}
