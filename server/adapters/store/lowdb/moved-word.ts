import { StoreError } from '../store-errors.js'
import type { DataFolder } from './data-folder.js'

/** Not one of the portal's documents: it is no part of any backup. */
const WORD = 'moved.json'

/** Whoever starts a portal over these files again, by mistake, would write beside the bank and not in it. */
export async function leaveMovedWord(data: DataFolder, at: string): Promise<void> {
  await data.disk.write(data.path(WORD), Buffer.from(`${JSON.stringify({ at, to: 'PostgreSQL' })}\n`))
}

/** @throws StoreError when the portal of this directory goes on elsewhere */
export async function mustNotBeMoved(data: DataFolder): Promise<void> {
  if (!(await data.disk.files.stat(data.path(WORD)))) return
  const { at } = JSON.parse((await data.disk.files.read(data.path(WORD))).toString('utf8')) as { readonly at: string }
  throw new StoreError('move.went_elsewhere', `${data.root} was moved to PostgreSQL on ${at}: what is written here now would be missing there. Set DATABASE_URL; or, to go on with the files as they were then, remove ${data.path(WORD)}.`)
}
