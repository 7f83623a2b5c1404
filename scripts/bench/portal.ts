import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../server/root.js'
import { residentMemory } from './servers.js'

/** As scripts/deploy sets it for a portal that keeps neither notes nor an index. */
const LEAN = { NODE_OPTIONS: '--max-old-space-size=160 --max-semi-space-size=4 --v8-pool-size=1', MALLOC_MMAP_THRESHOLD_: '262144' }

/** The portal in a process of its own, with the floors beside its pages (server.ts). */
export interface Portal {
  readonly origin: string
  /** ms until it answered in full, and until search had taken everything */
  readonly ready: number
  readonly indexed: number
  readonly cookies: Readonly<Record<string, string>>
  readonly child: ChildProcess
}

export async function openPortal(folder: string, env: Readonly<Record<string, string>>): Promise<Portal> {
  await mkdir(folder, { recursive: true })
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'scripts', 'bench', 'server.js')], {
    env: { ...process.env, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', DEMO: 'false', UV_THREADPOOL_SIZE: '16', ...(env['DATABASE_URL'] && env['MEILI_URL'] && LEAN), ...env }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith('{"origin"')) return { ...(JSON.parse(line) as Omit<Portal, 'child'>), child }
  }
  throw new Error('the portal did not start')
}

export async function closePortal(portal: Portal): Promise<void> {
  const ended = new Promise((done) => portal.child.once('exit', done))
  portal.child.kill('SIGTERM')
  await ended
}

/** Resident memory of the process with its threads, MB. */
export async function memoryOf(portal: Portal): Promise<number> {
  return (await residentMemory(portal.child.pid)) ?? 0
}
