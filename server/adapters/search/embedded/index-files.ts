import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const NAME = /^index-(\d+)\.db$/
const POINTER = 'current'

/** Which file of the directory is the index: a pointer is replaced in one step, so a kill leaves the old or the new one. */
export class IndexFiles {
  constructor(private readonly directory: string) {}

  async current(): Promise<string> {
    const name = await readFile(join(this.directory, POINTER), 'utf8').catch(() => '')
    return NAME.test(name) ? name : 'index-1.db'
  }

  async next(): Promise<string> {
    const numbers = (await this.names()).map((name) => Number(NAME.exec(name)?.[1] ?? 0))
    return `index-${Math.max(1, ...numbers) + 1}.db`
  }

  async setCurrent(name: string): Promise<void> {
    const path = join(this.directory, POINTER)
    await writeFile(`${path}.new`, name)
    await rename(`${path}.new`, path)
  }

  async remove(name: string): Promise<void> {
    await Promise.all(['', '-wal', '-shm'].map((end) => rm(join(this.directory, name + end), { force: true })))
  }

  /** What a rebuild that was killed left behind. */
  async removeAllBut(kept: string): Promise<void> {
    for (const name of await this.names()) if (name !== kept) await this.remove(name)
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => NAME.test(name))
  }
}
