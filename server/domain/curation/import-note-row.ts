import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Row } from '../people/table.js'
import { titleOf } from '../notes/markdown.js'
import { MAX_TITLE_LENGTH } from '../notes/words.js'
import type { Writing } from '../notes/writing.js'
import { ANSWER, type Columns, type Mapping } from './import-mapping.js'
import type { Proposal } from './import-batch.js'

/** A row as a note would be written by hand. The customer is still a name: who is meant is asked under the importer's sight. */
export interface RowNote {
  readonly externalId: string
  readonly writing: Writing
  readonly customer: string
}

/** @returns 'skipped' for a row that the mapping leaves out: a question whose answer nobody knows is no knowledge */
export function noteOfRow(row: Row, mapping: Mapping, proposed: Proposal): Outcome<RowNote | 'skipped'> {
  if (row.trouble) return refusedAll([row.trouble])
  const found: Refusal[] = []
  const answer = answerOf(row, mapping)
  if (answer === null) return done('skipped')
  if (answer === undefined) return refused(mapping.answers?.column ?? '', 'imports.row.answer')
  const read = (columns: Columns, between: string) =>
    [columns].flat().map((name) => (name === ANSWER ? answer : (row.cells.get(name) ?? ''))).filter((cell) => cell.trim() !== '').join(between)
  const externalId = externalIdOf(row, mapping)
  if (externalId === '') found.push({ at: '', code: 'imports.row.no_id' })
  if (externalId.length > 200) found.push({ at: '', code: 'imports.row.long_id' })
  const observed = mapping.observedOn === undefined ? '' : (row.cells.get(mapping.observedOn) ?? '').trim()
  const observedOn = observed === '' ? null : dayIn(observed)
  if (observedOn === undefined) found.push({ at: '', code: 'imports.row.date', with: { column: mapping.observedOn ?? '' } })
  if (found.length > 0) return refusedAll(found)

  const body = read(mapping.body, '\n\n').replace(/\r\n?/g, '\n')
  const title = mapping.title === undefined ? '' : read(mapping.title, ' ').replace(/\s+/g, ' ').trim()
  const cut = [...title].length > MAX_TITLE_LENGTH
  const { fixed } = mapping
  return done({
    externalId,
    customer: mapping.customer ? (row.cells.get(mapping.customer.column) ?? '').trim() : '',
    writing: {
      title: cut ? titleOf(title) : title,
      // What does not fit into the title is not lost.
      body: cut ? `${title}\n\n${body}` : body,
      about: {
        customers: [],
        topic: (mapping.topic ? (valueOf(mapping.topic.values, row.cells.get(mapping.topic.column)) ?? mapping.topic.other) : fixed.topic) ?? null,
        direction: fixed.direction,
        nature: fixed.nature,
        products: [...new Set((mapping.products?.columns ?? []).flatMap((column) => valueOf(mapping.products?.values ?? {}, row.cells.get(column)) ?? []))],
        segment: null,
        stage: null,
        tags: [...fixed.tags, ...mapping.tags.map((column) => row.cells.get(column) ?? '')],
      },
      source: {
        informant: fixed.informant,
        saidBy: '',
        touchpoint: (mapping.touchpoint ? valueOf(mapping.touchpoint.values, row.cells.get(mapping.touchpoint.column)) : undefined) ?? null,
        observedOn: observedOn ?? null,
        firsthand: fixed.firsthand,
        reference: mapping.reference === undefined ? '' : read(mapping.reference, ' ').trim().slice(0, 500),
      },
      proposed: { audience: proposed.audience, level: proposed.level, named: [], stewards: [] },
    },
  })
}

/** What the file calls this row, in the columns that the mapping names; '' when they are empty. */
export function externalIdOf(row: Row, mapping: Mapping): string {
  return [mapping.externalId].flat().map((name) => row.cells.get(name) ?? '').filter((cell) => cell.trim() !== '').join('/').trim()
}

/** '' when the mapping has no answers, null when this row has none, undefined when it names no choice. */
function answerOf(row: Row, { answers }: Mapping): string | null | undefined {
  if (!answers) return ''
  const chosen = (row.cells.get(answers.column) ?? '').trim()
  if (chosen === '') return null
  const column = valueOf(answers.choices, chosen)
  return column === undefined ? undefined : (row.cells.get(column) ?? '')
}

function valueOf(values: Readonly<Record<string, string>>, cell: string | undefined): string | undefined {
  const key = (cell ?? '').trim()
  return Object.hasOwn(values, key) ? values[key] : undefined
}

/** 2019-09-24, 2019/9/24, 2019.9.24, 2019年9月24日, with or without a time behind it. */
function dayIn(text: string): string | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$/.exec(text) ?? []
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = Date.parse(`${iso}T00:00:00.000Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === iso ? iso : undefined
}
