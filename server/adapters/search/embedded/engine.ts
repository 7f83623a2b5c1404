import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { seesNothing } from '../../../domain/policy/access.js'
import type { Sight } from '../../../domain/policy/readable.js'
import type { Entry } from '../../../domain/search/entry.js'
import {
  SearchUnavailable,
  type Hit, type Likeness, type Results, type SearchEngine, type SearchOptions, type SimilarOptions, type Status, type SuggestOptions,
  type Suggestions,
} from '../../../domain/search/port.js'
import type { Query } from '../../../domain/search/query.js'
import { IndexFiles } from './index-files.js'
import { Lane, type LaneNotice } from './lane.js'
import type { Calls } from './messages.js'
import { noResults } from './no-results.js'

export interface EmbeddedOptions {
  /** where the index is kept; all in it may be deleted while the engine is closed */
  readonly directory: string
  /** what went wrong, for the log; never words of a query or an entry */
  readonly told?: (notice: LaneNotice) => void
  /** milliseconds without an answer after which the worker is ended and started again; default 20 000 */
  readonly patience?: number
  /** milliseconds after which a query gives up; default 2 000 */
  readonly longestQuery?: number
  /** another worker script, for tests of its crashes */
  readonly script?: URL
}

/** Small enough that a query never waits long behind one. */
const BATCH = { entries: 16, characters: 60_000 }
/** While it is built nobody asks it anything, and the table is made faster in large steps. */
const BUILDING_BATCH = { entries: 256, characters: 400_000 }

/** @throws SearchUnavailable when no index can be opened in the directory */
export async function openEmbeddedSearch(options: EmbeddedOptions): Promise<SearchEngine> {
  await mkdir(options.directory, { recursive: true })
  const files = new IndexFiles(options.directory)
  const name = await files.current()
  await files.removeAllBut(name)
  const open = (file: string, synonyms: readonly (readonly string[])[]): Promise<Lane> => {
    const { told = () => {}, patience = 20_000, longestQuery = 2_000, script } = options
    return Lane.open({ path: join(options.directory, file), patience, longestQuery, told, ...(script && { script }) }, synonyms)
  }
  return new EmbeddedSearch(await open(name, []), name, files, open)
}

class EmbeddedSearch implements SearchEngine {
  private synonyms: readonly (readonly string[])[] = []
  private building: Building | null = null
  private closed = false

  constructor(
    private lane: Lane,
    private name: string,
    private readonly files: IndexFiles,
    private readonly open: (file: string, synonyms: readonly (readonly string[])[]) => Promise<Lane>,
  ) {}

  async put(entries: readonly Entry[]): Promise<void> {
    await Promise.all(batches(entries, BATCH).map((batch) => this.write('put', { entries: batch }, batch.map((entry) => entry.id))))
  }

  async drop(ids: readonly string[]): Promise<void> {
    await this.write('drop', { ids }, ids)
  }

  async search(query: Query, sight: Sight, options: SearchOptions, signal?: AbortSignal): Promise<Results> {
    if (seesNothing(sight.visible)) return noResults()
    return this.lane.ask('search', { query, visible: sight.visible, options }, signal)
  }

  async suggest(typed: string, sight: Sight, options: SuggestOptions, signal?: AbortSignal): Promise<Suggestions> {
    if (seesNothing(sight.visible)) return { hits: [], words: [] }
    return this.lane.ask('suggest', { typed: typed.slice(0, 200), visible: sight.visible, options }, signal)
  }

  async similar(to: Likeness, sight: Sight, options: SimilarOptions, signal?: AbortSignal): Promise<readonly Hit[]> {
    if (seesNothing(sight.visible)) return []
    return this.lane.ask('similar', { to, visible: sight.visible, options }, signal)
  }

  async setSynonyms(groups: readonly (readonly string[])[]): Promise<void> {
    this.synonyms = groups
    await Promise.all([this.lane.setSynonyms(groups), this.building?.lane?.setSynonyms(groups)])
  }

  async *versions(): AsyncIterable<readonly Hit[]> {
    for (let from: number | null = 0; from !== null; ) {
      const page: { hits: readonly Hit[]; next: number | null } = await this.lane.ask('versions', { from })
      if (page.hits.length > 0) yield page.hits
      from = page.next
    }
  }

  async versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.lane.ask('versions of', { ids })
  }

  async rebuild(entries: AsyncIterable<Entry>, progress: (done: number) => void = () => {}): Promise<void> {
    if (this.building || this.closed) throw new SearchUnavailable(this.closed ? 'the search is closed' : 'a rebuild is under way')
    const building: Building = { lane: null, touched: new Set(), done: 0, failed: null }
    this.building = building
    const name = await this.files.next()
    try {
      const next = (building.lane = await this.open(name, this.synonyms))
      await fill(building, next, entries, progress)
      await next.write('complete', {})
      if (building.failed) throw building.failed
      await this.files.setCurrent(name)
      const old = { lane: this.lane, name: this.name }
      ;[this.lane, this.name, this.building] = [next, name, null]
      await old.lane.close()
      await this.files.remove(old.name)
    } catch (error) {
      if (this.building === building) {
        this.building = null
        await building.lane?.close()
        await this.files.remove(name)
      }
      throw error
    }
  }

  async tidy(): Promise<void> {}

  async scrub(): Promise<void> {
    await Promise.all([this.lane.write('scrub', {}), this.building?.lane?.write('scrub', {})])
  }

  status(): Status {
    const { state, complete, entries, restarts } = this.lane
    return {
      state: state === 'closed' ? 'down' : state,
      wantsRebuild: !complete,
      rebuilding: this.building?.done ?? null,
      entries,
      restarts,
    }
  }

  async close(): Promise<void> {
    this.closed = true
    const { building, lane } = this
    if (building) building.failed ??= new SearchUnavailable('the search is closed')
    await Promise.all([building?.lane?.close(), lane.close()])
  }

  private async write<C extends 'put' | 'drop'>(call: C, ask: Calls[C]['ask'], ids: readonly string[]): Promise<void> {
    const { building, lane } = this
    if (building?.lane) {
      for (const id of ids) building.touched.add(id)
      // What fails there fails the rebuild, not the write: the index that answers has it.
      building.lane.write(call, ask).catch((error: unknown) => (building.failed ??= error as Error))
    }
    await lane.write(call, ask)
  }
}

interface Building {
  /** null until it is open: what is put before is read from the store, because reading begins after */
  lane: Lane | null
  /** put or dropped while building: what the store read earlier must not overwrite it */
  readonly touched: Set<string>
  done: number
  failed: Error | null
}

async function fill(building: Building, lane: Lane, entries: AsyncIterable<Entry>, progress: (done: number) => void): Promise<void> {
  let batch: Entry[] = []
  const send = async (): Promise<void> => {
    const parts = batches(batch, BUILDING_BATCH)
    building.done += batch.length
    batch = []
    for (const part of parts) {
      if (building.failed) throw building.failed
      await lane.write('put', { entries: part.filter((entry) => !building.touched.has(entry.id)) })
    }
    progress(building.done)
  }
  for await (const entry of entries) {
    batch.push(entry)
    if (batch.length === BUILDING_BATCH.entries) await send()
  }
  await send()
}

function batches(entries: readonly Entry[], most: { entries: number; characters: number }): Entry[][] {
  const all: Entry[][] = []
  let characters = Infinity
  for (const entry of entries) {
    const last = all.at(-1)
    if (!last || last.length === most.entries || characters + entry.body.length > most.characters) {
      all.push([entry])
      characters = entry.body.length
    } else {
      last.push(entry)
      characters += entry.body.length
    }
  }
  return all
}
