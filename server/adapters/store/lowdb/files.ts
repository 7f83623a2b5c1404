import { chmod, lstat, mkdir, open, readFile, readdir, rename, stat, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** An open file, written at stated positions so that a failed write can be cut off again. */
export interface OpenFile {
  readonly fd: number
  /** Writes all the bytes, or rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Fewer bytes than asked for at the end of the file. */
  read(length: number, position: number): Promise<Buffer>
  size(): Promise<number>
  truncate(length: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export type OpenFolder = Pick<OpenFile, 'sync' | 'close'>

export interface FoundName {
  readonly name: string
  readonly folder: boolean
}

export interface FoundFile {
  readonly name: string
  readonly bytes: number
  /** last modification in ms since 1970, with fractions */
  readonly modified: number
}

/**
 * Everything the store does to the disk, and nothing else. A seam, so that a test can let the n-th operation
 * fail, fill the disk, or cut the power.
 */
export interface Files {
  /** `wx` creates and refuses an existing file, `a+` creates or opens, `r` and `r+` open an existing one. */
  open(path: string, how: 'wx' | 'a+' | 'r' | 'r+'): Promise<OpenFile>
  read(path: string): Promise<Buffer>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** One level only. */
  mkdir(path: string): Promise<void>
  list(folder: string): Promise<readonly FoundName[]>
  /** The files (no folders) of one folder. */
  survey(folder: string): Promise<FoundFile[]>
  /** Undefined when there is no such file. */
  stat(path: string): Promise<Omit<FoundFile, 'name'> | undefined>
  /** The directory itself, for the fsync that makes the names in it durable. */
  openFolder(folder: string): Promise<OpenFolder>
  /** Takes from everybody else what they may do with it. @returns whether there was anything */
  closeToOthers(path: string): Promise<boolean>
  /** Bytes this process may still write on the disk of the folder. */
  free(folder: string): Promise<number>
}

export const realFiles: Files = {
  // Whoever starts it, with whatever umask: what customers told the bank is for this user of the machine alone.
  open: async (path, how) => new RealFile(await open(path, how, 0o600)),
  read: (path) => readFile(path),
  rename,
  unlink,
  mkdir: async (path) => void (await mkdir(path, { mode: 0o700 })),
  list: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
  },
  survey: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true })
    const found = await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async ({ name }) => ({ name, stat: await realFiles.stat(join(folder, name)) })),
    )
    // A file that was removed since it was listed is not there.
    return found.flatMap(({ name, stat }) => (stat ? [{ name, ...stat }] : []))
  },
  stat: async (path) => {
    try {
      const { size, mtimeMs } = await stat(path)
      return { bytes: size, modified: mtimeMs }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  },
  openFolder: (folder) => open(folder, 'r'),
  closeToOthers: async (path) => {
    // Windows has no such bits; a link has none of its own.
    const found = await lstat(path)
    if (process.platform === 'win32' || found.isSymbolicLink() || (found.mode & 0o077) === 0) return false
    await chmod(path, found.mode & 0o700)
    return true
  },
  free: async (folder) => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

class RealFile implements OpenFile {
  readonly fd: number
  constructor(private readonly handle: FileHandle) {
    this.fd = handle.fd
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  }

  async read(length: number, position: number): Promise<Buffer> {
    const into = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await this.handle.read(into, done, length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return into.subarray(0, done)
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size
  }

  truncate(length: number): Promise<void> {
    return this.handle.truncate(length)
  }

  sync(): Promise<void> {
    return this.handle.sync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

/** The code of a failed operation, such as ENOENT, or an empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error))
}
