import type { Files, OpenFile } from './files.js'

export interface Fault {
  /** the operation that fails, counted from 1; Infinity for none */
  readonly at: number
  readonly code: 'EIO' | 'ENOSPC' | 'EMFILE' | 'power off'
}

/** For tests: files of which the n-th operation fails and does nothing; with `power off`, nothing answers from then on. */
export class FaultyFiles implements Files {
  /** operations so far, by name */
  readonly done: string[] = []
  /** resolves when the power went off */
  readonly off: Promise<void>
  private switchOff: () => void = () => {}

  constructor(
    private readonly files: Files,
    private fault: Fault,
  ) {
    this.off = new Promise((resolve) => (this.switchOff = resolve))
  }

  /** The n-th operation from here on fails. */
  plant(n: number): void {
    this.fault = { ...this.fault, at: this.done.length + n }
  }

  /** From here on nothing fails. */
  heal(): void {
    this.fault = { ...this.fault, at: Infinity }
  }

  /** The operation that failed, or null when there were fewer. */
  get failed(): string | null {
    return this.done[this.fault.at - 1] ?? null
  }

  private async step<R>(name: string, act: () => Promise<R>): Promise<R> {
    this.done.push(name)
    if (this.fault.code === 'power off' && this.done.length >= this.fault.at) {
      this.switchOff()
      return new Promise(() => {})
    }
    if (this.done.length === this.fault.at) {
      throw Object.assign(new Error(`${this.fault.code}: planted in ${name}`), { code: this.fault.code })
    }
    return act()
  }

  open: Files['open'] = (path, how) => this.step(`open ${how}`, async () => this.wrap(await this.files.open(path, how)))
  read: Files['read'] = (path) => this.step('read', () => this.files.read(path))
  rename: Files['rename'] = (from, to) => this.step('rename', () => this.files.rename(from, to))
  unlink: Files['unlink'] = (path) => this.step('unlink', () => this.files.unlink(path))
  mkdir: Files['mkdir'] = (path) => this.step('mkdir', () => this.files.mkdir(path))
  list: Files['list'] = (folder) => this.step('list', () => this.files.list(folder))
  survey: Files['survey'] = (folder) => this.step('survey', () => this.files.survey(folder))
  stat: Files['stat'] = (path) => this.step('stat', () => this.files.stat(path))
  closeToOthers: Files['closeToOthers'] = (path) => this.step('chmod', () => this.files.closeToOthers(path))
  free: Files['free'] = (folder) => this.step('free', () => this.files.free(folder))
  openFolder: Files['openFolder'] = (folder) =>
    this.step('open folder', async () => {
      const handle = await this.files.openFolder(folder)
      return { sync: () => this.step('sync folder', () => handle.sync()), close: () => handle.close() }
    })

  private wrap(file: OpenFile): OpenFile {
    return {
      fd: file.fd,
      write: (bytes, position) => this.step('write', () => file.write(bytes, position)),
      read: (length, position) => this.step('read part', () => file.read(length, position)),
      size: () => this.step('size', () => file.size()),
      truncate: (length) => this.step('truncate', () => file.truncate(length)),
      sync: () => this.step('sync', () => file.sync()),
      // The real one is closed in any case: the test itself must not run out of handles.
      close: async () => {
        await file.close()
        await this.step('close', async () => {})
      },
    }
  }
}
