import { join } from 'node:path'
import type { RecordMark, RecordProblem, RecordVerdict } from '../../../domain/policy/record.js'
import type { Files } from './files.js'
import { GENESIS, readLine, type RecordLine } from '../record-line.js'
import { linesOf, segmentName, segmentsOf, type SegmentLine } from './record-segments.js'
import { decode, type Schema } from '../schema.js'

/** Where the record ended when the head was last written: it may lag behind, it never runs ahead. */
export interface RecordHead {
  readonly count: number
  readonly hash: string
}

export const HEAD_SCHEMA: Schema<RecordHead> = {
  now: 1,
  check: (stored) => {
    const { count, hash } = stored
    if (!Number.isSafeInteger(count) || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw new Error('no head')
    return { count: count as number, hash }
  },
}

/**
 * Reads the whole record and says what is not as it was written. Needs no lock: a running server may go on.
 * @param witness a mark kept outside; without one, somebody who rewrites every line and the head goes unnoticed
 */
export async function verifyRecord(files: Files, folder: string, witness?: RecordMark): Promise<RecordVerdict> {
  // The head is read first: what is appended meanwhile only makes the record longer than it says.
  const head = await readHead(files, folder)
  const check = new ChainCheck([head?.count, witness?.n])
  const segments = await segmentsOf(files, folder)
  let unfinished = false
  for (const segment of segments) {
    let number = 0
    for await (const line of linesOf(files, folder, segment)) {
      number += 1
      const last = segment === segments.at(-1) && !line.ended
      if (last && check.last.n >= (head?.count ?? 0)) unfinished = true
      else check.line(line, segmentName(segment), number)
    }
  }
  const problems = [...check.problems, ...endProblems(check, head, segments.length)]
  if (witness && check.hashAt(witness.n) !== witness.hash) problems.push({ what: 'witness', n: witness.n })
  return { whole: problems.length === 0, entries: check.entries, last: check.last, problems, unfinished }
}

function endProblems(check: ChainCheck, head: RecordHead | null, segments: number): RecordProblem[] {
  if (!head) return segments === 0 ? [] : [{ what: 'head', n: check.last.n }]
  if (head.count > check.last.n) return [{ what: 'shortened', n: check.last.n + 1, to: head.count }]
  if ((check.hashAt(head.count) ?? head.hash) !== head.hash) return [{ what: 'head', n: head.count }]
  return []
}

async function readHead(files: Files, folder: string): Promise<RecordHead | null> {
  try {
    const path = join(folder, 'head.json')
    return decode(HEAD_SCHEMA, await files.read(path), path)
  } catch {
    return null
  }
}

/** Goes along the chain and picks it up again after a break, so that one change does not hide the next. */
export class ChainCheck {
  readonly problems: RecordProblem[] = []
  entries = 0
  last: RecordMark = { n: 0, hash: GENESIS }
  private readonly recent = new Map<number, string>([[0, GENESIS]])
  private readonly marked = new Map<number, string>()
  private readonly wanted: ReadonlySet<number | undefined>

  /** @param wanted numbers of entries whose hash will be asked for */
  constructor(wanted: readonly (number | undefined)[]) {
    this.wanted = new Set(wanted)
    if (this.wanted.has(0)) this.marked.set(0, GENESIS)
  }

  line({ text, ended }: Pick<SegmentLine, 'text' | 'ended'>, segment: string, line: number): void {
    const read = ended ? readLine(text) : null
    const at = { segment, line }
    if (!read) {
      this.problems.push({ what: 'unreadable', n: this.last.n + 1, ...at })
      // Counted as the entry it was, so that the ones after it are not called removed.
      this.last = { n: this.last.n + 1, hash: '' }
      return
    }
    this.entries += 1
    if (read.n <= this.last.n) this.outOfPlace(read, at)
    else {
      if (read.n > this.last.n + 1) this.problems.push({ what: 'removed', n: this.last.n + 1, to: read.n - 1, ...at })
      this.last = { n: read.n, hash: read.hash }
    }
    const before = this.recent.get(read.n - 1)
    if (before !== undefined && !read.follows(before)) this.problems.push({ what: 'edited', n: read.n, ...at })
    this.remember(read)
  }

  hashAt(n: number): string | undefined {
    return this.marked.get(n)
  }

  private outOfPlace(read: RecordLine, at: { segment: string; line: number }): void {
    const gap = this.problems.findIndex(({ what, n, to }) => what === 'removed' && n <= read.n && read.n <= (to ?? n))
    const found = this.problems[gap]
    if (found) {
      const { n, to = n, ...rest } = found
      const left = [
        ...(n < read.n ? [{ ...rest, n, to: read.n - 1 }] : []),
        ...(read.n < to ? [{ ...rest, n: read.n + 1, to }] : []),
      ]
      this.problems.splice(gap, 1, ...left)
    }
    this.problems.push({ what: 'reordered', n: read.n, ...at })
  }

  private remember({ n, hash }: RecordLine): void {
    this.recent.set(n, hash)
    if (this.recent.size > 10_000) for (const oldest of this.recent.keys()) if (this.recent.delete(oldest)) break
    if (this.wanted.has(n)) this.marked.set(n, hash)
  }
}
