/** Text in the plain characters a number is checked in, with the way back to where each stood. */
export interface Folded {
  readonly text: string
  /** offset in the original of the folded range, which may hold characters that folding dropped */
  original(start: number, end: number): { readonly start: number; readonly end: number }
}

/** Characters that copying leaves inside numbers and nobody sees: zero width, soft hyphen, directional marks. */
const UNSEEN = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/
const DIGIT = /\p{Nd}/u
const DASH = /[\p{Pd}\u2212]/u
const SPACE = /\p{Zs}/u

/** Full-width and other digits, Latin letters and punctuation become ASCII; every dash a hyphen, every blank a space. */
export function fold(text: string): Folded {
  const starts: number[] = []
  const ends: number[] = []
  const parts: string[] = []
  let at = 0
  for (const character of text) {
    const next = at + character.length
    const plain = character.charCodeAt(0) < 0x80 ? character : plainOf(character)
    for (let i = 0; i < plain.length; i++) {
      starts.push(at)
      ends.push(next)
    }
    parts.push(plain)
    at = next
  }
  return {
    text: parts.join(''),
    original: (start, end) => ({ start: starts[start] ?? text.length, end: ends[end - 1] ?? text.length }),
  }
}

function plainOf(character: string): string {
  if (UNSEEN.test(character)) return ''
  if (SPACE.test(character)) return ' '
  // Circled and superscript digits are list marks and footnotes, not parts of a number.
  if (DIGIT.test(character) || /[\uff01-\uff5e]/.test(character)) {
    const plain = character.normalize('NFKC')
    return plain.length === 1 && plain.charCodeAt(0) < 0x80 ? plain : character
  }
  return DASH.test(character) ? '-' : character
}
