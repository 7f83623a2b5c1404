import type { Outcome, Refusal } from './refusal.js'

export const TABLE_FORMATS = ['csv', 'jsonl'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

/** A file of rows, read from its beginning as often as needed. Cells are text as it stands in the file. */
export interface Table {
  readonly encoding: 'utf-8' | 'utf-16' | 'gb18030'
  /** in the order of the file; of JSON lines, those of the first */
  readonly columns: readonly string[]
  rows(): AsyncIterable<Row>
}

export interface Row {
  /** where it begins in the file, from 1 */
  readonly line: number
  readonly cells: ReadonlyMap<string, string>
  /** why it cannot be read */
  readonly trouble?: Refusal
  /** of a row in trouble, what stands there: its cells, or its one line */
  readonly raw?: readonly string[]
}

export interface TableReader {
  /** @returns refusals for what is no table at all: another encoding, no header, no row, broken quotes in the first line */
  open(bytes: Uint8Array, format: TableFormat): Promise<Outcome<Table>>
}
