import { join } from 'node:path'
import { Mutex } from 'async-mutex'
import { Low } from 'lowdb'
import type { Disk } from './disk.js'
import { DurableFile } from './durable-file.js'
import type { Quarantine } from './quarantine.js'
import type { Schema } from '../schema.js'
import { StoreDamaged } from '../store-errors.js'

interface Known {
  readonly created: string
  /** files and folders (with a slash) that were made here, so that a missing one is noticed */
  readonly things: readonly string[]
}

const SCHEMA: Schema<Known> = {
  now: 1,
  check: (stored) => {
    if (!Array.isArray(stored['things'])) throw new Error('no list of things')
    return stored as unknown as Known
  },
}

/** Tells a new data directory from one that lost something: the store never starts empty over existing data. */
export class Manifest {
  private readonly mutex = new Mutex()

  private constructor(
    private readonly file: DurableFile<Known>,
    private known: Known,
  ) {}

  static async open(disk: Disk, quarantine: Quarantine, root: string): Promise<Manifest> {
    const file = new DurableFile(disk, join(root, 'manifest.json'), SCHEMA)
    const low = new Low<Known>(file, { created: disk.health.clock(), things: [] })
    const there = await file.read().catch(async (error: unknown) => {
      throw error instanceof StoreDamaged ? await quarantine.refuse(file.path, error) : error
    })
    if (there) return new Manifest(file, there)
    const strangers = await dataIn(disk, root)
    if (strangers.length > 0) {
      if (quarantine.holds(file.path)) throw quarantine.missing(file.path)
      throw new StoreDamaged(
        'manifest.json',
        `it is missing, although ${root} holds ${strangers.slice(0, 3).join(', ')}`,
        'Restore the whole data directory from a backup, or set DATA_DIR to an empty folder.',
      )
    }
    await low.write()
    return new Manifest(file, low.data)
  }

  get created(): string {
    return this.known.created
  }

  knows(thing: string): boolean {
    return this.known.things.includes(thing)
  }

  /** Call when the thing is on disk. */
  async add(thing: string): Promise<void> {
    await this.mutex.runExclusive(async () => {
      if (this.knows(thing)) return
      const aside = new Low<Known>(this.file, { ...this.known, things: [...this.known.things, thing].sort() })
      await aside.write()
      this.known = aside.data
    })
  }
}

/** Documents and filled folders; what a fresh directory may hold besides (a secret, lost+found) does not count. */
async function dataIn(disk: Disk, root: string): Promise<string[]> {
  const found: string[] = []
  for (const { name, folder } of await disk.files.list(root)) {
    if (name.startsWith('.') || name === 'lost+found' || name === 'quarantine') continue
    if (folder ? (await disk.files.list(join(root, name))).length > 0 : name.endsWith('.json')) found.push(name)
  }
  return found
}
