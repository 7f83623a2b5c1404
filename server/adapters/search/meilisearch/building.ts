import type { Entry } from '../../../domain/search/entry.js'
import { SearchUnavailable } from '../../../domain/search/port.js'
import type { Writing } from './writing.js'

const BATCH = 500
/** Small enough to be written as JSON in a moment; the engine takes what waits in one go. */
const SENT = { entries: 250, characters: 500_000 }
/** Batches under way: the engine takes several in one go. */
const AHEAD = 24

/** An index that is being built beside the one that answers. */
export class Building {
  done = 0
  private failed: Error | null = null
  /** put (the newest of each) or dropped (null) since: the last thing written into the new index */
  private touched = new Map<string, Entry | null>()

  constructor(readonly name: string, private readonly writing: Writing) {}

  /** How many things were put or dropped meanwhile that it does not have yet. */
  get lacking(): number {
    return this.touched.size
  }

  put(entries: readonly Entry[]): void {
    for (const entry of entries) if ((this.touched.get(entry.id)?.version ?? -1) <= entry.version) this.touched.set(entry.id, entry)
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.touched.set(id, null)
  }

  fail(error: unknown): void {
    this.failed ??= error instanceof Error ? error : new SearchUnavailable('the new index could not be built')
  }

  /** @throws Error what was told to `fail` */
  check(): void {
    if (this.failed) throw this.failed
  }

  async fill(entries: AsyncIterable<Entry>, progress: (done: number) => void): Promise<void> {
    const under: Promise<void>[] = []
    let batch: Entry[] = []
    const send = async (): Promise<void> => {
      this.check()
      const documents = await this.writing.documentsOf(batch)
      this.done += batch.length
      batch = []
      if (documents.length > 0) {
        const { done } = await this.writing.handOver(this.name, documents)
        done.catch((error: unknown) => this.fail(error))
        under.push(done)
        if (under.length >= AHEAD) await under.shift()
      }
      progress(this.done)
    }
    let characters = 0
    for await (const entry of entries) {
      batch.push(entry)
      characters += entry.body.length
      if (batch.length < SENT.entries && characters < SENT.characters) continue
      await send()
      characters = 0
    }
    await send()
    await Promise.all(under)
  }

  /** What was put or dropped while it was filled with what had been read before. */
  async apply(): Promise<void> {
    const touched = [...this.touched]
    this.touched = new Map()
    const put = touched.flatMap(([, entry]) => entry ?? [])
    for (let i = 0; i < put.length; i += BATCH) await this.writing.add(this.name, await this.writing.documentsOf(put.slice(i, i + BATCH)))
    await this.writing.drop(this.name, touched.flatMap(([id, entry]) => (entry ? [] : [id])))
  }
}
