import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Meilisearch } from 'meilisearch'
import type { Test } from 'tap'
import type { SearchEngine } from '../../../domain/search/port.js'
import type { Document } from './document.js'
import { openMeilisearch, type MeilisearchOptions } from './engine.js'
import { settingsOf } from './settings.js'

/** A server of a test's own. */
export interface StartedMeilisearch {
  readonly url: string
  /** its master key */
  readonly key: string
  /** ends it at once, as a power cut does; what it was told stays in its folder */
  stop(): Promise<void>
  /** starts it again on the same port and folder, or on an empty one */
  start(how?: { readonly empty?: boolean }): Promise<void>
  /** it hangs: connections are taken, nothing is answered */
  pause(): void
  resume(): void
  /** whether the bytes stand in one of its files */
  holds(text: string): Promise<boolean>
}

/** Why tests of a real server cannot run here; false when they can. */
export const MEILISEARCH_MISSING: string | false =
  spawnSync('meilisearch', ['--version']).status === 0 ? false : 'no meilisearch: put the binary on the PATH'

/** On a free port with a random key and a scratch folder; ended and cleared away when the test ends. */
export async function startMeilisearch(t: Test): Promise<StartedMeilisearch> {
  let folder = await mkdtemp(join(tmpdir(), 'tacit-meili-'))
  let port = await freePort()
  const key = randomBytes(24).toString('base64url')
  let child = run()
  // Somebody else may take the port between the look and the start: then the server ends at once.
  for (let tries = 0; !(await answers(port, child)); tries++) {
    if (tries === 3) throw new Error('the server did not start')
    port = await freePort()
    child = run()
  }
  const url = `http://127.0.0.1:${port}`
  t.teardown(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  return { url, key, stop, start, pause: () => void child.kill('SIGSTOP'), resume: () => void child.kill('SIGCONT'), holds }

  function run(): ReturnType<typeof spawn> {
    const options = ['--db-path', join(folder, 'data'), '--http-addr', `127.0.0.1:${port}`, `--master-key=${key}`, '--env', 'production', '--no-analytics', '--log-level', 'ERROR']
    // Indexing takes a part of the machine, as the tests beside it do; embedders of tests are on this machine.
    return spawn('meilisearch', [...options, '--max-indexing-threads', '1', '--max-indexing-memory', '512MiB', '--experimental-allowed-ip-networks', '127.0.0.0/8'], { cwd: folder, stdio: 'ignore' })
  }

  async function holds(text: string): Promise<boolean> {
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (file.isFile() && (await readFile(join(file.parentPath, file.name))).includes(text)) return true
    }
    return false
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async function start({ empty = false } = {}): Promise<void> {
    await stop()
    if (empty) {
      await rm(folder, { recursive: true, force: true })
      folder = await mkdtemp(join(tmpdir(), 'tacit-meili-'))
    }
    child = run()
    if (!(await answers(port, child))) throw new Error('the server did not start again')
  }
}

let names = 0

/** An engine on an index of its own, closed when the test ends. */
export async function scratchMeilisearch(t: Test, server: { readonly url: string; readonly key: string }, more: Partial<MeilisearchOptions> = {}): Promise<SearchEngine> {
  const engine = await openMeilisearch({ url: server.url, key: server.key, name: `scratch-${process.pid}-${++names}`, patience: 120_000, ...more })
  t.teardown(() => engine.close())
  return engine
}

/** @returns false when it ended or did not answer within a minute */
async function answers(port: number, child: ReturnType<typeof spawn>): Promise<boolean> {
  for (let tries = 0; tries < 1_200 && child.exitCode === null; tries++) {
    if (await fetch(`http://127.0.0.1:${port}/health`).then((answer) => answer.ok, () => false)) return true
    await pause(50)
  }
  return false
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** An index with the settings of the portal, asked without the portal's questions. */
export async function openIndex(t: Test, server: { readonly url: string; readonly key: string }): Promise<{
  add(documents: readonly object[]): Promise<void>
  ids(filter: string | readonly (string | readonly string[])[]): Promise<string[]>
}> {
  const index = new Meilisearch({ host: server.url, apiKey: server.key, defaultWaitOptions: { timeout: 60_000 } }).index(`raw-${process.pid}-${++names}`)
  await index.updateSettings(settingsOf()).waitTask()
  t.teardown(() => index.delete())
  return {
    add: async (documents) => void (await index.addDocuments([...documents] as never, { primaryKey: 'id' }).waitTask()),
    ids: async (filter) => (await index.search('', { filter: filter as never, limit: 1_000 })).hits.map((hit) => (hit as unknown as Document).facts.id),
  }
}
