import { isUtf8 } from 'node:buffer'
import type { Table } from '../../domain/people/table.js'

export interface Decoded {
  readonly encoding: Table['encoding']
  /** UTF-8 without a byte order mark; of a file in UTF-8 its own bytes, which may be many */
  readonly text: Buffer
}

/**
 * The text of an uploaded file: by its byte order mark, else UTF-8, else GB18030, which spreadsheets on Chinese
 * Windows still write. Strictly, so that nothing is silently put in the place of letters that cannot be read.
 * @returns null for anything else, such as a spreadsheet's own format
 */
export function decode(bytes: Uint8Array): Decoded | null {
  const mark = MARKS.find(([, sign]) => sign.every((byte, n) => bytes[n] === byte))
  const tried: readonly (readonly [Table['encoding'], string])[] = mark ? [[mark[0], mark[2]]] : [['utf-8', 'utf-8'], ['gb18030', 'gb18030']]
  for (const [encoding, label] of tried) {
    const text = encoding === 'utf-8' ? ownText(bytes.subarray(mark?.[1].length ?? 0)) : attempt(bytes, label)
    // No text of a person holds NUL; archives and old spreadsheets do.
    if (text !== null && !text.includes(0)) return { encoding, text }
  }
  return null
}

const MARKS: readonly (readonly [Table['encoding'], readonly number[], string])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf], 'utf-8'],
  ['utf-16', [0xff, 0xfe], 'utf-16le'],
  ['utf-16', [0xfe, 0xff], 'utf-16be'],
]

function ownText(bytes: Uint8Array): Buffer | null {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : null
}

function attempt(bytes: Uint8Array, label: string): Buffer | null {
  try {
    return Buffer.from(new TextDecoder(label, { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}
