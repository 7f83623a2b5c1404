import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { codeOf, type Files } from './files.js'
import type { Health } from './health.js'

const MIB = 1024 * 1024

/**
 * Space kept aside. On a full disk it is given back so that signing in and the record go on, while ordinary
 * writes wait until there is room again for the reserve and as much besides.
 */
export class Reserve {
  private readonly path: string
  private held = false
  private busy: Promise<boolean> | null = null

  constructor(
    private readonly files: Files,
    private readonly health: Health,
    private readonly folder: string,
    private readonly bytes = 16 * MIB,
  ) {
    this.path = join(folder, 'reserve.bin')
  }

  /** At start: takes the space when it is not yet held, or says that the disk is full. */
  async open(): Promise<void> {
    const there = (await this.files.survey(this.folder)).find((file) => file.name === 'reserve.bin')
    if (there && there.bytes === this.bytes) this.held = true
    else if (!(await this.regain())) this.health.setDiskFull(true)
  }

  /** The disk is full: give the space back and let the pages say so. */
  async release(): Promise<void> {
    this.health.setDiskFull(true)
    if (!this.held) return
    this.held = false
    await this.files.unlink(this.path).catch(() => {})
  }

  /** True when ordinary writes may go on; takes the space again when there is enough. Cheap: one statfs. */
  regain(): Promise<boolean> {
    this.busy ??= this.tryRegain().finally(() => (this.busy = null))
    return this.busy
  }

  private async tryRegain(): Promise<boolean> {
    try {
      if (this.held) return true
      if ((await this.files.free(this.folder)) < 2 * this.bytes) return false
      await this.take()
      this.held = true
      this.health.setDiskFull(false)
      return true
    } catch {
      return false
    }
  }

  private async take(): Promise<void> {
    await this.files.unlink(this.path).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
    const file = await this.files.open(this.path, 'wx')
    try {
      // Random bytes: a file system that compresses would keep no space for zeros.
      for (let at = 0; at < this.bytes; at += MIB) {
        await file.write(randomBytes(Math.min(MIB, this.bytes - at)), at)
      }
      await file.sync()
    } catch (error) {
      await this.files.unlink(this.path).catch(() => {})
      throw error
    } finally {
      await file.close()
    }
  }
}
