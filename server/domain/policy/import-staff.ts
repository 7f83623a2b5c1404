import { CLEARANCES, type Clearance } from '../people/clearance.js'
import { LANGUAGES, ROLES, type Language, type Person, type Role } from '../people/person.js'
import type { Roster } from '../people/port.js'
import { done, refusedAll, type Outcome, type Refusal, type Refusals } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import { addPerson, changePerson, setActive, type PersonEntry } from './administer-people.js'
import type { Grant } from './grant.js'
import { Staff } from './staff.js'

export const STAFF_COLUMNS = ['login', 'name', 'nameEn', 'email', 'title', 'department', 'teams', 'roles', 'domain', 'clearance', 'language', 'active'] as const
export type StaffColumn = (typeof STAFF_COLUMNS)[number]

/** How files call the columns and write the values, in both languages: content, not code. */
export interface StaffWords {
  readonly columns: Readonly<Record<StaffColumn, readonly string[]>>
  readonly roles: Readonly<Record<Role, readonly string[]>>
  readonly clearances: Readonly<Record<Clearance, readonly string[]>>
  readonly languages: Readonly<Record<Language, readonly string[]>>
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

export type StaffHeader = ReadonlyMap<StaffColumn, string>

/** What one row of the file comes to. */
export interface StaffLine {
  readonly line: number
  readonly login: string
  readonly what: 'added' | 'changed' | 'unchanged' | 'refused'
  /** id of the person; empty when there is none */
  readonly person: string
  readonly refusals: Refusals
}

export interface StaffPlan {
  /** as it was when any row is refused and was not to be left out: a file is taken whole or not at all */
  readonly roster: Roster
  readonly lines: readonly StaffLine[]
  /** anybody, as the file would leave them */
  person(id: string): Person | undefined
  readonly refused: boolean
  /** wrong rows that were left out, because somebody asked for that */
  readonly leftOut: number
}

export interface StaffRoom {
  readonly words: StaffWords
  readonly header: StaffHeader
  /** of people whom the file gives none */
  readonly language: Language
  /** a grant of the importer for one person */
  grantOn(person: string): Grant<'people.administer'>
  nextId(): string
  /** UTC */
  readonly now: string
  /** lets other requests come in */
  breathe(): Promise<void>
}

const BREATHE_EVERY = 250

/** This in a cell takes away what was there; an empty cell leaves it. */
const NONE = '-'

/** Which column of the file is which; those with other names are passed over. */
export function staffHeader(columns: readonly string[], words: StaffWords): Outcome<StaffHeader> {
  const header = new Map<StaffColumn, string>()
  for (const field of STAFF_COLUMNS) {
    const column = columns.find((name) => words.columns[field].includes(folded(name)))
    if (column !== undefined) header.set(field, column)
  }
  return header.has('login') ? done(header) : refusedAll([{ at: 'file', code: 'staff.file.no_login' }])
}

/**
 * Goes through all rows, each by the same verbs as the pages, so that no file can do what an administrator may not:
 * above all change their own rights.
 * @param rows taken one after the other, so that a large file is never in memory as rows
 * @param leaveOut the wrong rows are left out; otherwise one of them refuses the whole file
 */
export async function planStaff(roster: Roster, rows: AsyncIterable<Row>, room: StaffRoom, leaveOut = false): Promise<StaffPlan> {
  const first = new Map<string, number>()
  const lines: StaffLine[] = []
  const staff = new Staff(roster)
  const places = placesIn(roster)
  let endless = false
  for await (const row of rows) {
    if (lines.length % BREATHE_EVERY === BREATHE_EVERY - 1) await room.breathe()
    endless ||= row.trouble?.code.startsWith('imports.csv.') ?? false
    const login = cellOf(row, 'login', room).toLowerCase()
    const before = staff.personByLogin(login)
    const say = (what: StaffLine['what'], person = before?.id ?? '', refusals: Refusals = []) => lines.push({ line: row.line, login, what, person, refusals })
    const twice = first.get(login)
    if (row.trouble) say('refused', undefined, [row.trouble])
    else if (twice !== undefined) say('refused', undefined, [{ at: 'login', code: 'staff.row.twice', with: { line: twice } }])
    else {
      first.set(login, row.line)
      const id = before?.id ?? room.nextId()
      const outcome = taken(staff, places, row, login, before, id, room)
      if (!outcome.ok) say('refused', undefined, outcome.refusals)
      else {
        const same = before !== undefined && JSON.stringify(before) === JSON.stringify(outcome.value)
        if (!same) staff.put(outcome.value)
        say(before ? (same ? 'unchanged' : 'changed') : 'added', id)
      }
    }
  }
  const wrong = lines.filter(({ what }) => what === 'refused').length
  // Behind a quotation mark that does not end nobody knows how many rows there are.
  const refused = wrong > 0 && (!leaveOut || endless)
  return { roster: refused ? roster : staff.roster(), lines, person: (id) => staff.person(id), refused, leftOut: refused ? 0 : wrong }
}

function taken(staff: Staff, places: Places, row: Row, login: string, before: Person | undefined, id: string, room: StaffRoom): Outcome<Person> {
  const read = entryOf(row, login, before, places, room)
  if (!read.ok) return read
  const { entry, active } = read.value
  const grant = room.grantOn(id)
  const put = before ? changePerson(staff, grant, id, entry, room.now) : addPerson(staff, grant, id, entry, room.now)
  if (!put.ok || active === undefined || active === (before?.active ?? true)) return put
  return setActive(staff, grant, put.value, active)
}

function entryOf(row: Row, login: string, before: Person | undefined, places: Places, room: StaffRoom): Outcome<{ readonly entry: PersonEntry; readonly active: boolean | undefined }> {
  const { words, header } = room
  const wrong: Refusal[] = []
  const strange = (column: StaffColumn, value: string): undefined => {
    wrong.push({ at: column, code: 'imports.row.value', with: { column: header.get(column) ?? '', value: [...value].slice(0, 40).join('') } })
    return undefined
  }
  const text = (column: StaffColumn, old: string) => {
    const cell = cellOf(row, column, room)
    return cell === '' ? old : cell === NONE ? '' : cell
  }
  const among = <T extends string>(column: StaffColumn, names: Readonly<Record<T, readonly string[]>>, known: readonly T[]): T | undefined => {
    const cell = cellOf(row, column, room)
    return cell === '' ? undefined : (known.find((one) => names[one].includes(folded(cell))) ?? strange(column, cell))
  }
  const several = (column: StaffColumn, old: readonly string[], find: (name: string) => string | undefined): readonly string[] => {
    const cell = cellOf(row, column, room)
    if (cell === '') return old
    return cell === NONE ? [] : listed(cell).flatMap((name) => find(name) ?? strange(column, name) ?? [])
  }
  const placed = cellOf(row, 'department', room)
  const active = cellOf(row, 'active', room)
  const entry: PersonEntry = {
    login,
    name: text('name', before?.name ?? ''),
    nameEn: text('nameEn', before?.nameEn ?? ''),
    email: text('email', before?.email ?? ''),
    title: text('title', before?.title ?? ''),
    department: placed === '' ? (before?.department ?? '') : (places.department(placed) ?? strange('department', placed) ?? ''),
    teams: several('teams', before?.teams ?? [], places.team),
    roles: several('roles', before?.roles ?? [], (name) => ROLES.find((role) => words.roles[role].includes(folded(name)))) as readonly Role[],
    domain: several('domain', before?.domain ?? [], places.department),
    clearance: among('clearance', words.clearances, CLEARANCES) ?? before?.clearance ?? 'internal',
    language: among('language', words.languages, LANGUAGES) ?? before?.language ?? room.language,
  }
  const on = active === '' ? undefined : words.yes.includes(folded(active)) ? true : words.no.includes(folded(active)) ? false : strange('active', active)
  return wrong.length > 0 ? refusedAll(wrong) : done({ entry, active: on })
}

function cellOf(row: Row, column: StaffColumn, { header }: StaffRoom): string {
  const name = header.get(column)
  return name === undefined ? '' : (row.cells.get(name) ?? '').trim()
}

interface Places {
  department(name: string): string | undefined
  team(name: string): string | undefined
}

/** The same few names stand in thousands of rows: each is looked for once. */
function placesIn({ departments, teams }: Roster): Places {
  const known = (things: Parameters<typeof only>[0]) => {
    const found = new Map<string, string | undefined>()
    return (name: string) => {
      if (!found.has(name)) found.set(name, only(things, name))
      return found.get(name)
    }
  }
  return { department: known(departments), team: known(teams) }
}

/** By id or by name in either language; a name that two have names nobody. */
function only(things: readonly { readonly id: string; readonly name: string; readonly nameZh: string }[], name: string): string | undefined {
  const found = things.filter((one) => one.id === name || folded(one.name) === folded(name) || one.nameZh === name)
  return found.length === 1 ? found[0]?.id : undefined
}

function listed(cell: string): readonly string[] {
  return cell.split(/[|\n;；]/).map((one) => one.trim()).filter((one) => one !== '')
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
