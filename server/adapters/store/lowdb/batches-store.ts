import { join } from 'node:path'
import { batchAccess, isUnfinished, type Batch, type Batches } from '../../../domain/curation/import-batch.js'
import { decided } from '../decided.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted } from '../../../domain/policy/grant.js'
import type { Sight } from '../../../domain/policy/readable.js'
import { sees } from '../../../domain/policy/sees.js'
import { DocumentFolder, type Kept } from './document-folder.js'
import { codeOf } from './files.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

const MIB = 1024 * 1024
const FILES = 'import-files'

export const BATCH_FILE: Schema<Batch & Kept> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['owner'] !== 'string' || typeof stored['state'] !== 'string') throw new Error('no owner or no state')
    if (!Array.isArray(stored['report'])) throw new Error('no report')
    return { ...stored, schema: 1 } as unknown as Batch & Kept
  },
}

/** Where the upload lies, in the data directory. */
export function fileOfBatch(batch: Batch): string {
  return `${FILES}/${batch.id}`
}

/**
 * One document for each batch, all of them in memory without their reports' weight mattering: a bank imports some
 * dozens a year. The uploaded file lies beside until the batch is done, so that a killed import can go on.
 */
export async function openBatches(keeping: Keeping): Promise<Batches> {
  const folder = await DocumentFolder.open<Batch & Kept>(keeping, { name: 'imports', schema: BATCH_FILE, cacheBytes: 8 * MIB, limit: 2 * MIB })
  await keeping.disk.makeFolder(join(keeping.root, FILES))
  const known = new Map<string, Batch>()
  for (const { id } of await folder.list()) {
    const batch = await folder.read(id)
    if (batch) known.set(id, batch)
  }
  const pathOf = (batch: Batch): string => join(keeping.root, fileOfBatch(batch))
  const read = async (batch: Batch): Promise<Uint8Array | null> =>
    keeping.disk.files.read(pathOf(batch)).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
  const visible = (batch: Batch, sight: Sight): boolean => sees(sight.visible, batchAccess(batch))

  return {
    get: async (id, sight) => {
      const batch = known.get(id)
      return batch && visible(batch, sight) ? batch : null
    },
    list: async (sight) => [...known.values()].filter((batch) => visible(batch, sight)).sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id)),
    add: async (grant, batch, file) => {
      granted(grant, batch.id)
      // The file first: a batch without its file could not go on.
      await keeping.disk.write(pathOf(batch), file)
      known.set(batch.id, await folder.create(batch))
    },
    change: async (grant, verb) => {
      const replace = async (make: (now: Batch) => Batch) => {
        const kept = await folder.change(grant.thing, make)
        known.set(kept.id, kept)
        return kept
      }
      return decided(replace, (now) => {
        granted(grant, now.id)
        return verb(now)
      })
    },
    file: read,
    dropFile: async (batch) => void (await keeping.disk.remove(pathOf(batch))),
    drop: async (grant) => {
      const batch = known.get(grant.thing)
      if (!batch) return
      await keeping.disk.remove(pathOf(batch))
      await folder.remove(batch.id)
      known.delete(batch.id)
    },
    rewrite: async (_pass, verb) => {
      const changed: string[] = []
      for (const { id } of [...known.values()]) {
        const batch = known.get(id)
        const next = batch ? await verb(batch, await read(batch)) : null
        if (!batch || !next) continue
        const { file, leftOut } = next
        if (file && file.text !== '') await keeping.disk.write(pathOf(batch), Buffer.from(file.text))
        const now = known.get(id)
        // Done or discarded meanwhile: its file had gone, and must not come back.
        const gone = !now || now.state === 'done' || file?.text === ''
        if (file && gone) await keeping.disk.remove(pathOf(batch))
        if (now) known.set(id, await folder.change(id, (kept) => ({ ...kept, ...(file && !gone && { format: file.format }), ...(leftOut && { leftOut }) })))
        changed.push(id)
      }
      return changed
    },
    alone: async (_id, act) => {
      await act()
      return true
    },
    unfinished: async (_pass: Everything) => [...known.values()].filter(isUnfinished),
  }
}
