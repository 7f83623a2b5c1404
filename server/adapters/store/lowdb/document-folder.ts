import { dirname, join } from 'node:path'
import { LRUCache } from 'lru-cache'
import { someAtOnce } from '../../../domain/people/some-at-once.js'
import { codeOf } from './files.js'
import { DurableFile } from './durable-file.js'
import type { Keeping } from './keeping.js'
import { KeyedMutex } from '../keyed-mutex.js'
import { decode, encode, type Schema } from '../schema.js'
import { DocumentExists, NoSuchDocument, StoreDamaged } from '../store-errors.js'

export interface Kept {
  readonly id: string
  /** counts every write, from 1 */
  readonly version: number
}

export interface DocumentFolderOptions<T> {
  /** `notes` keeps `notes/<last 2 hex of id>/<id>.json` */
  readonly name: string
  readonly schema: Schema<T>
  /** the cache's size, in bytes of JSON text; the parsed documents take about three times as much memory */
  readonly cacheBytes: number
  /** bytes of one document */
  readonly limit?: number
  /** may use the reserve of a full disk */
  readonly urgent?: boolean
  /** of the file names; a second kind of document may share the folder, such as `.old.json` */
  readonly ending?: string
}

export interface Listed {
  readonly id: string
  readonly bytes: number
  /** last modification in ms since 1970, with fractions */
  readonly modified: number
}

interface Loaded<T> {
  readonly document: T
  readonly bytes: number
}

/** Ends in two hex digits because they name the folder. Nothing that is no id ever becomes part of a path. */
const ID = /^[0-9a-f-]{34}[0-9a-f]{2}$/
const SHARDS_AT_ONCE = 8

/** Many documents, one file each. Given out frozen; changed one id at a time, different ids in parallel. */
export class DocumentFolder<T extends Kept> {
  private readonly root: string
  private readonly ending: string
  private readonly mutexes = new KeyedMutex()
  private readonly cache: LRUCache<string, Loaded<T>>
  private readonly loading = new Map<string, Promise<Loaded<T> | undefined>>()
  private readonly shards = new Map<string, Promise<void>>()

  private constructor(
    private readonly keeping: Keeping,
    private readonly options: DocumentFolderOptions<T>,
  ) {
    this.root = join(keeping.root, options.name)
    this.ending = options.ending ?? '.json'
    this.cache = new LRUCache({ maxSize: options.cacheBytes, sizeCalculation: ({ bytes }) => bytes })
  }

  /** @throws StoreDamaged when the folder was there before and is gone */
  static async open<T extends Kept>(keeping: Keeping, options: DocumentFolderOptions<T>): Promise<DocumentFolder<T>> {
    const { disk, manifest, quarantine, root } = keeping
    const there = (await disk.files.list(root)).some(({ name, folder }) => folder && name === options.name)
    if (!there && manifest.knows(`${options.name}/`)) throw quarantine.missing(join(root, options.name))
    await disk.makeFolder(join(root, options.name), true)
    await manifest.add(`${options.name}/`)
    return new DocumentFolder(keeping, options)
  }

  /**
   * The document, or undefined. One that cannot be read is set aside and is undefined from then on.
   * @param atLeast the version the caller knows of; an older one in memory is not good enough
   * @throws StoreTooNew when a later release wrote it
   */
  async read(id: string, atLeast = 0): Promise<T | undefined> {
    if (!ID.test(id)) return undefined
    const cached = this.cache.get(id)
    if (cached && cached.document.version >= atLeast) return cached.document
    try {
      return (await this.load(id))?.document
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error
      // Looked at again under the mutex: a write may have put a whole document there meanwhile.
      return this.mutexes.run(id, async () => (await this.loadOrSetAside(id))?.document)
    }
  }

  /**
   * @param absent the caller knows that there is no file of this id, so none is looked for
   * @throws DocumentExists; StoreDamaged when a document of this id lies in quarantine
   */
  create(document: T, absent = false): Promise<T> {
    const make = (now: T | undefined) => {
      if (now) throw new DocumentExists(document.id)
      return document
    }
    return this.write(document.id, make, absent)
  }

  /** Creates or replaces; the version goes on counting. */
  put(document: T): Promise<T> {
    return this.write(document.id, (now) => (now ? next(now, document) : document))
  }

  /**
   * Changes a document; `version` is counted here. Resolves with the new document when it is on disk; when it
   * rejects, `read` gives what the disk holds. Returning the same object writes nothing.
   * @throws NoSuchDocument
   */
  change(id: string, fn: (now: T) => T | Promise<T>): Promise<T> {
    return this.write(id, async (now) => {
      if (!now) throw new NoSuchDocument(id)
      const changed = await fn(now)
      return changed === now ? now : next(now, changed)
    })
  }

  /** Removes the file for good, durably. False when there was none. */
  async remove(id: string): Promise<boolean> {
    if (!ID.test(id)) return false
    return this.mutexes.run(id, async () => {
      try {
        return await this.keeping.disk.remove(this.path(id))
      } finally {
        this.forget(id)
      }
    })
  }

  /** Every document's id, size and time, in no order. Files of other names are not looked at. */
  async list(): Promise<Listed[]> {
    const { files } = this.keeping.disk
    const shards = (await files.list(this.root)).filter((entry) => entry.folder && entry.name.length === 2)
    const listed: Listed[] = []
    await someAtOnce(shards, SHARDS_AT_ONCE, async (shard) => {
      for (const { name, bytes, modified } of await files.survey(join(this.root, shard.name))) {
        const id = name.slice(0, 36)
        if (ID.test(id) && name === id + this.ending && id.endsWith(shard.name)) listed.push({ id, bytes, modified })
      }
    })
    return listed
  }

  /** Size and time of one document, as `list` gives them; undefined when there is none. */
  async stat(id: string): Promise<Listed | undefined> {
    if (!ID.test(id)) return undefined
    const found = await this.keeping.disk.files.stat(this.path(id))
    return found && { id, ...found }
  }

  private async write(id: string, fn: (now: T | undefined) => T | Promise<T>, absent = false): Promise<T> {
    return this.mutexes.run(id, async () => {
      const now = this.cache.get(id)?.document ?? (ID.test(id) && !absent ? await this.loadOrSetAside(id) : undefined)?.document
      const wanted = await fn(now)
      if (wanted === now) return wanted
      if (wanted.id !== id || !ID.test(id)) throw new Error('a document is kept under its own id, a uuid')
      const path = this.path(id)
      if (!now && this.keeping.quarantine.holds(path)) throw this.keeping.quarantine.missing(path)
      const text = encode(this.options.schema, wanted)
      const settled = decode(this.options.schema, text, path)
      try {
        await this.makeShard(dirname(path))
        await new DurableFile(this.keeping.disk, path, this.options.schema, this.options).writeText(text)
      } catch (error) {
        this.forget(id)
        throw error
      }
      this.forget(id)
      this.cache.set(id, { document: settled, bytes: Buffer.byteLength(text) })
      return settled
    })
  }

  /** Loads that overlap are one, and only one that no write has overtaken enters the cache. */
  private load(id: string): Promise<Loaded<T> | undefined> {
    const running = this.loading.get(id)
    if (running) return running
    const load: Promise<Loaded<T> | undefined> = this.fromDisk(id)
      .then((found) => {
        if (found && this.loading.get(id) === load) this.cache.set(id, found)
        return found
      })
      .finally(() => {
        if (this.loading.get(id) === load) this.loading.delete(id)
      })
    this.loading.set(id, load)
    return load
  }

  private async loadOrSetAside(id: string): Promise<Loaded<T> | undefined> {
    try {
      return await this.fromDisk(id)
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error
      await this.keeping.quarantine.take(this.path(id), error.why)
      return undefined
    }
  }

  private async fromDisk(id: string): Promise<Loaded<T> | undefined> {
    const path = this.path(id)
    let bytes: Buffer
    try {
      bytes = await this.keeping.disk.files.read(path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
    const document = decode(this.options.schema, bytes, path)
    if (document.id !== id) throw new StoreDamaged(path, 'it holds a document of another id')
    if (!Number.isInteger(document.version)) throw new StoreDamaged(path, 'its document has no version')
    return { document, bytes: bytes.length }
  }

  private forget(id: string): void {
    this.loading.delete(id)
    this.cache.delete(id)
  }

  /** Once per folder and process. */
  private makeShard(folder: string): Promise<void> {
    const made = this.shards.get(folder)
    if (made) return made
    const making = this.keeping.disk.makeFolder(folder, this.options.urgent)
    this.shards.set(folder, making)
    making.catch(() => this.shards.delete(folder))
    return making
  }

  private path(id: string): string {
    return join(this.root, id.slice(-2), id + this.ending)
  }
}

function next<T extends Kept>(now: T, wanted: T): T {
  return { ...wanted, version: now.version + 1 }
}
