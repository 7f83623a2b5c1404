import { randomUUID } from 'node:crypto'
import type { Entry } from '../../../domain/search/entry.js'
import { SearchUnavailable, type Hit } from '../../../domain/search/port.js'
import { Building } from './building.js'
import { Delta, type Splitting } from './delta.js'
import { isOurs } from './document.js'
import { EMBEDDER } from './embedder.js'
import { encodeId } from './encode.js'
import { POURED, poured } from './pour.js'
import type { Server } from './server.js'
import { STAMP } from './settings.js'
import { unlessMissing, type Writing } from './writing.js'

/** The one document that is no entry: it goes with the index when that is swapped. */
const ABOUT = '_about'
const PAGE = 1_000
const BATCH = 500
/** Left for the moment in which nobody else writes. */
const FEW = 100

/** What that document says: whose release built it, in which go, and whether what is new has an index of its own. */
interface About {
  readonly stamp?: string
  readonly build?: string
  readonly delta?: boolean
}

/** All indexes there can be. */
export function namesOf(name: string): readonly string[] {
  return [name, deltaOf(name)].flatMap((each) => [each, beside(each)])
}

function deltaOf(name: string): string {
  return `${name}-delta`
}

function beside(name: string): string {
  return `${name}-next`
}

/** Keeps the index: one writer at a time, what is written is awaited, and built anew beside the one that answers. */
export class Keeping {
  entries = 0
  /** built to its end by this release */
  complete = false
  readonly delta: Delta
  private about: About | null = null
  private building: Building | null = null
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(private readonly server: Server, private readonly writing: Writing, private readonly name: string, splitting: Splitting) {
    this.delta = new Delta(deltaOf(name), splitting)
  }

  /** Where entries are looked for; each is in one of them. */
  get indexes(): readonly string[] {
    return this.delta.open ? [this.name, this.delta.name] : [this.name]
  }

  /** With an embedder documents hold texts that it reads: one that is turned on or off wants all of them made anew. */
  private get stamp(): string {
    return this.writing.hasVectors ? `${STAMP}-${EMBEDDER}` : STAMP
  }

  /** What is new goes to the large one for the last few seconds. */
  get settling(): boolean {
    return this.delta.isAnnounced(performance.now())
  }

  get rebuilding(): number | null {
    return this.building?.done ?? null
  }

  /** Makes the index if there is none, and brings its settings up to date unless it is to be built anew anyway. */
  async prepare(): Promise<void> {
    const client = this.server.client('writing')
    await this.writing.makeUnlessThere(client, this.name)
    await this.look()
    if (this.complete || this.entries === 0) for (const name of this.indexes) await this.writing.applySettings(client, name)
  }

  /** What is there now: it may have been emptied, or swapped by another process. */
  async look(): Promise<void> {
    const client = this.server.client('writing')
    const [stats, about] = await Promise.all([client.index(this.name).getStats(), client.index(this.name).getDocument(ABOUT).catch(unlessMissing)])
    this.about = (about as { about?: About } | null)?.about ?? null
    const fresh = this.about?.delta ? await client.index(this.delta.name).getStats().catch(unlessMissing) : null
    this.delta.saw(fresh !== null, fresh?.numberOfDocuments ?? 0, performance.now())
    this.complete = this.about?.stamp === this.stamp
    this.entries = stats.numberOfDocuments - (about ? 1 : 0) + this.delta.entries
  }

  put(entries: readonly Entry[]): Promise<void> {
    this.building?.put(entries)
    return this.inTurn(async () => {
      for (let i = 0; i < entries.length; i += BATCH) await this.putBatch(entries.slice(i, i + BATCH))
      await this.server.manage('count', () => this.look())
    })
  }

  drop(ids: readonly string[]): Promise<void> {
    this.building?.drop(ids)
    return this.inTurn(async () => {
      await Promise.all(this.indexes.map((name) => this.writing.drop(name, ids)))
      await this.server.manage('count', () => this.look())
    })
  }

  async *versions(): AsyncIterable<readonly Hit[]> {
    for (const name of this.indexes) {
      for (let offset = 0; ; offset += PAGE) {
        const { results } = await this.server.manage('list', (client) => client.index(name).getDocuments({ offset, limit: PAGE, fields: ['facts'] }))
        const hits = results.flatMap(({ facts }) => (isOurs(facts) ? [{ kind: facts.kind, id: facts.id, version: facts.version }] : []))
        if (hits.length > 0) yield hits
        if (results.length < PAGE) break
      }
    }
  }

  async versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = await Promise.all(this.indexes.map((name) => this.writing.present(name, ids)))
    return new Map(found.flatMap((each) => [...each]))
  }

  async rebuild(entries: AsyncIterable<Entry>, progress: (done: number) => void = () => {}): Promise<void> {
    if (this.building || this.closed) throw new SearchUnavailable(this.closed ? 'the search is closed' : 'a rebuild is under way')
    const building = new Building(beside(this.name), this.writing)
    this.building = building
    try {
      await this.writing.begin(building.name)
      await building.fill(entries, progress)
      while (building.lacking > FEW) await building.apply()
      let left: readonly string[] = []
      await this.inTurn(async () => {
        building.check()
        await building.apply()
        left = await this.swapIn(building.name)
        this.building = null
      })
      for (const name of left) await this.writing.clear(name)
    } catch (error) {
      if (this.building === building) {
        this.building = null
        await this.writing.clear(building.name).catch(() => {})
      }
      throw error
    }
  }

  /** Puts the small index into the large one, a piece at a time, and closes it when nothing is left in it. */
  async tidy(stopped: () => boolean): Promise<void> {
    // What is written meanwhile may go to the small one, and is for the next time.
    for (let left = this.delta.entries; this.delta.open && this.complete && !stopped(); left -= POURED) {
      if (this.building || this.closed) return
      await this.inTurn(() => (this.delta.entries > 0 ? this.pour() : this.closeDelta()))
      if (left < 0) return
    }
  }

  scrub(): Promise<void> {
    return this.inTurn(async () => {
      const { building, writing } = this
      // What fails in the one being built fails the rebuild alone.
      const besides = building && writing.compact(building.name).catch((error: unknown) => building.fail(error))
      const small = (await writing.isThere(this.delta.name)) && writing.compact(this.delta.name)
      await Promise.all([writing.compact(this.name), small, besides])
    })
  }

  close(): void {
    this.closed = true
    this.building?.fail(new SearchUnavailable('the search is closed'))
  }

  /**
   * All in one moment: the new index has everything, so an empty one takes the place of the small one.
   * @returns the names of what is not needed any more
   */
  private async swapIn(next: string): Promise<readonly string[]> {
    const about: About = { stamp: this.stamp, build: randomUUID() }
    await this.writing.add(next, [this.say(about)])
    const swapped = [this.name]
    if (await this.writing.isThere(this.delta.name)) {
      await this.writing.begin(beside(this.delta.name))
      swapped.push(this.delta.name)
    }
    await this.server.manage('swap', (client) => client.swapIndexes(swapped.map((name) => ({ indexes: [name, beside(name)] })) as never))
    // A key for some indexes may not look at a swap. Tasks are done in their order: when a later one is, it is too.
    await this.server.task('swap', (client) => client.index(this.name).deleteDocument(encodeId('nothing')))
    await this.server.manage('count', () => this.look())
    if (this.about?.build !== about.build) throw new SearchUnavailable('the new index could not be swapped in')
    return swapped.map(beside)
  }

  private async putBatch(entries: readonly Entry[]): Promise<void> {
    const { delta, writing } = this
    const newest = new Map<string, Entry>()
    for (const entry of entries) if ((newest.get(entry.id)?.version ?? -1) <= entry.version) newest.set(entry.id, entry)
    const ids = [...newest.keys()]
    const documents = await writing.documentsOf([...newest.values()])
    const [whole, small] = await Promise.all([writing.present(this.name, ids), delta.open ? writing.present(delta.name, ids) : new Map<string, number>()])
    const newer = documents.filter(({ facts }) => Math.max(whole.get(facts.id) ?? -1, small.get(facts.id) ?? -1) <= facts.version)
    const fresh = newer.filter(({ facts }) => !whole.has(facts.id) && (small.has(facts.id) || delta.takes(performance.now())))
    const before = newer.filter((document) => !fresh.includes(document))
    // Two writers at once may have put it into both.
    const twice = ids.filter((id) => whole.has(id) && small.has(id))
    await Promise.all([writing.add(this.name, before), writing.add(delta.name, fresh), writing.drop(delta.name, twice)])
    const unseen = ids.filter((id) => !whole.has(id) && !small.has(id)).length
    // Without it everything is found too, only later.
    if (delta.isWanted(unseen, this.entries, performance.now())) await this.openDelta().catch(() => delta.postpone(performance.now()))
  }

  private async pour(): Promise<void> {
    await poured(this.server, this.writing, { from: this.delta.name, into: this.name, overlap: this.delta.splitting.overlap })
    await this.server.manage('count', () => this.look())
  }

  /** Portals that have not heard of it yet find an empty one. */
  private async closeDelta(): Promise<void> {
    await this.writing.add(this.name, [this.say({ ...this.about, delta: false })])
    await this.server.manage('count', () => this.look())
  }

  private async openDelta(): Promise<void> {
    await this.writing.begin(this.delta.name)
    await this.writing.add(this.name, [this.say({ ...this.about, delta: true })])
    await this.server.manage('count', () => this.look())
  }

  /** It means nothing: no embedder is asked about it. */
  private say(about: About): object {
    return { id: ABOUT, about, ...(this.writing.hasVectors && { _vectors: { [EMBEDDER]: null } }) }
  }

  private async inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.last.then(work, work)
    this.last = mine.catch(() => {})
    return mine
  }
}
