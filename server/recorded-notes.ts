import { deedsBetween } from './domain/notes/deeds.js'
import type { Note } from './domain/notes/note.js'
import type { Notes } from './domain/notes/port.js'
import type { AuditRecord } from './domain/policy/record.js'

/**
 * Notes whose every write goes on the record (A1), whichever page, job or token made it. The write comes first: a deed
 * on record that never happened would be worse than one told twice.
 */
export function recordedNotes(notes: Notes, record: AuditRecord, now: () => string): Notes {
  const append = async (who: string, before: Note | null, after: Note): Promise<void> => {
    for (const deed of deedsBetween(before, after)) {
      await record.append({ at: now(), who, ...deed, thing: { kind: 'note', id: after.id } })
    }
  }
  return {
    get: (id, sight) => notes.get(id, sight),
    some: (ids, sight) => notes.some(ids, sight),
    list: (query, sight) => notes.list(query, sight),
    rows: (query, sight) => notes.rows(query, sight),
    count: (query, sight) => notes.count(query, sight),
    queue: (query, sight) => notes.queue(query, sight),
    queueCounts: (query, sight) => notes.queueCounts(query, sight),
    queueOpen: (most, sight) => notes.queueOpen(most, sight),
    queueReasons: (query, sight) => notes.queueReasons(query, sight),
    tagsInUse: (sight, mergedInto) => notes.tagsInUse(sight, mergedInto),
    add: async (grant, note) => {
      const saved = await notes.add(grant, note)
      if (saved.version === note.version) await append(grant.who, null, note)
      return saved
    },
    change: async (grant, verb) => {
      let before: Note | null = null
      let after: Note | null = null
      const outcome = await notes.change(grant, (note) => {
        const next = verb(note)
        before = note
        after = next.ok ? next.value : null
        return next
      })
      if (outcome.ok && before && after) await append(grant.who, before, after)
      return outcome
    },
  }
}
