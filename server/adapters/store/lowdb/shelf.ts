import type { Outcome } from '../../../domain/people/refusal.js'
import type { Catalog } from './catalog.js'
import type { Entry, Face, ThingKind } from '../catalog-rows.js'
import type { Kept, Listed } from './document-folder.js'
import type { CatalogFeed } from './feed.js'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Sequence } from './sequence.js'

/** What the file of a thing says besides the thing: its place in the feed. */
export interface Sequenced {
  readonly seq: number
  readonly accessSeq: number
}

/** Where documents lie: a DocumentFolder, or one that keeps a part of them elsewhere. */
export interface Documents<D extends Kept> {
  read(id: string, atLeast?: number): Promise<D | undefined>
  /** @param absent the caller knows that none of this id is there */
  create(document: D, absent?: boolean): Promise<D>
  change(id: string, fn: (now: D) => D | Promise<D>): Promise<D>
  list(): Promise<Listed[]>
  stat(id: string): Promise<Listed | undefined>
}

/** What a shelf must know of the noun it keeps. */
export interface Noun<T extends Kept> {
  readonly kind: Exclude<ThingKind, 'draft'>
  faces(thing: T): readonly Face[]
  /** whether somebody may lose or gain sight of anything in it, or words were taken away */
  holds(before: T, after: T): boolean
  /** called when the thing is on disk, before the answer */
  wrote?(thing: T): void
}

export interface Surroundings {
  readonly catalog: Catalog
  readonly feed: CatalogFeed
  /** resolves when every document is in the catalog and events have numbers */
  readonly sequence: Promise<Sequence>
  readonly log: StoreLog
  /** things whose row could not be written: no list shows them until it is */
  readonly unlisted: Set<string>
}

export interface StoreLog {
  warn(facts: Readonly<Record<string, unknown>>, words: string): void
  error(facts: Readonly<Record<string, unknown>>, words: string): void
}

const RETRY_MS = 1_000

/**
 * One kind of thing with all that a write of it must bring about, in this order: the thing's mutex, the verb on its
 * present state, a number in the feed, the hold, the disk, the catalog, the number settled, the answer.
 */
export class Shelf<T extends Kept> {
  private readonly mutexes = new KeyedMutex()
  private readonly retries = new Set<NodeJS.Timeout>()

  constructor(
    readonly documents: Documents<T & Sequenced>,
    private readonly noun: Noun<T>,
    private readonly around: Surroundings,
  ) {}

  async read(id: string): Promise<T | undefined> {
    const kept = await this.documents.read(id)
    return kept && bare(kept)
  }

  /** An id that is there already is left as it is. */
  async add(thing: T): Promise<T> {
    const sequence = await this.around.sequence
    return this.mutexes.run(thing.id, async () => {
      // The catalog holds every document by now, so an id it does not know is seldom looked for on disk.
      const known = this.around.catalog.version(thing.id, this.noun.kind) > 0 || this.around.unlisted.has(thing.id)
      const there = known ? await this.documents.read(thing.id) : undefined
      if (there) return bare(there)
      const seq = sequence.reserve()
      return this.written(sequence, thing.id, seq, () => this.documents.create({ ...thing, version: 1, seq, accessSeq: 0 }, !known))
    })
  }

  /** @returns the refusals of the verb, or the thing as it is on disk; undefined when there is no such thing */
  async change(id: string, verb: (thing: T) => Outcome<T>): Promise<Outcome<T> | undefined> {
    const sequence = await this.around.sequence
    return this.mutexes.run(id, async () => {
      const kept = await this.documents.read(id)
      if (!kept) return undefined
      const now = bare(kept)
      const outcome = verb(now)
      if (!outcome.ok || outcome.value === now) return outcome
      const wanted = outcome.value
      const holds = this.noun.holds(now, wanted)
      const seq = sequence.reserve()
      const takeBack = holds ? this.around.feed.hold(id, now.version + 1) : null
      const write = () =>
        this.documents.change(id, () => ({ ...wanted, version: now.version, seq, accessSeq: holds ? seq : kept.accessSeq }))
      return { ok: true, value: await this.written(sequence, id, seq, write, takeBack) }
    })
  }

  /** The catalog's entry of a document that was found on disk. */
  entry(kept: T & Sequenced, file: Listed): Entry {
    const { id, version, seq, accessSeq } = kept
    return { id, kind: this.noun.kind, version, seq, accessSeq, bytes: file.bytes, modified: file.modified, faces: this.noun.faces(bare(kept)) }
  }

  close(): void {
    for (const timer of this.retries) clearTimeout(timer)
  }

  private async written(
    sequence: Sequence, id: string, seq: number, write: () => Promise<T & Sequenced>, takeBack: (() => void) | null = null,
  ): Promise<T> {
    let kept: (T & Sequenced) | undefined
    try {
      kept = await write()
      return bare(kept)
    } catch (error) {
      // Most failures left the old state; one that the disk did not confirm may show the new one. Ask the disk.
      kept = await this.documents.read(id).catch(() => undefined)
      if (kept?.seq !== seq) takeBack?.()
      throw error
    } finally {
      if (kept?.seq === seq) {
        this.noun.wrote?.(bare(kept))
        await this.list(sequence, kept)
      } else {
        this.settle(sequence, seq)
      }
    }
  }

  /** Until the row is there, no list shows the thing and the feed does not go past it. */
  private async list(sequence: Sequence, kept: T & Sequenced): Promise<void> {
    try {
      const file = await this.documents.stat(kept.id)
      if (!file) throw new Error('the file that was just written is not there')
      this.around.catalog.put([this.entry(kept, file)])
      this.around.unlisted.delete(kept.id)
      this.settle(sequence, kept.seq)
    } catch (error) {
      this.around.unlisted.add(kept.id)
      this.around.log.error({ thing: kept.id, error }, 'the catalog did not take a thing that is on disk; it is tried again')
      const timer = setTimeout(() => {
        this.retries.delete(timer)
        void this.mutexes.run(kept.id, async () => {
          const now = await this.documents.read(kept.id)
          // A later write has brought its own row, under its own number.
          if (now && now.seq !== kept.seq) this.settle(sequence, kept.seq)
          else await this.list(sequence, kept)
        })
      }, RETRY_MS)
      this.retries.add(timer.unref())
    }
  }

  private settle(sequence: Sequence, seq: number): void {
    sequence.settle(seq)
    this.around.feed.wrote()
  }
}

function bare<T extends Kept>(kept: T & Sequenced): T {
  const { seq: _seq, accessSeq: _accessSeq, ...thing } = kept
  return thing as unknown as T
}
