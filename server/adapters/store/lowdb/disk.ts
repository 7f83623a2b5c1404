import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { codeOf, isDiskFull, type Files, type OpenFolder } from './files.js'
import { FolderSync } from './folder-sync.js'
import type { Health } from './health.js'
import type { Reserve } from './reserve.js'
import { DiskFull, StoreReadOnly, WriteUncertain } from '../store-errors.js'

const TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/

/** The one place where files change. What it resolves is on disk; what it rejects left the old state. */
export class Disk {
  private readonly folders = new FolderSync()

  constructor(
    readonly files: Files,
    readonly health: Health,
    readonly reserve: Reserve,
  ) {}

  /**
   * Replaces a file as a whole: temp file, fsync, rename, fsync of the directory.
   * @param urgent sessions and the record: may use the reserve of a full disk
   * @throws DiskFull, StoreReadOnly, or the fault of the operation: the old state stands
   * @throws WriteUncertain when only the last step failed
   */
  async write(path: string, bytes: Uint8Array, urgent = false): Promise<void> {
    this.mustBeWritable()
    await this.mustHaveRoom(path, urgent)
    await this.spacious(path, urgent, () => this.replace(path, bytes))
  }

  /** Removes a file for good. False when it was not there. */
  async remove(path: string): Promise<boolean> {
    this.mustBeWritable()
    try {
      await this.durably([dirname(path)], () => this.files.unlink(path))
      return true
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    }
  }

  /** Moves a file into another folder of the same disk. */
  async move(from: string, to: string): Promise<void> {
    this.mustBeWritable()
    await this.durably([dirname(to), dirname(from)], () => this.files.rename(from, to))
  }

  /** Makes a folder, and those above it, durable. */
  async makeFolder(path: string, urgent = false): Promise<void> {
    this.mustBeWritable()
    // Confirmed also when it exists: the process that made it may have died before its fsync.
    const make = () => this.durably([dirname(path)], () => this.files.mkdir(path).catch(unless('EEXIST')))
    try {
      await this.spacious(path, urgent, make)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
      await this.makeFolder(dirname(path), urgent)
      await this.makeFolder(path, urgent)
    }
  }

  /** Removes what a killed process left half-written, in the folder and those below. Only at start, under the lock. */
  async removeTemporary(folder: string): Promise<number> {
    let removed = 0
    for (const { name, folder: isFolder } of await this.files.list(folder)) {
      if (isFolder) removed += await this.removeTemporary(join(folder, name))
      else if (TEMPORARY.test(name)) {
        await this.files.unlink(join(folder, name))
        removed += 1
      }
    }
    return removed
  }

  /**
   * Changes names in folders and confirms them. The folders are opened before the change, so that running out of
   * file handles fails while nothing has happened yet; a failed fsync makes the whole store read-only, because
   * nobody can say any more what would survive a power cut.
   */
  async durably(folders: readonly string[], change: () => Promise<void>): Promise<void> {
    const open = new Map<string, OpenFolder>()
    try {
      for (const folder of new Set(folders)) open.set(folder, await this.files.openFolder(folder))
      await change()
      for (const [folder, handle] of open) await this.confirm(folder, handle)
    } finally {
      // Nothing was written through these: nobody need wait for them.
      for (const handle of open.values()) void handle.close().catch(() => {})
    }
  }

  /** Runs a write that may find the disk full: releases the reserve and, when urgent, tries once more. */
  async spacious<R>(path: string, urgent: boolean, act: () => Promise<R>): Promise<R> {
    try {
      return await act()
    } catch (error) {
      if (!isDiskFull(error)) throw error
      await this.reserve.release()
      if (!urgent) throw new DiskFull(path, { cause: error })
      return act()
    }
  }

  mustBeWritable(): void {
    if (!this.health.writable) throw new StoreReadOnly(this.health.reason ?? '')
  }

  private async mustHaveRoom(path: string, urgent: boolean): Promise<void> {
    if (this.health.diskFull && !urgent && !(await this.reserve.regain())) throw new DiskFull(path)
  }

  private async confirm(folder: string, handle: OpenFolder): Promise<void> {
    try {
      await this.folders.sync(folder, handle)
      // An fsync after a failed one may succeed and have lost what the failed one held.
      if (!this.health.writable) throw new StoreReadOnly(this.health.reason ?? '')
    } catch (error) {
      this.health.stopWriting(`fsync of the folder ${folder} failed (${codeOf(error) || 'unknown'})`)
      throw new WriteUncertain(folder, { cause: error })
    }
  }

  private async replace(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(dirname(path), `${basename(path)}.${randomUUID()}.tmp`)
    try {
      const file = await this.files.open(temporary, 'wx')
      try {
        await file.write(bytes, 0)
        await file.sync()
      } finally {
        await file.close()
      }
      await this.durably([dirname(path)], () => {
        // Another write may have failed meanwhile: after that nothing may be put in place.
        this.mustBeWritable()
        return this.files.rename(temporary, path)
      })
    } catch (error) {
      if (!(error instanceof WriteUncertain)) await this.files.unlink(temporary).catch(() => {})
      throw error
    }
  }
}

function unless(expected: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== expected) throw error
  }
}
