// Long because a batch is followed from the first look to the last row, and every step has to know how the others end.
import type { ColumnWords } from '../customers/customer-row.js'
import { headerOf } from '../customers/customer-row.js'
import { customerWork, grantFor } from '../customers/import-customer.js'
import type { Customers } from '../customers/port.js'
import type { RowWork } from '../customers/row-work.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import type { Person } from '../people/person.js'
import { chunks } from '../people/some-at-once.js'
import type { Row, Table, TableReader } from '../people/table.js'
import type { Everything } from '../policy/everything.js'
import type { Directories } from '../policy/readable.js'
import type { AuditRecord } from '../policy/record.js'
import { mayAttempt } from '../policy/roles.js'
import type { Notes } from '../notes/port.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { MOST_LINES, type Batch, type Batches, type Progress, type ReportLine, type WrongRows } from './import-batch.js'
import { columnsUsed, type Mappings } from './import-mapping.js'
import { noteWork, type Named } from './import-note.js'
import { fromLeftOut, wrongRows } from './left-out-rows.js'
import { linesOf, lookAtRows, withEarlier, type RowAndWork, type Tally } from './look-at-rows.js'

/** Everything an import stands on. */
export interface ImportParts {
  readonly batches: Batches
  readonly tables: TableReader
  readonly mappings: Mappings
  readonly columnWords: ColumnWords
  readonly notes: Notes
  readonly customers: Customers
  readonly record: Pick<AuditRecord, 'append'>
  /** batches that a stopped process left are taken up again, whoever they belong to */
  readonly pass: Everything
  directories(): Directories
  vocabulary(): Vocabulary
  /** `YYYY-MM-DD` at the bank */
  today(): string
  /** UTC ISO-8601 with ms */
  now(): string
  nextId(): string
  /** lets other requests come in, and others' notes be found, after so many were written */
  breathe(written: number): Promise<void>
  failed(batch: string, error: unknown): void
}

type Step = (batch: Batch, person: Person, desk: ImportDesk) => Promise<void>

/** Rows written at once; more would only wait for the disk. */
const AT_ONCE = 12
const REMEMBER_EVERY = 240

/**
 * Imports run here, one after the other, beside the pages. Every row is looked at before the first is written; what
 * was begun goes on after a restart, and a second run of the same file finds everything done.
 */
export class ImportDesk {
  private queue: Promise<void> = Promise.resolve()
  private readonly live = new Map<string, Progress>()
  private readonly waiting = new Set<string>()
  private stopping = false

  constructor(
    readonly parts: ImportParts,
    private readonly acceptStep: Step = async () => {},
  ) {}

  /** Looks at every row and says what would come of it; writes nothing. */
  check(batch: Batch): void {
    this.enqueue(batch.id, (fresh, person) => this.checked(fresh, person))
  }

  /** Looks at every row again, and when all are good, writes them. */
  run(batch: Batch): void {
    this.enqueue(batch.id, (fresh, person) => this.written(fresh, person))
  }

  accept(batch: Batch): void {
    this.enqueue(batch.id, (fresh, person) => this.acceptStep(fresh, person, this), (fresh) => fresh.acceptance?.by ?? '')
  }

  /** Takes up what a stopped process left in the middle. */
  async resume(): Promise<void> {
    for (const batch of await this.parts.batches.unfinished(this.parts.pass)) {
      if (batch.state === 'checking') this.check(batch)
      else if (batch.state === 'running') this.run(batch)
      else this.accept(batch)
    }
  }

  progress(batch: Batch): Progress {
    return this.live.get(batch.id) ?? { at: batch.at, rows: batch.rows }
  }

  isBusy(id: string): boolean {
    return this.waiting.has(id)
  }

  get isStopping(): boolean {
    return this.stopping
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.queue; ) await (seen = this.queue)
  }

  /** Ends between two rows; what is left goes on at the next start. */
  async stop(): Promise<void> {
    this.stopping = true
    await this.queue
  }

  /** What a file says of itself before any row is looked at. */
  async table(batch: Pick<Batch, 'notes' | 'format'>, bytes: Uint8Array): Promise<Outcome<Table>> {
    const read = await this.parts.tables.open(bytes, batch.format)
    if (!read.ok) return read
    const opened = done(fromLeftOut(read.value, batch.format))
    if (!batch.notes) {
      const header = headerOf(opened.value.columns, this.parts.columnWords)
      return header.ok ? opened : header
    }
    const missing = columnsUsed(batch.notes.mapping).filter((name) => !opened.value.columns.includes(name))
    if (missing.length === 0) return opened
    return refused('file', 'imports.file.columns_missing', { count: missing.length, names: missing.slice(0, 8).join(', ') })
  }

  tell(id: string, progress: Progress): void {
    this.live.set(id, progress)
  }

  change(person: Person, batch: string, next: (now: Batch) => Batch): Promise<Outcome<Batch>> {
    const grant = grantFor(person, batch)
    return grant.ok ? this.parts.batches.change(grant.grant, (now) => done(next(now))) : Promise.resolve(grant)
  }

  private enqueue(id: string, step: (batch: Batch, person: Person) => Promise<void>, who = (batch: Batch) => batch.owner): void {
    if (this.waiting.has(id)) return
    this.waiting.add(id)
    this.queue = this.queue.then(async () => {
      try {
        if (this.stopping) return
        await this.parts.batches.alone(id, async () => {
          const batch = (await this.parts.batches.unfinished(this.parts.pass)).find((one) => one.id === id)
          if (!batch) return
          const { people } = this.parts.directories()
          const person = people.person(who(batch))
          if (person && mayAttempt(person, 'import.run', people, this.parts.today())) await step(batch, person)
          else await this.fail(batch, 'imports.failed.owner')
        })
      } catch (error) {
        this.parts.failed(id, error)
        await this.failById(id)
      } finally {
        this.waiting.delete(id)
        this.live.delete(id)
      }
    })
  }

  private async checked(batch: Batch, person: Person): Promise<void> {
    const rows = await this.rowsOf(batch, person)
    if (!rows) return
    const tally = await this.look(batch, rows)
    if (this.stopping) return
    await this.change(person, batch.id, (now) => ({ ...now, state: 'checked', at: tally.rows, rows: tally.rows, counts: tally.counts, report: tally.report, reportCut: tally.cut, endless: tally.endless }))
  }

  private async written(batch: Batch, person: Person): Promise<void> {
    const rows = await this.rowsOf(batch, person)
    if (!rows) return
    const tally = await this.look(batch, rows)
    if (this.stopping) return
    const leaving = batch.leftOut ?? null
    if (tally.counts.refused > (leaving?.agreed ?? 0) || (tally.counts.refused > 0 && (tally.endless || tally.rows === 0))) {
      // Something changed since the check: nothing is begun that cannot be finished, and whoever agreed is asked again.
      await this.change(person, batch.id, (now) => ({ ...now, state: 'checked', rows: tally.rows, counts: tally.counts, report: tally.report, reportCut: tally.cut, endless: tally.endless, leftOut: null }))
      return
    }
    const without = new Set(tally.wrong)
    const made = { created: 0, changed: 0, unchanged: 0 }
    const report: ReportLine[] = [...tally.report]
    let at = 0
    for await (const chunk of chunks(rows(), AT_ONCE)) {
      if (this.stopping) return
      const outcomes = await Promise.all(chunk.filter(({ row }) => !tally.wrong.has(row.line)).map(async ({ row, work }) => ({ row, outcome: work.write ? await work.write() : { what: work.what } })))
      for (const { row, outcome } of outcomes) {
        if (outcome.what === 'refused') {
          without.add(row.line)
          report.push(...linesOf(row, 'refused', 'refusals' in outcome ? outcome.refusals : []))
        } else if (outcome.what === 'created' || outcome.what === 'changed' || outcome.what === 'unchanged') made[outcome.what] += 1
      }
      at += chunk.length
      this.tell(batch.id, { at, rows: tally.rows })
      if (Math.floor(at / REMEMBER_EVERY) > Math.floor((at - chunk.length) / REMEMBER_EVERY)) await this.change(person, batch.id, (now) => ({ ...now, at, rows: tally.rows }))
      await this.parts.breathe(chunk.length)
    }
    const now = this.parts.now()
    const kept = leaving && (await this.wrongRows(batch, without))
    await this.parts.record.append({ at: now, who: person.id, did: 'import.done', thing: { kind: 'import', id: batch.id }, to: [made.created, made.changed, ...(without.size > 0 ? [without.size] : [])].join(','), via: 'job' })
    await this.change(person, batch.id, (was) => ({
      ...was, state: 'done', at: tally.rows, rows: tally.rows, finishedAt: now, report: report.slice(0, MOST_LINES), reportCut: tally.cut,
      // After a kill the second run finds rows of the first: they count as what the batch made of them.
      counts: { ...tally.counts, ...withEarlier(was.counts, made), refused: without.size },
      leftOut: leaving && kept ? { ...leaving, ...kept } : null,
    }))
    await this.parts.batches.dropFile(batch)
  }

  /** The rows of a file that are wrong, as they stand there; null when it is not kept any more. */
  async wrongRows(batch: Batch, lines: ReadonlySet<number>): Promise<WrongRows | null> {
    const bytes = await this.parts.batches.file(batch)
    const opened = bytes && (await this.parts.tables.open(bytes, batch.format))
    return opened?.ok ? wrongRows(opened.value, batch.format, lines) : null
  }

  /** Every row with what it comes to, as often as asked for; null when the batch cannot go on. */
  private async rowsOf(batch: Batch, person: Person): Promise<(() => AsyncIterable<RowAndWork>) | null> {
    const bytes = await this.parts.batches.file(batch)
    if (!bytes) return this.fail(batch, 'imports.failed.file')
    const opened = await this.table(batch, bytes)
    if (!opened.ok) return this.fail(batch, opened.refusals[0]?.code ?? 'imports.failed.file')
    const work = this.workOf(batch, person, opened.value)
    if (!work) return this.fail(batch, 'imports.failed.file')
    return async function* () {
      for await (const row of opened.value.rows()) yield { row, work: await work(row) }
    }
  }

  private workOf(batch: Batch, importer: Person, table: Table): ((row: Row) => Promise<RowWork>) | null {
    const { notes, customers, record, directories, vocabulary, today, now, nextId, columnWords } = this.parts
    if (batch.notes) {
      const { mapping, home, proposed } = batch.notes
      const around = { notes, customers, record, importer, batch: { ...batch, notes: { mapping, home, proposed } }, byName: new Map<string, Promise<Named>>(), directories, vocabulary, today, now, nextId }
      return (row) => noteWork(row, around)
    }
    const header = headerOf(table.columns, columnWords)
    if (!header.ok) return null
    const segments = vocabulary().offered('segments')
    const find = (word: string) => segments.find(({ key, en, zh }) => key === word || zh === word || en.toLowerCase() === word.toLowerCase())?.key
    const around = { customers, record, words: columnWords, segments: { keys: new Set(segments.map(({ key }) => key)), find }, header: header.value, importer, batch: batch.id, source: batch.source, team: importer.teams[0] ?? '', directories, today, now }
    return (row) => customerWork(row, around)
  }

  private look(batch: Batch, rows: () => AsyncIterable<RowAndWork>): Promise<Tally> {
    return lookAtRows(rows(), async (at) => {
      if (batch.state === 'checking') this.tell(batch.id, { at, rows: Math.max(at, batch.rows) })
      await this.parts.breathe(0)
      return !this.stopping
    })
  }

  private async fail(batch: Batch, trouble: string): Promise<null> {
    const { people } = this.parts.directories()
    const owner = people.person(batch.owner)
    // Somebody who left has no grant any more: the batch stays as it is and is tried again when they are back.
    if (owner) await this.change(owner, batch.id, (now) => (now.state === 'done' ? { ...now, trouble } : { ...now, state: 'failed', trouble, finishedAt: this.parts.now() }))
    return null
  }

  private async failById(id: string): Promise<void> {
    try {
      const batch = (await this.parts.batches.unfinished(this.parts.pass)).find((one) => one.id === id)
      if (batch && batch.state === 'checking') await this.fail(batch, 'imports.failed.broken')
    } catch (error) {
      this.parts.failed(id, error)
    }
  }
}
