import type { Directory } from '../people/directory.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Person } from '../people/person.js'
import type { Home } from '../notes/note.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { MOST_BYTES, NO_COUNTS, objectionToHome, type Batch, type Proposal } from './import-batch.js'
import { objectionsToMapping, type Mapping } from './import-mapping.js'

/** Where a list of customers comes from when nobody says so. */
export const SOURCE_BY_DEFAULT = 'core-banking'

/** What somebody chose for a file before it is looked at. */
export interface ImportWish {
  readonly fileName: string
  readonly bytes: number
  /** of a file of customers: where they come from */
  readonly source: string
  /** null for a file of customers */
  readonly notes: { readonly mapping: Mapping; readonly home: Home; readonly proposed: Proposal } | null
}

export interface ImportRoom {
  readonly people: Directory
  readonly vocabulary: Vocabulary
  readonly today: string
  readonly now: string
}

/** A batch whose rows are to be looked at; or every objection to what was chosen, each at its field. */
export function newBatch(id: string, owner: Person, { fileName, bytes, source, notes }: ImportWish, room: ImportRoom): Outcome<Batch> {
  const found: Refusal[] = []
  if (bytes === 0) found.push({ at: 'file', code: 'imports.file.missing' })
  if (bytes > MOST_BYTES) found.push({ at: 'file', code: 'imports.file.too_large', with: { max: MOST_BYTES / 1024 / 1024 } })
  if (notes) {
    found.push(...objectionsToMapping(notes.mapping, room.vocabulary))
    const objection = objectionToHome(notes.home, owner, room.people, room.today)
    if (objection) found.push(...objection.refusals)
    else if (notes.mapping.customer && notes.home.team === null) found.push({ at: 'team', code: 'imports.team.needed' })
  } else if (!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(source)) found.push({ at: 'source', code: 'imports.source.form' })
  if (found.length > 0) return refusedAll(found)
  return done({
    schema: 1, id, version: 1, owner: owner.id, createdAt: room.now, fileName: tidyName(fileName), bytes, format: notes?.mapping.format ?? 'csv', source: notes?.mapping.source ?? source, notes,
    state: 'checking', trouble: null, at: 0, rows: 0, counts: NO_COUNTS, report: [], reportCut: 0, finishedAt: null, acceptance: null,
  })
}

/** Somebody says that the wrong rows may be left out, and how many they saw. */
export interface Leaving {
  readonly by: string
  readonly at: string
  readonly rows: number
}

/** Whether the wrong rows can be left out: something good remains, and each of the wrong ones is known. */
export function canLeaveOut({ state, counts, endless = false }: Pick<Batch, 'state' | 'counts' | 'endless'>): boolean {
  return state === 'checked' && counts.refused > 0 && counts.created + counts.changed > 0 && !endless
}

/** Begins to write what was looked at; not while a single row is wrong, unless it is said that those are left out. */
export function beginBatch(batch: Batch, leaving: Leaving | null = null): Outcome<Batch> {
  if (batch.state !== 'checked') return refused('', 'imports.run.not_ready')
  if (batch.counts.refused === 0) return done({ ...batch, state: 'running', at: 0, leftOut: null })
  if (!leaving || !canLeaveOut(batch)) return refused('', 'imports.run.not_ready')
  // They agreed to what they saw, and to nothing else.
  if (leaving.rows !== batch.counts.refused) return refused('', 'imports.left_out.changed', { count: batch.counts.refused })
  return done({ ...batch, state: 'running', at: 0, leftOut: { by: leaving.by, at: leaving.at, agreed: leaving.rows, columns: [], rows: [], cut: 0 } })
}

/** For people to recognise their file by; never part of a path. */
function tidyName(name: string): string {
  return [...name.normalize('NFC').replace(/[\p{C}/\\]/gu, '')].slice(-120).join('') || '…'
}
