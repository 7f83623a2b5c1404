import { DataFolder } from './data-folder.js'
import { Disk } from './disk.js'
import type { Kept } from './document-folder.js'
import type { Files } from './files.js'
import { Health } from './health.js'
import { openKeeping, type Keeping } from './keeping.js'
import { Reserve } from './reserve.js'
import type { Schema } from '../schema.js'

/** For tests: a small kind of document and data directories to keep it in. */
export interface Page extends Kept {
  readonly text: string
}

export const PAGE: Schema<Page> = { now: 1 }
export const PAGES = { name: 'pages', schema: PAGE, cacheBytes: 1_000_000 } as const

export function pageId(n: number): string {
  return `0198c0de-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}

export function page(n: number, text = `page ${n}`): Page {
  return { id: pageId(n), version: 1, text }
}

/** What a page of that version must hold: long enough that half of it is noticed. */
export function textOf(id: string, version: number): string {
  return `${id} in version ${version}. `.repeat(1 + ((version * 37 + parseInt(id.slice(-4), 16) * 11) % 300))
}

/** A clock that goes on by one millisecond each time it is asked. */
export function ticking(from = Date.UTC(2026, 0, 5, 8)): () => string {
  let now = from
  return () => new Date(now++).toISOString()
}

export function openReal(root: string, files?: Files): Promise<DataFolder> {
  return DataFolder.open({ root, clock: ticking(), reserveBytes: 4096, ...(files && { files }) })
}

/** On any disk, without the kernel's lock: a simulated disk has no kernel. */
export async function openOn(files: Files, root = '/data', reserveBytes = 4096): Promise<Keeping> {
  const health = new Health(ticking())
  const disk = new Disk(files, health, new Reserve(files, health, root, reserveBytes))
  await disk.makeFolder(root)
  return openKeeping(disk, root)
}

/** How often a test tries chance: the second number with TACIT_DEPTH=deep. */
export function depth(ordinary: number, deep: number): number {
  return process.env['TACIT_DEPTH'] === 'deep' ? deep : ordinary
}

/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
