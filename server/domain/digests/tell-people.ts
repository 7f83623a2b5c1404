import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Note } from '../notes/note.js'
import type { Notice, NoticeKind } from '../community/notice.js'
import { noticesOfNote } from '../community/notices-of-note.js'
import { letterId, plannedLetter } from './letter.js'
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

/** A single-use link for one person. The token is in the letter until it is settled, and nowhere afterwards. */
export async function mailPasswordLink(
  desk: Pick<PostOffice, 'outbox'>, person: Person, link: { readonly token: string; readonly until: string; readonly reason: 'first' | 'forgotten' }, id: string, now: string,
): Promise<void> {
  await desk.outbox.add(plannedLetter(id, person.email, person.language, { kind: 'password_link', person: person.id, reason: link.reason, token: link.token }, now, link.until))
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

/**
 * Told to the person and to the curators of their department and of their domain, before and after (issue §5): by
 * notice and by mail. Of another address the one before hears too: the new one may not be theirs. Of a new
 * administrator every other one hears.
 * @param old null for a newcomer, who hears of the portal by their first link
 */
export async function tellRightsChanged(desk: Desk, old: Person | null, after: Person, by: string, now: string): Promise<void> {
  const before: Person = old ?? { ...after, clearance: 'internal', roles: ['employee'], domain: [] }
  const changes = rightsThatChanged(before, after)
  if (changes.length === 0) return
  const { people } = desk.directories()
  const today = dayAt(now, desk.settings.timeZone)
  const otherDomain = [...before.domain.filter((id) => !after.domain.includes(id)), ...after.domain.filter((id) => !before.domain.includes(id))]
  const curators = [before.department, after.department, ...otherDomain].flatMap((department) => curatorsNearest(people, department, today))
  const admins = after.roles.includes('admin') && !before.roles.includes('admin') ? [...people.persons.values()].filter(({ roles }) => roles.includes('admin')) : []
  const hearers = new Set([...curators, ...admins].map(({ id }) => id).filter((id) => id !== after.id && id !== by))
  for (const id of [...(old ? [after.id] : []), ...hearers]) {
    const person = people.person(id)
    if (!person?.active) continue
    const told = id === after.id ? changes : changes.filter((right) => !OWN_BUSINESS.includes(right))
    if (told.length === 0) continue
    const event = `rights/${after.id}/${now}`
    const about = { kind: 'rights_changed', person: id, whose: after.id, changes: told } as const
    await desk.outbox.add(plannedLetter(letterId(id, event), person.email, person.language, about, now))
    if (told.includes('email')) await desk.outbox.add(plannedLetter(letterId(id, `${event}/before`), before.email, person.language, { ...about, address: before.email }, now))
    await desk.notices.add(id, [{ id: event, at: now, kind: 'rights_changed', about: { kind: 'person', id: after.id }, by, with: { changes: told.join(',') }, readAt: null }])
  }
}
