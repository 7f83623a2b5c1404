import { join } from 'node:path'
import { Mutex } from 'async-mutex'
import { Low } from 'lowdb'
import { DurableFile, type DurableFileOptions } from './durable-file.js'
import type { Keeping } from './keeping.js'
import { decode, encode, settled, type Schema } from '../schema.js'
import { StoreDamaged, WriteUncertain } from '../store-errors.js'

export interface DocumentOptions<T> extends DurableFileOptions {
  /** `people` is kept in `people.json` */
  readonly name: string
  readonly schema: Schema<T>
  /** what a new data directory starts with; never used over a lost or damaged file */
  readonly empty: () => T
}

/** One JSON document held in memory as an immutable snapshot: people, vocabulary, channels. */
export class Document<T extends object> {
  private readonly mutex = new Mutex()

  private constructor(
    private readonly file: DurableFile<T>,
    private readonly schema: Schema<T>,
    private low: Low<T>,
  ) {}

  /**
   * @throws StoreDamaged naming file and remedy when it cannot be read (it is then in quarantine) or is missing
   * @throws StoreTooNew when a later release wrote it
   */
  static async open<T extends object>(keeping: Keeping, options: DocumentOptions<T>): Promise<Document<T>> {
    const { disk, quarantine, manifest } = keeping
    const name = `${options.name}.json`
    const file = new DurableFile(disk, join(keeping.root, name), options.schema, options)
    const found = await file.read().catch(async (error: unknown) => {
      throw error instanceof StoreDamaged ? await quarantine.refuse(file.path, error) : error
    })
    if (!found && (manifest.knows(name) || quarantine.holds(file.path))) throw quarantine.missing(file.path)
    const low = new Low<T>(file, found ?? asWritten(options.schema, options.empty(), name))
    if (!found) await low.write()
    await manifest.add(name)
    return new Document(file, options.schema, low)
  }

  /** The document as it is on disk. Frozen, and another object after every change. */
  read(): T {
    return this.low.data
  }

  /**
   * Changes are made one after the other, each on the outcome of the last. Resolves with the new snapshot when it
   * is on disk; when it rejects, `read` still gives what the disk holds. Returning the same object writes nothing.
   */
  change(fn: (now: T) => T | Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      const next = await fn(this.low.data)
      if (next === this.low.data) return next
      const aside = new Low<T>(this.file, settled(this.schema, next, this.low.data, this.file.path))
      try {
        await aside.write()
      } catch (error) {
        if (error instanceof WriteUncertain) await this.low.read().catch(() => {})
        throw error
      }
      this.low = aside
      return aside.data
    })
  }
}

/** What a reader of the file would get: proves before the write that it can be read back. */
function asWritten<T extends object>(schema: Schema<T>, document: T, file: string): T {
  return decode(schema, encode(schema, document), file)
}
