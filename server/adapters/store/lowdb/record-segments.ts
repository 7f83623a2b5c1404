import { join } from 'node:path'
import { codeOf, type Files } from './files.js'
import { numberOf } from '../record-line.js'

const CHUNK = 256 * 1024
const NEWLINE = 0x0a

/** One line of a segment, without its end. */
export interface SegmentLine {
  readonly text: string
  /** of its first byte in the file */
  readonly offset: number
  /** false for a last line that was never finished */
  readonly ended: boolean
}

export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.ndjson`
}

/** The numbers of all segments in a record's folder, in order. */
export async function segmentsOf(files: Files, folder: string): Promise<number[]> {
  try {
    const found = (await files.list(folder)).map(({ name }) => /^(\d{6,})\.ndjson$/.exec(name)?.[1])
    return found.flatMap((digits) => (digits ? [Number(digits)] : [])).sort((a, b) => a - b)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** The number of a segment's first entry, 0 when it cannot be told. */
export async function firstNumber(files: Files, folder: string, segment: number): Promise<number> {
  const file = await files.open(join(folder, segmentName(segment)), 'r')
  try {
    return numberOf((await file.read(64, 0)).toString('latin1'))
  } finally {
    await file.close()
  }
}

/** Oldest first. Reads a part at a time, so that the event loop stays free. */
export async function* linesOf(files: Files, folder: string, segment: number): AsyncGenerator<SegmentLine> {
  const file = await files.open(join(folder, segmentName(segment)), 'r')
  try {
    let rest: Buffer = Buffer.alloc(0)
    let offset = 0
    for (let at = 0; ; ) {
      const chunk = await file.read(CHUNK, at)
      if (chunk.length === 0) break
      at += chunk.length
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let from = 0
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, from)) {
        yield { text: rest.toString('utf8', from, end), offset: offset + from, ended: true }
        from = end + 1
      }
      offset += from
      rest = rest.subarray(from)
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), offset, ended: false }
  } finally {
    await file.close()
  }
}

/** Newest first; an unfinished last line is left out. */
export async function* linesFromTheEnd(files: Files, folder: string, segment: number): AsyncGenerator<string> {
  const file = await files.open(join(folder, segmentName(segment)), 'r')
  try {
    let at = await file.size()
    let rest: Buffer = Buffer.alloc(0)
    let finished = false
    while (at > 0) {
      const length = Math.min(CHUNK, at)
      at -= length
      rest = Buffer.concat([await file.read(length, at), rest])
      for (let end = rest.length; ; ) {
        const start = rest.lastIndexOf(NEWLINE, end - 1)
        if (start === -1 || end === 0) {
          rest = rest.subarray(0, end)
          break
        }
        if (finished && start + 1 < end) yield rest.toString('utf8', start + 1, end)
        finished = true
        end = start
      }
    }
    if (finished && rest.length > 0) yield rest.toString('utf8')
  } finally {
    await file.close()
  }
}
