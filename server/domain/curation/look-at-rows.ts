import type { RowWork } from '../customers/row-work.js'
import type { Refusal } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import { MOST_LINES, NO_COUNTS, type Counts, type ReportLine } from './import-batch.js'

export interface RowAndWork {
  readonly row: Row
  readonly work: RowWork
}

/** What the rows of a file come to, all together. */
export interface Tally {
  readonly rows: number
  readonly counts: Counts
  readonly report: readonly ReportLine[]
  readonly cut: number
  /** the lines of all refused rows */
  readonly wrong: ReadonlySet<number>
  /** the file could not be read to its end: nobody knows how many rows its last line stands for */
  readonly endless: boolean
}

/** How many rows are looked at before others get their turn. */
const BETWEEN = 50

const COUNTED = { create: 'created', change: 'changed', unchanged: 'unchanged', skipped: 'skipped', refused: 'refused' } as const

/**
 * Looks at every row and writes nothing.
 * @param goOn called now and then with the rows so far; false ends it early
 */
export async function lookAtRows(rows: AsyncIterable<RowAndWork>, goOn: (at: number) => Promise<boolean>): Promise<Tally> {
  const counts: { -readonly [C in keyof Counts]: number } = { ...NO_COUNTS }
  const report: ReportLine[] = []
  const first = new Map<string, number>()
  const named = new Set<string>()
  const wrong = new Set<number>()
  let endless = false
  let total = 0
  let cut = 0
  const say = (found: readonly ReportLine[]) => {
    const room = Math.max(0, MOST_LINES - report.length)
    report.push(...found.slice(0, room))
    cut += Math.max(0, found.length - room)
  }
  for await (const { row, work } of rows) {
    total += 1
    const keys = keysOf(work)
    const before = keys.map((key) => first.get(key)).find((line) => line !== undefined)
    for (const key of keys) if (!first.has(key)) first.set(key, row.line)
    if (before !== undefined || work.what === 'refused') wrong.add(row.line)
    endless ||= row.trouble?.code.startsWith('imports.csv.') ?? false
    if (before !== undefined) {
      counts.refused += 1
      say([{ line: row.line, what: 'refused', refusal: { at: '', code: 'imports.row.twice', with: { line: before } } }])
    } else {
      counts[COUNTED[work.what]] += 1
      say(linesOf(row, work.what === 'refused' ? 'refused' : work.what === 'skipped' ? 'skipped' : 'warning', work.refusals))
      if (work.what === 'create' && work.reviewFirst) counts.reviewFirst += 1
      if (work.newCustomer !== undefined) named.add(work.newCustomer)
    }
    if (total % BETWEEN === 0 && !(await goOn(total))) break
  }
  if (total === 0) return { rows: 0, counts: { ...NO_COUNTS, refused: 1 }, report: [{ line: 1, what: 'refused', refusal: { at: '', code: 'imports.file.no_rows' } }], cut: 0, wrong, endless }
  return { rows: total, counts: { ...counts, customers: named.size }, report, cut, wrong, endless }
}

/** No two rows may have the same id, nor the same number. */
function keysOf({ key, also = '' }: RowWork): readonly string[] {
  return [...(key === '' ? [] : [`id ${key}`]), ...(also === '' ? [] : [`number ${also}`])]
}

export function linesOf(row: Row, what: ReportLine['what'], refusals: readonly Refusal[]): ReportLine[] {
  return refusals.map((refusal) => ({ line: row.line, what, refusal }))
}

/** What a run before a kill created is found unchanged by the next: it counts as what the batch made of it. */
export function withEarlier(planned: Counts, made: Pick<Counts, 'created' | 'changed' | 'unchanged'>): Pick<Counts, 'created' | 'changed' | 'unchanged'> {
  const earlier = planned.created - made.created
  if (earlier <= 0) return made
  return { created: made.created + earlier, changed: made.changed, unchanged: Math.max(0, made.unchanged - earlier) }
}
