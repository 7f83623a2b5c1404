import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { mustBeEmpty } from '../lowdb/backup-restore.js'
import { DataFolder } from '../lowdb/data-folder.js'
import { codeOf } from '../lowdb/files.js'
import { flush, flushOne } from '../lowdb/flushed.js'
import { itemsInFolder } from '../lowdb/folder-items.js'
import { filesOf } from '../lowdb/item-files.js'
import { KINDS, Tally, type Item, type ItemKind, type Tallied } from '../portal-items.js'
import { StoreError } from '../store-errors.js'
import type { Database } from './database.js'
import { itemsInDatabase } from './database-items.js'
import { fact } from './load-items.js'
import { asTheOnlyOne } from './move-in.js'
import { MOVED_AWAY, mustBeOpenToPortals } from './under-way.js'

export interface MoveOutOptions {
  readonly database: Database
  /** a folder that is empty or not there */
  readonly into: string
  /** UTC ISO-8601 */
  readonly clock: () => string
  /** the database goes on; otherwise no portal opens it any more */
  readonly rehearsal: boolean
  readonly told?: (kind: ItemKind, done: number) => void
}

const EVERY = 500
/** Whatever a portal makes anew when it opens the folder. */
const OWN = ['lock', 'lock.holder', 'reserve.bin']

/**
 * Copies a database to a data directory that holds the same. It is made beside the folder, compared by count and hash,
 * and appears in one step: a run that was stopped leaves nothing that a portal would open, and the next begins anew.
 * @throws StoreError when the folder is not empty, a portal serves the database, or the two are not the same at the end
 */
export async function moveOut(options: MoveOutOptions): Promise<ReadonlyMap<ItemKind, Tallied>> {
  const { database, into, clock, rehearsal } = options
  await mustBeEmpty(into)
  return asTheOnlyOne(database, async () => {
    await mustBeOpenToPortals(database)
    const aside = join(dirname(into), `.${basename(into)}.moving`)
    await rm(aside, { recursive: true, force: true })
    const there = await database.snapshot((tx) => writeFiles(options, aside, itemsInDatabase(tx)))
    const here = await tallyOf(aside, clock)
    const differing = there.differsFrom(here)
    if (differing.length > 0) {
      const each = differing.map((kind) => `${kind} (${there.of(kind).count} in the database, ${here.of(kind).count} in the files)`).join(', ')
      throw new StoreError('move.not_the_same', `What came over is not what was there: ${each}. ${into} was not made; go on with the database and report it.`)
    }
    await flush(aside)
    await rmdir(into).catch(unlessMissing)
    await rename(aside, into)
    await flushOne(dirname(into))
    if (!rehearsal) await database.transaction((tx) => fact(tx, MOVED_AWAY, clock()))
    return new Map(KINDS.map((kind) => [kind, there.of(kind)]))
  })
}

async function writeFiles({ clock, told = () => {} }: MoveOutOptions, root: string, items: AsyncIterable<Item>): Promise<Tally> {
  const tally = new Tally()
  const made = new Set<string>()
  for await (const { path, bytes } of filesOf(tallied(), clock())) await put(path, bytes)
  const { things } = JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8')) as { readonly things: readonly string[] }
  for (const thing of things) if (thing.endsWith('/')) await mkdir(join(root, thing), { recursive: true, mode: 0o700 })
  return tally

  async function* tallied(): AsyncGenerator<Item> {
    for await (const item of items) {
      tally.add(item)
      const { count } = tally.of(item.kind)
      if (count % EVERY === 0) told(item.kind, count)
      yield item
    }
  }

  async function put(path: string, bytes: Buffer): Promise<void> {
    const folder = dirname(join(root, path))
    if (!made.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 })
    made.add(folder)
    await writeFile(join(root, path), bytes, { mode: 0o600 })
  }
}

/** Read back as a portal would read it. */
async function tallyOf(root: string, clock: () => string): Promise<Tally> {
  const tally = new Tally()
  const data = await DataFolder.open({ root, clock, reserveBytes: 0 })
  try {
    for await (const item of itemsInFolder(data)) tally.add(item)
  } finally {
    await data.close()
  }
  for (const name of OWN) await rm(join(root, name), { force: true })
  return tally
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
