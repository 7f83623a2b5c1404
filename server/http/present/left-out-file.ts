import type { FastifyRequest } from 'fastify'
import { stringify } from 'csv-stringify/sync'
import type { Batch, WrongRows } from '../../domain/curation/import-batch.js'
import { WHY_COLUMN } from '../../domain/curation/left-out-rows.js'
import { guarded } from '../../domain/customers/customer-row.js'
import { reportLine } from './import-page.js'

/**
 * Rows of a file as it was sent, each with the reason in a first column of its own. Mended and sent again it adds just
 * what is missing; cells that a spreadsheet would run as formulas are guarded, and our import takes the guard off.
 */
export function wrongRowsFile(request: FastifyRequest, batch: Batch, { columns, rows }: WrongRows): { readonly text: string; readonly ending: 'csv' | 'jsonl' } {
  const why = new Map<number, string[]>()
  for (const line of batch.report) if (line.what === 'refused') why.set(line.line, [...(why.get(line.line) ?? []), reportLine(request, line).text])
  const reason = (line: number) => [request.say('imports.left_out.line', { line }), ...(why.get(line) ?? [])].join(' ')
  if (batch.format === 'csv') {
    return { ending: 'csv', text: stringify([[WHY_COLUMN, ...columns], ...rows.map(({ line, cells }) => [reason(line), ...cells].map(guarded))], { bom: true }) }
  }
  return { ending: 'jsonl', text: rows.map(({ line, cells: [text = ''] }) => `${annotated(text, reason(line))}\n`).join('') }
}

function annotated(text: string, reason: string): string {
  try {
    const row: unknown = JSON.parse(text)
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? JSON.stringify({ [WHY_COLUMN]: reason, ...row }) : text
  } catch {
    return text
  }
}
