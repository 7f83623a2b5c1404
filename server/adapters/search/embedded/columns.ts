import type { Access } from '../../../domain/policy/access.js'
import { FACETS, KINDS, type Entry, type FacetName, type Kind } from '../../../domain/search/entry.js'

/** Everything about an entry but its words, without the text: what the index file keeps of it in one cell. */
export type Facts = Pick<Entry, 'kind' | 'id' | 'version' | 'access' | 'facets' | 'at' | 'value' | 'trust' | 'archived'> & {
  /** tokens in title and body */
  readonly length: number
}

/** Strings as small numbers. */
export class Dictionary {
  readonly values: string[] = []
  private readonly known = new Map<string, number>()

  add(value: string): number {
    let key = this.known.get(value)
    if (key === undefined) {
      key = this.values.push(value) - 1
      this.known.set(value, key)
    }
    return key
  }

  find(value: string): number | undefined {
    return this.known.get(value)
  }

  /** One cell per value, 1 where it is among those given. */
  marks(wanted: Iterable<string>): Uint8Array {
    const marks = new Uint8Array(this.values.length)
    for (const value of wanted) {
      const key = this.known.get(value)
      if (key !== undefined) marks[key] = 1
    }
    return marks
  }
}

const NONE = -1
const MANY = -2

/** Any number of values per row; almost always none or one, so one number per row and lists aside. */
export class ValueColumn {
  readonly dictionary = new Dictionary()
  private one = new Int32Array(0)
  private readonly many = new Map<number, Int32Array>()

  grow(capacity: number): void {
    const grown = new Int32Array(capacity).fill(NONE)
    grown.set(this.one)
    this.one = grown
  }

  set(row: number, values: readonly string[]): void {
    if (this.one[row] === MANY) this.many.delete(row)
    const [first] = values
    if (first === undefined) this.one[row] = NONE
    else if (values.length === 1) this.one[row] = this.dictionary.add(first)
    else {
      this.many.set(row, Int32Array.from([...new Set(values)].map((value) => this.dictionary.add(value))))
      this.one[row] = MANY
    }
  }

  has(row: number, marks: Uint8Array): boolean {
    const key = this.one[row] ?? NONE
    if (key >= 0) return marks[key] === 1
    return key === MANY && (this.many.get(row)?.some((each) => marks[each] === 1) ?? false)
  }

  /** How often each value occurs in these rows. */
  count(rows: Int32Array): Int32Array {
    const counts = new Int32Array(this.dictionary.values.length)
    for (let i = 0; i < rows.length; i++) {
      const key = this.one[rows[i] ?? 0] ?? NONE
      if (key >= 0) counts[key] = (counts[key] ?? 0) + 1
      else if (key === MANY) for (const each of this.many.get(rows[i] ?? 0) ?? []) counts[each] = (counts[each] ?? 0) + 1
    }
    return counts
  }
}

/** The fields the law looks at but author and customers: few combinations for many rows, so each is judged once. */
export type AccessClass = Pick<Access, 'named' | 'reach' | 'desk' | 'stewards' | 'level'>

/** A row's kind and whether it is archived as one number above 0, so that one look tells whether a query is about it. */
export function sortOf(kind: Kind, archived: boolean): number {
  return 1 + KINDS.indexOf(kind) * 2 + (archived ? 1 : 0)
}

/** The index's facts in memory, one row per entry: what the law, filters, facets and order look at. */
export class Columns {
  /** rows in use are below this */
  end = 1
  readonly ids: string[] = []
  readonly rowOf = new Map<string, number>()
  /** 0 where there is no entry, otherwise `sortOf` its kind and whether it is archived */
  sort = new Uint8Array(0)
  version = new Float64Array(0)
  overdue = new Uint8Array(0)
  value = new Uint8Array(0)
  at = new Float64Array(0)
  validatedAt = new Float64Array(0)
  reuses = new Int32Array(0)
  length = new Int32Array(0)
  /** index into `accessClasses` */
  accessClass = new Int32Array(0)
  readonly accessClasses: AccessClass[] = []
  readonly author = new ValueColumn()
  readonly customers = new ValueColumn()
  readonly facets: Readonly<Record<FacetName, ValueColumn>>
  private capacity = 0
  private readonly free: number[] = []
  private readonly classKeys = new Dictionary()

  constructor() {
    this.facets = Object.fromEntries(FACETS.map((name) => [name, new ValueColumn()])) as Record<FacetName, ValueColumn>
    this.growTo(1024)
  }

  get size(): number {
    return this.rowOf.size
  }

  /** The row an id has, or the one it would get. Rows start at 1. */
  rowFor(id: string): number {
    return this.rowOf.get(id) ?? this.free.at(-1) ?? this.end
  }

  set(row: number, facts: Facts): void {
    if (this.free.at(-1) === row) this.free.pop()
    // Rows read back from a file may have holes: those are free for later entries.
    for (; this.end < row; this.end++) this.free.push(this.end)
    if (row === this.end) this.end++
    if (row >= this.capacity) this.growTo(Math.max(row + 1, this.capacity * 2))
    this.ids[row] = facts.id
    this.rowOf.set(facts.id, row)
    this.sort[row] = sortOf(facts.kind, facts.archived)
    this.version[row] = facts.version
    this.overdue[row] = facts.trust.overdue ? 1 : 0
    this.value[row] = facts.value
    this.at[row] = Date.parse(facts.at)
    this.validatedAt[row] = facts.trust.validatedAt === null ? 0 : Date.parse(facts.trust.validatedAt)
    this.reuses[row] = facts.trust.reuses
    this.length[row] = facts.length
    this.author.set(row, [facts.access.author])
    this.accessClass[row] = this.classOf(facts.access)
    this.customers.set(row, facts.access.customers)
    for (const name of FACETS) this.facets[name].set(row, facts.facets[name] ?? [])
  }

  drop(row: number): void {
    const id = this.ids[row]
    if (id === undefined || this.rowOf.get(id) !== row) return
    this.rowOf.delete(id)
    delete this.ids[row]
    this.free.push(row)
    this.sort[row] = 0
    for (const column of [this.author, this.customers, ...Object.values(this.facets)]) column.set(row, [])
  }

  kindOf(row: number): Kind {
    return KINDS[((this.sort[row] ?? 1) - 1) >> 1] ?? 'note'
  }

  alive(row: number): boolean {
    return this.sort[row] !== 0 && row < this.end
  }

  private classOf({ named, reach, desk, stewards, level }: Access): number {
    const key = this.classKeys.add(JSON.stringify([named, reach, desk, stewards, level]))
    if (key === this.accessClasses.length) this.accessClasses.push({ named, reach, desk, stewards, level })
    return key
  }

  private growTo(capacity: number): void {
    const grown = <T extends Uint8Array | Int32Array | Float64Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.sort = grown(this.sort, new Uint8Array(capacity))
    this.accessClass = grown(this.accessClass, new Int32Array(capacity))
    this.version = grown(this.version, new Float64Array(capacity))
    this.overdue = grown(this.overdue, new Uint8Array(capacity))
    this.value = grown(this.value, new Uint8Array(capacity))
    this.at = grown(this.at, new Float64Array(capacity))
    this.validatedAt = grown(this.validatedAt, new Float64Array(capacity))
    this.reuses = grown(this.reuses, new Int32Array(capacity))
    this.length = grown(this.length, new Int32Array(capacity))
    for (const column of [this.author, this.customers, ...Object.values(this.facets)]) column.grow(capacity)
    this.capacity = capacity
  }
}
