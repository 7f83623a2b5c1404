/** A stretch of folded text without a break: either written without spaces (Chinese, kana, hangul) or one word. */
export interface Run {
  readonly text: string
  /** offset in the folded text, UTF-16 code units */
  readonly at: number
  /** written without spaces between words: compared by pairs of characters */
  readonly dense: boolean
}

const DENSE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}々〇ー]/u
const WORD = /[\p{L}\p{N}\p{M}]/u
const LONGEST_WORD = 64

type Sort = typeof UNKNOWN | typeof APART | typeof IN_WORD | typeof IN_DENSE
const UNKNOWN = 0
const APART = 1
const IN_WORD = 2
const IN_DENSE = 3

/** Of each code unit, learnt once: asking the expressions for every character of a text takes most of the time of a search. */
const sorts = new Uint8Array(0x10000)

/** Splits folded text; punctuation and symbols only separate. `bank's` is `bank` to a searcher. */
export function runsOf(folded: string): Run[] {
  const runs: Run[] = []
  for (let at = 0; at < folded.length; ) {
    const sort = sortAt(folded, at)
    let end = at + widthAt(folded, at)
    if (sort !== APART) {
      while (end < folded.length && sortAt(folded, end) === sort) end += widthAt(folded, end)
      const text = folded.slice(at, end)
      if (sort === IN_DENSE) runs.push({ text, at, dense: true })
      else if (text !== 's' || !isPossessive(folded, at)) runs.push({ text: text.slice(0, LONGEST_WORD), at, dense: false })
    }
    at = end
  }
  return runs
}

function isPossessive(folded: string, at: number): boolean {
  return /[\p{L}\p{N}]['’]$/u.test(folded.slice(Math.max(0, at - 2), at))
}

function sortAt(text: string, at: number): Sort {
  const code = text.charCodeAt(at)
  if (code >= 0xd800 && code < 0xe000) return sortOf(String.fromCodePoint(text.codePointAt(at) ?? code))
  return ((sorts[code] ||= sortOf(text.charAt(at))) as Sort)
}

function sortOf(character: string): Sort {
  return DENSE.test(character) ? IN_DENSE : WORD.test(character) ? IN_WORD : APART
}

/** Code units of the character there. */
export function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** The pairs of neighbouring characters of a dense run, then its last character alone: 存单续 → 存单 单续 续. */
export function pairsOf(dense: string): string[] {
  const characters = [...dense]
  return characters.map((character, i) => character + (characters[i + 1] ?? ''))
}
