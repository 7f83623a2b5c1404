import type { Adapter } from 'lowdb'
import type { Disk } from './disk.js'
import { codeOf } from './files.js'
import { decode, encode, type Schema } from '../schema.js'
import { TooLarge } from '../store-errors.js'

export interface DurableFileOptions {
  /** bytes; a larger document is refused before anything is written */
  readonly limit?: number
  /** may use the reserve of a full disk */
  readonly urgent?: boolean
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A lowdb adapter whose `write` resolves when the document would survive a power cut.
 * One loop drains each file: writes that overlap are never renamed in the wrong order, and of several waiting
 * only the newest text is written; the older ones are answered by it.
 */
export class DurableFile<T extends object> implements Adapter<T> {
  private newest: Buffer | null = null
  private waiting: Waiting[] = []
  private draining = false

  constructor(
    private readonly disk: Disk,
    readonly path: string,
    private readonly schema: Schema<T>,
    private readonly options: DurableFileOptions = {},
  ) {}

  /** Null when there is no file. A file that holds `null` is damaged: lowdb would take it for none. */
  async read(): Promise<T | null> {
    let bytes: Buffer
    try {
      bytes = await this.disk.files.read(this.path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
    return decode(this.schema, bytes, this.path)
  }

  /** Takes the text of this moment: what the caller does to the document afterwards is not written. */
  write(document: T): Promise<void> {
    return this.writeText(encode(this.schema, document))
  }

  writeText(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const limit = this.options.limit ?? Infinity
    if (bytes.length > limit) return Promise.reject(new TooLarge(this.path, bytes.length, limit))
    const written = new Promise<void>((resolve, reject) => this.waiting.push({ resolve, reject }))
    this.newest = bytes
    if (!this.draining) void this.drain()
    return written
  }

  private async drain(): Promise<void> {
    this.draining = true
    while (this.newest) {
      const bytes = this.newest
      const answered = this.waiting
      this.newest = null
      this.waiting = []
      try {
        await this.disk.write(this.path, bytes, this.options.urgent)
        for (const { resolve } of answered) resolve()
      } catch (error) {
        for (const { reject } of answered) reject(error)
      }
    }
    this.draining = false
  }
}
