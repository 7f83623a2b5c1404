import { StoreDamaged, StoreTooNew } from './store-errors.js'

/** A document as it was read, of any schema. */
export type Stored = Readonly<{ [field: string]: unknown }>

/** How one kind of document changed over the releases. Lives beside the noun, shared by every store. */
export interface Schema<T> {
  /** the number written today; the first is 1 */
  readonly now: number
  /** `upgrades[n]` makes a document of schema n into one of n + 1: pure, and never removed */
  readonly upgrades?: Readonly<Record<number, (old: Stored) => Stored>>
  /** throws when the upgraded document is not a T after all */
  readonly check?: (document: Stored) => T
}

/** The text of a document as it goes to disk, its schema number first. */
export function encode<T extends object>(schema: Schema<T>, document: T): string {
  const { schema: _, ...fields } = document as Stored
  return `${JSON.stringify({ schema: schema.now, ...fields })}\n`
}

/**
 * The document in a file, brought up to today's schema and frozen to its last leaf.
 * @throws StoreDamaged when it is no document of ours, StoreTooNew when a later release wrote it
 */
export function decode<T extends object>(schema: Schema<T>, source: string | Uint8Array, file: string): T {
  let stored = parsed(typeof source === 'string' ? source : textOf(source, file), file)
  const { schema: number, ...rest } = stored
  if (!Number.isInteger(number) || (number as number) < 1) throw new StoreDamaged(file, 'it has no schema number')
  if ((number as number) > schema.now) throw new StoreTooNew(file, number as number, schema.now)
  stored = rest
  for (let at = number as number; at < schema.now; at += 1) {
    const upgrade = schema.upgrades?.[at]
    if (!upgrade) throw new StoreDamaged(file, `there is no way up from its schema ${at}`)
    stored = attempt(file, `its schema ${at} could not be brought up`, () => upgrade(stored))
  }
  const { check } = schema
  return frozen(check ? attempt(file, 'its content is not what it should be', () => check(stored)) : (stored as T))
}

/**
 * What `decode` would read of `document` once it is written, most of which was read before: lists and records keep what
 * stood in them then. Of fifty thousand people one changes; to read all of them anew takes a second of everybody's time.
 * @throws StoreDamaged when it could not be read back
 */
export function settled<T extends object>(schema: Schema<T>, document: T, before: T, file: string): T {
  const { schema: _, ...fields } = document as Stored
  const stored = fieldsOf(fields, (value, name) => settledPart(value, (before as Stored)[name]))
  const { check } = schema
  return Object.freeze(check ? attempt(file, 'its content is not what it should be', () => check(stored)) : (stored as T))
}

function settledPart(value: unknown, before: unknown): unknown {
  if (value === before || typeof value !== 'object' || value === null) return asRead(value, before)
  if (!Array.isArray(value)) return Object.freeze(fieldsOf(value as Stored, (part, name) => asRead(part, (before as Stored | null | undefined)?.[name])))
  const known = new Set<unknown>(Array.isArray(before) ? before : [])
  return Object.freeze(value.map((part: unknown) => (part === undefined ? null : asRead(part, known.has(part) ? part : undefined))))
}

function fieldsOf(value: Stored, as: (part: unknown, name: string) => unknown): Stored {
  const fields: (readonly [string, unknown])[] = []
  for (const name of Object.keys(value)) if (value[name] !== undefined) fields.push([name, as(value[name], name)])
  return Object.fromEntries(fields)
}

/** @param before what was read: it lies frozen already */
function asRead(value: unknown, before: unknown): unknown {
  return value === before || typeof value === 'string' ? value : frozen(JSON.parse(JSON.stringify(value)))
}

/** Strictly: a lenient reader would put marks in the place of broken letters, and the next write would keep them. */
function textOf(bytes: Uint8Array, file: string): string {
  return attempt(file, 'it is not UTF-8 text', () => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
}

function parsed(text: string, file: string): Stored {
  if (text.trim() === '') throw new StoreDamaged(file, 'it is empty')
  const value: unknown = attempt(file, 'it is not JSON', () => JSON.parse(text))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StoreDamaged(file, 'it holds no document')
  }
  return value as Stored
}

function attempt<R>(file: string, why: string, act: () => R): R {
  try {
    return act()
  } catch (error) {
    // The parser's own words would quote what people wrote.
    const damaged = new StoreDamaged(file, why)
    damaged.cause = error
    throw damaged
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
