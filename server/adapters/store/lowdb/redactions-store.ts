import type { ListedRedaction, RedactionList } from '../../../domain/curation/redaction-list.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

export interface KeptRedactions {
  readonly redactions: readonly ListedRedaction[]
}

export const REDACTIONS_FILE: Schema<KeptRedactions> = {
  now: 1,
  check: (stored) => {
    if (!Array.isArray(stored['redactions'])) throw new Error('no list of redactions')
    return stored as unknown as KeptRedactions
  },
}

/** All redactions ever, in a document of its own that fits beside any backup. */
export async function openRedactions(keeping: Keeping): Promise<RedactionList> {
  const document = await Document.open<KeptRedactions>(keeping, { name: 'redactions', schema: REDACTIONS_FILE, empty: () => ({ redactions: [] }), urgent: true })
  return {
    all: () => document.read().redactions,
    change: async (verb) => {
      await document.change((now) => {
        const next = verb(now.redactions)
        return next === now.redactions ? now : { redactions: next }
      })
    },
  }
}
