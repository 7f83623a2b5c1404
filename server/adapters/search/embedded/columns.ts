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
const FIRST_LIST = -2

/** Any number of values per row; almost always none or one, so one number per row and lists aside. */
export class ValueColumn {
  readonly dictionary = new Dictionary()
  /** a value's key, NONE, or FIRST_LIST minus the place of a list */
  private one = new Int32Array(0)
  /** lists one after the other: how many there is room for, how many there are, then the keys */
  private lists = new Int32Array(64)
  private listsEnd = 0

  grow(capacity: number): void {
    const grown = new Int32Array(capacity).fill(NONE)
    grown.set(this.one)
    this.one = grown
  }

  set(row: number, values: readonly string[]): void {
    const [first] = values
    const before = this.one[row] ?? NONE
    if (first === undefined) this.one[row] = NONE
    else if (values.length === 1) this.one[row] = this.dictionary.add(first)
    else this.one[row] = FIRST_LIST - this.putList([...new Set(values)].map((value) => this.dictionary.add(value)), FIRST_LIST - before)
  }

  has(row: number, marks: Uint8Array): boolean {
    const key = this.one[row] ?? NONE
    if (key >= 0) return marks[key] === 1
    if (key === NONE) return false
    const at = FIRST_LIST - key
    const end = at + 2 + (this.lists[at + 1] ?? 0)
    for (let i = at + 2; i < end; i++) if (marks[this.lists[i] ?? 0] === 1) return true
    return false
  }

  /** How often each value occurs in these rows. */
  count(rows: Int32Array): Int32Array {
    const { one, lists } = this
    const counts = new Int32Array(this.dictionary.values.length)
    for (let i = 0; i < rows.length; i++) {
      const key = one[rows[i] as number] as number
      if (key >= 0) (counts[key] as number)++
      else if (key !== NONE) {
        const at = FIRST_LIST - key
        const end = at + 2 + (lists[at + 1] as number)
        for (let k = at + 2; k < end; k++) (counts[lists[k] as number] as number)++
      }
    }
    return counts
  }

  /** @param old where the row's last list is, if it is a place at all: used again when the new one fits */
  private putList(keys: readonly number[], old: number): number {
    const fits = old >= 0 && (this.lists[old] ?? 0) >= keys.length
    const at = fits ? old : this.listsEnd
    if (!fits) {
      this.listsEnd += keys.length + 2
      if (this.listsEnd > this.lists.length) {
        const grown = new Int32Array(this.listsEnd * 2)
        grown.set(this.lists)
        this.lists = grown
      }
      this.lists[at] = keys.length
    }
    this.lists[at + 1] = keys.length
    this.lists.set(keys, at + 2)
    return at
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

  /** @param room rows for which there is room from the start */
  constructor(room = 1024) {
    this.facets = Object.fromEntries(FACETS.map((name) => [name, new ValueColumn()])) as Record<FacetName, ValueColumn>
    this.growTo(room)
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
