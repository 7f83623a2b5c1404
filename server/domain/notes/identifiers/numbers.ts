import validator from 'validator'
import type { Found } from '../identifiers.js'
import { isAmount, standsAlone } from './surroundings.js'

/** A run of digits; `joined` when exactly one blank or hyphen stands between it and the group before. */
interface Group {
  readonly start: number
  readonly end: number
  readonly joined: boolean
}

/** Mainland ID numbers 居民身份证: eighteen places, region, date of birth and check digit right (GB 11643). */
export function findIdNumbers(text: string): Found[] {
  const found: Found[] = []
  const groups = groupsOf(text)
  for (const window of windows(groups, 17, 18)) {
    const total = window.digits
    const withX = total === 17 && /[Xx]/.test(text[window.end] ?? '')
    if (total === 17 && !withX) continue
    const end = withX ? window.end + 1 : window.end
    const number = text.slice(window.start, end).replace(/[ -]/g, '').toUpperCase()
    if (!/^\d{6}(?:18|19|20)/.test(number) || !validator.isIdentityCard(number, 'zh-CN')) continue
    if (standsAlone(text, window.start, end)) found.push({ kind: 'id_number', start: window.start, end })
  }
  return found
}

/** Bank cards: 13 to 19 digits that begin as an issuer's do and pass Luhn (ISO/IEC 7812), in one piece or in the groups printed on cards. */
export function findCards(text: string): Found[] {
  const found: Found[] = []
  const groups = groupsOf(text)
  let taken = 0
  for (const window of windows(groups, 13, 19)) {
    if (window.start < taken || !isPrinted(window.sizes)) continue
    const before = groups[window.first - 1]
    // In a column of four-digit figures every tenth window passes Luhn: only the first of such a row is a card.
    if (window.sizes.length > 1 && groups[window.first]?.joined && before && before.end - before.start === 4 && before.end > taken) continue
    const number = text.slice(window.start, window.end).replace(/[ -]/g, '')
    if (!isCard(number) || !standsAlone(text, window.start, window.end) || isAmount(text, window.start, window.end)) continue
    found.push({ kind: 'card', start: window.start, end: window.end })
    taken = window.end
  }
  return found
}

// validator knows UnionPay at sixteen digits only; mainland debit cards have up to nineteen, older ones the banks' own beginnings.
const MAINLAND = /^(?:62\d{14,17}|60\d{14,17}|(?:9558|9559|9400|9843|9988|9999|4563|4367|5453|5222|5264|5309|5324|5401|5520|8100)\d{12,15})$/

function isCard(number: string): boolean {
  return validator.isCreditCard(number) || (MAINLAND.test(number) && validator.isLuhnNumber(number))
}

function isPrinted(sizes: readonly number[]): boolean {
  return /^(?:\d\d|4,4,4,[1-7]|4,4,4,4,[1-3]|4,6,[45]|6,\d{1,2}|8,8)$/.test(sizes.join(','))
}

function groupsOf(text: string): Group[] {
  const groups: Group[] = []
  let last = -2
  for (const match of text.matchAll(/\d+/g)) {
    const end = match.index + match[0].length
    groups.push({ start: match.index, end, joined: last === match.index - 1 && /[ -]/.test(text[last] ?? '') })
    last = end
  }
  return groups
}

interface Window {
  readonly first: number
  readonly start: number
  readonly end: number
  readonly digits: number
  readonly sizes: readonly number[]
}

/** Longest first from each group on, so that the end of a card is not taken for the whole. At most seven groups each: linear. */
function* windows(groups: readonly Group[], min: number, max: number): Generator<Window> {
  for (let first = 0; first < groups.length; first++) {
    const start = groups[first] as Group
    const sizes: number[] = []
    const here: Window[] = []
    let digits = 0
    for (let i = first; i < groups.length && digits < max; i++) {
      const group = groups[i] as Group
      if (i > first && (!group.joined || (sizes.at(-1) ?? 0) < 3)) break
      sizes.push(group.end - group.start)
      digits += group.end - group.start
      if (digits >= min && digits <= max) here.push({ first, start: start.start, end: group.end, digits, sizes: [...sizes] })
    }
    yield* here.reverse()
  }
}
