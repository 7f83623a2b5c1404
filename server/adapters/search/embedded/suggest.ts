import { fold } from '../../../domain/search/fold.js'
import type { Hit, SuggestOptions, Suggestions } from '../../../domain/search/port.js'
import { runsOf, type Run } from '../../../domain/search/runs.js'
import { hitOf } from './search.js'
import { isStopWord } from './stop-words.js'
import { SOUND_MARK } from './streams.js'
import { TEXT_COLUMNS } from './columns-of-text.js'
import type { Shelf, Vocabulary } from './look.js'
import { cut, tokensOf } from './tokens.js'

const TRIED = 1_000
/** Short words are tried first; so many that something visible holds are put in order of how much does. */
const COUNTED = 24
const OFFERED = 8
const CHINESE_WORDS = ['words_title', 'words_body'] as const
/** A word is offered to go on with for what the text says, not for whose it is. */
const NAMELESS = TEXT_COLUMNS.filter((column) => column !== 'customer')

/** Names that begin as typed (or sound so), and words to go on with; only what this view holds. */
export function suggest(typed: string, options: SuggestOptions, view: Shelf, words: Vocabulary): Suggestions {
  const runs = runsOf(fold(typed))
  const limit = options.limit ?? OFFERED
  if (runs.length === 0) return { hits: [], words: [] }
  return { hits: named(runs, view).slice(0, limit), words: completions(runs, view, words).slice(0, limit) }
}

function named(runs: readonly Run[], view: Shelf): Hit[] {
  const { tokens } = tokensOf(runs)
  const dense = runs.at(-1)?.dense === true
  // A Chinese name is typed as far as it is typed; a Latin word may be half of one.
  const open = !dense || [...(runs.at(-1)?.text ?? '')].length === 1
  const points = new Map<number, number>()
  const { columns } = view
  const add = (rows: Int32Array, gain: number, onlyCustomers = false): void => {
    for (const row of rows) if (!onlyCustomers || columns.kindOf(row) === 'customer') points.set(row, (points.get(row) ?? 0) + gain)
  }
  add(view.find({ tokens, open }, ['title']).rows, 2)
  add(view.find({ tokens, open, first: true }, ['title']).rows, 4)
  // A customer's other names; a note's are those of its customers.
  add(view.find({ tokens, open }, ['customer']).rows, 1, true)
  const sound = runs.map((run) => run.text).join('')
  if (/^[a-z]+$/.test(sound)) add(view.find({ tokens: [SOUND_MARK + sound], open: true }, ['sound']).rows, 3)
  const rows = [...points.keys()].sort((a, b) => {
    return (points.get(b) ?? 0) - (points.get(a) ?? 0)
      || (columns.length[a] ?? 0) - (columns.length[b] ?? 0)
      || (columns.at[b] ?? 0) - (columns.at[a] ?? 0)
      || ((columns.ids[a] ?? '') < (columns.ids[b] ?? '') ? -1 : 1)
  })
  return rows.map((row) => hitOf(row, columns))
}

function completions(runs: readonly Run[], view: Shelf, words: Vocabulary): string[] {
  const last = runs.at(-1)
  if (!last) return []
  const begun = last.dense ? (cut(last.text).at(-1) ?? '') : last.text
  const candidates = last.dense
    ? view.tokens(begun, begun + '\u{10ffff}', CHINESE_WORDS, TRIED)
    : begun.length < 2 ? [] : words.startingWith(begun, TRIED)
  const found: { word: string; rows: number }[] = []
  for (const word of candidates) {
    if (found.length === COUNTED) break
    if (word === begun || isStopWord(word) || [...word].length < 2) continue
    const { count } = view.find({ tokens: [word] }, last.dense ? CHINESE_WORDS : NAMELESS)
    if (count > 0) found.push({ word, rows: count })
  }
  return found.sort((a, b) => b.rows - a.rows || (a.word < b.word ? -1 : 1)).map(({ word }) => word)
}
