import type { Disk } from './disk.js'
import { Manifest } from './manifest.js'
import { Quarantine } from './quarantine.js'

/** What every part of an open data directory stands on. */
export interface Keeping {
  readonly root: string
  readonly disk: Disk
  readonly quarantine: Quarantine
  readonly manifest: Manifest
}

/** Puts the folder in order after whatever happened to it. The caller holds its lock. */
export async function openKeeping(disk: Disk, root: string): Promise<Keeping> {
  await disk.removeTemporary(root)
  const quarantine = new Quarantine(disk, root)
  await quarantine.open()
  const manifest = await Manifest.open(disk, quarantine, root)
  await disk.reserve.open()
  return { root, disk, quarantine, manifest }
}
