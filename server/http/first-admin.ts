import { createHash, timingSafeEqual } from 'node:crypto'
import type { House } from './house.js'

/** One per process and house: printed at the start, gone with it. */
const tokens = new WeakMap<House, string>()

/** The address where the first admin is made, while nobody is there; null afterwards. */
export function firstAdminLink(house: House, origin: string): string | null {
  if (!isEmpty(house)) return null
  return `${origin}/setup/${tokenOf(house)}`
}

export function isFirstAdminToken(house: House, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(token), digest(tokenOf(house))) && isEmpty(house)
}

function isEmpty(house: House): boolean {
  return house.people.directory().persons.size === 0
}

function tokenOf(house: House): string {
  const token = tokens.get(house) ?? house.passwords.newToken()
  tokens.set(house, token)
  return token
}
