import { CsvError, parse } from 'csv-parse'
import type { Row, Table, TableFormat, TableReader } from '../../domain/people/table.js'
import { done, refused, type Outcome, type Refusal } from '../../domain/people/refusal.js'
import { decode } from './decode.js'

/** Bytes handed to the parser at once, so that other requests come in between. */
const PIECE = 64 * 1024
/** A note holds 50 kB; a cell beyond this is a forgotten quote, not a text. */
const LONGEST_RECORD = 1024 * 1024
const MOST_COLUMNS = 200

export const tables: TableReader = {
  async open(bytes: Uint8Array, format: TableFormat): Promise<Outcome<Table>> {
    const decoded = decode(bytes)
    if (!decoded) return refused('file', 'imports.file.encoding')
    if (isBlank(decoded.text)) return refused('file', 'imports.file.empty')
    return format === 'csv' ? openCsv(decoded.text, decoded.encoding) : openLines(decoded.text, decoded.encoding)
  },
}

function isBlank(text: Buffer): boolean {
  const decoder = new TextDecoder()
  for (let from = 0; from < text.length; from += PIECE) {
    if (decoder.decode(text.subarray(from, from + PIECE), { stream: true }).trim() !== '') return false
  }
  return true
}

async function openCsv(text: Buffer, encoding: Table['encoding']): Promise<Outcome<Table>> {
  const delimiter = delimiterOf(text)
  let columns: readonly string[] | undefined
  for await (const record of records(text, delimiter)) {
    if (record.trouble) return refused('file', record.trouble.code, record.trouble.with)
    columns = record.cells.map((name) => name.trim())
    break
  }
  if (!columns || columns.every((name) => name === '')) return refused('file', 'imports.file.no_header')
  if (columns.length > MOST_COLUMNS) return refused('file', 'imports.file.columns', { max: MOST_COLUMNS })
  const twice = columns.find((name, n) => name !== '' && columns.indexOf(name) !== n)
  if (twice !== undefined) return refused('file', 'imports.file.column_twice', { name: twice.slice(0, 60) })
  const names = columns
  return done({ encoding, columns: names.filter((name) => name !== ''), rows: () => csvRows(text, delimiter, names) })
}

async function* csvRows(text: Buffer, delimiter: string, names: readonly string[]): AsyncIterable<Row> {
  let header = true
  for await (const { line, cells, trouble } of records(text, delimiter)) {
    if (header) header = false
    else if (trouble) yield { line, cells: new Map(), trouble }
    else if (cells.length !== names.length) yield { line, cells: new Map(), raw: cells, trouble: { at: '', code: 'imports.row.cells', with: { found: cells.length, wanted: names.length } } }
    else yield { line, cells: new Map(names.flatMap((name, n) => (name === '' ? [] : [[name, cells[n] ?? ''] as const]))) }
  }
}

interface Record {
  readonly line: number
  readonly cells: readonly string[]
  readonly trouble?: Refusal
}

/** The records of a CSV text. One that cannot be read is the last: nobody knows where the next would begin. */
async function* records(text: Buffer, delimiter: string): AsyncGenerator<Record> {
  const parser = parse({ delimiter, info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_RECORD })
  void feed(parser, text)
  const lines = lineCounter(text)
  let end = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { bytes: number } }>) {
      yield { line: lines(end), cells: record }
      end = info.bytes
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = lines(end)
    yield { line, cells: [], trouble: { at: 'file', code: error.code === 'CSV_MAX_RECORD_SIZE' ? 'imports.csv.too_long' : 'imports.csv.quotes', with: { line } } }
  } finally {
    parser.destroy()
  }
}

/** The line on which the next record after a place begins. The parser's own count goes wrong inside of quotes. */
function lineCounter(bytes: Uint8Array): (from: number) => number {
  const end = bytes.includes(LF) ? LF : CR
  let at = 0
  let line = 1
  const step = (): void => {
    if (bytes[at] === end) line += 1
    at += 1
  }
  return (from) => {
    while (at < from) step()
    while (at < bytes.length && (bytes[at] === LF || bytes[at] === CR)) step()
    return line
  }
}

const LF = 0x0a
const CR = 0x0d

async function feed(parser: ReturnType<typeof parse>, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length && !parser.destroyed; from += PIECE) {
    if (!parser.write(bytes.subarray(from, from + PIECE))) await drained(parser)
  }
  if (!parser.destroyed) parser.end()
}

function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      parser.off('drain', over).off('close', over)
      resolve()
    }
    parser.once('drain', over).once('close', over)
  })
}

/** What stands most often in the first line, outside of quotes. */
function delimiterOf(text: Buffer): string {
  const first = (/^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.toString('utf8', 0, PIECE).slice(0, 20_000))?.[0] ?? '').replace(/"(?:[^"]|"")*"/g, '')
  const often = (sign: string): number => first.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (often(sign) > often(best) ? sign : best))
}

function openLines(text: Buffer, encoding: Table['encoding']): Outcome<Table> {
  let first = ''
  for (const line of linesOf(text)) {
    first = line
    if (first.trim() !== '') break
  }
  const row = jsonRow(first, 1)
  if (row.trouble) return refused('file', 'imports.jsonl.first')
  return done({
    encoding,
    columns: [...row.cells.keys()],
    rows: async function* () {
      let n = 0
      for (const line of linesOf(text)) {
        n += 1
        if (n % 100 === 0) await new Promise(setImmediate)
        if (line.trim() !== '') yield jsonRow(line, n)
      }
    },
  })
}

function* linesOf(text: Buffer): Iterable<string> {
  for (let from = 0, end = 0; from <= text.length; from = end + 1) {
    const found = text.indexOf(LF, from)
    end = found < 0 ? text.length : found
    yield text.toString('utf8', from, end > from && text[end - 1] === CR ? end - 1 : end)
  }
}

function jsonRow(line: string, number: number): Row {
  const wrong = (code: string): Row => ({ line: number, cells: new Map(), raw: [line], trouble: { at: '', code } })
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return wrong('imports.row.json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('imports.row.json')
  const cells = new Map<string, string>()
  for (const [name, cell] of Object.entries(value)) {
    if (typeof cell === 'object' && cell !== null) return wrong('imports.row.nested')
    cells.set(name, cell === null ? '' : String(cell))
  }
  return { line: number, cells }
}
