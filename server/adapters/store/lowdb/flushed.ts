import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const AT_ONCE = 16

/** Everything in a folder is on disk before the folder gets its name. */
export async function flush(root: string): Promise<void> {
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).map((entry) => join(entry.parentPath, entry.name))
  const waiting = [...entries, root].values()
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const path of waiting) await flushOne(path)
  }))
}

export async function flushOne(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
