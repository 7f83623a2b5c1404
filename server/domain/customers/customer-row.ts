import type { Directory } from '../people/directory.js'
import { done, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import type { CustomerEntry } from './change-customer.js'
import { CUSTOMER_KINDS, type Customer, type CustomerKind } from './customer.js'

export const CUSTOMER_COLUMNS = ['tacit_customer', 'external_id', 'number', 'kind', 'name', 'aliases', 'segment', 'team', 'restricted', 'curators'] as const
export type CustomerColumn = (typeof CUSTOMER_COLUMNS)[number]

/** How files call the columns and write the values, in both languages: content, not code. */
export interface ColumnWords {
  readonly columns: Readonly<Record<CustomerColumn, readonly string[]>>
  readonly kinds: Readonly<Record<CustomerKind, readonly string[]>>
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

export interface Segments {
  /** key of a segment by its key or its word in either language */
  find(word: string): string | undefined
}

export type CustomerHeader = ReadonlyMap<CustomerColumn, string>

/** Which column of the file is which; those with other names are passed over. */
export function headerOf(columns: readonly string[], words: ColumnWords): Outcome<CustomerHeader> {
  const header = new Map<CustomerColumn, string>()
  for (const field of CUSTOMER_COLUMNS) {
    const column = columns.find((name) => words.columns[field].includes(folded(name)))
    if (column !== undefined) header.set(field, column)
  }
  if (!header.has('name')) return refusedAll([{ at: 'file', code: 'imports.customers.no_name' }])
  if (!header.has('external_id') && !header.has('number') && !header.has('tacit_customer')) return refusedAll([{ at: 'file', code: 'imports.customers.no_id' }])
  return done(header)
}

/** What the file says of a customer. What it does not say stays as it is. */
export interface RowCustomer {
  /** our own id, from a file that the portal wrote */
  readonly ours: string
  readonly externalId: string
  readonly number: string
  readonly said: Partial<CustomerEntry>
}

export function customerOfRow(row: Row, header: CustomerHeader, words: ColumnWords, people: Directory, segments: Segments): Outcome<RowCustomer> {
  if (row.trouble) return refusedAll([row.trouble])
  const found: Refusal[] = []
  const ownFile = header.has('tacit_customer')
  const cell = (field: CustomerColumn): string | undefined => {
    const name = header.get(field)
    if (name === undefined) return undefined
    const text = row.cells.get(name) ?? ''
    return (ownFile ? restored(text) : text).trim()
  }
  const strange = (field: CustomerColumn, value: string) => found.push({ at: field, code: 'imports.row.value', with: { column: header.get(field) ?? '', value: [...value].slice(0, 40).join('') } })
  const said: { -readonly [F in keyof CustomerEntry]?: CustomerEntry[F] } = {}

  const name = cell('name')
  if (name !== undefined) said.name = name
  const number = cell('number')
  if (number !== undefined) said.number = number
  const aliases = cell('aliases')
  if (aliases !== undefined) said.aliases = list(aliases, ownFile)
  const kind = cell('kind')
  if (kind) {
    const known = CUSTOMER_KINDS.find((one) => words.kinds[one].includes(folded(kind)))
    if (known) said.kind = known
    else strange('kind', kind)
  }
  const segment = cell('segment')
  if (segment !== undefined) {
    const known = segment === '' ? null : segments.find(segment)
    if (known === undefined) strange('segment', segment)
    else said.segment = known
  }
  const team = cell('team')
  if (team) {
    const known = [...people.teams.values()].filter((one) => one.id === team || folded(one.name) === folded(team) || one.nameZh === team)
    if (known.length === 1 && known[0]) said.team = known[0].id
    else strange('team', team)
  }
  const restricted = cell('restricted')
  // An empty cell never opens what is closed.
  if (restricted) {
    if (words.yes.includes(folded(restricted))) said.restricted = true
    else if (words.no.includes(folded(restricted))) said.restricted = false
    else strange('restricted', restricted)
  }
  const curators = cell('curators')
  if (curators) {
    const known = list(curators, ownFile).map((login) => people.personByLogin(login)?.id ?? '')
    if (known.includes('')) strange('curators', curators)
    else said.curators = known
  }
  const externalId = cell('external_id') || number || ''
  const ours = cell('tacit_customer') ?? ''
  if (externalId === '' && ours === '') found.push({ at: '', code: 'imports.row.no_id' })
  if (externalId.length > 200) found.push({ at: '', code: 'imports.row.long_id' })
  return found.length > 0 ? refusedAll(found) : done({ ours, externalId, number: number ?? '', said })
}

/** @param team for a new customer of whom the file names none */
export function entryOf(said: Partial<CustomerEntry>, before: Customer | null, team: string): CustomerEntry {
  return {
    kind: said.kind ?? before?.kind ?? ('' as CustomerKind),
    name: said.name ?? before?.name ?? '',
    aliases: said.aliases ?? before?.aliases ?? [],
    number: said.number ?? before?.number ?? '',
    segment: said.segment !== undefined ? said.segment : (before?.segment ?? null),
    team: said.team ?? before?.team ?? team,
    restricted: said.restricted ?? before?.restricted ?? false,
    curators: said.curators ?? before?.curators ?? [],
  }
}

/**
 * A spreadsheet takes a cell that begins so for a formula, so our files put an apostrophe before it, and before cells
 * that have one already: what was written comes back exactly.
 */
export function guarded(cell: string): string {
  return /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? `'${cell}` : cell
}

export function restored(cell: string): string {
  return /^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? cell.slice(1) : cell
}

/** In our own files one a line, since a name may hold any of the other signs. */
function list(cell: string, ownFile: boolean): readonly string[] {
  return cell.split(ownFile ? '\n' : /[|\n;；]/).map((one) => one.trim()).filter((one) => one !== '')
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
