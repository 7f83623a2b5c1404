import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { House } from './house.js'

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

/** The same at every portal of a bank: behind a proxy the form may come from one and be sent to another. */
function tokenOf(house: House): string {
  return createHmac('sha256', house.secret).update('first administrator').digest('base64url')
}
