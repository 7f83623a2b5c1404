import type { Level } from './level.js'

/** A person or a team, as a named reader or a steward. */
export type Party = `p:${string}` | `t:${string}`

/** Whom a face reaches at this moment: nobody else, one team, one department and all below it, or everyone. */
export type Reach = 'self' | `t:${string}` | `d:${string}` | 'all'

/**
 * The only thing the law looks at, and the only permission columns in any store or index.
 * It holds facts of one face of a thing alone, never of a viewer, so a person who moves changes no row.
 */
export interface Access {
  /** who wrote this revision (L1) */
  readonly author: string
  /** named readers; empty while withheld, wip, or undecided under review_first (L2) */
  readonly named: readonly Party[]
  /** effective audience (L3) */
  readonly reach: Reach
  /** department whose curators handle it; 'none' until it was posted (L4) */
  readonly desk: string
  /** curators named on a restricted thing (L4) */
  readonly stewards: readonly Party[]
  readonly level: Level
  /** customers it is about; the law only ever compares them with the viewer's `hide` */
  readonly customers: readonly string[]
}

export type SingleField = 'author' | 'reach' | 'desk' | 'level'
export type ListField = 'named' | 'stewards'
export const SINGLE_FIELDS: readonly SingleField[] = ['author', 'reach', 'desk', 'level']
export const LIST_FIELDS: readonly ListField[] = ['named', 'stewards']

export type Values = readonly [string, ...string[]]

/** Every field must hold (AND); each is, or has, one of its values. */
export type Clause = Readonly<Partial<Record<SingleField | ListField, Values>>>

/**
 * What a viewer sees, as data. A thing is seen when some clause of `own` holds, or when some clause of `any`
 * holds and none of its customers is in `hide`. No clause at all means nothing is seen.
 */
export interface Visible {
  readonly own: readonly Clause[]
  readonly any: readonly Clause[]
  readonly hide: readonly string[]
  /**
   * By whom the viewer knows of restricted customers: one who is not in `hide` has one of these among its knowers.
   * It says the same as `hide`, in a few words, to an index whose entries name the knowers; without it only `hide` counts.
   */
  readonly knows?: readonly Party[]
}

export const NOTHING: Visible = Object.freeze({ own: [], any: [], hide: [] })

/**
 * Refuses a clause that an engine could read as "everything".
 * @throws Error when a clause has no field, an unknown field, or an empty list of values
 */
export function checkedVisible(visible: Visible): Visible {
  if (!Array.isArray(visible.hide)) throw new Error('visible.hide is required')
  for (const clause of [...visible.own, ...visible.any]) {
    const fields = Object.keys(clause)
    if (fields.length === 0) throw new Error('a clause must name a field: an empty clause would show everything')
    for (const field of fields) {
      if (!isField(field)) throw new Error(`a clause names the unknown field ${field}`)
      const values = clause[field]
      if (!values || values.length === 0) throw new Error(`a clause names ${field} with no value`)
    }
  }
  return visible
}

/** The part that comes from being a curator (L4). */
export function deskPart(visible: Visible): Visible {
  return { ...visible, own: [], any: visible.any.filter((clause) => clause.desk !== undefined) }
}

export function seesNothing(visible: Visible): boolean {
  return visible.own.length === 0 && visible.any.length === 0
}

function isField(name: string): name is SingleField | ListField {
  return (SINGLE_FIELDS as readonly string[]).includes(name) || (LIST_FIELDS as readonly string[]).includes(name)
}
