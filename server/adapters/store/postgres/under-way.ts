import { StoreError } from '../store-errors.js'
import type { Database } from './database.js'
import { piece } from './pieces.js'

/** Facts about a move: one is filling this database; the files it came from; when it was moved to files. */
export const MOVING = 'moving in'
export const MOVED = 'moved in'
export const MOVED_AWAY = 'moved away'

export async function factOf(database: Pick<Database, 'one'>, key: string): Promise<string | null> {
  return (await database.one<{ value: string }>(piece('SELECT value FROM fact WHERE key = ?', key)))?.value ?? null
}

/** @throws StoreError when a portal over this database would serve half a bank, or go on beside the files it was moved to */
export async function mustBeOpenToPortals(database: Database): Promise<void> {
  if ((await factOf(database, MOVING)) !== null) {
    throw new StoreError('move.under_way', 'A bank is being moved or restored into this database and is not whole yet. Run the same command again to its end.')
  }
  const away = await factOf(database, MOVED_AWAY)
  if (away !== null) {
    throw new StoreError('move.went_elsewhere', `This database was moved to files on ${away}: what is written here now would be missing there. To go on with it as it was then, delete the row '${MOVED_AWAY}' of its table fact.`)
  }
}
