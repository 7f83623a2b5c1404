import { rightsThatChanged } from '../domain/digests/tell-people.js'
import { changedBetween } from '../domain/people/changed-between.js'
import type { Department, Person, Team } from '../domain/people/person.js'
import type { Firstly, Roster } from '../domain/people/port.js'
import { chunks } from '../domain/people/some-at-once.js'
import type { Act as Deed, RecordedKind } from '../domain/policy/record.js'
import type { House } from './house.js'
import type { Hand } from './people-room.js'

/** Of an import of thousands, so that nobody waits for all of them. */
const LINES_AT_ONCE = 500

interface Line {
  readonly did: Deed
  readonly thing: { readonly kind: RecordedKind; readonly id: string }
  readonly from: string
  readonly to: string
}

/**
 * Changes people, departments or teams: each change of a right is on record before it is made, and is not made when
 * the record cannot be written (SAFETY.md decision 7). Should the disk refuse the change itself afterwards, the record says that too.
 */
export async function changeOnRecord<R>(house: Pick<House, 'record' | 'clock'>, hand: Hand, change: (firstly: Firstly) => Promise<R>): Promise<R> {
  const written = new Map<string, RecordedKind>()
  try {
    return await change(async (before, after) => {
      for await (const some of chunks(linesOf(before, after), LINES_AT_ONCE)) {
        const outcomes = await Promise.allSettled(some.map(async (line) => {
          await append(house, hand, line)
          written.set(line.thing.id, line.thing.kind)
        }))
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
      }
    })
  } catch (error) {
    await Promise.all([...written].map(([id, kind]) => append(house, hand, { did: 'person.change_failed', thing: { kind, id }, from: '', to: '' }))).catch(() => {})
    throw error
  }
}

/** Everything about rights that differs between two rosters. */
function* linesOf(before: Roster, after: Roster): Generator<Line> {
  for (const [, was, is] of changedBetween(before.departments, after.departments)) if (is) yield departmentLine(was, is)
  for (const [, was, is] of changedBetween(before.teams, after.teams)) if (is) yield teamLine(was, is)
  for (const [, was, is] of changedBetween(before.persons, after.persons)) if (is) yield* personLines(was, is)
}

function personLines(before: Person | undefined, after: Person): Line[] {
  const thing = { kind: 'person', id: after.id } as const
  if (!before) {
    const blank: Person = { ...after, active: true, clearance: 'internal', roles: ['employee'], domain: [], teams: [] }
    return [{ did: 'person.created', thing, from: '', to: after.department }, ...personLines(blank, after)]
  }
  const deeds: Readonly<Record<string, Deed>> = {
    active: after.active ? 'person.enabled' : 'person.disabled', clearance: 'person.clearance_changed', department: 'person.moved', login: 'person.login_changed', email: 'person.address_changed',
  }
  const rights = rightsThatChanged(before, after).map((right): Line => ({ did: deeds[right] ?? 'person.rights_changed', thing, from: coded(inOrder(before[right])), to: coded(inOrder(after[right])) }))
  const confirmed: Line[] = before.newAddress && !after.newAddress && before.email === after.email ? [{ did: 'person.address_confirmed', thing, from: '', to: coded(after.email) }] : []
  const cover: Line[] = away(before) === away(after) ? [] : [{ did: 'person.absence_changed', thing, from: away(before), to: away(after) }]
  return [...rights, ...confirmed, ...cover]
}

/** Where it stood in the tree and where it stands: who reads what hangs on it. */
function departmentLine(before: Department | undefined, { id, parent }: Department): Line {
  return { did: 'department.changed', thing: { kind: 'department', id }, from: coded(before?.parent ?? ''), to: coded(parent ?? '') }
}

function teamLine(before: Team | undefined, { id, department, email }: Team): Line {
  return { did: 'team.changed', thing: { kind: 'team', id }, from: before ? coded([before.department, before.email]) : '', to: coded([department, email]) }
}

function away({ absence }: Person): string {
  return absence ? `${absence.from},${absence.until},p:${absence.deputy}` : ''
}

async function append(house: Pick<House, 'record' | 'clock'>, { by, via, request }: Hand, { did, thing, from, to }: Line): Promise<void> {
  await house.record.append({ at: house.clock.now(), who: by, did, thing, ...(from !== to && { from, to }), via, ...(request !== undefined && { request }) })
}

function inOrder<T>(value: T): T {
  return Array.isArray(value) ? ([...value].sort() as T) : value
}

/** The record takes codes only: other signs of an address show as stars. */
function coded(value: string | boolean | readonly string[]): string {
  return (typeof value === 'object' ? [...value].join(',') : String(value)).replace(/[^A-Za-z0-9:._@/,+*-]/g, '*').slice(0, 2_000)
}
