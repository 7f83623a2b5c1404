import { join } from 'node:path'
import { NotPrivate } from '../store-errors.js'
import { codeOf, type Files } from './files.js'
import type { Keeping } from './keeping.js'

/** In the manifest once everything in the folder was looked at. */
const LOOKED_AT = 'private'

/**
 * Files that an earlier release, a copy or an unpacked archive left open to others of the machine are closed to them:
 * the folder itself at every start, all in it once, and again whenever the folder was found open.
 * @throws NotPrivate when this process may not close them
 */
export async function keepPrivate({ disk: { files }, manifest, root }: Keeping): Promise<void> {
  const wasOpen = await closeToOthers(files, root)
  if (!wasOpen && manifest.knows(LOOKED_AT)) return
  await closeAll(files, root)
  await manifest.add(LOOKED_AT)
}

async function closeAll(files: Files, folder: string): Promise<void> {
  for (const { name, folder: isFolder } of await files.list(folder)) {
    const path = join(folder, name)
    await closeToOthers(files, path)
    if (isFolder) await closeAll(files, path)
  }
}

async function closeToOthers(files: Files, path: string): Promise<boolean> {
  try {
    return await files.closeToOthers(path)
  } catch (error) {
    // What was removed meanwhile is open to nobody.
    if (codeOf(error) === 'ENOENT') return false
    throw new NotPrivate(path, { cause: error })
  }
}
