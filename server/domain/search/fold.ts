/// <reference path="./opencc-dict.d.ts" />
import HK_VARIANTS from 'opencc-js/dict/HKVariantsRev'
import TRADITIONAL from 'opencc-js/dict/TSCharacters'
import TW_VARIANTS from 'opencc-js/dict/TWVariantsRev'

/** Text as the search compares it, and where each of its code units came from. */
export interface Folded {
  readonly text: string
  /** for each code unit of `text`, and one past its end: the offset in the original */
  readonly from: Int32Array
}

/**
 * The form in which two texts are the same to a searcher: full width, case, accents and
 * Traditional/Simplified are levelled, invisible characters dropped, control characters made spaces.
 * Code point by code point, so that a hit can be shown in the text as it was written.
 */
export function fold(text: string): string {
  if (isPlain(text)) return foldPlain(text)
  let out = ''
  for (const character of text) out += foldCharacter(character)
  return out
}

/** As `fold`, remembering offsets for highlighting. */
export function foldWithOffsets(text: string): Folded {
  if (isPlain(text)) {
    const from = new Int32Array(text.length + 1)
    for (let i = 0; i <= text.length; i++) from[i] = i
    return { text: foldPlain(text), from }
  }
  let out = ''
  const from: number[] = []
  let at = 0
  for (const character of text) {
    const folded = foldCharacter(character)
    out += folded
    for (let i = 0; i < folded.length; i++) from.push(at)
    at += character.length
  }
  from.push(at)
  return { text: out, from: new Int32Array(from) }
}

/** Most English is: then each character stays one. */
function isPlain(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text)
}

function foldPlain(text: string): string {
  return text.toLowerCase().replace(/[\x00-\x1f\x7f]/g, ' ')
}

const known = new Map<string, string>()

function foldCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x80 && character.length === 1) {
    if (code >= 0x61 && code <= 0x7a) return character
    return code < 0x20 || code === 0x7f ? ' ' : character.toLowerCase()
  }
  let folded = known.get(character)
  if (folded === undefined) {
    folded = foldSlowly(character)
    known.set(character, folded)
  }
  return folded
}

function foldSlowly(character: string): string {
  const plain = character.normalize('NFKC').toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').normalize('NFC')
  return [...plain].map(levelled).join('')
}

/** One of the characters a compatibility form stands for: a letter with its points may hold a mark that is dropped. */
function levelled(character: string): string {
  if (/^[\p{Cf}\p{Mn}]$/u.test(character) && !/^[\u0900-\u1cff]$/.test(character)) return ''
  if (/^[\p{Cc}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]$/u.test(character)) return ' '
  return simplified(character)
}

function simplified(character: string): string {
  const kept = SAME_TO_A_READER.get(character)
  if (kept !== undefined) return kept
  const standard = VARIANTS.get(character) ?? character
  return SIMPLER.get(standard) ?? standard
}

const SIMPLER = pairs(TRADITIONAL)
const VARIANTS = new Map([...pairs(TW_VARIANTS), ...pairs(HK_VARIANTS)])
/** Where the tables go astray for search: 么 is not 幺, a few halves the tables leave as they are, and 薴 whose simpler form has a simpler form itself. */
const SAME_TO_A_READER = new Map([['么', '么'], ['麽', '么'], ['馀', '余'], ['锺', '钟'], ['着', '着'], ['著', '着'], ['薴', '苎']])

function pairs(table: string): Map<string, string> {
  return new Map(
    table.split('|').map((pair): [string, string] => {
      const [from = '', to = ''] = pair.split(' ')
      return [from, to]
    }),
  )
}
