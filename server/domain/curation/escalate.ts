import { isAway, type Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import { may } from '../policy/grant.js'
import { sightOf, type Directories, type Sight } from '../policy/readable.js'
import { happened } from '../notes/change.js'
import type { ReviewItem } from '../notes/item.js'
import type { Note } from '../notes/note.js'
import { noteAsSeen } from '../notes/seen.js'

/** An undecided item waits this long at one department before the one above hears of it. */
export const PATIENCE_DAYS = 2
const DAY = 86_400_000

/** Who may decide today, each found out once. Made anew for every round. */
export interface Desks {
  readonly directories: Directories
  /** `YYYY-MM-DD` */
  readonly today: string
  readonly sights: Map<string, Sight>
  /** curators by department: those it is named to (or who stand in for such), and all who answer for it */
  readonly named: Map<string, readonly Person[]>
  readonly all: Map<string, readonly Person[]>
}

export function desksOf(directories: Directories, today: string): Desks {
  return { directories, today, sights: new Map(), named: new Map(), all: new Map() }
}

/**
 * What nobody may decide where it is, or what has waited two days, goes to the curators of the next department above
 * that has one who may; at last to head office (PRODUCT.md §2, cover). The line in the timeline is what tells them;
 * since the rights to decide are everybody's own all the time, nothing else changes and a second call does nothing.
 */
export function escalate(note: Note, desks: Desks, at: string): Outcome<Note> {
  const department = escalatesTo(note, desks, at)
  if (department === null || !note.item) return refused('', 'curation.not_waiting')
  return done(happened(note, { at, by: '', what: 'escalated', with: { department }, for: 'curators', on: note.item.subject }))
}

/** The department whose curators should hear of it now; null when it may wait, or nobody above may decide either. */
export function escalatesTo(note: Note, desks: Desks, at: string): string | null {
  if (!waits(note.item)) return null
  const { people } = desks.directories
  const steps = people.lineage(note.home.department).filter((department) => namedTo(department, desks).length > 0)
  const told = note.timeline.findLast((line) => line.what === 'escalated' && line.at >= (note.item as ReviewItem).openedAt)
  // Where the department it was told to has no curator of its own any more, the nearest one counts as told.
  const reached = Math.max(0, told ? steps.indexOf(String(told.with['department'])) : 0)
  const since = told?.at ?? note.item.openedAt
  const here = steps[reached]
  const handled = here !== undefined && decidersAt(note, here, desks).length > 0
  if (handled && Date.parse(at) - Date.parse(since) < PATIENCE_DAYS * DAY) return null
  return steps.slice(reached + 1).find((department) => decidersAt(note, department, desks).length > 0) ?? null
}

/** Whether nobody in the whole bank may decide on it today. Admins see the number of such items, never which. */
export function nobodyCanDecide(note: Note, desks: Desks): boolean {
  if (!waits(note.item)) return false
  const { people } = desks.directories
  const curators = once(desks.all, note.home.department, (department) => people.curatorsOf(department, desks.today))
  return !curators.some((person) => mayDecide(note, person, desks))
}

/** Those whose own domain, or that of a curator they stand in for, names this very department. */
export function curatorsAt(department: string, people: Directory, today: string): readonly Person[] {
  return people.curatorsOf(department, today).filter((person) =>
    (person.roles.includes('curator') && person.domain.includes(department)) || people.covered(person.id, today).some((other) => other.domain.includes(department)))
}

/** Departments in which fewer than two curators could decide on an ordinary note, so that nobody decides on their own. */
export function departmentsWithoutTwo(people: Directory, today: string): readonly { readonly department: string; readonly curators: readonly Person[] }[] {
  return [...people.departments.keys()]
    .map((department) => ({ department, curators: people.curatorsOf(department, today).filter((person) => !isAway(person, today)) }))
    .filter(({ curators }) => curators.length < 2)
}

function decidersAt(note: Note, department: string, desks: Desks): readonly Person[] {
  return namedTo(department, desks).filter((person) => mayDecide(note, person, desks))
}

function namedTo(department: string, desks: Desks): readonly Person[] {
  return once(desks.named, department, () => curatorsAt(department, desks.directories.people, desks.today))
}

function once<V>(known: Map<string, V>, key: string, find: (key: string) => V): V {
  let value = known.get(key)
  if (value === undefined) known.set(key, (value = find(key)))
  return value
}

function mayDecide(note: Note, person: Person, desks: Desks): boolean {
  const sight = once(desks.sights, person.id, () => sightOf({ kind: 'person', person }, desks.directories, desks.today))
  const seen = noteAsSeen(note, sight)
  return seen !== null && may({ kind: 'person', person }, 'note.decide', seen.standing)
}

/** A returned item waits for its writer, not for a curator. */
function waits(item: ReviewItem | null): item is ReviewItem {
  return item !== null && (item.state === 'open' || item.state === 'claimed')
}
