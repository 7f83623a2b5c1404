import type { Draft } from '../notes/draft.js'
import type { Redaction } from '../notes/redaction.js'
import type { Batch } from './import-batch.js'

/**
 * One line of the list of redactions: proposed, begun (the second person agreed; copies are being seen to), done.
 * The list outlives the notes' own files: a backup that is older than a redaction is brought up to it.
 */
export interface ListedRedaction extends Omit<Redaction, 'second' | 'mark'> {
  readonly note: string
  readonly state: 'proposed' | 'begun' | 'done'
  /** null until somebody agreed */
  readonly second: string | null
  readonly mark: string | null
  /** only while it is begun, so that a kill in the middle leaves nothing undone; null in every line that lasts */
  readonly words: readonly string[] | null
  /** drafts that held the words, or were of the note */
  readonly drafts: readonly string[]
  /** marks of the drafts and uploads that were looked at and held none of it: in an older backup those may stay */
  readonly innocent?: readonly string[]
}

export interface RedactionList {
  /** oldest first */
  all(): readonly ListedRedaction[]
  /** Durable when it resolves; the same list writes nothing. */
  change(verb: (now: readonly ListedRedaction[]) => readonly ListedRedaction[]): Promise<void>
}

/**
 * One state of a draft, so that a restored copy is known to be the one that was looked at. It holds none of the words
 * that were taken out, so nobody can try them on it.
 */
export function draftMark({ id, savedAt, fields }: Draft, digest: (text: string) => string): string {
  return digest(JSON.stringify(['draft', id, savedAt, fields])).slice(0, 16)
}

/** An upload is never written over but by a redaction; done, a batch keeps the rows that were left out instead. */
export function uploadMark({ id, createdAt, leftOut }: Batch, digest: (text: string) => string): string {
  return digest(JSON.stringify(['upload', id, createdAt, leftOut?.rows.length ?? 'file'])).slice(0, 16)
}

/** What is kept with the note, of a line that was agreed on. */
export function redactionOf(line: ListedRedaction): Redaction | null {
  if (line.second === null || line.mark === null) return null
  const { id, at, by, second, reason, whole, mark, places } = line
  return { id, at, by, second, reason, whole, mark, places }
}

/** Two lists of the same bank as one: of a redaction that is on both, the line that is further. */
export function joinedLists(a: readonly ListedRedaction[], b: readonly ListedRedaction[]): readonly ListedRedaction[] {
  const steps = ['proposed', 'begun', 'done']
  const all = new Map<string, ListedRedaction>()
  for (const line of [...a, ...b]) {
    const known = all.get(line.id)
    if (!known || steps.indexOf(line.state) > steps.indexOf(known.state)) all.set(line.id, line)
  }
  return [...all.values()].sort((x, y) => x.at.localeCompare(y.at) || x.id.localeCompare(y.id))
}
