import type { Clearance } from '../people/clearance.js'
import type { Person } from '../people/person.js'

export type Scope = 'read' | 'write'

/** Whoever asks. Rights come from the directories of this very moment, never from here. */
export type Viewer =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'token'; readonly person: Person; readonly scopes: readonly Scope[] }
  | { readonly kind: 'channel'; readonly channel: string; readonly team: string; readonly ceiling: Clearance }

export const NOBODY: Viewer = Object.freeze({ kind: 'nobody' })

/** The person behind a viewer: themselves, or a token's owner. */
export function personOf(viewer: Viewer): Person | null {
  return viewer.kind === 'person' || viewer.kind === 'token' ? viewer.person : null
}
