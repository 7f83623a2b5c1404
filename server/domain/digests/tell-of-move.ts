import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { someAtOnce } from '../people/some-at-once.js'
import { letterId, plannedLetter } from './letter.js'
import { dayAt, type PostOffice } from './post-office.js'
import { curatorsNearest } from './tell-people.js'

type Desk = Pick<PostOffice, 'outbox' | 'notices' | 'directories' | 'settings'>
const AT_ONCE = 8

/**
 * A department that stands elsewhere changes what its people read (what is meant for the departments above) and who
 * decides on its notes. Everybody concerned is told by notice; those who decide, by mail too.
 * @param before everybody as they were
 */
export async function tellOfMove(desk: Desk, before: Directory, department: string, by: string, now: string): Promise<void> {
  const { people } = desk.directories()
  const today = dayAt(now, desk.settings.timeZone)
  const event = `moved/${department}/${now}`
  const place = { department, before: before.department(department)?.parent ?? '', above: people.department(department)?.parent ?? '' }
  const near = new Set([...curatorsNearest(before, department, today), ...curatorsNearest(people, department, today)].map(({ id }) => id))
  await someAtOnce([...people.persons.values()].filter((person) => person.active && person.id !== by), AT_ONCE, async (person) => {
    const decides = near.has(person.id) || differ(before.domainOf(person, today), people.domainOf(person, today))
    if (!decides && !differ(before.lineage(person.department), people.lineage(person.department))) return
    if (decides) await desk.outbox.add(plannedLetter(letterId(person.id, event), person.email, person.language, letterTo(person), now))
    await desk.notices.add(person.id, [{ id: event, at: now, kind: 'department_moved', about: { kind: 'person', id: person.id }, by, with: place, readAt: null }])
  })
}

function letterTo(person: Person) {
  return { kind: 'rights_changed', person: person.id, whose: person.id, changes: ['tree'] } as const
}

function differ(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) !== JSON.stringify([...b].sort())
}
