import type { Access } from '../../domain/policy/access.js'

export type ThingKind = 'note' | 'customer' | 'draft'

/** `published`: what lists show; `review`: what a curator decides on; `writer`: somebody's newest text that is not the published one. */
export type FaceName = 'published' | 'review' | 'writer'

/** What the catalog keeps of one document. All of it can be computed again from the document and its file. */
export interface Entry {
  readonly id: string
  readonly kind: ThingKind
  readonly version: number
  readonly seq: number
  /** the `seq` of the last write that changed who reads it, or took words away; 0 when none did */
  readonly accessSeq: number
  readonly bytes: number
  readonly modified: number
  readonly faces: readonly Face[]
}

export interface Face {
  readonly face: FaceName
  readonly access: Access
  readonly columns: Readonly<Partial<Record<Column, string | number | null>>>
  readonly tags?: readonly string[]
  /** words of title and text, folded; only where a queue searches them */
  readonly said?: string
  readonly called?: readonly Called[]
}

/** A word a customer is found by. */
export interface Called {
  readonly how: 'name' | 'alias' | 'number' | 'pinyin'
  readonly key: string
}

/** Columns of `face` besides the law's own. */
export const COLUMNS = [
  'confidence', 'department', 'team', 'topic', 'direction', 'nature', 'segment', 'batch',
  'written', 'posted', 'validated', 'value', 'reused', 'review_on', 'caretaker',
  'item_state', 'item_why', 'item_writer', 'item_opened', 'item_urgent', 'item_holder', 'item_until', 'item_flagged',
  'name', 'form', 'facts',
] as const
export type Column = (typeof COLUMNS)[number]
/** Those that hold a number and are never empty. */
export const COUNTS: readonly Column[] = ['value', 'reused', 'item_urgent', 'item_flagged']

/** Full width as half width, small letters: what a person types and what was written meet in this form. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
