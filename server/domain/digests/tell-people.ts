import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Note } from '../notes/note.js'
import type { Notice, NoticeKind } from '../community/notice.js'
import { noticesOfNote } from '../community/notices-of-note.js'
import { letterId, plannedLetter, type Letter } from './letter.js'
import { dayAt, type PostOffice } from './post-office.js'

/** What is also sent by mail: somebody waits for an answer, or should not find out by chance. */
const BY_MAIL: readonly NoticeKind[] = ['returned', 'declined', 'widening_offered', 'withheld', 'says_too_much', 'escalated', 'handed_over']
/** A consumer that starts over must not mail what is long known. */
const MAIL_WITHIN = 2 * 86_400_000

type Desk = Pick<PostOffice, 'outbox' | 'notices' | 'directories' | 'settings'>

/** Tells everybody whom the note's timeline concerns; any number of times, each thing once. @returns notices that were new */
export async function tellOfNote(desk: Desk, note: Note, now: string): Promise<number> {
  const told = noticesOfNote(note, desk.directories(), dayAt(now, desk.settings.timeZone))
  const byPerson = new Map<string, Notice[]>()
  for (const { person, notice } of told) byPerson.set(person, [...(byPerson.get(person) ?? []), notice])
  let fresh = 0
  for (const [person, notices] of byPerson) fresh += await tell(desk, person, notices, now)
  return fresh
}

/** Mail first: both are kept under computed ids, so whatever a crash leaves undone is done the next time. */
export async function tell(desk: Desk, person: string, notices: readonly Notice[], now: string): Promise<number> {
  const recipient = desk.directories().people.person(person)
  if (!recipient?.active) return 0
  for (const notice of notices) {
    if (!BY_MAIL.includes(notice.kind) || notice.about.kind !== 'note') continue
    if (Date.parse(now) - Date.parse(notice.at) > MAIL_WITHIN) continue
    await desk.outbox.add(plannedLetter(
      letterId('notice', person, mailedAs(notice)), recipient.email, recipient.language,
      { kind: 'notice', person, notice: notice.kind, note: notice.about.id, by: notice.by, happenedAt: notice.at }, now,
    ))
  }
  return (await desk.notices.add(person, notices)).length
}

/** Twenty notes handed over at once are twenty notices and one mail. */
function mailedAs({ id, kind, by, at }: Notice): string {
  return kind === 'handed_over' ? `handed_over/${by}/${at}` : id
}

/** A single-use link for one person. The token is in the letter until it is settled, and nowhere afterwards. @returns the letter of this id, which may be an earlier one */
export async function mailPasswordLink(
  desk: Pick<PostOffice, 'outbox'>, person: Person, link: { readonly token: string; readonly until: string; readonly reason: 'first' | 'forgotten' }, id: string, now: string,
): Promise<Letter> {
  return desk.outbox.add(plannedLetter(id, person.email, person.language, { kind: 'password_link', person: person.id, reason: link.reason, token: link.token }, now, link.until))
}

/** What somebody may read and do; and what lets them in: whoever changes where a link is sent can enter as them. */
export const RIGHTS = ['active', 'clearance', 'roles', 'domain', 'department', 'teams', 'login', 'email'] as const
const OWN_BUSINESS: readonly Right[] = ['login', 'email']
export type Right = (typeof RIGHTS)[number]

/** Who curates the department, or else the next one above it that anybody curates. */
export function curatorsNearest(people: Directory, department: string, today: string): readonly Person[] {
  for (const id of people.lineage(department)) {
    const found = people.curatorsOf(id, today).filter((curator) => curator.domain.includes(id))
    if (found.length > 0) return found
  }
  return []
}

/** Which rights differ. */
export function rightsThatChanged(before: Person, after: Person): Right[] {
  const same = (a: unknown, b: unknown) => (Array.isArray(a) && Array.isArray(b) ? [...a].sort().join('\n') === [...b].sort().join('\n') : a === b)
  return RIGHTS.filter((right) => !same(before[right], after[right]))
}

/** What is told to others than the person themselves. */
export function othersBusiness(changes: readonly Right[]): readonly Right[] {
  return changes.filter((right) => !OWN_BUSINESS.includes(right))
}

/** As somebody would be who joined and may do no more than everybody may. */
export function asNewcomer(person: Person): Person {
  return { ...person, clearance: 'internal', roles: ['employee'], domain: [] }
}

/**
 * Who hears of it besides the person: the curators of their department and of their domain, before and after (issue §5),
 * and of a new administrator every other one.
 * @param nearest see `curatorsNearest`
 */
export function hearersOf(before: Person, after: Person, by: string, nearest: (department: string) => readonly Person[], admins: readonly Person[]): readonly string[] {
  const otherDomain = [...before.domain.filter((id) => !after.domain.includes(id)), ...after.domain.filter((id) => !before.domain.includes(id))]
  const curators = [before.department, after.department, ...otherDomain].flatMap(nearest)
  const others = after.roles.includes('admin') && !before.roles.includes('admin') ? admins : []
  return [...new Set([...curators, ...others].map(({ id }) => id).filter((id) => id !== after.id && id !== by))]
}

/**
 * Told to the person and to whomever it concerns besides, by notice and by mail. Of another address the one before
 * hears too: the new one may not be theirs.
 * @param old null for a newcomer, who hears of the portal by their first link
 */
export async function tellRightsChanged(desk: Desk, old: Person | null, after: Person, by: string, now: string): Promise<void> {
  const before = old ?? asNewcomer(after)
  const changes = rightsThatChanged(before, after)
  if (changes.length === 0) return
  const { people } = desk.directories()
  const today = dayAt(now, desk.settings.timeZone)
  const admins = [...people.persons.values()].filter(({ roles }) => roles.includes('admin'))
  const hearers = hearersOf(before, after, by, (department) => curatorsNearest(people, department, today), admins)
  const told = { whose: after.id, oldEmail: before.email, by, at: now }
  if (old) await tellOfRights(desk, after.id, { ...told, changes })
  for (const id of hearers) await tellOfRights(desk, id, { ...told, changes: othersBusiness(changes) })
}

/** One person hears of changed rights, their own or somebody's they look after: once, however often it is said. */
export async function tellOfRights(
  desk: Desk, id: string, { whose, changes, oldEmail, by, at }: { readonly whose: string; readonly changes: readonly Right[]; readonly oldEmail: string | null; readonly by: string; readonly at: string },
): Promise<void> {
  const person = desk.directories().people.person(id)
  if (!person?.active || changes.length === 0) return
  const event = `rights/${whose}/${at}`
  const about = { kind: 'rights_changed', person: id, whose, changes } as const
  await desk.outbox.add(plannedLetter(letterId(id, event), person.email, person.language, about, at))
  if (changes.includes('email') && oldEmail !== null) await desk.outbox.add(plannedLetter(letterId(id, `${event}/before`), oldEmail, person.language, { ...about, address: oldEmail }, at))
  await desk.notices.add(id, [{ id: event, at, kind: 'rights_changed', about: { kind: 'person', id: whose }, by, with: { changes: changes.join(',') }, readAt: null }])
}
