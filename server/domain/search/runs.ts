/** A stretch of folded text without a break: either written without spaces (Chinese, kana, hangul) or one word. */
export interface Run {
  readonly text: string
  /** offset in the folded text, UTF-16 code units */
  readonly at: number
  /** written without spaces between words: compared by pairs of characters */
  readonly dense: boolean
}

const DENSE = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}々〇ー'
const RUNS = new RegExp(`(?<dense>[${DENSE}]+)|(?:(?![${DENSE}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')
const LONGEST_WORD = 64

/** Splits folded text; punctuation and symbols only separate. `bank's` is `bank` to a searcher. */
export function runsOf(folded: string): Run[] {
  const runs: Run[] = []
  for (const match of folded.matchAll(RUNS)) {
    const dense = match.groups?.['dense'] !== undefined
    if (!dense && match[0] === 's' && /[\p{L}\p{N}]['’]$/u.test(folded.slice(Math.max(0, match.index - 2), match.index))) continue
    runs.push({ text: dense ? match[0] : match[0].slice(0, LONGEST_WORD), at: match.index, dense })
  }
  return runs
}

/** The pairs of neighbouring characters of a dense run, then its last character alone: 存单续 → 存单 单续 续. */
export function pairsOf(dense: string): string[] {
  const characters = [...dense]
  return characters.map((character, i) => character + (characters[i + 1] ?? ''))
}
