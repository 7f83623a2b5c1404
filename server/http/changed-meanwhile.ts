import { one, type Fields } from './present/note-fields.js'

/** What a form showed when it was opened goes with it and comes back in this field. */
const SHOWN = 'shown'

type Entry = Readonly<Record<string, unknown>>

/** What a form sends along of what it shows, in the hidden field `shown`. */
export function asShown(entry: object): string {
  return JSON.stringify(entry)
}

export interface Merged<T> {
  /** what was changed in the form, upon what stands now */
  readonly entry: T
  /** fields that somebody else changed meanwhile to something else */
  readonly clashes: readonly (keyof T & string)[]
}

/**
 * Two people had the same thing open. What only one of them changed is kept from both, so that nobody brings back by an old form what another
 * has just taken away; what both changed is asked about. A form that says nothing of what it showed is taken as it is.
 */
export function merged<T extends object>(typed: T, now: T, fields: Fields): Merged<T> {
  const shown = shownIn(fields)
  const clashes: (keyof T & string)[] = []
  const entry = { ...typed }
  for (const name of Object.keys(typed) as (keyof T & string)[]) {
    if (shown === null || !Object.hasOwn(shown, name)) continue
    if (isAlike(typed[name], shown[name])) entry[name] = now[name]
    else if (!isAlike(now[name], shown[name]) && !isAlike(now[name], typed[name])) clashes.push(name)
  }
  return { entry, clashes }
}

function shownIn(fields: Fields): Entry | null {
  try {
    const read: unknown = JSON.parse(one(fields, SHOWN))
    return typeof read === 'object' && read !== null ? (read as Entry) : null
  } catch {
    return null
  }
}

/** Lists are chosen in any order. */
function isAlike(a: unknown, b: unknown): boolean {
  return written(a) === written(b)
}

function written(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : value)
}
