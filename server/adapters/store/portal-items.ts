import { createHash } from 'node:crypto'
import type { NoticeList } from '../../domain/community/notice.js'
import type { Batch } from '../../domain/curation/import-batch.js'
import type { ListedRedaction } from '../../domain/curation/redaction-list.js'
import type { Customer } from '../../domain/customers/customer.js'
import type { Channel } from '../../domain/digests/channel.js'
import type { Letter } from '../../domain/digests/letter.js'
import type { Gap } from '../../domain/insights/gap.js'
import type { Draft } from '../../domain/notes/draft.js'
import type { Glossary } from '../../domain/notes/glossary.js'
import type { Note } from '../../domain/notes/note.js'
import type { Taxonomy } from '../../domain/notes/taxonomy.js'
import type { Credential } from '../../domain/people/credential.js'
import type { Department, Person, Team } from '../../domain/people/person.js'
import type { Visit } from '../../domain/people/visit.js'
import { SEARCH, type ThingEvent } from '../../domain/policy/events.js'
import type { StaffImport } from '../../domain/policy/staff-import.js'
import type { Token } from '../../domain/policy/token.js'

/** Where a thing stands in the feed. */
interface Placed {
  readonly seq: number
  readonly accessSeq: number
}

/** What a portal keeps that cannot be made anew, whichever store keeps it; in the order in which it is moved. */
interface Values {
  /** UTC ISO-8601: when this portal was begun */
  readonly founded: string
  readonly secret: string
  readonly department: Department
  readonly team: Team
  readonly person: Person
  /** how often somebody's rights changed */
  readonly rights: number
  readonly credential: Credential
  readonly token: Token
  readonly channel: Channel
  readonly vocabulary: Taxonomy | Glossary
  readonly gap: Gap
  readonly staffImport: StaffImport
  /** keyed by their order */
  readonly redaction: ListedRedaction
  /** how far a consumer of events is; places of search indexes are theirs alone */
  readonly place: number
  readonly aside: readonly ThingEvent[]
  readonly customer: Customer & Placed
  readonly note: Note & Placed
  readonly letter: Letter
  readonly draft: Draft
  /** keyed by the person */
  readonly notices: Omit<NoticeList, 'id' | 'schema'>
  readonly import: Batch
  readonly upload: Buffer
  /** keyed by the import of staff and what it is */
  readonly staffPaper: Buffer
  readonly mail: Buffer
  /** keyed by note and person */
  readonly read: null
  /** keyed by the person */
  readonly visit: Visit
  /** keyed by its number: the line of the record as it was hashed, without its end */
  readonly record: string
}

export type ItemKind = keyof Values
export type ItemOf<K extends ItemKind> = { readonly [P in K]: { readonly kind: P; readonly key: string; readonly value: Values[P] } }[K]
export type Item = ItemOf<ItemKind>

/** Few and small: they go over together. */
export const SMALL = [
  'founded', 'secret', 'department', 'team', 'person', 'rights', 'credential', 'token', 'channel', 'vocabulary', 'gap', 'staffImport', 'redaction', 'place', 'aside',
] as const satisfies readonly ItemKind[]
/** Many: they go over in parts, each in the order of its keys, so that a move that was stopped goes on from the last one. */
export const MANY = ['customer', 'note', 'letter', 'draft', 'notices', 'import', 'upload', 'staffPaper', 'mail', 'read', 'visit'] as const satisfies readonly ItemKind[]
export const KINDS: readonly ItemKind[] = [...SMALL, ...MANY, 'record']

/** Places of indexes are not moved: an index is made anew over another store. */
export function isOfIndex(consumer: string): boolean {
  return consumer.startsWith(SEARCH)
}

/** Where a reader of items goes on. */
export interface From {
  readonly kind: ItemKind
  /** the last one that is not wanted any more; empty for none */
  readonly after: string
}

/** @returns whether items of this kind are wanted at all, and after which key */
export function wantedFrom(from: From | null, kind: ItemKind): string | null {
  if (from === null || KINDS.indexOf(kind) > KINDS.indexOf(from.kind)) return ''
  return kind === from.kind ? from.after : null
}

export interface Tallied {
  readonly count: number
  /** of all of them together, in whatever order they came */
  readonly hash: string
}

const WHOLE = 1n << 256n

/** Counts what there is of each kind and sums the hashes: the same in both stores, or something is not the same. */
export class Tally {
  private readonly kinds = new Map<ItemKind, { count: number; sum: bigint }>()

  add({ kind, key, value }: Item): void {
    const now = this.kinds.get(kind) ?? { count: 0, sum: 0n }
    const digest = createHash('sha256').update(JSON.stringify([kind, key])).update('\n').update(Buffer.isBuffer(value) ? value : canonical(value)).digest('hex')
    this.kinds.set(kind, { count: now.count + 1, sum: (now.sum + BigInt(`0x${digest}`)) % WHOLE })
  }

  of(kind: ItemKind): Tallied {
    const { count, sum } = this.kinds.get(kind) ?? { count: 0, sum: 0n }
    return { count, hash: sum.toString(16).padStart(64, '0') }
  }

  /** The kinds of which the other does not hold the very same. */
  differsFrom(other: Tally): readonly ItemKind[] {
    return KINDS.filter((kind) => this.of(kind).count !== other.of(kind).count || this.of(kind).hash !== other.of(kind).hash)
  }
}

/** JSON with sorted fields: a database gives them back in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    const fields = inner as Readonly<Record<string, unknown>>
    return Object.fromEntries(Object.keys(fields).sort().map((name) => [name, fields[name]]))
  })
}
