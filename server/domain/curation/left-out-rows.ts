import { restored } from '../customers/customer-row.js'
import type { Row, Table, TableFormat } from '../people/table.js'
import type { WrongRow, WrongRows } from './import-batch.js'

/** The first column of a file of rows that were left out: why. A file that has it is one of ours. */
export const WHY_COLUMN = 'tacit_left_out'
/** Rows, and characters in them, that are kept with a batch: the report names every line, and people have their file. */
const MOST_ROWS = 500
const MOST_CHARACTERS = 400_000

/** The rows on these lines as they stand in the file, without what an earlier round said of them. */
export async function wrongRows(table: Table, format: TableFormat, lines: ReadonlySet<number>): Promise<WrongRows> {
  const columns = table.columns.filter((name) => name !== WHY_COLUMN)
  const rows: WrongRow[] = []
  let characters = 0
  let cut = 0
  for await (const row of table.rows()) {
    if (!lines.has(row.line)) continue
    const cells = cellsOf(row, table, format)
    characters += cells.reduce((sum, cell) => sum + cell.length, 0)
    if (rows.length < MOST_ROWS && characters <= MOST_CHARACTERS) rows.push({ line: row.line, cells })
    else cut += 1
  }
  return { columns, rows, cut }
}

/** Our own files put an apostrophe before what a spreadsheet would take for a formula: here it goes again. */
export function fromLeftOut(table: Table, format: TableFormat): Table {
  if (format !== 'csv' || !table.columns.includes(WHY_COLUMN)) return table
  return {
    ...table,
    rows: async function* () {
      for await (const row of table.rows()) yield { ...row, cells: new Map([...row.cells].map(([name, cell]) => [name, restored(cell)])) }
    },
  }
}

function cellsOf(row: Row, table: Table, format: TableFormat): readonly string[] {
  const ours = table.columns.includes(WHY_COLUMN)
  if (row.trouble) return ours && format === 'csv' ? (row.raw ?? []).slice(1).map(restored) : (row.raw ?? [])
  if (format === 'jsonl') return [JSON.stringify(Object.fromEntries([...row.cells].filter(([name]) => name !== WHY_COLUMN)))]
  return table.columns.filter((name) => name !== WHY_COLUMN).map((name) => (ours ? restored(row.cells.get(name) ?? '') : (row.cells.get(name) ?? '')))
}
