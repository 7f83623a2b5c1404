import { join } from 'node:path'
import type { RecordEntry } from '../../../domain/policy/record.js'
import type { Health } from './health.js'
import type { Keeping } from './keeping.js'
import { GENESIS, readLine } from '../record-line.js'
import { linesFromTheEnd, linesOf, segmentName, segmentsOf, type SegmentLine } from './record-segments.js'
import type { RecordHead } from './record-verify.js'

/** Where the record ends, and so what the next entry follows. */
export interface RecordEnd {
  readonly n: number
  readonly hash: string
  /** number of the last segment; 0 when there is none */
  readonly segment: number
  /** its bytes, up to the end of its last good line */
  readonly length: number
  /** nothing is appended to this segment any more: it holds evidence */
  readonly sealed: boolean
  /** bytes of a half-written end that were cut off */
  readonly torn: number
  /** a code that says what does not fit, or null */
  readonly doubt: 'head_missing' | 'shortened' | 'unreadable' | 'edited' | null
}

/**
 * Looks at the last segment only, to start fast; `verify` reads everything. A line torn by a crash is cut off, for
 * nobody was told that it was saved. Anything that a crash cannot explain is left as it lies, and the record goes
 * on in a new segment after the entry the head names, so that the gap stays visible for ever.
 */
export async function findEnd(keeping: Keeping, folder: string, head: RecordHead | null): Promise<RecordEnd> {
  const { files } = keeping.disk
  const segments = await segmentsOf(files, folder)
  const segment = segments.at(-1) ?? 0
  let last = await endBefore(keeping, folder, segments.slice(0, -1))
  let length = 0
  let torn = 0
  let doubt: RecordEnd['doubt'] = head ? null : 'head_missing'
  if (segment > 0) {
    for await (const line of linesOf(files, folder, segment)) {
      const read = line.ended ? readLine(line.text) : null
      if (!read) {
        if (explainedByCrash(line, last.n, head)) torn = await cut(keeping, folder, segment, line.offset)
        else doubt = 'unreadable'
        break
      }
      // A segment may begin after a gap: the one a former start left visible. Only `verify` sees whether there was a doubt.
      const begins = length === 0 && read.n !== last.n + 1
      if (!begins && !read.follows(last.hash)) doubt = 'edited'
      last = { n: read.n, hash: read.hash }
      length = line.offset + Buffer.byteLength(line.text) + 1
    }
  }
  if (head && head.count > last.n) {
    doubt ??= 'shortened'
    last = { n: head.count, hash: head.hash }
  }
  return { ...last, segment, length, sealed: doubt !== null && segment > 0, torn, doubt }
}

/** Tells what the start found, and gives the entries that keep it on record. */
export function tellFindings({ segment, torn, doubt }: RecordEnd, health: Health): RecordEntry[] {
  const at = health.clock()
  const id = segmentName(segment)
  const entry = { at, who: 'job:start', thing: { kind: 'record', id }, via: 'job' } as const
  const findings: RecordEntry[] = []
  if (torn > 0) {
    health.tell({ kind: 'record_repaired', at, file: `record/${id}`, bytes: torn })
    findings.push({ ...entry, did: 'record.repaired', from: String(torn) })
  }
  if (doubt) {
    health.tell({ kind: 'record_doubtful', at, file: `record/${id}`, why: doubt })
    findings.push({ ...entry, did: 'record.doubted', to: doubt })
  }
  return findings
}

/** The unfinished last line, or zeros where data never reached the disk; never an entry the head already counts. */
function explainedByCrash(line: SegmentLine, lastGood: number, head: RecordHead | null): boolean {
  return head !== null && lastGood >= head.count && (!line.ended || line.text.includes('\0'))
}

async function endBefore(keeping: Keeping, folder: string, segments: number[]): Promise<{ n: number; hash: string }> {
  for (const segment of segments.reverse()) {
    for await (const text of linesFromTheEnd(keeping.disk.files, folder, segment)) {
      const read = readLine(text)
      if (read) return { n: read.n, hash: read.hash }
    }
  }
  return { n: 0, hash: GENESIS }
}

async function cut(keeping: Keeping, folder: string, segment: number, offset: number): Promise<number> {
  const file = await keeping.disk.files.open(join(folder, segmentName(segment)), 'r+')
  try {
    const size = await file.size()
    await file.truncate(offset)
    await file.sync()
    return size - offset
  } finally {
    await file.close()
  }
}
