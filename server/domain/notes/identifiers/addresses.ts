import validator from 'validator'
import type { Found } from '../identifiers.js'
import { MASK } from './mask-character.js'

// Chinese stands right beside an address without a blank, so only letters of alphabets that use blanks belong to it.
const LOCAL = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{M}0-9._%+'-]/u
const DOMAIN = /^(?:[A-Za-z0-9-]{1,63}\.){1,8}(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})(?![A-Za-z0-9•-])/

/** E-mail addresses. Looks at most 64 characters back and 254 forward from each `@` (RFC 5321), so hostile text costs no more. */
export function findEmails(text: string): Found[] {
  const found: Found[] = []
  let taken = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > taken && at - start < 64 && LOCAL.test(text[start - 1] as string)) start--
    const domain = DOMAIN.exec(text.slice(at + 1, at + 255))?.[0] ?? ''
    while (start < at && /[.'%+-]/.test(text[start] as string)) start++
    if (start === at || text[start - 1] === MASK || domain === '') continue
    // The domain of a masked address is not the name of the next one: "•••@a.com@b.com".
    if (text[start - 1] === '@' && start > 1 && (text[start - 2] === MASK || LOCAL.test(text[start - 2] as string))) continue
    const end = at + 1 + domain.length
    if (!validator.isEmail(text.slice(start, end))) continue
    found.push({ kind: 'email', start, end })
    taken = end
  }
  return found
}

const COUNTRIES: ReadonlySet<string> = new Set(validator.ibanLocales)

/** IBANs (ISO 13616) with their check digits right, in one piece or in groups of four. */
export function findIbans(text: string): Found[] {
  const found: Found[] = []
  let taken = 0
  for (const match of text.matchAll(/(?<![A-Za-z0-9_])[A-Za-z]{2}\d\d(?=[ -]?[A-Za-z0-9])/g)) {
    if (match.index < taken || !COUNTRIES.has(match[0].slice(0, 2).toUpperCase())) continue
    const end = endOfIban(text, match.index)
    if (end === null) continue
    found.push({ kind: 'iban', start: match.index, end })
    taken = end
  }
  return found
}

function endOfIban(text: string, start: number): number | null {
  const run = /^[A-Za-z0-9]{4}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,4})?/.exec(text.slice(start, start + 44))?.[0] ?? ''
  for (let length = run.length; length >= 15; length--) {
    if (/[A-Za-z0-9]/.test(text[start + length] ?? '') || /[ -]/.test(run[length - 1] as string)) continue
    if (validator.isIBAN(run.slice(0, length))) return start + length
  }
  return null
}
