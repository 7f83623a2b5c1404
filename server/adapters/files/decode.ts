import type { Table } from '../../domain/people/table.js'

export interface Decoded {
  readonly encoding: Table['encoding']
  readonly text: string
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
    const text = attempt(bytes, label)
    // No text of a person holds NUL; archives and old spreadsheets do.
    if (text !== null && !text.includes('\0')) return { encoding, text }
  }
  return null
}

const MARKS: readonly (readonly [Table['encoding'], readonly number[], string])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf], 'utf-8'],
  ['utf-16', [0xff, 0xfe], 'utf-16le'],
  ['utf-16', [0xfe, 0xff], 'utf-16be'],
]

function attempt(bytes: Uint8Array, label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
