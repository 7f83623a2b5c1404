import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Meters } from './adapters/metrics/meters.js'
import { openEmbeddedSearch } from './adapters/search/embedded/engine.js'
import type { MeilisearchOptions } from './adapters/search/meilisearch/engine.js'
import type { Kept } from './adapters/store/kept.js'
import { openInFiles } from './adapters/store/lowdb/kept.js'
import type { Config } from './config.js'
import { SEARCH, type Indexes } from './domain/policy/events.js'
import type { EngineOfIndex } from './searching.js'

/** A bank that outgrew one machine keeps everything in PostgreSQL; its driver is loaded by nobody else. */
export async function openKept(config: Config, around: Omit<Parameters<typeof openInFiles>[0], 'root' | 'told'> & { readonly told: (sentence: string) => void; readonly beside: boolean }): Promise<Kept> {
  const root = config.dataDir
  if (!config.database) return openInFiles({ ...around, root, told: (notice) => around.told(JSON.stringify(notice)) })
  const { openInPostgres } = await import('./adapters/store/postgres/kept.js')
  const { url, connections, seconds } = config.database
  const { beside, indexes, clock, told } = around
  const folder = beside ? await mkdtemp(join(tmpdir(), 'tacit-beside-')) : root
  const letGo = () => (beside ? rm(folder, { recursive: true, force: true }) : Promise.resolve())
  try {
    const kept = await openInPostgres({ root: folder, url, connections, patience: { statement: seconds * 1_000 }, clock, told, ...(indexes && { indexes }) })
    return { ...kept, close: () => kept.close().finally(letGo) }
  } catch (error) {
    await letGo()
    throw error
  }
}

/** Each engine of its own has its own place in the feed; the one in the portal is fed by every process for itself. */
export function indexesOf({ meili }: Config): Indexes {
  return meili ? { names: meili.servers.map(({ name }) => `${SEARCH} ${name}`), shared: true } : { names: [SEARCH], shared: false }
}

export async function openEngines(config: Config, folder: string, told: (sentence: string) => void): Promise<EngineOfIndex[]> {
  const { names } = indexesOf(config)
  if (!config.meili) return [{ index: SEARCH, name: 'embedded', engine: await openEmbeddedSearch({ directory: folder, told: (notice) => told(JSON.stringify(notice)) }) }]
  const { openMeilisearch } = await import('./adapters/search/meilisearch/engine.js')
  const { servers, index, embedder } = config.meili
  return Promise.all(servers.map(async ({ url, key, name }, n) => ({
    index: names[n] as string, name, engine: await openMeilisearch({ url, key, name: index, patience: patienceOf(config), told: (sentence) => told(`${name}: ${sentence}`), ...(embedder && { embedder: embedder as NonNullable<MeilisearchOptions['embedder']> }) }),
  })))
}

/** Whoever wants no numbers does not load what counts them. */
export async function openMeters(): Promise<Meters> {
  const { Meters } = await import('./adapters/metrics/meters.js')
  return new Meters()
}

/** ms for which an engine elsewhere is waited for: with the basic search after it, an answer takes less than two seconds. */
export function patienceOf({ mode }: Config): number {
  // Tests share their machine with the engine, and what they ask about is not how fast it is.
  return mode === 'test' ? 6_000 : 1_000
}

/** Questions put to the engines at once: more make all of them wait longer; where a meaning is looked up elsewhere, most of it is waiting. */
export function atOnceOf({ meili }: Config): number {
  return meili?.embedder ? 8 : 3
}

/** The parts of the store whose calls are timed. */
export const MEASURED = [
  'notes', 'allNotes', 'customers', 'allCustomers', 'drafts', 'people', 'credentials', 'sessions', 'record', 'vocabularies', 'channels', 'outbox', 'notices',
  'batches', 'tokens', 'gaps', 'reads', 'feed',
] as const satisfies readonly (keyof Kept)[]
