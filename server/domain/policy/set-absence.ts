import type { Directory } from '../people/directory.js'
import type { Absence, Person } from '../people/person.js'
import type { Firstly, People } from '../people/port.js'
import { done, refused, type Outcome, type Refused } from '../people/refusal.js'
import { granted, type Grant } from './grant.js'

/** Longer than this is a handover, which an administrator does. */
export const LONGEST_ABSENCE_DAYS = 180
const DAY = 86_400_000

/**
 * A curator says when they are away and who stands in: for those days the deputy has their domain, never their
 * clearance (PRODUCT.md §2, cover). Null takes it back.
 * @param today `YYYY-MM-DD`
 * @param firstly see `People`
 */
export async function setAbsence(people: People, grant: Grant<'cover.manage'>, absence: Absence | null, today: string, firstly?: Firstly): Promise<Outcome<Person>> {
  granted(grant, grant.who)
  let outcome: Outcome<Person> = refused('', 'policy.curators_only')
  await people.change((roster) => {
    // Asked again here, on the roster as it is: the deputy may have left the bank a moment ago.
    const person = roster.persons.find((it) => it.id === grant.who)
    if (!person?.active || !person.roles.includes('curator')) return roster
    const objection = absence && unfit(absence, person, roster.persons, today)
    if (objection) {
      outcome = objection
      return roster
    }
    const next = { ...person, absence }
    outcome = done(next)
    return { ...roster, persons: roster.persons.map((it) => (it.id === next.id ? next : it)) }
  }, firstly)
  return outcome
}

function unfit(absence: Absence, person: Person, persons: readonly Person[], today: string): Refused | null {
  const { from, until } = absence
  if (!isDay(from)) return refused('from', 'curation.cover.from_missing')
  if (!isDay(until) || until < from) return refused('until', 'curation.cover.until_before')
  if (until < today) return refused('until', 'curation.cover.until_past')
  if ((Date.parse(until) - Date.parse(from)) / DAY > LONGEST_ABSENCE_DAYS) return refused('until', 'curation.cover.too_long', { max: LONGEST_ABSENCE_DAYS })
  const deputy = persons.find((it) => it.id === absence.deputy)
  if (!deputy?.active) return refused('deputy', 'curation.cover.deputy_missing')
  if (deputy.id === person.id) return refused('deputy', 'curation.cover.deputy_self')
  if (deputy.absence && deputy.absence.from <= until && from <= deputy.absence.until) return refused('deputy', 'curation.cover.deputy_away')
  return null
}

/** Whether somebody may be named as deputy: anybody in the bank but oneself. Whether they are away then, `setAbsence` says. */
export function mayStandInFor(person: Person, other: Person): boolean {
  return other.active && other.id !== person.id
}

/** Those who most likely take over: who decides on the same departments, then the colleagues in one's own, curators first. */
export function likelyDeputies(person: Person, people: Directory, today: string): readonly Person[] {
  const curators = new Set(person.domain.flatMap((department) => people.curatorsOf(department, today)))
  const near = (other: Person) => Number(curators.has(other)) * 2 + Number(other.roles.includes('curator'))
  return [...people.persons.values()]
    .filter((other) => (curators.has(other) || other.department === person.department) && mayStandInFor(person, other))
    .sort((a, b) => near(b) - near(a) || a.name.localeCompare(b.name))
}

function isDay(typed: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(typed) && !Number.isNaN(Date.parse(`${typed}T00:00:00Z`))
}
