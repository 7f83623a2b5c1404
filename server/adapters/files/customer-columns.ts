import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CUSTOMER_COLUMNS, type ColumnWords } from '../../domain/customers/customer-row.js'
import { ROOT } from '../../root.js'

/** How files of customers call their columns and write their values, in both languages. */
export function readColumnWords(path = join(ROOT, 'content', 'customer-columns.json')): ColumnWords {
  const words = JSON.parse(readFileSync(path, 'utf8')) as ColumnWords
  const without = CUSTOMER_COLUMNS.find((column) => (words.columns[column] ?? []).length === 0)
  if (without) throw new Error(`${path} has no word for the column ${without}`)
  return words
}
