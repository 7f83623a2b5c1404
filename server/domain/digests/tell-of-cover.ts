import type { Person } from '../people/person.js'
import { letterId, plannedLetter } from './letter.js'
import { dayAt, type PostOffice } from './post-office.js'

type Desk = Pick<PostOffice, 'outbox' | 'notices' | 'directories' | 'settings'>

/**
 * A deputy is somebody whose domain changes for some days, so it is told like every change of rights: to the deputy,
 * by notice and by mail, and by notice to the other curators of the same departments, who work beside them.
 */
export async function tellOfCover(desk: Desk, before: Person, after: Person, now: string): Promise<void> {
  const { people } = desk.directories()
  const today = dayAt(now, desk.settings.timeZone)
  const deputies = [...new Set([before.absence?.deputy, after.absence?.deputy])].filter((id): id is string => id !== undefined)
  const beside = after.domain.flatMap((department) => people.curatorsOf(department, today).map((curator) => curator.id))
  for (const deputy of deputies) {
    const event = `cover/${deputy}/${after.id}/${now}`
    const person = people.person(deputy)
    if (!person?.active) continue
    await desk.outbox.add(plannedLetter(letterId(deputy, event), person.email, person.language, { kind: 'rights_changed', person: deputy, whose: deputy, changes: ['domain'] }, now))
    for (const id of new Set([deputy, ...beside])) {
      if (id === after.id) continue
      await desk.notices.add(id, [{ id: event, at: now, kind: 'rights_changed', about: { kind: 'person', id: deputy }, by: after.id, with: { changes: 'domain' }, readAt: null }])
    }
  }
}
