import type { Disk } from './disk.js'
import type { Manifest } from './manifest.js'
import type { Quarantine } from './quarantine.js'

/** What every part of an open data directory stands on. */
export interface Keeping {
  readonly root: string
  readonly disk: Disk
  readonly quarantine: Quarantine
  readonly manifest: Manifest
}
