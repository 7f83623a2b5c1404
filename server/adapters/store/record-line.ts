import { createHash } from 'node:crypto'
import type { RecordEntry, Recorded } from '../../domain/policy/record.js'

/** What the first line of a record follows. */
export const GENESIS = '0'.repeat(64)

export interface RecordLine {
  readonly n: number
  readonly entry: Recorded
  /** the hash the line states, right or wrong */
  readonly hash: string
  /** true when the line is the one that follows a line with this hash */
  follows(previous: string): boolean
}

/**
 * One line of the record. Its hash is taken over the hash before and the line's own bytes up to the hash, so a
 * reader checks what is in the file and not what a parser made of it.
 */
export function writeLine(n: number, entry: RecordEntry, previous: string): { text: string; hash: string } {
  const { at, who, did, thing, from, to, via, request } = entry
  const body = JSON.stringify({ n, at, who, did, thing: thing && { kind: thing.kind, id: thing.id }, from, to, via, request })
  const hash = chained(previous, body)
  return { text: `${body.slice(0, -1)},"hash":"${hash}"}\n`, hash }
}

/** Null when it is no line of a record. */
export function readLine(text: string): RecordLine | null {
  const parts = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/s.exec(text)
  if (!parts) return null
  const body = `${parts[1]}}`
  const hash = parts[2] ?? ''
  try {
    const entry = JSON.parse(body) as Recorded
    if (!Number.isSafeInteger(entry.n) || entry.n < 1) return null
    return { n: entry.n, entry, hash, follows: (previous) => chained(previous, body) === hash }
  } catch {
    return null
  }
}

/** The number of a line without reading the rest of it; 0 when it has none. */
export function numberOf(text: string): number {
  return Number(/^\{"n":(\d+),/.exec(text)?.[1] ?? 0)
}

function chained(previous: string, body: string): string {
  return createHash('sha256').update(previous).update('\n').update(body).digest('hex')
}
