import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { someAtOnce } from '../../../domain/people/some-at-once.js'

const AT_ONCE = 16

/** Everything in a folder is on disk before the folder gets its name. */
export async function flush(root: string): Promise<void> {
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).map((entry) => join(entry.parentPath, entry.name))
  await someAtOnce([...entries, root], AT_ONCE, flushOne)
}

export async function flushOne(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
