import { findEmails, findIbans } from './identifiers/addresses.js'
import { fold } from './identifiers/fold.js'
import { MASK, hide } from './identifiers/mask-character.js'
import { findCards, findIdNumbers } from './identifiers/numbers.js'
import { findPhones } from './identifiers/phones.js'

/** Personal identifiers a note should not carry, surest first: where two overlap, the earlier kind has it. */
export const IDENTIFIER_KINDS = ['email', 'iban', 'id_number', 'card', 'phone'] as const
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number]

export interface Identifier {
  readonly kind: IdentifierKind
  /** UTF-16 offsets in the text */
  readonly start: number
  readonly end: number
  /** as it stands in the text */
  readonly text: string
  /** the same with most of it hidden; enough left for somebody who knows it to tell which one it was */
  readonly masked: string
}

/** A place in folded text. */
export interface Found {
  readonly kind: IdentifierKind
  readonly start: number
  readonly end: number
}

const FINDERS: Readonly<Record<IdentifierKind, (text: string) => Found[]>> = {
  email: findEmails,
  iban: findIbans,
  id_number: findIdNumbers,
  card: findCards,
  phone: findPhones,
}

/**
 * Personal identifiers in the text, in the order they stand, none overlapping: mainland ID numbers with their checksum,
 * bank cards with Luhn, phones, e-mail addresses, IBANs. Public hotlines (955xx, 400, 800, 110) are none.
 * Takes time in proportion to the text, whatever is in it.
 */
export function findIdentifiers(text: string): Identifier[] {
  const folded = fold(text)
  const all: Identifier[] = []
  let rest = folded.text
  for (const kind of IDENTIFIER_KINDS) {
    const left: string[] = []
    let from = 0
    for (const { start, end } of FINDERS[kind](rest).sort((a, b) => a.start - b.start)) {
      if (start < from) continue
      left.push(rest.slice(from, start), TAKEN.repeat(end - start))
      from = end
      const place = folded.original(start, end)
      const found = text.slice(place.start, place.end)
      all.push({ kind, ...place, text: found, masked: maskedForm(kind, found) })
    }
    rest = left.join('') + rest.slice(from)
  }
  return all.sort((a, b) => a.start - b.start)
}

// A line end separates numbers for every finder.
const TAKEN = '\n'

/**
 * The text with its identifiers masked; masking again changes nothing.
 * @param which only these kinds; all when left out
 */
export function maskIdentifiers(text: string, which: readonly IdentifierKind[] = IDENTIFIER_KINDS): string {
  let masked = text
  // What is left of one may, beside its neighbours, read as another ("a@13812345678.io"); three rounds have always been enough.
  for (let round = 0; round < 3; round++) {
    const next = maskedOnce(masked, which)
    if (next === masked) break
    masked = next
  }
  return masked
}

function maskedOnce(text: string, which: readonly IdentifierKind[]): string {
  let masked = ''
  let from = 0
  for (const identifier of findIdentifiers(text)) {
    if (!which.includes(identifier.kind)) continue
    masked += text.slice(from, identifier.start) + identifier.masked
    from = identifier.end
  }
  return masked + text.slice(from)
}

function maskedForm(kind: IdentifierKind, text: string): string {
  switch (kind) {
    case 'id_number':
      return hide(text, (place, of) => place < 3 || place >= of - 2)
    case 'card':
      return hide(text, (place, of) => place < 4 || place >= of - 4)
    case 'phone':
      return hide(text, (place, of) => place < of - 8 || place >= of - 4)
    case 'iban':
      return hide(text, (place, of) => place < 2 || place >= of - 4)
    case 'email': {
      const at = text.search(/[@＠]/)
      return `${at > 1 ? ([...text][0] ?? '') : ''}${MASK.repeat(3)}${text.slice(at)}`
    }
  }
}
