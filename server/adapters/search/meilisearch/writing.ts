import { MeilisearchApiError, type EnqueuedTask, type Meilisearch, type Settings } from 'meilisearch'
import type { Entry } from '../../../domain/search/entry.js'
import { documentOf, isOurs, type Document } from './document.js'
import { encodeId } from './encode.js'
import { amongIds } from './terms.js'
import { finished, type Server } from './server.js'
import { settingsOf, settingsToChange } from './settings.js'

const BREATH = 20

/** What is done to an index of the server, whichever it is. Everything is awaited. @throws SearchUnavailable */
export class Writing {
  constructor(private readonly server: Server, private readonly embedders: Settings['embedders']) {}

  get hasVectors(): boolean {
    return this.embedders !== undefined
  }

  /** Without settings, if there was none. */
  async makeUnlessThere(client: Meilisearch, name: string): Promise<void> {
    if (await client.index(name).getRawInfo().catch(unlessMissing)) return
    await finished(client, client.createIndex(name, { primaryKey: 'id' }), ['index_already_exists'])
  }

  /** Not either when the key given is for other indexes only. */
  async isThere(name: string): Promise<boolean> {
    const found = await this.server.manage('look', (client) => client.index(name).getRawInfo().catch((error: unknown) => (isForbidden(error) ? null : unlessMissing(error))))
    return found !== null
  }

  /** An empty one, with the settings of this release. */
  async begin(name: string): Promise<void> {
    await this.clear(name)
    await this.server.task('begin', (client) => client.createIndex(name, { primaryKey: 'id' }))
    await this.server.manage('begin', (client) => this.applySettings(client, name))
  }

  async applySettings(client: Meilisearch, name: string): Promise<void> {
    const index = client.index(name)
    const changed = settingsToChange(await index.getSettings(), settingsOf(this.embedders))
    if (Object.keys(changed).length > 0) await finished(client, index.updateSettings(changed))
  }

  clear(name: string): Promise<void> {
    return this.server.task('clear', (client) => client.deleteIndex(name), ['index_not_found'])
  }

  add(name: string, documents: readonly object[]): Promise<void> {
    return documents.length === 0 ? Promise.resolve() : this.server.task('put', (client) => client.index(name).addDocuments([...documents] as never))
  }

  /**
   * What the engine was handed it keeps itself: only the number of the task is waited with, and nothing holds the documents.
   * @returns when it has been handed over, what is to be waited for
   */
  async handOver(name: string, documents: readonly object[]): Promise<{ readonly done: Promise<void> }> {
    const task: EnqueuedTask = await this.server.manage('fill', async (client) => client.index(name).addDocuments([...documents] as never))
    return { done: this.server.task('fill', async () => task) }
  }

  drop(name: string, ids: readonly string[]): Promise<void> {
    return ids.length === 0 ? Promise.resolve() : this.server.task('drop', (client) => client.index(name).deleteDocuments(ids.map(encodeId)))
  }

  /** The file is written again without the pages that what was replaced or dropped has left. */
  compact(name: string): Promise<void> {
    return this.server.task('scrub', (client) => client.index(name).compact())
  }

  /** Of these ids those in the index, each with its version. */
  async present(name: string, ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map()
    const asked = { filter: amongIds(ids), limit: ids.length, fields: ['facts'] }
    const { results } = await this.server.manage('look up', (client) => client.index(name).getDocuments(asked))
    return new Map(results.flatMap(({ facts }) => (isOurs(facts) ? [[facts.id, facts.version]] : [])))
  }

  /** Cutting Chinese into words takes its time: pages are answered in between. */
  async documentsOf(entries: readonly Entry[]): Promise<Document[]> {
    const documents: Document[] = []
    for (const [i, entry] of entries.entries()) {
      documents.push(documentOf(entry, this.embedders !== undefined))
      if (i % BREATH === BREATH - 1) await new Promise(setImmediate)
    }
    return documents
  }
}

export function unlessMissing(error: unknown): null {
  if (error instanceof MeilisearchApiError && error.response.status === 404) return null
  throw error
}

function isForbidden(error: unknown): boolean {
  return error instanceof MeilisearchApiError && error.response.status === 403
}
