import type { Hit, Likeness, SimilarOptions } from '../../../domain/search/port.js'
import { trust } from './rank.js'
import { hitOf } from './search.js'
import { isStopWord } from './stop-words.js'
import type { Shelf } from './look.js'
import { rarity } from './rarity.js'
import { pairStream, wordStream } from './tokens.js'

const LOOKED_FOR = 30
const TELLING = 20
/** How much of what is telling in one text must be in the other. */
const LEAST = { related: 0.18, duplicate: 0.5 } as const

/** What holds most of the telling words of a text or an entry; common words and hidden entries play no part. */
export function similar(to: Likeness, options: SimilarOptions, view: Shelf): Hit[] {
  const self = 'id' in to ? view.columns.rowOf.get(to.id) : undefined
  const tokens = 'id' in to ? tokensOfRow(self, view) : tokensOfText(to.text)
  const looked = [...tokens].sort((a, b) => b[1] * weigh(b[0]) - a[1] * weigh(a[0])).slice(0, LOOKED_FOR)
  const telling = looked
    .map(([token]) => {
      const { rows, count } = view.find({ tokens: [token] }, COLUMNS_OF_TEXT)
      const others = rows.filter((row) => row !== self)
      return { rows: others, idf: rarity(count - (rows.length - others.length), view.size) }
    })
    .sort((a, b) => b.idf - a.idf)
    .slice(0, TELLING)
  const whole = telling.reduce((sum, { idf }) => sum + idf, 0)
  const shared = new Map<number, number>()
  for (const { rows, idf } of telling) for (const row of rows) shared.set(row, (shared.get(row) ?? 0) + idf)
  const least = LEAST[options.closeness ?? 'related'] * whole
  const now = Date.parse(options.now)
  const points = (row: number): number => (shared.get(row) ?? 0) * trust(view.columns, row, now)
  // One shared word is a coincidence however rare it is, unless there is hardly more to compare.
  const found = telling.length === 0 ? [] : [...shared.keys()].filter((row) => (shared.get(row) ?? 0) >= least)
  return found
    .sort((a, b) => points(b) - points(a) || a - b)
    .slice(0, options.limit ?? 5)
    .map((row) => hitOf(row, view.columns))
}

const COLUMNS_OF_TEXT = ['title', 'body', 'words_title', 'words_body'] as const

function tokensOfRow(row: number | undefined, view: Shelf): Map<string, number> {
  const streams = row === undefined ? null : view.streams(row)
  if (!streams) return new Map()
  // A title says twice what it says.
  const words = [streams.words_title, streams.words_title, streams.words_body].join(' ')
  return counted([streams.title, streams.title, streams.body].join(' '), words)
}

function tokensOfText(text: string): Map<string, number> {
  return counted(pairStream([text]), wordStream(text))
}

const LAST_LATIN = '\u2e80'

/** Latin words, and Chinese words (not mere pairs) of two characters or more. */
function counted(pairs: string, words: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const stream of [pairs, words]) {
    for (const token of stream.split(' ')) {
      if ([...token].length < 2 || isStopWord(token) || (stream !== words && token > LAST_LATIN)) continue
      counts.set(token, (counts.get(token) ?? 0) + 1)
    }
  }
  return counts
}

/** Longer words say more; a figure says most of all. */
function weigh(token: string): number {
  return /^\d{4,}$/.test(token) ? 3 : /^[ -~]+$/.test(token) ? Math.min(2, token.length / 5) : Math.min(2, [...token].length / 2)
}
