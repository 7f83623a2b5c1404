import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dayAt } from '../domain/digests/post-office.js'
import { ToldList, staffToTell } from '../domain/digests/staff-to-tell.js'
import type { Directory } from '../domain/people/directory.js'
import type { Person } from '../domain/people/person.js'
import type { Roster } from '../domain/people/port.js'
import { done, refused, type Outcome } from '../domain/people/refusal.js'
import type { Row } from '../domain/people/table.js'
import { permit, type Grant } from '../domain/policy/grant.js'
import { planStaff, staffHeader, type StaffHeader, type StaffLine, type StaffPlan, type StaffWords } from '../domain/policy/import-staff.js'
import { standingApart } from '../domain/policy/rules.js'
import { markOf, type StaffCounts, type StaffImport } from '../domain/policy/staff-import.js'
import { ROOT } from '../root.js'
import { forbid } from './faults.js'
import type { House } from './house.js'
import { changeOnRecord } from './people-on-record.js'
import type { Hand } from './people-room.js'

/** Bytes: some hundred thousand people. */
export const MOST_STAFF_BYTES = 16 * 1024 * 1024
const BREATHE_EVERY = 500

export const STAFF_WORDS = JSON.parse(readFileSync(join(ROOT, 'content', 'staff-columns.json'), 'utf8')) as StaffWords

export interface StaffFile {
  readonly header: StaffHeader
  rows(): AsyncIterable<Row>
}

/** What became of a file: taken, refused, not begun since something else would come of it now, or taken before. */
export interface StaffTaking {
  readonly what: 'taken' | 'unchanged' | 'refused' | 'differs' | 'before'
  readonly lines: readonly StaffLine[]
  /** null once it was taken: fifty thousand people are in memory no longer than it needs them */
  readonly plan: StaffPlan | null
}

/** @returns refusals for what is no table of staff at all */
export async function readStaff(house: House, bytes: Uint8Array): Promise<Outcome<StaffFile>> {
  if (bytes.length > MOST_STAFF_BYTES) return refused('file', 'staff.file.too_long', { max: MOST_STAFF_BYTES / 1024 / 1024 })
  // One step after the other: each takes a while with a large file.
  await breathe()
  const table = await house.imports.parts.tables.open(bytes, 'csv')
  if (!table.ok) return table
  await breathe()
  const header = staffHeader(table.value.columns, STAFF_WORDS)
  if (!header.ok) return header
  for await (const _row of table.value.rows()) {
    await breathe()
    return done({ header: header.value, rows: () => table.value.rows() })
  }
  return refused('file', 'imports.file.no_rows')
}

/** What would come of the file now. Writes nothing. */
export function checkStaff(house: House, admin: Person, file: StaffFile, leaveOut = false): Promise<StaffPlan> {
  return planned(house, admin, file, rosterOf(house.people.directory()), leaveOut)
}

/** Keeps a file that was looked at for whoever chose it, in the place of any they chose before. @returns what is kept of it */
export async function keepStaff(house: House, admin: Person, plan: StaffPlan, file: Uint8Array): Promise<StaffImport> {
  const { staffImports: imports } = house
  for (const before of imports.all()) if (before.owner === admin.id && before.run === null) await imports.drop(before.id, ({ run }) => run === null)
  const made = newStaffImport(house, house.ids.next(), admin, plan, await comesTo(house, plan))
  await imports.add(grantOn(admin, made.id), made, file)
  return made
}

/**
 * All rows in one write, or none. Whom it concerns is noted before, and told afterwards (`tellOfStaff`), by whichever
 * process does such things.
 * @param checked the import as it was looked at: when something else would come of it now, nothing is written
 */
export async function importStaff(house: House, admin: Person, file: StaffFile, hand: Hand, { leaveOut = false, checked = null as StaffImport | null } = {}): Promise<StaffTaking> {
  const id = checked?.id ?? house.ids.next()
  let plan: StaffPlan | null = null
  let said: readonly StaffLine[] = []
  let what: StaffTaking['what'] = 'before'
  let before = house.people.directory()
  const decide = async (roster: Roster): Promise<Roster> => {
    before = house.people.directory()
    plan = await planned(house, admin, file, roster, leaveOut)
    // Twice the same button: the second finds it done.
    if (house.people.wasMade(markOf(id))) return roster
    what = plan.refused ? 'refused' : !plan.lines.some(isNews) ? 'unchanged' : checked && (await comesTo(house, plan)) !== checked.comesTo ? 'differs' : 'taken'
    return what === 'taken' ? plan.roster : roster
  }
  const note = async (after: Roster): Promise<void> => {
    const made = checked ?? newStaffImport(house, id, admin, plan as StaffPlan, '')
    const at = house.clock.now()
    const list = new ToldList()
    // As bytes, which lie outside of what a process may remember.
    const lines: Uint8Array[] = []
    for (const one of staffToTell(newsOf(plan as StaffPlan, before), after, hand.by, dayAt(at, house.config.timeZone))) {
      lines.push(Buffer.from(`${list.add(one)}\n`))
      if (lines.length % BREATHE_EVERY === 0) await breathe()
    }
    await house.staffImports.note(grantOn(admin, id), {
      ...made, counts: countsOf(plan as StaffPlan), run: { by: hand.by, at, via: hand.via, request: hand.request ?? null }, told: 0, toTell: list.size,
    }, Buffer.concat([...lines, Buffer.from(list.end())]))
    lines.length = 0
    said = plan?.lines ?? []
    plan = null
  }
  await changeOnRecord(house, hand, (firstly) => house.people.change(decide, async (now, after) => {
    await firstly(now, after)
    await note(after)
  }, markOf(id)))
  return { what, lines: (plan as StaffPlan | null)?.lines ?? said, plan }
}

export function countsOf({ lines }: StaffPlan): StaffCounts {
  const counts = { added: 0, changed: 0, unchanged: 0, refused: 0 }
  for (const { what } of lines) counts[what] += 1
  return counts
}

function newStaffImport(house: House, id: string, admin: Person, plan: StaffPlan, digest: string): StaffImport {
  return { id, owner: admin.id, at: house.clock.now(), counts: countsOf(plan), comesTo: digest, run: null, told: 0, toTell: 0, finishedAt: null }
}

function planned(house: House, admin: Person, { header, rows }: StaffFile, roster: Roster, leaveOut: boolean): Promise<StaffPlan> {
  return planStaff(roster, rows(), { words: STAFF_WORDS, header, language: admin.language, nextId: house.ids.next, now: house.clock.now(), grantOn: (id) => grantOn(admin, id), breathe }, leaveOut)
}

/** Tells what would come of a file from what would come of it in another bank; what people set for themselves is no difference. */
async function comesTo(house: House, plan: StaffPlan): Promise<string> {
  const digest = createHash('sha256')
  for (const [at, { line, what, person, refusals }] of plan.lines.entries()) {
    if (at % BREATHE_EVERY === BREATHE_EVERY - 1) await breathe()
    const before = house.people.directory().person(person)
    digest.update(`${JSON.stringify([line, what, refusals, what === 'refused' ? null : saidOf(before, plan.person(person))])}\n`)
  }
  return digest.digest('hex')
}

/** What is different afterwards, of what a file says of people. */
function saidOf(before: Person | undefined, after: Person | undefined): unknown {
  if (!after) return null
  const { login, name, nameEn, email, title, department, teams, roles, domain, clearance, language, active } = after
  const said = { login, name, nameEn, email, title, department, teams, roles, domain, clearance, language, active }
  return before ? Object.entries(said).filter(([field, value]) => JSON.stringify(before[field as keyof Person]) !== JSON.stringify(value)) : said
}

/** @throws Forbidden */
function grantOn(admin: Person, id: string): Grant<'people.administer'> {
  const permission = permit({ kind: 'person', person: admin }, 'people.administer', standingApart(id, { admin: admin.roles.includes('admin') }))
  return permission.ok ? permission.grant : forbid(permission.refusals)
}

function rosterOf({ persons, departments, teams }: Directory): Roster {
  return { persons: [...persons.values()], departments: [...departments.values()], teams: [...teams.values()] }
}

/** Everybody who is not as they were, as they were and as they are. */
function* newsOf(plan: StaffPlan, before: Directory): Generator<readonly [Person | undefined, Person]> {
  for (const line of plan.lines) {
    const is = isNews(line) ? plan.person(line.person) : undefined
    if (is) yield [before.person(is.id), is]
  }
}

function isNews({ what }: StaffLine): boolean {
  return what === 'added' || what === 'changed'
}

function breathe(): Promise<void> {
  return new Promise(setImmediate)
}
