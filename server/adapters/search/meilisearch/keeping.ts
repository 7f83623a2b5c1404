import { randomUUID } from 'node:crypto'
import { MeilisearchApiError, type EnqueuedTask, type Meilisearch, type Settings } from 'meilisearch'
import type { Entry } from '../../../domain/search/entry.js'
import { SearchUnavailable, type Hit } from '../../../domain/search/port.js'
import { documentOf, isOurs, type Document } from './document.js'
import { encodeId } from './encode.js'
import { amongIds } from './filter.js'
import { finished, type Server } from './server.js'
import { STAMP, settingsOf, settingsToChange } from './settings.js'

/** The one document that is no entry: it goes with the index when that is swapped. */
const ABOUT = '_about'
const PAGE = 1_000
const BATCH = 500
/** Small enough to be written as JSON in a moment; the engine takes what waits in one go. */
const BUILDING = { entries: 250, characters: 500_000 }
const BREATH = 20
/** Left for the moment in which nobody else writes. */
const FEW = 100
/** Batches under way while an index is built: the engine takes several in one go. */
const AHEAD = 24

/** What that document says: whose release built it, and in which go. */
interface About {
  readonly stamp?: string
  readonly build?: string
}

interface Building {
  /** put (the newest of each) or dropped (null) since: the last thing written into the new index */
  touched: Map<string, Entry | null>
  done: number
  failed: Error | null
}

/** Keeps the index: one writer at a time, what is written is awaited, and built anew beside the one that answers. */
export class Keeping {
  entries = 0
  /** built to its end by this release */
  complete = false
  private about: About | null = null
  private building: Building | null = null
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(private readonly server: Server, private readonly name: string, private readonly embedders: Settings['embedders']) {}

  static beside(name: string): string {
    return `${name}-next`
  }

  get rebuilding(): number | null {
    return this.building?.done ?? null
  }

  /** Makes the index if there is none, and brings its settings up to date unless it is to be built anew anyway. */
  async prepare(): Promise<void> {
    const client = this.server.client('writing')
    const index = client.index(this.name)
    await index.getRawInfo().catch(async (error: unknown) => {
      if (!(error instanceof MeilisearchApiError) || error.response.status !== 404) throw error
      await finished(client, client.createIndex(this.name, { primaryKey: 'id' }), ['index_already_exists'])
    })
    await this.look()
    if (this.complete || this.entries === 0) await this.applySettings(client, this.name)
  }

  /** What is there now: it may have been emptied, or swapped by another process. */
  async look(): Promise<void> {
    const index = this.server.client('writing').index(this.name)
    const [stats, about] = await Promise.all([index.getStats(), index.getDocument(ABOUT).catch(unlessMissing)])
    this.about = (about as { about?: About } | null)?.about ?? null
    this.complete = this.about?.stamp === STAMP
    this.entries = stats.numberOfDocuments - (about ? 1 : 0)
  }

  put(entries: readonly Entry[]): Promise<void> {
    this.note(entries)
    return this.inTurn(async () => {
      for (let i = 0; i < entries.length; i += BATCH) await this.putBatch(entries.slice(i, i + BATCH))
      await this.server.manage('count', () => this.look())
    })
  }

  drop(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.building?.touched.set(id, null)
    return this.inTurn(async () => {
      await this.server.task('drop', (client) => client.index(this.name).deleteDocuments(ids.map(encodeId)))
      await this.server.manage('count', () => this.look())
    })
  }

  async *versions(): AsyncIterable<readonly Hit[]> {
    for (let offset = 0; ; offset += PAGE) {
      const { results } = await this.server.manage('list', (client) => client.index(this.name).getDocuments({ offset, limit: PAGE, fields: ['facts'] }))
      const hits = results.flatMap(({ facts }) => (isOurs(facts) ? [{ kind: facts.kind, id: facts.id, version: facts.version }] : []))
      if (hits.length > 0) yield hits
      if (results.length < PAGE) return
    }
  }

  async rebuild(entries: AsyncIterable<Entry>, progress: (done: number) => void = () => {}): Promise<void> {
    if (this.building || this.closed) throw new SearchUnavailable(this.closed ? 'the search is closed' : 'a rebuild is under way')
    const building: Building = { touched: new Map(), done: 0, failed: null }
    this.building = building
    const next = Keeping.beside(this.name)
    try {
      await this.server.task('clear', (client) => client.deleteIndex(next), ['index_not_found'])
      await this.server.task('begin', (client) => client.createIndex(next, { primaryKey: 'id' }))
      await this.server.manage('begin', (client) => this.applySettings(client, next))
      await this.fill(next, building, entries, progress)
      while (building.touched.size > FEW) await this.apply(next, building)
      await this.inTurn(async () => {
        if (building.failed) throw building.failed
        await this.apply(next, building)
        const about = { stamp: STAMP, build: randomUUID() }
        await this.server.task('end', (client) => client.index(next).addDocuments([{ id: ABOUT, about }]))
        await this.server.manage('swap', (client) => client.swapIndexes([{ indexes: [this.name, next] } as never]))
        // A key for two indexes may not look at a swap. Tasks are done in their order: when a later one is, it is too.
        await this.server.task('swap', (client) => client.index(this.name).deleteDocument(encodeId('nothing')))
        await this.server.manage('count', () => this.look())
        if (this.about?.build !== about.build) throw new SearchUnavailable('the new index could not be swapped in')
        this.building = null
      })
      await this.server.task('clear', (client) => client.deleteIndex(next))
    } catch (error) {
      if (this.building === building) {
        this.building = null
        await this.server.task('clear', (client) => client.deleteIndex(next), ['index_not_found']).catch(() => {})
      }
      throw error
    }
  }

  /** The file is written again without the pages that what was replaced or dropped has left. */
  scrub(): Promise<void> {
    return this.inTurn(async () => {
      const { building } = this
      const compacted = (name: string): Promise<void> => this.server.task('scrub', (client) => client.index(name).compact())
      // What fails in the one being built fails the rebuild alone.
      const beside = building && compacted(Keeping.beside(this.name)).catch((error: unknown) => (building.failed ??= error as Error))
      await Promise.all([compacted(this.name), beside])
    })
  }

  close(): void {
    this.closed = true
    if (this.building) this.building.failed ??= new SearchUnavailable('the search is closed')
  }

  private async fill(next: string, building: Building, entries: AsyncIterable<Entry>, progress: (done: number) => void): Promise<void> {
    const under: Promise<void>[] = []
    let batch: Entry[] = []
    const send = async (): Promise<void> => {
      if (building.failed) throw building.failed
      const documents = await this.documentsOf(batch)
      building.done += batch.length
      batch = []
      if (documents.length > 0) {
        const writing = this.taken(await this.handedIn(next, documents))
        writing.catch((error: unknown) => (building.failed ??= error as Error))
        under.push(writing)
        if (under.length >= AHEAD) await under.shift()
      }
      progress(building.done)
    }
    let characters = 0
    for await (const entry of entries) {
      batch.push(entry)
      characters += entry.body.length
      if (batch.length < BUILDING.entries && characters < BUILDING.characters) continue
      await send()
      characters = 0
    }
    await send()
    await Promise.all(under)
  }

  private handedIn(next: string, documents: readonly Document[]): Promise<EnqueuedTask> {
    return this.server.manage('fill', async (client) => client.index(next).addDocuments([...documents]))
  }

  /** What the engine was handed it keeps itself: only the number of the task is waited with, and nothing here may hold the documents. */
  private taken(task: EnqueuedTask): Promise<void> {
    return this.server.task('fill', async () => task)
  }

  /** What was put or dropped while the new index was filled with what had been read before. */
  private async apply(next: string, building: Building): Promise<void> {
    const touched = [...building.touched]
    building.touched = new Map()
    const put = touched.flatMap(([, entry]) => entry ?? [])
    for (let i = 0; i < put.length; i += BATCH) {
      const documents = await this.documentsOf(put.slice(i, i + BATCH))
      await this.server.task('fill', (client) => client.index(next).addDocuments(documents))
    }
    const dropped = touched.flatMap(([id, entry]) => (entry ? [] : [encodeId(id)]))
    if (dropped.length > 0) await this.server.task('fill', (client) => client.index(next).deleteDocuments(dropped))
  }

  private note(entries: readonly Entry[]): void {
    const { building } = this
    if (!building) return
    for (const entry of entries) if ((building.touched.get(entry.id)?.version ?? -1) <= entry.version) building.touched.set(entry.id, entry)
  }

  private async putBatch(entries: readonly Entry[]): Promise<void> {
    const newest = new Map<string, Entry>()
    for (const entry of entries) if ((newest.get(entry.id)?.version ?? -1) <= entry.version) newest.set(entry.id, entry)
    const documents = await this.documentsOf([...newest.values()])
    await this.server.manage('put', async (client) => {
      const index = client.index(this.name)
      const present = await index.getDocuments({ filter: amongIds([...newest.keys()]), limit: newest.size, fields: ['facts'] })
      const versions = new Map(present.results.flatMap(({ facts }) => (isOurs(facts) ? [[facts.id, facts.version]] : [])))
      const newer = documents.filter(({ facts }) => (versions.get(facts.id) ?? -1) <= facts.version)
      if (newer.length > 0) await finished(client, index.addDocuments(newer))
    })
  }

  private async inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.last.then(work, work)
    this.last = mine.catch(() => {})
    return mine
  }

  private async applySettings(client: Meilisearch, name: string): Promise<void> {
    const index = client.index(name)
    const changed = settingsToChange(await index.getSettings(), settingsOf(this.embedders))
    if (Object.keys(changed).length > 0) await finished(client, index.updateSettings(changed))
  }

  /** Cutting Chinese into words takes its time: pages are answered in between. */
  private async documentsOf(entries: readonly Entry[]): Promise<Document[]> {
    const documents: Document[] = []
    for (const [i, entry] of entries.entries()) {
      documents.push(documentOf(entry, this.embedders !== undefined))
      if (i % BREATH === BREATH - 1) await new Promise(setImmediate)
    }
    return documents
  }
}

function unlessMissing(error: unknown): null {
  if (error instanceof MeilisearchApiError && error.response.status === 404) return null
  throw error
}
