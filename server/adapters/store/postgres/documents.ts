import { decode, encode, type Schema } from '../schema.js'
import { givenJson, keptJson } from './letters.js'

/** The JSON of a document as a column takes it, its schema number in it. */
export function written<T extends object>(schema: Schema<T>, document: T): string {
  return keptJson(encode(schema, document))
}

/**
 * The document in a column, brought up to today's schema and frozen.
 * @param name where it lies, for whoever must repair it
 * @throws StoreDamaged, StoreTooNew
 */
export function read<T extends object>(schema: Schema<T>, text: string, name: string): T {
  return decode(schema, givenJson(text), name)
}
