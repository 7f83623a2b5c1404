import { join } from 'node:path'
import type { Clock } from './clock.js'
import { Disk } from './disk.js'
import { Document, type DocumentOptions } from './document.js'
import { DocumentFolder, type DocumentFolderOptions, type Kept } from './document-folder.js'
import { realFiles, type Files } from './files.js'
import { Health, type Notice } from './health.js'
import { keepPrivate } from './keep-private.js'
import { openKeeping, type Keeping } from './keeping.js'
import { Lock } from './lock.js'
import type { Manifest } from './manifest.js'
import type { Quarantine } from './quarantine.js'
import { FileRecord, type RecordOptions } from './record.js'
import { Reserve } from './reserve.js'

export interface DataFolderOptions {
  readonly root: string
  readonly clock: Clock
  /** hears of a full disk, a quarantined file, a doubtful record */
  readonly told?: (notice: Notice) => void
  readonly files?: Files
  /** bytes kept aside for a full disk */
  readonly reserveBytes?: number
}

/** The data directory, held by this process until `close`. Everything embedded stands on it. */
export class DataFolder implements Keeping {
  private readonly records: FileRecord[] = []

  private constructor(
    readonly root: string,
    readonly disk: Disk,
    readonly quarantine: Quarantine,
    readonly manifest: Manifest,
    private readonly lock: Lock,
  ) {}

  /**
   * Makes the folder when there is none.
   * @throws AlreadyOpen naming the process that holds it
   * @throws StoreDamaged when it holds data without its manifest
   * @throws NotPrivate when others may read it and that cannot be changed
   */
  static async open(options: DataFolderOptions): Promise<DataFolder> {
    const { root, clock, files = realFiles } = options
    const health = new Health(clock, options.told)
    const reserve = new Reserve(files, health, root, options.reserveBytes)
    const disk = new Disk(files, health, reserve)
    await disk.makeFolder(root)
    const lock = await Lock.take(files, root, clock)
    try {
      const { quarantine, manifest } = await openKeeping(disk, root)
      await keepPrivate({ root, disk, quarantine, manifest })
      return new DataFolder(root, disk, quarantine, manifest, lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get health(): Health {
    return this.disk.health
  }

  document<T extends object>(options: DocumentOptions<T>): Promise<Document<T>> {
    return Document.open(this, options)
  }

  folder<T extends Kept>(options: DocumentFolderOptions<T>): Promise<DocumentFolder<T>> {
    return DocumentFolder.open(this, options)
  }

  async record(options: RecordOptions = {}): Promise<FileRecord> {
    const record = await FileRecord.open(this, options)
    this.records.push(record)
    return record
  }

  /** A path inside, for what can be made anew: the catalog, the index. */
  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  /** Call when no write is under way. Lets the next process in. */
  async close(): Promise<void> {
    for (const record of this.records) await record.close()
    await this.lock.release()
  }
}
