import type { Refusals } from '../people/refusal.js'

/** What one row of a file comes to: found out for all rows before the first is written. */
export interface RowWork {
  readonly what: 'create' | 'change' | 'unchanged' | 'skipped' | 'refused'
  /** why it is refused, or what its importer should know */
  readonly refusals: Refusals
  /** two rows with the same are one too many */
  readonly key: string
  /** the bank's own number: no two rows may claim it either */
  readonly also?: string
  /** the note goes to the curators before anybody else reads it */
  readonly reviewFirst?: boolean
  /** a customer who is entered along with it, by the name in the file */
  readonly newCustomer?: string
  /** Done a second time it changes nothing. */
  write?(): Promise<Written>
}

export type Written = { readonly what: 'created' | 'changed' | 'unchanged' } | { readonly what: 'refused'; readonly refusals: Refusals }

export function refusedRow(refusals: Refusals, key = ''): RowWork {
  return { what: 'refused', refusals, key }
}
