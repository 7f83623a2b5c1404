/// <reference path="./fs-native-extensions.d.ts" />
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { tryLock } from 'fs-native-extensions'
import type { Clock } from './clock.js'
import type { Files, OpenFile } from './files.js'
import { AlreadyOpen } from '../store-errors.js'

interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
}

/**
 * Holds the data directory for this process. The kernel lets go of the lock when the process ends in any way,
 * kill -9 included, so there is nothing stale to clean up. The lock file itself is never removed: whoever waits
 * on a removed file would lock another one.
 */
export class Lock {
  private constructor(private readonly file: OpenFile) {}

  /** @throws AlreadyOpen at once when another process holds it, naming that process */
  static async take(files: Files, folder: string, clock: Clock): Promise<Lock> {
    const file = await files.open(join(folder, 'lock'), 'a+')
    try {
      if (!tryLock(file.fd)) throw await namingTheHolder(files, folder)
      const holder: Holder = { pid: process.pid, host: hostname(), since: clock() }
      // On a full disk it goes without a name: no name is better than the one of a process long gone.
      await writeHolder(files, folder, holder).catch(() => files.unlink(join(folder, 'lock.holder')).catch(() => {}))
      return new Lock(file)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async release(): Promise<void> {
    await this.file.close()
  }
}

async function writeHolder(files: Files, folder: string, holder: Holder): Promise<void> {
  const temporary = join(folder, `lock.holder.${randomUUID()}.tmp`)
  const file = await files.open(temporary, 'wx')
  try {
    await file.write(Buffer.from(JSON.stringify(holder)), 0)
  } finally {
    await file.close()
  }
  await files.rename(temporary, join(folder, 'lock.holder'))
}

async function namingTheHolder(files: Files, folder: string): Promise<AlreadyOpen> {
  // The holder writes its name just after it took the lock; until then the file names the one before.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const holder = await readHolder(files, folder)
    if (holder && mayBeAlive(holder)) return new AlreadyOpen(folder, holder.pid, holder.host, holder.since)
    await pause(50)
  }
  return new AlreadyOpen(folder, null, null, null)
}

async function readHolder(files: Files, folder: string): Promise<Holder | null> {
  try {
    return JSON.parse((await files.read(join(folder, 'lock.holder'))).toString('utf8')) as Holder
  } catch {
    return null
  }
}

function mayBeAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
