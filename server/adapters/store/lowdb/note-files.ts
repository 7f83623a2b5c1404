import { NOTE_SCHEMA } from '../../../domain/notes/note.js'
import type { Schema, Stored } from '../schema.js'
import type { NoteDocument, OldDocument } from './old-revisions.js'

export const NOTE_FILE: Schema<NoteDocument> = {
  now: NOTE_SCHEMA,
  check: (stored) => {
    mustHold(stored, ['revisions', 'decisions', 'thread', 'comments', 'reuses', 'flags', 'timeline'], ['rights', 'home'])
    if ((stored['revisions'] as unknown[]).length === 0) throw new Error('no revision')
    return { ...stored, schema: NOTE_SCHEMA } as unknown as NoteDocument
  },
}

export const OLD_FILE: Schema<OldDocument> = {
  now: 1,
  check: (stored) => {
    mustHold(stored, ['sets'], [])
    return stored as unknown as OldDocument
  },
}

function mustHold(stored: Stored, lists: readonly string[], objects: readonly string[]): void {
  for (const name of lists) if (!Array.isArray(stored[name])) throw new Error(`no list of ${name}`)
  for (const name of objects) if (typeof stored[name] !== 'object' || stored[name] === null) throw new Error(`no ${name}`)
}
