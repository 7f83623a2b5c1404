import { createHash, hash } from 'node:crypto'
import { stemmer } from 'stemmer'
import type { Column } from '../embedded/columns-of-text.js'
import type { Look } from '../embedded/look.js'
import { SOUND_MARK } from '../embedded/streams.js'
import { LETTERS } from '../embedded/words.js'

// The engine is sent tokens it can only take as they are: Latin letters and a 9 in second place, so that its own segmenter,
// its homophones, its guess of the language and its normaliser have nothing to do. Plain Latin words go as they are, for
// their typos and beginnings. Every token is quoted in a query: then it is neither corrected, nor split, nor a beginning.

const WORD = 's9'
const OTHER = 'e9'
const CHINESE_WORD = 'w9'
const NEIGHBOURS = 'j9'
const BEGINNING = 'b9'
/** Long, so that no typo leads from it to a token of another sort. */
const SOUND = 'p9p9'
const SOUND_BEGUN = 'q9q9'
const LONGEST = 40
/** Of each word so many first letters; of what a text says only from the third on, which is what most people have typed by then. */
const BEGUN = { name: [1, 2, 3, 5, 8], text: [3, 5, 8] } as const
const BEGUN_SOUND = 16
/** A million kinds of neighbours are enough to tell a phrase by, and keep the engine's list of words short however much is written. */
const KINDS_OF_NEIGHBOURS = 2 ** 20

/** Every entry holds it: questions that name words cannot be put together with one that names none. */
export const EVERY: Part = { tokens: ['n9every'], beginning: null }

/** One token of a stream: pairs and single characters of Chinese, words with digits or of other scripts, sounds, Latin words. */
export function encodeToken(token: string): string {
  if (LETTERS.test(token)) return token
  if (token.startsWith(SOUND_MARK)) return SOUND + token.slice(SOUND_MARK.length)
  return OTHER + spelled(token.slice(0, LONGEST))
}

export function encodeChineseWord(word: string): string {
  return CHINESE_WORD + spelled(word.slice(0, LONGEST))
}

/** What a text is found by: its tokens, the stems of its words, its single characters, and who stands beside whom. Each once. */
export function tokensToIndex(stream: string): string[] {
  const found = new Set<string>()
  let before = ''
  for (const token of tokensOfStream(stream)) {
    found.add(encodeToken(token))
    if (LETTERS.test(token)) found.add(WORD + stemmer(token))
    else if (isDense(token)) found.add(OTHER + spelled(firstCharacter(token)))
    const beside = neighbours(before, token)
    if (beside !== null) found.add(beside)
    before = token
  }
  return [...found]
}

/**
 * Whatever words begin with. The engine's own beginnings are off: for every batch, be it of one entry, it puts together anew
 * what begins alike in the whole index (measured in content/decisions/0033).
 */
export function beginningsToIndex(stream: string, of: keyof typeof BEGUN): string[] {
  const found = new Set<string>()
  for (const token of tokensOfStream(stream)) {
    if (isDense(token)) continue
    for (const length of BEGUN[of]) if (token.length >= length) found.add(begun(token.slice(0, length)))
  }
  return [...found]
}

/** How a name sounds, and whatever that begins with. */
export function soundsToIndex(stream: string): string[] {
  const found = new Set<string>()
  for (const token of tokensOfStream(stream)) {
    found.add(encodeToken(token))
    const sound = token.slice(SOUND_MARK.length)
    for (let length = 1; length <= Math.min(sound.length, BEGUN_SOUND); length++) found.add(SOUND_BEGUN + sound.slice(0, length))
  }
  return [...found]
}

/** The token of all that begins so; of what begins with its first letters, when it is longer than what the index holds. */
export function encodeBeginning(typed: string): string {
  if (typed.startsWith(SOUND_MARK)) return SOUND_BEGUN + typed.slice(SOUND_MARK.length).slice(0, BEGUN_SOUND)
  return begun(typed.slice(0, BEGUN.name.findLast((length) => length <= typed.length)))
}

function begun(start: string): string {
  return BEGINNING + (/^[a-z]*$/.test(start) ? start : `9${spelled(start)}`)
}

/** Tokens that all stand in one text of an entry; and one more, of which only the beginning is known. */
export interface Part {
  readonly tokens: readonly string[]
  readonly beginning: string | null
}

/**
 * The tokens that all stand in one text where the look does. `beginning`: one more, of which only the beginning is known.
 * Null for the beginning of a Latin word: that must be known in full first.
 */
export function encodeLook(look: Look, columns?: readonly Column[]): Part | null {
  const last = look.tokens.at(-1) ?? ''
  const words = columns?.some((column) => column.startsWith('words_')) === true
  if (words) return { tokens: look.tokens.map((token) => (isDense(token) ? encodeChineseWord(token) : encodeToken(token))), beginning: null }
  if (look.open && last.startsWith(SOUND_MARK)) return { tokens: [], beginning: encodeBeginning(last) }
  if (look.open && !isDense(last)) return null
  const tokens = look.tokens.map((token) => (look.forms && LETTERS.test(token) ? WORD + stemmer(token) : encodeToken(token)))
  for (let i = 1; i < look.tokens.length; i++) {
    const beside = neighbours(look.tokens[i - 1] ?? '', look.tokens[i] ?? '')
    if (beside !== null) tokens.push(beside)
  }
  return { tokens: [...new Set(tokens)], beginning: null }
}

/** The engine finds it in other forms of its words too: where only few hold it, their texts are read. */
export function isLatinPhrase({ tokens, forms }: Look): boolean {
  return !forms && tokens.length > 1 && tokens.some((token) => LETTERS.test(token))
}

/** Values of the law, of facets and ids: the engine compares them without case and accents, so these are spelled out. */
export function encodeValue(value: string): string {
  if (/^[a-z0-9:_-]{1,200}$/.test(value)) return value
  const bytes = Buffer.from(value, 'utf8')
  return bytes.length <= 200 ? `~${bytes.toString('hex')}` : `~~${createHash('sha256').update(bytes).digest('hex')}`
}

/** @returns null for a value too long to be kept whole */
export function decodeValue(encoded: string): string | null {
  if (encoded.startsWith('~~')) return null
  return encoded.startsWith('~') ? Buffer.from(encoded.slice(1), 'hex').toString('utf8') : encoded
}

/**
 * A value in at most twelve characters, for long lists: the engine's reader of filters copies the whole filter for every value,
 * so that a list costs the square of its length. 62 bits: two of a million values meet once in ten million banks.
 */
export function encodeShort(value: string): string {
  return `k${(hash('sha256', value, 'buffer').readBigUInt64BE() >> 2n).toString(36)}`
}

/** The engine's ids hold letters, digits, - and _ only. */
export function encodeId(id: string): string {
  if (/^[a-z0-9-]{1,200}$/.test(id)) return id
  const bytes = Buffer.from(id, 'utf8')
  return bytes.length <= 200 ? `_${bytes.toString('hex')}` : `__${createHash('sha256').update(bytes).digest('hex')}`
}

/** Neighbouring words, one of them Latin: by their stems, so that a phrase holds in every form. Pairs say it for Chinese. */
function neighbours(before: string, token: string): string | null {
  if (before === '' || token.startsWith(SOUND_MARK) || (isDense(before) && isDense(token))) return null
  return NEIGHBOURS + letters(sumOf(`${side(before)} ${side(token)}`) % KINDS_OF_NEIGHBOURS)
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv */
function sumOf(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0
  return sum
}

function letters(number: number): string {
  return number.toString(26).replace(/[0-9a-p]/g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
}

function side(token: string): string {
  if (LETTERS.test(token)) return stemmer(token)
  return isDense(token) ? firstCharacter(token) : token.slice(0, LONGEST / 2)
}

function firstCharacter(token: string): string {
  return [...token][0] ?? ''
}

function isDense(token: string): boolean {
  const code = token.codePointAt(0) ?? 0
  return code >= 0x2e80 || (code >= 0x0e00 && code <= 0x0e7f) || (code >= 0x1100 && code <= 0x11ff)
}

function tokensOfStream(stream: string): string[] {
  return stream === '' ? [] : stream.split(' ')
}

/** Four letters for each UTF-16 code unit. */
function spelled(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    for (let shift = 12; shift >= 0; shift -= 4) out += String.fromCharCode(97 + ((code >> shift) & 15))
  }
  return out
}
