import { setImmediate as breathe } from 'node:timers/promises'
import type { Catalog } from './catalog.js'
import type { Entry, ThingKind } from '../catalog-rows.js'
import type { Listed } from './document-folder.js'
import type { StoreLog } from './shelf.js'
import { StoreDamaged } from '../store-errors.js'

export interface Progress {
  readonly done: number
  readonly total: number
  /** true when every document is in the catalog: before that lists may lack something */
  readonly ready: boolean
}

/** One kind of document that the catalog follows. */
export interface Source {
  readonly kind: ThingKind
  list(): Promise<readonly Listed[]>
  /** undefined when the file could not be read and was set aside */
  entry(file: Listed): Promise<Entry | undefined>
}

/** Documents read and rows written between two breaths of the event loop. */
const READ_AT_ONCE = 8

/**
 * Brings the catalog up to the files: reads only what is not as it was, in small ticks so that whoever waits for a
 * page is answered meanwhile. Files are listed before it resolves the first time; `total` is known from then on.
 */
export class CatchUp {
  private done = 0
  private total = 0
  private ready = false

  constructor(
    private readonly catalog: Catalog,
    private readonly sources: readonly Source[],
    private readonly log: StoreLog,
  ) {}

  get progress(): Progress {
    return { done: this.done, total: this.total, ready: this.ready }
  }

  /** Stops early, between two ticks, when the signal says so. */
  async run(stop: AbortSignal): Promise<void> {
    const work: { source: Source; file: Listed }[] = []
    for (const source of this.sources) {
      const known = this.catalog.known(source.kind)
      for (const file of await source.list()) {
        const before = known.get(file.id)
        known.delete(file.id)
        if (before?.bytes !== file.bytes || before.modified !== file.modified) work.push({ source, file })
      }
      // Drafts are dropped every day; a note or customer never is.
      if (known.size > 0 && source.kind !== 'draft') {
        this.log.error({ kind: source.kind, ids: [...known.keys()].slice(0, 50), count: known.size }, 'files are missing that were here before: restore them from a backup')
      }
      this.catalog.forget([...known.keys()], source.kind)
    }
    this.total = work.length
    for (let at = 0; at < work.length && !stop.aborted; at += READ_AT_ONCE) {
      const entries = await Promise.all(work.slice(at, at + READ_AT_ONCE).map(({ source, file }) => this.read(source, file)))
      this.catalog.put(entries.filter((entry) => entry !== undefined))
      this.done += entries.length
      await breathe()
    }
    this.ready = !stop.aborted
  }

  private async read(source: Source, file: Listed): Promise<Entry | undefined> {
    const entry = await source.entry(file).catch((error: unknown) => {
      if (error instanceof StoreDamaged) return undefined
      throw error
    })
    if (!entry) this.log.error({ kind: source.kind, id: file.id }, 'a file could not be read and was set aside: see the quarantine folder')
    return entry
  }
}
