import { importedId } from '../customers/imported-id.js'
import type { Table } from '../people/table.js'
import { ANSWER, type Mapping } from './import-mapping.js'
import { externalIdOf } from './import-note-row.js'
import type { Batch, LeftOut } from './import-batch.js'
import type { RedactionMeans, Wanted } from './redact-texts.js'
import { cutOut, spansOf } from './redact-words.js'

/** In the place of a row that nobody could read: what stood there is not known, so it goes, and the row stays wrong. */
const UNREADABLE = '"?"'

/**
 * A file of notes that waits to be imported, without the words: as JSON lines, each row on the line it had. In what
 * becomes text the mark stands in their place; any other cell that held them is emptied, so that nobody is named by a
 * mark. Of a whole note, its row goes.
 * @returns null when nothing had to go, and for files of customers: those hold no text of notes
 */
export async function uploadRedacted(batch: Batch, table: Table, note: string, wanted: Wanted, mark: string, means: RedactionMeans): Promise<string | null> {
  if (!batch.notes) return null
  const { mapping } = batch.notes
  const texts = textColumns(mapping)
  const lines: string[] = []
  let touched = false
  for await (const row of table.rows()) {
    while (lines.length < row.line - 1) lines.push('')
    if (row.trouble) {
      touched ||= !wanted.whole
      lines.push(UNREADABLE)
      continue
    }
    const externalId = externalIdOf(row, mapping)
    const isNote = [importedId('note', mapping.source, externalId), importedId('note', mapping.source, externalId, batch.owner)].includes(note)
    if (wanted.whole && isNote) {
      touched = true
      lines.push('')
      continue
    }
    const cells = [...row.cells].map(([name, cell]) => {
      const spans = wanted.whole ? [] : spansOf(cell, wanted.words, [mark], means.fold)
      touched ||= spans.length > 0
      return [name, spans.length === 0 ? cell : texts.has(name) ? cutOut(cell, spans, mark) : ''] as const
    })
    lines.push(JSON.stringify(Object.fromEntries(cells)))
  }
  return touched ? `${lines.join('\n')}\n` : null
}

/**
 * The rows that were left out of an import, without those that hold the words: they wait for nothing but to be mended
 * by whoever still has the file.
 * @returns null when nothing had to go
 */
export function leftOutRedacted({ notes, leftOut, owner }: Batch, note: string, wanted: Wanted, means: RedactionMeans): LeftOut | null {
  if (!notes || !leftOut) return null
  const { mapping } = notes
  const holds = (cells: readonly string[]): boolean => {
    if (!wanted.whole) return cells.some((cell) => spansOf(cell, wanted.words, [], means.fold).length > 0)
    // A row that could not be taken apart may be the note's.
    if (cells.length !== leftOut.columns.length) return true
    const externalId = externalIdOf({ line: 0, cells: new Map(leftOut.columns.map((name, n) => [name, cells[n] ?? ''])) }, mapping)
    return [importedId('note', mapping.source, externalId), importedId('note', mapping.source, externalId, owner)].includes(note)
  }
  const rows = leftOut.rows.filter(({ cells }) => !holds(cells))
  return rows.length === leftOut.rows.length ? null : { ...leftOut, rows, cut: leftOut.cut + leftOut.rows.length - rows.length }
}

/** Columns that people wrote sentences in. */
function textColumns({ title = [], body, reference = [], answers }: Mapping): ReadonlySet<string> {
  const named = [title, body, reference].flat().filter((name) => name !== ANSWER)
  return new Set([...named, ...Object.values(answers?.choices ?? {})])
}
