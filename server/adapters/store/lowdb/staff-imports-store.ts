import { join } from 'node:path'
import { granted } from '../../../domain/policy/grant.js'
import type { StaffImport, StaffImports, StaffPaper } from '../../../domain/policy/staff-import.js'
import { newestFirst } from '../list-orders.js'
import { NoSuchDocument } from '../store-errors.js'
import { Document } from './document.js'
import { codeOf } from './files.js'
import type { Keeping } from './keeping.js'

export interface KeptStaffImports {
  readonly imports: readonly StaffImport[]
}

export const STAFF_IMPORTS_FILE = { now: 1 } as const
export const STAFF_PAPERS_FOLDER = 'staff-papers'

/** One document for all of them; the file and the list of who is to be told lie beside it. */
export async function openStaffImports(keeping: Keeping): Promise<StaffImports> {
  const document = await Document.open<KeptStaffImports>(keeping, { name: 'staff-imports', schema: STAFF_IMPORTS_FILE, empty: () => ({ imports: [] }) })
  const { disk } = keeping
  await disk.makeFolder(join(keeping.root, STAFF_PAPERS_FOLDER))
  const pathOf = (id: string, paper: StaffPaper) => join(keeping.root, STAFF_PAPERS_FOLDER, `${id}.${paper}`)
  const all = () => document.read().imports
  const put = (one: StaffImport) => document.change(({ imports }) => ({ imports: [one, ...imports.filter(({ id }) => id !== one.id)].sort(newestFirst) }))

  return {
    all,
    get: (id) => all().find((one) => one.id === id),
    add: async (grant, made, file) => {
      granted(grant, made.id)
      // The papers first, here and below: what is told of them is there.
      await disk.write(pathOf(made.id, 'file'), file)
      await put(made)
    },
    note: async (grant, next, telling) => {
      granted(grant, next.id)
      await disk.write(pathOf(next.id, 'telling'), telling)
      await put(next)
    },
    goOn: async (_pass, id, next) => {
      const { imports } = await document.change((now) => {
        if (!now.imports.some((one) => one.id === id)) throw new NoSuchDocument(id)
        return { imports: now.imports.map((one) => (one.id === id ? next(one) : one)) }
      })
      return imports.find((one) => one.id === id) as StaffImport
    },
    paper: (id, paper) => disk.files.read(pathOf(id, paper)).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }),
    dropFile: async (id) => void (await disk.remove(pathOf(id, 'file'))),
    drop: async (id, over) => {
      const { imports } = await document.change((now) => (now.imports.some((one) => one.id === id && over(one)) ? { imports: now.imports.filter((one) => one.id !== id) } : now))
      if (imports.some((one) => one.id === id)) return
      for (const paper of ['file', 'telling'] as const) await disk.remove(pathOf(id, paper))
    },
    alone: async (_id, act) => {
      await act()
      return true
    },
  }
}
