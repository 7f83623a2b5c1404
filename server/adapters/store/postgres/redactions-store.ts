import type { RedactionList } from '../../../domain/curation/redaction-list.js'
import { REDACTIONS_FILE, type KeptRedactions } from '../lowdb/redactions-store.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room } from './room.js'

const ALL = 'all'
const NONE: KeptRedactions = Object.freeze({ redactions: [] })

/** All redactions ever, as one document: a bank makes few, and their order is kept. */
export async function openRedactions(database: Database, around: Around): Promise<RedactionList> {
  const room = await around.open(new Room<KeptRedactions>(database, 'redactions', REDACTIONS_FILE))
  return {
    all: () => (room.get(ALL) ?? NONE).redactions,
    change: (verb) =>
      room.change((view) => {
        const { redactions } = view.get(ALL) ?? NONE
        const next = verb(redactions)
        return next === redactions ? new Map() : new Map([[ALL, { redactions: next }]])
      }),
  }
}
