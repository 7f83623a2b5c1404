import { LIST_FIELDS, SINGLE_FIELDS, type Clause } from '../../../domain/policy/access.js'
import { LEVELS, type Level } from '../../../domain/policy/level.js'
import { KINDS, type Entry, type Kind } from '../../../domain/search/entry.js'
import { encodeShort } from './encode.js'
import { STAMP } from './settings.js'
import { NOBODY, allOf, amongShort, anyOf } from './terms.js'

/** Among which entries somebody looks at all. */
export interface Shelf {
  /** default every kind */
  readonly kinds?: readonly Kind[] | undefined
  /** default false */
  readonly archived?: boolean | undefined
}

/** What lets somebody read: a field of the law, or the level alone. */
type Key = keyof Clause | 'any'

const HIGHEST: Level = 'restricted'

/**
 * Every way somebody may read the entry, in one value each: this release, its kind, whether it is archived, a field with its
 * value, and up to which level they read. What the law asks for is then found by a few values, and one of them at most is
 * of nearly all entries: to put several such lists together is what a question costs most (measured in content/decisions/0033).
 */
export function gatesToIndex({ kind, archived, access }: Pick<Entry, 'kind' | 'archived' | 'access'>): readonly string[] {
  const readers = LEVELS.slice(LEVELS.indexOf(access.level))
  const gates = (key: Key, values: readonly string[]): string[] => readers.flatMap((within) => [...new Set(values)].map((value) => gateOf(kind, archived, within, key, value)))
  return [
    ...gates('any', ['']),
    gateOf(kind, archived, HIGHEST, 'level', access.level),
    ...SINGLE_FIELDS.flatMap((field) => (field === 'level' ? [] : gates(field, [access[field]]))),
    ...LIST_FIELDS.flatMap((field) => gates(field, access[field])),
  ]
}

/** One of the clauses holds, of something on that shelf. @throws Error when there is none, or one names nothing */
export function gatesOpenTo(clauses: readonly Clause[], { kinds = KINDS, archived = false }: Shelf): string {
  if (clauses.length === 0) throw new Error('no clause at all')
  if (kinds.length === 0) return NOBODY
  const gates = new Set<string>()
  const several: string[] = []
  for (const clause of clauses) {
    if (Object.keys(clause).length === 0) throw new Error('an empty clause would show everything')
    const { level, ...rest } = clause
    const upTo = highestOf(level)
    const fields = Object.entries(upTo === null ? clause : rest) as [Key, readonly string[]][]
    const [only = ['any', ['']], ...others] = fields
    const opening = ([key, values]: [Key, readonly string[]]): string[] => kinds.flatMap((kind) => values.map((value) => gateOf(kind, archived, upTo ?? HIGHEST, key, value)))
    if (others.length > 0) several.push(allOf(fields.map((field) => amongShort('gate', opening(field)))))
    else for (const gate of opening(only)) gates.add(gate)
  }
  return anyOf([...(gates.size > 0 ? [amongShort('gate', [...gates])] : []), ...several])
}

/** The level up to which they are all of them; null where one in between is missing. */
function highestOf(levels: readonly string[] = LEVELS): Level | null {
  const all = LEVELS.slice(0, new Set(levels).size)
  return all.every((level) => levels.includes(level)) ? (all.at(-1) ?? null) : null
}

function gateOf(kind: Kind, archived: boolean, within: Level, key: Key, value: string): string {
  return encodeShort(JSON.stringify([STAMP, kind, archived, within, key, value]))
}
