import type { Span } from '../notes/redaction.js'

/** Brings one character to the form in which searchers compare: half width, small, simplified; '' for what nobody sees. */
export type Fold = (character: string) => string

/** Stands for a mark while words are looked for: nothing matches it or reaches across it. */
const MARKED = '\uE000'
/** What may stand inside words without parting them to a reader: Markdown's signs, blanks, dashes, dots. */
const SOFT = String.raw`[\s*_~\x60\\\-‐-―.·•/]{0,4}`
const SIGNS = String.raw`[*_~\x60\\]{0,4}`
const BREAK = String.raw`[^\p{L}\p{N}${MARKED}]{1,8}`
const MAYBE_BREAK = String.raw`[^\p{L}\p{N}${MARKED}]{0,8}`
const SPACED_LETTER = String.raw`(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])\p{L}`
const SPACED = new RegExp(SPACED_LETTER, 'u')
const ENTITY = /^&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/i

/**
 * Where the words stand in a text, however they are written there: Traditional or Simplified, full width, with other
 * case or accents, broken by blanks or Markdown. Words that begin or end with a letter or digit do not match inside a
 * longer one: `Chen` is not in `kitchen`, and a shorter number is not in a longer one.
 * @param marks what earlier redactions left; it is never taken for words
 * @returns spans of the text as it is written, in order, none touching another
 */
export function spansOf(text: string, words: readonly string[], marks: readonly string[], fold: Fold): readonly Span[] {
  const folded = foldedText(text, marks, fold)
  const found: Span[] = []
  for (const word of words) {
    const pattern = patternOf(word, fold)
    if (pattern === null) continue
    for (const match of folded.text.matchAll(pattern)) {
      const start = folded.starts[match.index]
      const end = folded.ends[match.index + match[0].length - 1]
      if (start !== undefined && end !== undefined) found.push({ start, end })
    }
  }
  return joined(found)
}

/** Whether there is anything in these words that could be looked for: two letters, digits or characters at least. */
export function canBeFound(word: string, fold: Fold): boolean {
  return lettersOf(word, fold).filter(({ letter }) => letter !== null).length >= 2
}

export function cutOut(text: string, spans: readonly Span[], mark: string): string {
  let out = ''
  let at = 0
  for (const { start, end } of spans) {
    out += text.slice(at, start) + mark
    at = end
  }
  return out + text.slice(at)
}

interface Letter {
  /** null between two words */
  readonly letter: string | null
}

function lettersOf(word: string, fold: Fold): readonly Letter[] {
  const all = [...foldedText(word, [], fold).text].map((character) => ({ letter: /[\p{L}\p{N}]/u.test(character) ? character : null }))
  return all.filter(({ letter }, at) => letter !== null || (at > 0 && all[at - 1]?.letter !== null))
}

function patternOf(word: string, fold: Fold): RegExp | null {
  const letters = lettersOf(word.trim(), fold)
  let pattern = ''
  let before: string | null = null
  let broken = false
  for (const { letter } of letters) {
    if (letter === null) {
      broken = true
      continue
    }
    if (before !== null) pattern += between(before, letter, broken)
    pattern += letter
    before = letter
    broken = false
  }
  if (before === null) return null
  const first = letters.find(({ letter }) => letter !== null)?.letter as string
  const [left, right] = [edge(first), edge(before)]
  return new RegExp(`${left && `(?<!${left})`}${pattern}${right && `(?!${right})`}`, 'gu')
}

/** Latin letters belong together as they are written; digits and Chinese are the same with a blank or dash between. */
function between(a: string, b: string, broken: boolean): string {
  if (isSpaced(a) && isSpaced(b)) return broken ? BREAK : SIGNS
  return broken ? MAYBE_BREAK : SOFT
}

/** A letter of a script that puts spaces between words. */
function isSpaced(letter: string): boolean {
  return SPACED.test(letter)
}

/** What the neighbour must not be, for the words to begin or end there; Chinese begins and ends anywhere. */
function edge(letter: string): string {
  if (/\p{N}/u.test(letter)) return String.raw`\p{N}`
  return isSpaced(letter) ? SPACED_LETTER : ''
}

interface FoldedText {
  readonly text: string
  /** of the written character that each folded code unit came from */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

function foldedText(text: string, marks: readonly string[], fold: Fold): FoldedText {
  const starts: number[] = []
  const ends: number[] = []
  let out = ''
  for (let at = 0; at < text.length; ) {
    const mark = marks.find((one) => text.startsWith(one, at))
    const [written, character] = mark !== undefined ? [mark, MARKED] : characterAt(text, at)
    const folded = mark !== undefined ? MARKED : fold(character)
    const end = at + written.length
    // An accent or an invisible sign belongs to what stands before it, and goes with it.
    if (folded === '' && ends.length > 0) ends[ends.length - 1] = end
    for (let i = 0; i < folded.length; i++) {
      starts.push(at)
      ends.push(end)
    }
    out += folded
    at = end
  }
  return { text: out, starts, ends }
}

/** One character as it is written: also as the entity that Markdown shows as that character. */
function characterAt(text: string, at: number): readonly [written: string, character: string] {
  const entity = text[at] === '&' ? ENTITY.exec(text.slice(at, at + 11)) : null
  const code = entity ? Number.parseInt(entity[1] ?? entity[2] ?? '', entity[1] ? 16 : 10) : NaN
  if (entity && code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)) return [entity[0], String.fromCodePoint(code)]
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  return [character, character]
}

function joined(spans: Span[]): readonly Span[] {
  const out: Span[] = []
  for (const span of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = out[out.length - 1]
    if (last && span.start <= last.end) out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    else out.push(span)
  }
  return out
}
