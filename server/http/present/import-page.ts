import type { FastifyRequest } from 'fastify'
import { SAMPLE, standingToBatch } from '../../domain/curation/accept-import.js'
import type { Batch, ReportLine } from '../../domain/curation/import-batch.js'
import { canLeaveOut } from '../../domain/curation/new-batch.js'
import { noteOfRow } from '../../domain/curation/import-note-row.js'
import { defaultReviewDate } from '../../domain/curation/review-date.js'
import { gist, titleOf } from '../../domain/notes/markdown.js'
import { RELIABILITIES } from '../../domain/notes/words.js'
import type { Row } from '../../domain/people/table.js'
import { may } from '../../domain/policy/grant.js'
import { AUDIENCES, LEVELS, isLowerLevel, isWiderAudience } from '../../domain/policy/level.js'
import { me } from '../session.js'
import { labelsOf, languageOf } from './labels.js'
import { one, type Fields } from './note-fields.js'
import { noteRows } from './note-rows.js'

/** Lines of the report on the page; the rest is in the file one can take along. */
const LINES_SHOWN = 100
const ROWS_SHOWN = 4
const COLUMNS_SHOWN = 7

/** One import in the list. */
export function importRow(request: FastifyRequest, batch: Batch) {
  const labels = labelsOf(request)
  return {
    href: `/imports/${batch.id}`,
    fileName: batch.fileName,
    what: batch.notes ? labels.of(batch.notes.mapping.name) : request.say('imports.customers'),
    state: stateOf(batch),
    stateLabel: request.say(`imports.state.${stateOf(batch)}`),
    at: batch.createdAt,
    by: labels.person(batch.owner),
    home: batch.notes ? [labels.department(batch.notes.home.department), batch.notes.home.team === null ? '' : labels.team(batch.notes.home.team)].filter(Boolean).join(' · ') : '',
    summary: request.say('imports.summary', { created: batch.counts.created, changed: batch.counts.changed, unchanged: batch.counts.unchanged, skipped: batch.counts.skipped, refused: batch.counts.refused }),
  }
}

/** Everything the page of one import shows this viewer. */
export async function importPage(request: FastifyRequest, batch: Batch) {
  const { imports, clock } = request.house
  const state = stateOf(batch)
  const progress = imports.progress(batch)
  const mine = batch.owner === me(request).id
  const deciding = batch.acceptance !== null && batch.acceptance.finishedAt === null
  // What was left out has a list of its own.
  const report = batch.leftOut && batch.state === 'done' ? batch.report.filter(({ what }) => what !== 'refused') : batch.report
  const busy = state === 'checking' || state === 'running' || deciding
  return {
    ...importRow(request, batch),
    id: batch.id,
    busy,
    // Asked for again and again until it is done.
    stuck: busy && !imports.isBusy(batch.id),
    progress: busy ? {
      id: 'import-progress', value: progress.at, max: Math.max(progress.rows, progress.at, 1),
      text: request.say(deciding ? 'imports.progress.deciding' : `imports.progress.${state}`, { at: progress.at, rows: Math.max(progress.rows, progress.at) }),
    } : null,
    trouble: batch.trouble === null ? '' : request.say(batch.trouble),
    finishedAt: batch.finishedAt,
    tiles: tilesOf(request, batch),
    proposed: batch.notes ? { audience: batch.notes.proposed.audience, level: batch.notes.proposed.level } : null,
    can: { run: mine && state === 'checked', drop: mine && (state === 'checked' || state === 'refused' || state === 'failed'), goOn: mine && busy && !deciding && !imports.isBusy(batch.id) },
    wrong: state === 'refused',
    leaving: mine && canLeaveOut(batch) ? { count: batch.counts.refused, good: batch.counts.created + batch.counts.changed } : null,
    wrongHref: mine && state === 'refused' && !(batch.endless ?? false) && batch.rows > 0 ? `/imports/${batch.id}/left-out` : '',
    leftOut: state === 'done' || batch.acceptance ? leftOutOf(request, batch) : null,
    next: state === 'done' && batch.notes && batch.counts.created > 0 ? request.say(mine ? 'imports.next.importer' : 'imports.next.curator') : '',
    report: report.slice(0, LINES_SHOWN).map((line) => reportLine(request, line)),
    reportMore: Math.max(0, report.length - LINES_SHOWN) + batch.reportCut,
    reportHref: batch.report.length > 0 ? `/imports/${batch.id}/report` : '',
    preview: mine && state === 'checked' ? await previewOf(request, batch) : null,
    acceptance: batch.acceptance ? acceptanceOf(request, batch) : null,
    today: clock.today(),
  }
}

/** The rows that somebody chose to leave out: who and when, which lines and why, and where to get them. */
function leftOutOf(request: FastifyRequest, batch: Batch) {
  const { leftOut } = batch
  if (!leftOut || batch.counts.refused === 0) return null
  const lines = batch.report.filter(({ what }) => what === 'refused')
  return {
    who: labelsOf(request).person(leftOut.by), at: leftOut.at, count: batch.counts.refused,
    lines: lines.slice(0, LINES_SHOWN).map((line) => reportLine(request, line)),
    more: Math.max(0, lines.length - LINES_SHOWN),
    href: batch.owner === me(request).id && leftOut.rows.length > 0 ? `/imports/${batch.id}/left-out` : '',
    cut: leftOut.cut,
  }
}

/** The form of the one decision, with notes to look at first; null for whoever may not decide here. */
export async function acceptForm(request: FastifyRequest, batch: Batch, fields: Fields) {
  const { house } = request
  const standing = standingToBatch(batch, me(request).id, request.sight())
  if (!batch.notes || batch.state !== 'done' || batch.acceptance || standing.author || !standing.curator || !may(request.viewer, 'import.accept', standing)) return null
  const { proposed, mapping } = batch.notes
  const { rows, total } = await sampleOf(request, batch)
  const step = (name: string, marks: readonly (number | string)[]) => marks.map((mark) => ({ value: String(mark), mark: String(mark), word: request.say(`curation.${name}.${mark}`), checked: one(fields, name) === String(mark) }))
  const chosen = (name: string, fallback: string) => one(fields, name) || fallback
  return {
    notes: { rows, total },
    sample: await noteRows(request, rows),
    total,
    shown: rows.length,
    value: step('value', [1, 2, 3, 4, 5]),
    correctness: step('correctness', [1, 2, 3, 4, 5, 6]),
    reliability: step('reliability', RELIABILITIES),
    ease: step('ease', [1, 2, 3]),
    audiences: AUDIENCES.filter((value) => !isWiderAudience(value, proposed.audience)).map((value) => ({ value, label: request.say(`frame.audience.${value}`), checked: value === chosen('audience', proposed.audience) })),
    levels: LEVELS.filter((value) => value !== 'restricted' && !isLowerLevel(value, proposed.level)).map((value) => ({ value, label: request.say(`frame.level.${value}`), checked: value === chosen('level', proposed.level) })),
    reviewOn: chosen('reviewOn', defaultReviewDate(mapping.fixed.nature, proposed.level, house.clock.today())),
  }
}

/** Evenly from the whole batch, so that the last rows of a file are looked at like the first. */
async function sampleOf(request: FastifyRequest, batch: Batch) {
  const { notes } = request.house
  const query = { batch: batch.id, order: 'posted' } as const
  const total = await notes.count({ ...query, page: 1, size: 1 }, request.sight())
  if (total <= SAMPLE) return { rows: await notes.rows({ ...query, page: 1, size: SAMPLE }, request.sight()), total }
  const step = total / SAMPLE
  const pages = await Promise.all(Array.from({ length: SAMPLE }, (_, n) => notes.rows({ ...query, page: Math.floor(n * step) + 1, size: 1 }, request.sight())))
  return { rows: pages.flat(), total }
}

export function reportLine(request: FastifyRequest, { line, what, refusal }: ReportLine) {
  return { line, what, whatLabel: request.say(`imports.report.${what}`), text: request.say(refusal.code, refusal.with) }
}

function stateOf(batch: Batch): string {
  if (batch.acceptance) return batch.acceptance.finishedAt ? 'accepted' : 'accepting'
  return batch.state === 'checked' && batch.counts.refused > 0 ? 'refused' : batch.state
}

function tilesOf(request: FastifyRequest, { state, counts, rows, notes, leftOut = null }: Batch) {
  if (state === 'checking') return []
  const tense = state === 'done' ? 'done' : 'planned'
  const tile = (name: string, count: number) => (count === 0 && name !== 'created' ? [] : [{ count, name: request.say(`imports.tile.${tense}.${name}`) }])
  return [
    { count: rows, name: request.say('imports.tile.rows') },
    ...tile('created', counts.created), ...tile('changed', counts.changed), ...tile('unchanged', counts.unchanged), ...tile('skipped', counts.skipped),
    ...tile(leftOut && state !== 'checked' ? 'left_out' : 'refused', counts.refused), ...(notes ? [...tile('customers', counts.customers), ...tile('review_first', counts.reviewFirst)] : []),
  ]
}

function acceptanceOf(request: FastifyRequest, batch: Batch) {
  const { by, at, as, accepted, left, finishedAt } = batch.acceptance as NonNullable<Batch['acceptance']>
  const reasons = new Map<string, { code: string; count: number; notes: string[] }>()
  for (const { note, code } of left) {
    const found = reasons.get(code) ?? { code, count: 0, notes: [] }
    reasons.set(code, { ...found, count: found.count + 1, notes: found.notes.length < 5 ? [...found.notes, note] : found.notes })
  }
  return {
    by: labelsOf(request).person(by), at, finishedAt, accepted, left: left.length,
    audience: as.audience, level: as.level, reviewOn: as.reviewOn,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count).map(({ code, count, notes }) => ({ text: request.say(code), count, notes: notes.map((id, n) => ({ href: `/notes/${id}`, label: String(n + 1) })) })),
  }
}

/** The first rows as they will be, so that a person sees whether columns and letters are right. */
async function previewOf(request: FastifyRequest, batch: Batch) {
  const { imports } = request.house
  const bytes = await imports.parts.batches.file(batch)
  if (!bytes) return null
  const opened = await imports.table(batch, bytes)
  if (!opened.ok) return null
  const rows: Row[] = []
  for await (const row of opened.value.rows()) {
    if (!row.trouble) rows.push(row)
    if (rows.length >= ROWS_SHOWN * 4) break
  }
  const encoding = opened.value.encoding === 'gb18030' ? request.say('imports.preview.gb18030') : ''
  if (!batch.notes) {
    const columns = opened.value.columns.slice(0, COLUMNS_SHOWN)
    return { encoding, notes: [], columns, cells: rows.slice(0, ROWS_SHOWN).map((row) => columns.map((name) => (row.cells.get(name) ?? '').slice(0, 80))) }
  }
  const { mapping, proposed } = batch.notes
  const labels = labelsOf(request)
  const notes = rows.flatMap((row) => {
    const read = noteOfRow(row, mapping, proposed)
    if (!read.ok || read.value === 'skipped') return []
    const { writing, customer } = read.value
    const heading = writing.title || titleOf(writing.body)
    return [{
      heading, lang: languageOf(heading + writing.body), gist: gist(writing.body, 200), customer,
      facts: [labels.term('topics', writing.about.topic), labels.term('touchpoints', writing.source.touchpoint), ...writing.about.products.map((key) => labels.term('products', key))].filter(Boolean),
      observedOn: writing.source.observedOn,
    }]
  })
  return { encoding, notes: notes.slice(0, ROWS_SHOWN), columns: [], cells: [] }
}
