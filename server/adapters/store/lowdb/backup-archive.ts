import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, open, rm, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { once } from 'node:events'
import { createGunzip, createGzip, type Gzip } from 'node:zlib'
import { codeOf } from './files.js'
import { StoreError } from '../store-errors.js'

/**
 * An archive is gzip over lines of JSON, so that `zcat` shows it and any program reads it: a heading; each file as a
 * line with its size and SHA-256 and then its content in pieces; and an end that counts and seals what there is. A
 * file that changed while the archive was made comes again: the last one counts.
 */
export const ARCHIVE_FORMAT = 1

const PIECE = 1024 * 1024
const SAFE = /^(?:[A-Za-z0-9._-]+\/)*[A-Za-z0-9._-]+$/

export interface Heading {
  readonly tacit: 'backup'
  readonly format: number
  /** UTC ISO-8601 */
  readonly made: string
  readonly release: string
}

export interface Ending {
  readonly files: number
  readonly bytes: number
  /** files by their first folder */
  readonly counts: Readonly<Record<string, number>>
  /** over `sha256 path` of every file, sorted by path */
  readonly seal: string
}

export class DamagedArchive extends StoreError {
  constructor(archive: string, why: string) {
    super('backup.archive_damaged', `${archive} cannot be restored: ${why}. Nothing was written. Use another backup, or copy this one again from where it is kept.`)
  }
}

export class ArchiveWriter {
  private readonly files = new Map<string, { readonly bytes: number; readonly sha256: string }>()
  private readonly gzip: Gzip = createGzip()
  private readonly written: Promise<void>

  private constructor(private readonly path: string, private readonly partial: FileHandle) {
    this.written = this.drain()
    this.written.catch(() => {})
  }

  /** @throws StoreError when there is a file of this name: a backup never overwrites one */
  static async create(path: string, heading: Omit<Heading, 'tacit' | 'format'>): Promise<ArchiveWriter> {
    if (await isThere(path)) throw alreadyThere(path)
    const partial = await open(`${path}.partial`, 'wx', 0o600).catch((error: unknown) => {
      throw codeOf(error) === 'EEXIST' ? alreadyThere(`${path}.partial`) : error
    })
    const writer = new ArchiveWriter(path, partial)
    await writer.line({ tacit: 'backup', format: ARCHIVE_FORMAT, ...heading })
    return writer
  }

  async put(file: string, bytes: Buffer): Promise<void> {
    if (!SAFE.test(file)) throw new Error(`a file of this name cannot be kept: ${file}`)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.files.set(file, { bytes: bytes.length, sha256 })
    await this.line({ file, bytes: bytes.length, sha256 })
    for (let at = 0; at < bytes.length; at += PIECE) await this.line(pieceOf(bytes.subarray(at, at + PIECE)))
  }

  async gone(file: string): Promise<void> {
    if (this.files.delete(file)) await this.line({ gone: file })
  }

  /** The archive appears under its name when it is whole and on disk. */
  async finish(): Promise<Ending> {
    const ending = endingOf(this.files)
    await this.line({ end: ending })
    this.gzip.end()
    await this.written
    await this.partial.sync()
    await this.partial.close()
    await link(`${this.path}.partial`, this.path).catch((error: unknown) => {
      throw codeOf(error) === 'EEXIST' ? alreadyThere(this.path) : error
    })
    await rm(`${this.path}.partial`)
    return ending
  }

  async abandon(): Promise<void> {
    this.gzip.destroy()
    await this.written.catch(() => {})
    await this.partial.close().catch(() => {})
    await rm(`${this.path}.partial`, { force: true })
  }

  private async line(value: object): Promise<void> {
    if (!this.gzip.write(`${JSON.stringify(value)}\n`)) await Promise.race([once(this.gzip, 'drain'), this.written])
  }

  private async drain(): Promise<void> {
    for await (const chunk of this.gzip) await this.partial.writeFile(chunk as Buffer)
  }
}

/** What is met on the way through an archive: the same file may come several times. */
export interface Unpacking {
  file?(path: string, bytes: Buffer): Promise<void>
  gone?(path: string): Promise<void>
}

/**
 * Reads all of it and checks everything: sizes, hashes, the seal at the end.
 * @throws DamagedArchive naming the archive; StoreError when a later release made it
 */
export async function readArchive(archive: string, into: Unpacking = {}): Promise<Heading & Ending> {
  const damaged = (why: string) => new DamagedArchive(basename(archive), why)
  const files = new Map<string, { readonly bytes: number; readonly sha256: string }>()
  let heading: Heading | null = null
  let ending: Ending | null = null
  let open: { readonly path: string; readonly bytes: number; readonly sha256: string; readonly pieces: Buffer[]; read: number } | null = null
  const close = async (): Promise<void> => {
    if (!open) return
    const { path, pieces, sha256, bytes } = open
    const whole = Buffer.concat(pieces)
    if (whole.length !== bytes || createHash('sha256').update(whole).digest('hex') !== sha256) throw damaged(`${path} in it is not what was put there`)
    files.set(path, { bytes, sha256 })
    await into.file?.(path, whole)
    open = null
  }

  for await (const line of linesOf(archive, damaged)) {
    if (ending) throw damaged('something follows after its end')
    if (!heading) {
      heading = headingOf(line, archive, damaged)
    } else if (typeof line['t'] === 'string' || typeof line['b'] === 'string') {
      if (!open) throw damaged('a piece in it belongs to no file')
      const piece = typeof line['t'] === 'string' ? Buffer.from(line['t']) : Buffer.from(String(line['b']), 'base64')
      open.read += piece.length
      if (open.read > open.bytes) throw damaged(`${open.path} in it is longer than it was`)
      open.pieces.push(piece)
    } else {
      await close()
      const { file, gone, end } = line
      if (typeof file === 'string' && SAFE.test(file) && !file.split('/').includes('..') && typeof line['bytes'] === 'number' && typeof line['sha256'] === 'string') {
        open = { path: file, bytes: line['bytes'], sha256: line['sha256'], pieces: [], read: 0 }
      } else if (typeof gone === 'string' && files.delete(gone)) {
        await into.gone?.(gone)
      } else if (typeof end === 'object' && end !== null) {
        ending = end as Ending
      } else {
        throw damaged('a line in it is none of ours')
      }
    }
  }
  if (!heading || !ending) throw damaged('it ends too early')
  if (endingOf(files).seal !== ending.seal) throw damaged('its files are not those it was made with')
  return { ...heading, ...ending }
}

async function* linesOf(archive: string, damaged: (why: string) => Error): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const source = createReadStream(archive)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  let rest: Buffer[] = []
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        yield parsed(Buffer.concat([...rest, chunk.subarray(from, end)]))
        rest = []
        from = end + 1
      }
      if (from < chunk.length) rest.push(chunk.subarray(from))
    }
  } catch (error) {
    if (error instanceof StoreError) throw error
    if (['ENOENT', 'EACCES', 'EISDIR'].includes(codeOf(error))) throw new StoreError('backup.archive_missing', `${archive} cannot be read. Give the path of a backup made by npm run backup.`)
    throw damaged(codeOf(error).startsWith('Z_') ? 'it is cut off, or no such archive' : 'it is not readable to its end')
  } finally {
    source.destroy()
    gunzip.destroy()
  }

  function parsed(line: Buffer): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(line.toString('utf8'))
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
    } catch {
      // Told below, without the words of the line.
    }
    throw damaged('a line in it is not whole')
  }
}

function headingOf(line: Readonly<Record<string, unknown>>, archive: string, damaged: (why: string) => Error): Heading {
  if (line['tacit'] !== 'backup' || typeof line['format'] !== 'number' || typeof line['made'] !== 'string') throw damaged('it is no backup of this portal')
  if (line['format'] > ARCHIVE_FORMAT) {
    throw new StoreError('store.too_new', `${archive} was made by a later release (format ${line['format']}). Restore it with that release or a later one.`)
  }
  return line as unknown as Heading
}

function endingOf(files: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>): Ending {
  const counts: Record<string, number> = {}
  const seal = createHash('sha256')
  let bytes = 0
  for (const [path, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : 'documents'
    counts[folder] = (counts[folder] ?? 0) + 1
    bytes += file.bytes
    seal.update(`${file.sha256} ${path}\n`)
  }
  return { files: files.size, bytes, counts, seal: seal.digest('hex') }
}

/** As text where it is text, so that a person can read an archive. */
function pieceOf(bytes: Buffer): { readonly t: string } | { readonly b: string } {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? { t: text } : { b: bytes.toString('base64') }
}

function alreadyThere(path: string): StoreError {
  return new StoreError('backup.archive_exists', `${path} is there already, and a backup never overwrites. Give another name, or move it away.`)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close()
    return true
  } catch (error) {
    return codeOf(error) !== 'ENOENT'
  }
}
