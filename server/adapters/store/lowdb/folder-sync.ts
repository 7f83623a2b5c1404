import type { OpenFolder } from './files.js'

/**
 * fsync of directories, shared: an fsync that *starts* after a rename covers it, so all renames waiting for the
 * next one get by with one. An fsync already under way may have missed the rename and is never joined.
 */
export class FolderSync {
  private readonly running = new Map<string, Promise<void>>()
  private readonly waiting = new Map<string, Promise<void>>()

  /**
   * Call after the rename, unlink or mkdir has returned.
   * @param handle stays open until the answer: whoever waits with us may be served by it
   */
  sync(folder: string, handle: OpenFolder): Promise<void> {
    const queued = this.waiting.get(folder)
    if (queued) return queued
    const before = this.running.get(folder)
    if (!before) return this.start(folder, handle)
    const next = before.catch(() => {}).then(() => {
      this.waiting.delete(folder)
      return this.start(folder, handle)
    })
    this.waiting.set(folder, next)
    return next
  }

  private start(folder: string, handle: OpenFolder): Promise<void> {
    const run = handle.sync().finally(() => {
      if (this.running.get(folder) === run) this.running.delete(folder)
    })
    this.running.set(folder, run)
    return run
  }
}
