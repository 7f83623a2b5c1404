import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { SearchEngine } from '../../../domain/search/port.js'
import { openEmbeddedSearch, type EmbeddedOptions } from './engine.js'

/** An engine in a folder of its own, both gone after the test. */
export async function scratchEngine(t: Test, options: Partial<EmbeddedOptions> = {}): Promise<SearchEngine> {
  const directory = options.directory ?? (await scratchFolder(t))
  const engine = await openEmbeddedSearch({ told: (notice) => t.fail(JSON.stringify(notice)), ...options, directory })
  t.teardown(() => engine.close())
  return engine
}

export async function scratchFolder(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tacit-search-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}
