import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Directory } from '../domain/people/directory.js'
import type { Person } from '../domain/people/person.js'
import type { Roster } from '../domain/people/port.js'
import { done, refused, type Outcome } from '../domain/people/refusal.js'
import type { Row } from '../domain/people/table.js'
import { permit, type Grant } from '../domain/policy/grant.js'
import { planStaff, staffHeader, type StaffHeader, type StaffPlan, type StaffWords } from '../domain/policy/import-staff.js'
import { standingApart } from '../domain/policy/rules.js'
import { ROOT } from '../root.js'
import { forbid } from './faults.js'
import type { House } from './house.js'
import { changeOnRecord } from './people-on-record.js'
import { tellChange, welcome, type Hand } from './people-room.js'

/** Bytes: some ten thousand people, and little enough to carry from the check to the import. */
export const MOST_STAFF_BYTES = 1024 * 1024
const TELL_AT_ONCE = 8

export const STAFF_WORDS = JSON.parse(readFileSync(join(ROOT, 'content', 'staff-columns.json'), 'utf8')) as StaffWords

export interface StaffFile {
  readonly header: StaffHeader
  readonly rows: readonly Row[]
}

export interface StaffRun {
  readonly plan: StaffPlan
  /** the bank before and after; the same when nothing was taken */
  readonly before: Directory
  readonly after: Directory
}

/** @returns refusals for what is no table of staff at all */
export async function readStaff(house: House, bytes: Uint8Array): Promise<Outcome<StaffFile>> {
  if (bytes.length > MOST_STAFF_BYTES) return refused('file', 'staff.file.too_long', { max: MOST_STAFF_BYTES / 1024 / 1024 })
  const table = await house.imports.parts.tables.open(bytes, 'csv')
  if (!table.ok) return table
  const header = staffHeader(table.value.columns, STAFF_WORDS)
  if (!header.ok) return header
  const rows: Row[] = []
  for await (const row of table.value.rows()) rows.push(row)
  return rows.length === 0 ? refused('file', 'imports.file.no_rows') : done({ header: header.value, rows })
}

/** What would come of the file now. Writes nothing. */
export function checkStaff(house: House, admin: Person, file: StaffFile, leaveOut = false): StaffPlan {
  const { persons, departments, teams } = house.people.directory()
  return planned(house, admin, file, { persons: [...persons.values()], departments: [...departments.values()], teams: [...teams.values()] }, leaveOut)
}

/** All rows in one write, or none; then everybody whose rights changed is told, and newcomers get their link. */
export async function importStaff(house: House, admin: Person, file: StaffFile, hand: Hand, leaveOut = false): Promise<StaffRun> {
  let plan: StaffPlan | undefined
  const before = house.people.directory()
  let were = before
  await changeOnRecord(house, hand, (firstly) => house.people.change((roster) => {
    were = house.people.directory()
    plan = planned(house, admin, file, roster, leaveOut)
    // A run that changes nothing writes nothing.
    return plan.lines.some(({ what }) => what === 'added' || what === 'changed') ? plan.roster : roster
  }, firstly))
  const run: StaffRun = { plan: plan as StaffPlan, before: were, after: house.people.directory() }
  if (!run.plan.refused) await tellAll(house, run, hand)
  return run
}

function planned(house: House, admin: Person, { header, rows }: StaffFile, roster: Roster, leaveOut: boolean): StaffPlan {
  return planStaff(roster, rows, { words: STAFF_WORDS, header, language: admin.language, nextId: house.ids.next, now: house.clock.now(), grantOn: (id) => grantOn(admin, id) }, leaveOut)
}

/** @throws Forbidden */
function grantOn(admin: Person, id: string): Grant<'people.administer'> {
  const permission = permit({ kind: 'person', person: admin }, 'people.administer', standingApart(id, { admin: admin.roles.includes('admin') }))
  return permission.ok ? permission.grant : forbid(permission.refusals)
}

async function tellAll(house: House, { plan, before, after }: StaffRun, hand: Hand): Promise<void> {
  const waiting = plan.lines.filter(({ what }) => what === 'added' || what === 'changed').values()
  const work = async () => {
    for (const { person: id, what } of waiting) {
      const person = after.person(id)
      const old = before.person(id)
      if (!person) continue
      if (what === 'changed' && old) {
        await tellChange(house, old, hand)
        continue
      }
      await welcome(house, person, hand)
    }
  }
  await Promise.all(Array.from({ length: TELL_AT_ONCE }, work))
}
