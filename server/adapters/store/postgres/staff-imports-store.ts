import { granted } from '../../../domain/policy/grant.js'
import type { StaffImport, StaffImports, StaffPaper } from '../../../domain/policy/staff-import.js'
import { newestFirst } from '../list-orders.js'
import { NoSuchDocument } from '../store-errors.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { bytesIn } from './large-bytes.js'
import { piece } from './pieces.js'
import { Room, type Changes } from './room.js'

/** Separates these locks from those of others in the same database. */
const STAFF = 727_1006

/** One row each, in memory in every process; the file and the list of who is to be told are asked for when they are needed. */
export async function openStaffImports(database: Database, around: Around): Promise<StaffImports> {
  let known: readonly StaffImport[] | null = null
  const room = await around.open(new Room<StaffImport>(database, 'staff-imports', { now: 1 }, () => { known = null }))
  const put = async (id: string, paper: StaffPaper, bytes: Uint8Array) => void (await database.run(piece(
    'INSERT INTO staff_paper (id, bytes) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET bytes = EXCLUDED.bytes', `${id}.${paper}`, bytes,
  )))

  return {
    all: () => (known ??= [...room.all().values()].sort(newestFirst)),
    get: (id) => room.get(id),
    add: async (grant, made, file) => {
      granted(grant, made.id)
      // The papers first, here and below: what is told of them is there.
      await put(made.id, 'file', file)
      await room.change(() => new Map([[made.id, made]]))
    },
    note: async (grant, next, telling) => {
      granted(grant, next.id)
      await put(next.id, 'telling', telling)
      await room.change(() => new Map([[next.id, next]]))
    },
    goOn: async (_pass, id, next) => {
      await room.change((now) => {
        const before = now.get(id)
        if (!before) throw new NoSuchDocument(id)
        return new Map([[id, next(before)]])
      })
      return room.get(id) as StaffImport
    },
    paper: async (id, paper) => (await database.transaction((tx) => bytesIn(tx, 'staff_paper', `${id}.${paper}`))).value,
    dropFile: async (id) => void (await database.run(piece('DELETE FROM staff_paper WHERE id = ?', `${id}.file`))),
    drop: async (id, over) => {
      let kept: StaffImport | undefined
      await room.change((now): Changes<StaffImport> => {
        const one = now.get(id)
        kept = one && !over(one) ? one : undefined
        return one && !kept ? new Map([[id, null]]) : new Map()
      })
      if (!kept) await database.run(piece('DELETE FROM staff_paper WHERE id = ANY(?::text[])', [`${id}.file`, `${id}.telling`]))
    },
    alone: (id, act) => database.exclusively(STAFF, id, act),
  }
}
