import { refused, type Refused } from '../people/refusal.js'
import type { VocabularyChange } from '../notes/taxonomy.js'

const CHANGES_KEPT = 200
const KEY = /^[a-z][a-z0-9_]{0,48}[a-z0-9]$/
export const MAX_WORD_LENGTH = 80

/** Everything an edit of taxonomy or glossary says about itself. */
export interface Editing {
  readonly by: string
  readonly at: string
  /** the version on the form */
  readonly seen: number
}

interface Versioned {
  readonly version: number
  readonly changes?: readonly VocabularyChange[]
}

/** @returns a refusal when somebody else changed it since the form was made: 409, with what changed */
export function changedMeanwhile(now: Versioned, { seen }: Editing): Refused | null {
  return now.version === seen ? null : refused('', 'vocabulary.changed', { seen, now: now.version })
}

/** What happened since a version, oldest first. */
export function changesSince(now: Versioned, seen: number): readonly VocabularyChange[] {
  return (now.changes ?? []).filter((change) => change.version > seen)
}

/** The store counts the version itself; here it is only written down. */
export function noted<T extends Versioned>(next: T, { by, at }: Editing, change: Pick<VocabularyChange, 'what' | 'kind' | 'key' | 'into'>): T {
  return { ...next, changes: [...(next.changes ?? []), { version: next.version + 1, at, by, ...change }].slice(-CHANGES_KEPT) }
}

export function isKey(key: string): boolean {
  return KEY.test(key) && !key.includes('__')
}
