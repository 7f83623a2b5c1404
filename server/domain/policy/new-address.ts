import type { NewAddress, Person } from '../people/person.js'
import type { Roster } from '../people/port.js'
import { done, refused, type Outcome, type Refusals } from '../people/refusal.js'

/** A second person must have been one for so long, so that nobody appoints theirs for the occasion. */
export const SECOND_AFTER_HOURS = 72

/**
 * An address that somebody else set is not believed before its owner, or a second administrator, says that it is
 * right. One's own is believed at once; back where it was, nothing waits any more.
 */
export function addressSet(before: Person, email: string, by: string, at: string): NewAddress | undefined {
  const old = before.newAddress
  if (email === before.email) return old
  if (by === before.id || email === old?.before) return undefined
  return { before: old?.before ?? before.email, setBy: by, at }
}

/** Since when they administer, once `after` is what they are. */
export function adminSince(before: Person | undefined, after: Pick<Person, 'roles'>, at: string): string | undefined {
  if (!after.roles.includes('admin')) return undefined
  return before?.roles.includes('admin') ? before.adminSince : at
}

/**
 * Why this administrator may not have a link to choose a password mailed now; empty when they may. Whoever changed
 * where the mail goes is never the one who sends the key there, and a second one says by `vouched` which address they mean.
 * Somebody who never had a password lets nobody in as anybody, unless they administer.
 */
export function mayMailLink(person: Person, hasPassword: boolean, admin: Person, vouched: string, now: string): Refusals {
  if (!person.active) return [{ at: '', code: 'admin.person.inactive' }]
  if (!awaitsWord(person, hasPassword)) return []
  if (person.newAddress?.setBy === admin.id) return [{ at: '', code: 'admin.link.own_address' }]
  if (!isSecond(admin, now)) return [{ at: '', code: 'admin.link.too_new', with: { hours: SECOND_AFTER_HOURS } }]
  return vouched === person.email ? [] : [{ at: '', code: 'admin.link.unvouched' }]
}

/** Whether a link to this person waits for somebody's word on the address. */
export function awaitsWord(person: Person, hasPassword: boolean): boolean {
  return person.newAddress !== undefined && (hasPassword || person.roles.includes('admin'))
}

function isSecond(admin: Person, now: string): boolean {
  return admin.adminSince === undefined || Date.parse(now) - Date.parse(admin.adminSince) >= SECOND_AFTER_HOURS * 3_600_000
}

/** The owner, or a second administrator, says that the address is right. @param address the one they saw */
export function confirmAddress(roster: Roster, whose: string, address: string): Outcome<Roster> {
  return settled(roster, whose, address, (person) => person.email)
}

/** Its owner says that it is not theirs: mail goes where it went before. @param address the one they saw */
export function takeBackAddress(roster: Roster, whose: string, address: string): Outcome<Roster> {
  return settled(roster, whose, address, (_person, { before }) => before)
}

function settled(roster: Roster, whose: string, address: string, email: (person: Person, waiting: NewAddress) => string): Outcome<Roster> {
  const person = roster.persons.find(({ id }) => id === whose)
  if (!person?.newAddress || person.email !== address) return refused('', 'me.address.changed')
  const { newAddress, ...rest } = person
  const after: Person = { ...rest, email: email(person, newAddress) }
  return done({ ...roster, persons: roster.persons.map((each) => (each.id === whose ? after : each)) })
}
