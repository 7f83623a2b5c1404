import { checkedVisible, seesNothing, type Visible } from '../../../domain/policy/access.js'
import { encodeShort } from './encode.js'
import { gatesOpenTo, type Shelf } from './gate.js'
import { LEVELS_OF_KNOWERS } from './knowers.js'
import { allOf, amongShort, anyOf } from './terms.js'

/** Each part is read on its own first, in a time that grows with its square. */
const LONGEST_LIST = 100
/** So few hidden customers are told one by one: that costs no more than naming whom one knows by, and no entry has to be told anew when it changes. */
const FEW_HIDDEN = 20

/** All of these hold; of an inner list one. */
export type Filters = readonly (string | readonly string[])[]

export interface CompiledLaw {
  readonly plain: Filters
  /** what its author may read, but not whose customer it is about; null when there can be none */
  readonly apart: Filters | null
  /** all of these hold of what is about nobody hidden */
  readonly open: readonly string[]
}

/**
 * The law (HOUSE.md §2a) as a filter. An empty filter would mean everything, so whoever sees nothing must not come here.
 * @throws Error when nothing may be seen, or a clause could be read as "everything"
 */
export function compileMeiliFilter(visible: Visible, shelf: Shelf): string {
  const { plain, apart } = compileLaw(visible, shelf)
  const whole = [plain, ...(apart === null ? [] : [apart])].map((filters) => allOf(filters.map((each) => (typeof each === 'string' ? each : anyOf(each)))))
  return anyOf(whole)
}

/**
 * As `compileMeiliFilter`, in two parts that share nothing.
 * @param hold what the engine has not taken yet: a customer among it may have other knowers than the entries say
 * @throws Error as above
 */
export function compileLaw(visible: Visible, shelf: Shelf, hold: readonly string[] = []): CompiledLaw {
  checkedVisible(visible)
  if (seesNothing(visible)) throw new Error('a viewer who sees nothing must not reach the engine')
  const seen = gatesOpenTo([...visible.own, ...visible.any], shelf)
  if (visible.hide.length === 0) return { plain: [seen], apart: null, open: [] }
  const { none, some } = hidingOf(visible, hold)
  return {
    plain: [seen, ...none],
    apart: visible.own.length === 0 ? null : [gatesOpenTo(visible.own, shelf), some],
    open: none,
  }
}

/** With more of them a question takes the engine longer than anybody waits (measured in content/decisions/0032). */
const MOST_VALUES = 2_000

/** Whether the filter of this law, and of what is on hold, would be longer than that. */
export function isBeyond(visible: Visible, hold: readonly string[] = []): boolean {
  const { hide, knows } = visible
  const values = isNamed(visible) ? hide.length : (knows?.length ?? 0) * LEVELS_OF_KNOWERS.length + hold.length
  return values + hold.length > MOST_VALUES
}

function isNamed({ hide, knows }: Visible): boolean {
  return knows === undefined || hide.length <= FEW_HIDDEN
}

/** All of `none` hold of what is about nobody hidden, and one of `some` of everything else. */
function hidingOf(visible: Visible, hold: readonly string[]): { none: readonly string[]; some: readonly string[] } {
  if (isNamed(visible)) {
    const some = amongCustomers(visible.hide)
    return { none: some.map((each) => `NOT ${each}`), some }
  }
  const held = hold.length > 0 ? amongCustomers(hold) : []
  const by = (visible.knows ?? []).map(encodeShort)
  // Who knows of nobody needs only be told what is about nobody: there is a first level when there is any.
  if (by.length === 0) return { none: [`${LEVELS_OF_KNOWERS[0]} NOT EXISTS`, ...held.map((each) => `NOT ${each}`)], some: [`${LEVELS_OF_KNOWERS[0]} EXISTS`, ...held] }
  return {
    none: [...LEVELS_OF_KNOWERS.map((level) => `(${level} NOT EXISTS OR ${amongShort(level, by)})`), ...held.map((each) => `NOT ${each}`)],
    some: [...LEVELS_OF_KNOWERS.map((level) => `(${level} EXISTS AND NOT ${amongShort(level, by)})`), ...held],
  }
}

const spelledOut = new WeakMap<object, readonly string[]>()
/** Whom one viewer may not know of, most others may not either. */
const shortForms = new Map<string, string>()
const MOST_SHORT_FORMS = 100_000

function shortFormOf(customer: string): string {
  const known = shortForms.get(customer)
  if (known !== undefined) return known
  if (shortForms.size >= MOST_SHORT_FORMS) shortForms.clear()
  const short = encodeShort(customer)
  shortForms.set(customer, short)
  return short
}

/** In parts of a length the engine reads in time; any of them may hold. Of the same list, which must not change, it is made once. */
export function amongCustomers(customers: readonly string[] | ReadonlySet<string>): readonly string[] {
  const known = spelledOut.get(customers)
  if (known) return known
  const each = [...new Set(customers)].map(shortFormOf)
  const parts: string[] = []
  for (let i = 0; i < each.length; i += LONGEST_LIST) parts.push(amongShort('a_customers', each.slice(i, i + LONGEST_LIST)))
  spelledOut.set(customers, parts)
  return parts
}
