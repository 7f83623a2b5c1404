import type { Access, Party } from '../policy/access.js'

export const KINDS = ['note', 'customer', 'question', 'document'] as const
export type Kind = (typeof KINDS)[number]

export const FACETS = [
  'topic', 'customer', 'department', 'direction', 'nature', 'touchpoint', 'segment',
  'product', 'confidence', 'confidentiality', 'tag', 'author', 'year',
] as const
export type FacetName = (typeof FACETS)[number]

/** Texts beside title and body; each weighs differently. Words a reader sees, in both languages where there are two. */
export const SIDE_TEXTS = ['tag', 'customer', 'author', 'reference', 'topic'] as const
export type SideText = (typeof SIDE_TEXTS)[number]

/** One thing that can be found, as the search knows it: each room makes these of its noun. One entry per thing. */
export interface Entry {
  readonly kind: Kind
  /** unique over all kinds */
  readonly id: string
  /** of the store; an entry with a smaller version than the indexed one is ignored */
  readonly version: number
  /** of the face that is indexed (the published one) */
  readonly access: Access
  /** of each restricted customer it is about, who may know of that one */
  readonly knowers: readonly (readonly Party[])[]
  readonly title: string
  /** plain text or Markdown, as written */
  readonly body: string
  /** `customer` holds names: withheld from a viewer who sees the thing as its author but not its customer */
  readonly texts: Readonly<Partial<Record<SideText, readonly string[]>>>
  /** stable keys, never words */
  readonly facets: Readonly<Partial<Record<FacetName, readonly string[]>>>
  /** what "newest", `before:` and `after:` look at; UTC ISO-8601 */
  readonly at: string
  /** the curator's rating 1–5; 0 when not rated */
  readonly value: number
  readonly trust: Trust
  readonly archived: boolean
}

/** Why a reader may rely on it. */
export interface Trust {
  /** UTC ISO-8601, null when not validated */
  readonly validatedAt: string | null
  readonly overdue: boolean
  /** how often colleagues said "I used this" */
  readonly reuses: number
}
