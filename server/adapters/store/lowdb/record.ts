import { join } from 'node:path'
import { checkedEntry, matches } from '../../../domain/policy/record.js'
import type {
  AuditRecord,
  RecordEntry,
  RecordMark,
  RecordPage,
  RecordQuery,
  RecordVerdict,
  Recorded,
} from '../../../domain/policy/record.js'
import { GroupCommit } from '../group-commit.js'
import { DurableFile } from './durable-file.js'
import type { OpenFile } from './files.js'
import type { Keeping } from './keeping.js'
import { numberOf, readLine, writeLine } from '../record-line.js'
import { findEnd, tellFindings, type RecordEnd } from './record-end.js'
import { firstNumber, linesFromTheEnd, segmentName, segmentsOf } from './record-segments.js'
import { HEAD_SCHEMA, verifyRecord, type RecordHead } from './record-verify.js'

export interface RecordOptions {
  /** bytes after which a new segment is begun */
  readonly segmentBytes?: number
}

const BATCH = 1000
/** The head follows the lines at this distance at most, not once for every line. */
const HEAD_MS = 200

/**
 * The record on disk: segments of NDJSON lines, each chained to the one before by its hash. Appends that wait
 * together share one fsync. It goes on while the rest of the store is read-only, in the segment it has open: an
 * append changes no name in any folder, and without the record restricted notes could not be read.
 */
export class FileRecord implements AuditRecord {
  private readonly folder: string
  private readonly head: DurableFile<RecordHead>
  private file: OpenFile | null = null
  private readonly lines = new GroupCommit<RecordEntry>((entries) => this.commit(entries), BATCH)
  private headWritten: Promise<void> = Promise.resolve()
  private headBehind = false
  private headDue: NodeJS.Timeout | null = null
  /** A failed append may have left bytes after `length`: they are cut off before the next. */
  private untidy = false
  /** What the start found; goes on record before anything else does. */
  private findings: readonly RecordEntry[] = []

  private constructor(
    private readonly keeping: Keeping,
    private end: RecordEnd,
    private readonly segmentBytes: number,
  ) {
    this.folder = join(keeping.root, 'record')
    this.head = headOf(keeping)
  }

  /** Repairs a line torn by a crash. Doubts do not stop the start: they are put on record and told. */
  static async open(keeping: Keeping, options: RecordOptions = {}): Promise<FileRecord> {
    const { disk, manifest } = keeping
    const folder = join(keeping.root, 'record')
    await disk.makeFolder(folder, true)
    const head = headOf(keeping)
    const fresh = !manifest.knows('record/') && (await segmentsOf(disk.files, folder)).length === 0
    if (fresh) {
      await head.write({ count: 0, hash: '0'.repeat(64) })
      await manifest.add('record/')
    }
    const end = await findEnd(keeping, folder, await head.read().catch(() => null))
    const record = new FileRecord(keeping, end, options.segmentBytes ?? 16 * 1024 * 1024)
    record.findings = tellFindings(end, disk.health)
    // A disk that is full at this moment must not stop the start: the next append brings them along.
    await record.commit([]).catch(() => {})
    return record
  }

  async append(entry: RecordEntry): Promise<void> {
    await this.lines.add(checkedEntry(entry))
  }

  async page(query: RecordQuery): Promise<RecordPage> {
    const limit = Math.max(1, Math.min(query.limit ?? 50, 500))
    const entries: Recorded[] = []
    for await (const entry of this.newestFirst(query)) {
      if (entries.length === limit) return { entries, next: entries.at(-1)?.n ?? null }
      entries.push(entry)
    }
    return { entries, next: null }
  }

  /** Every matching entry on disk at the time of the call. */
  async *newestFirst(query: RecordQuery): AsyncGenerator<Recorded> {
    const { files } = this.keeping.disk
    const before = Math.min(query.before ?? Infinity, this.end.n + 1)
    for (const segment of (await segmentsOf(files, this.folder)).reverse()) {
      if (query.before !== undefined && (await firstNumber(files, this.folder, segment)) >= before) continue
      for await (const text of linesFromTheEnd(files, this.folder, segment)) {
        if (numberOf(text) >= before) continue
        if (query.id !== undefined && !text.includes(JSON.stringify(query.id))) continue
        const line = readLine(text)
        if (line && matches({ ...query, before }, line.entry)) yield line.entry
      }
    }
  }

  verify(witness?: RecordMark): Promise<RecordVerdict> {
    return verifyRecord(this.keeping.disk.files, this.folder, witness)
  }

  /** The last entry on disk: worth keeping outside of this machine. */
  get mark(): RecordMark {
    return { n: this.end.n, hash: this.end.hash }
  }

  /** Waits for appends under way and for the head. */
  async close(): Promise<void> {
    await this.lines.settled()
    if (this.headDue) clearTimeout(this.headDue)
    this.headDue = null
    await this.headWritten
    if (this.headBehind) await this.writeHead()
    // Everything is fsynced: a failing close loses nothing.
    await this.file?.close().catch(() => {})
    this.file = null
  }

  private async commit(entries: readonly RecordEntry[]): Promise<void> {
    if (entries.length + this.findings.length === 0) return
    const file = await this.openSegment()
    let { n, hash } = this.end
    let text = ''
    for (const entry of [...this.findings, ...entries]) {
      n += 1
      const line = writeLine(n, entry, hash)
      hash = line.hash
      text += line.text
    }
    const bytes = Buffer.from(text)
    try {
      await this.keeping.disk.spacious(this.folder, true, async () => {
        await this.tidy(file)
        this.untidy = true
        await file.write(bytes, this.end.length)
        await file.sync()
        this.untidy = false
      })
    } catch (error) {
      await this.tidy(file).catch(() => {})
      throw error
    }
    this.findings = []
    this.end = { ...this.end, n, hash, length: this.end.length + bytes.length }
    this.headSoon()
  }

  /** Not waited for: the head may lag behind, and what it says less than the lines costs no entry. */
  private headSoon(): void {
    this.headBehind = true
    this.headDue ??= setTimeout(() => {
      this.headDue = null
      this.headWritten = this.writeHead()
    }, HEAD_MS).unref()
  }

  private async writeHead(): Promise<void> {
    const { n: count, hash } = this.end
    try {
      await this.head.write({ count, hash })
      this.headBehind = count !== this.end.n
    } catch {
      // The next append tries again.
    }
  }

  private async tidy(file: OpenFile): Promise<void> {
    if (!this.untidy) return
    await file.truncate(this.end.length)
    this.untidy = false
  }

  private async openSegment(): Promise<OpenFile> {
    const { disk } = this.keeping
    const { segment, length, sealed } = this.end
    const mayGoOn = segment > 0 && !sealed
    if (!mayGoOn || length >= this.segmentBytes) {
      if (this.file) await this.tidy(this.file)
      try {
        return await this.beginSegment()
      } catch (error) {
        // Better a long segment than no record.
        if (!mayGoOn) throw error
      }
    }
    this.file ??= await disk.files.open(join(this.folder, segmentName(segment)), 'r+')
    return this.file
  }

  private async beginSegment(): Promise<OpenFile> {
    const { disk } = this.keeping
    disk.mustBeWritable()
    const segment = Math.max(this.end.segment, ...(await segmentsOf(disk.files, this.folder))) + 1
    const path = join(this.folder, segmentName(segment))
    let begun: OpenFile | null = null
    try {
      await disk.spacious(path, true, () =>
        disk.durably([this.folder], async () => {
          begun = await disk.files.open(path, 'wx')
        }),
      )
    } catch (error) {
      await (begun as OpenFile | null)?.close().catch(() => {})
      if (begun) await disk.files.unlink(path).catch(() => {})
      throw error
    }
    await this.file?.close().catch(() => {})
    this.file = begun as unknown as OpenFile
    this.end = { ...this.end, segment, length: 0, sealed: false }
    return this.file
  }
}

function headOf({ root, disk }: Keeping): DurableFile<RecordHead> {
  return new DurableFile(disk, join(root, 'record', 'head.json'), HEAD_SCHEMA, { urgent: true })
}
