import type { Everything } from '../policy/everything.js'

/** What somebody is writing and has not posted: theirs alone, one document each. */
export interface Draft {
  readonly schema: 1
  readonly id: string
  readonly version: number
  readonly owner: string
  readonly savedAt: string
  /** the note it edits, with the revision counter it started from; null for a new note */
  readonly edits: { readonly note: string; readonly revision: number } | null
  /** the form's fields as typed, so that nothing a person wrote is interpreted away */
  readonly fields: Readonly<Record<string, string | readonly string[]>>
}

export interface Drafts {
  get(id: string, owner: string): Promise<Draft | null>
  /** Newest first. */
  list(owner: string): Promise<readonly Draft[]>
  /** Durable when it resolves. */
  keep(draft: Draft): Promise<void>
  drop(id: string, owner: string): Promise<void>
}

/** For redaction, which must reach what nobody but its owner may read. */
export interface AllDrafts {
  /** Applies to every draft; the same object writes nothing. Durable when it resolves. @returns the ids that changed */
  rewrite(pass: Everything, verb: (draft: Draft) => Draft): Promise<readonly string[]>
}
