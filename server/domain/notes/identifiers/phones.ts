import { findPhoneNumbersInText, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max'
import type { Found } from '../identifiers.js'
import { isAmount, isReference, standsAlone } from './surroundings.js'

/** Numbers that reach an organisation, not a person: toll-free, 400, 800, short service numbers. */
const PUBLIC: ReadonlySet<string> = new Set(['TOLL_FREE', 'SHARED_COST', 'PREMIUM_RATE', 'UAN', 'VOICEMAIL'])

// 400 and 800 numbers, and 955xx or 962xx with or without an area code before it.
const HOTLINE = /^[48]00|^(?:10|2\d|[3-9]\d\d)?9[56]\d{3}$/

/** Phone numbers of persons: mainland mobiles, landlines with their area code, international ones, and the American way of writing one. */
export function findPhones(text: string): Found[] {
  const quiet = numberRuns(withoutAddresses(text))
  const found: Found[] = []
  for (const { startsAt, endsAt, number } of findPhoneNumbersInText(quiet, 'CN')) {
    const { start, end } = widened(quiet, startsAt, endsAt)
    if (isPersonal(number) && isWrittenInFull(number, quiet.slice(start, end)) && fits(text, start, end)) {
      found.push({ kind: 'phone', start, end })
    }
  }
  for (const match of quiet.matchAll(/(?<![\d)(+-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])[2-9]\d\d[-.]\d{4}(?!\d|-\d)/g)) {
    const number = parsePhoneNumberFromString(match[0], 'US')
    const end = match.index + match[0].length
    if (number?.isValid() && isPersonal(number) && fits(text, match.index, end)) found.push({ kind: 'phone', start: match.index, end })
  }
  return found
}

function fits(text: string, start: number, end: number): boolean {
  return standsAlone(text, start, end) && !isAmount(text, start, end) && !isReference(text, start)
}

function isPersonal(number: PhoneNumber): boolean {
  if (number.countryCallingCode === '86' && HOTLINE.test(number.nationalNumber)) return false
  return number.isValid() && !PUBLIC.has(number.getType() ?? '')
}

// Without its leading 0 a mainland landline looks like any ten-digit reference ("2024011512" would be in Guangzhou).
function isWrittenInFull(number: PhoneNumber, written: string): boolean {
  if (number.countryCallingCode !== '86') return /^\(?(?:\+|00)/.test(written)
  if (number.getType() === 'MOBILE') return isGroupedLikeMobile(written)
  return /^[(\s]*(?:0|\+|86[ -])/.test(written)
}

// "1-800-555-1234" is toll-free in America, "182856-0-1214" a reference; neither is a mobile.
function isGroupedLikeMobile(written: string): boolean {
  const groups = written.match(/\d+/g) ?? []
  const sizes = groups.map((group) => group.length).join(',')
  return /^(?:[24],)?(?:11|13|15|3,4,4|3,8|7,4|3,3,5|4,3,4|4,4,3)$/.test(sizes)
}

// The library leaves out "(" and "+" in front in some spellings; masking must not.
function widened(text: string, start: number, end: number): { start: number; end: number } {
  let from = start
  while (from > 0 && /[+(]/.test(text[from - 1] as string) && start - from < 2) from--
  return { start: text[from] === '(' && !text.slice(from, end).includes(')') ? start : from, end }
}

/** Numbers in a link are its own; a link's dots and slashes would be read as separators. Same length as the text. */
function withoutAddresses(text: string): string {
  return text.replace(/(?:https?:\/\/|www\.)[^\s<>"'(),;]+/gi, (link) => '\n'.repeat(link.length))
}

/** Only what may be a number, everything else blank: the library is slow on hostile text and shy of letters. Same length as the text. */
function numberRuns(text: string): string {
  const kept: string[] = []
  let from = 0
  for (const run of text.matchAll(/[+(]{0,2}\d(?:[ ().\/+-]{0,3}\d){6,}/g)) {
    kept.push('\n'.repeat(run.index - from), withoutLooseDigits(run[0]))
    from = run.index + run[0].length
  }
  return kept.join('') + '\n'.repeat(text.length - from)
}

/** Long rows of single digits hold no phone number and cost the library most. */
function withoutLooseDigits(run: string): string {
  return run.replace(/(?<!\d)\d(?:[ ().\/+-]{1,3}\d(?!\d)){7,}/g, (row) => '\n'.repeat(row.length))
}
