import { MOST_BEHIND, SEARCH, type Behind, type Feed, type Indexes, type ThingEvent } from '../../../domain/policy/events.js'
import type { Everything } from '../../../domain/policy/everything.js'
import type { Catalog } from './catalog.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'
import type { StoreLog } from './shelf.js'
import type { Sequence } from './sequence.js'
import type { Piece } from './visible-sql.js'

export interface Places {
  readonly cursors: Readonly<Record<string, number>>
  /** things a consumer could not take and went past */
  readonly aside: Readonly<Record<string, readonly ThingEvent[]>>
}

export const PLACES_FILE: Schema<Places> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['cursors'] !== 'object' || stored['cursors'] === null) throw new Error('no cursors')
    return stored as unknown as Places
  },
}

/** Each consumer's durable place, and what it left behind. */
export function openPlaces(keeping: Keeping): Promise<Document<Places>> {
  return Document.open<Places>(keeping, { name: 'feed', schema: PLACES_FILE, urgent: true, empty: () => ({ cursors: {}, aside: {} }) })
}

/** Places are written this often at most: taking events twice changes nothing, so an older place on disk is no harm. */
const PLACE_MS = 1_000

/**
 * The newest event of each thing, read from the catalog. What is on hold is kept in memory and found again at start:
 * everything whose access changed after the place of each index.
 */
export class CatalogFeed implements Feed {
  private sequence: Sequence | null = null
  private readonly held: ReadonlyMap<string, Held>
  private readonly listeners = new Set<() => void>()
  private readonly cursors: Map<string, number>
  private due: NodeJS.Timeout | null = null
  /** the last write of the places */
  private kept: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly catalog: Catalog,
    private readonly places: Document<Places>,
    private readonly log: StoreLog,
    { names }: Pick<Indexes, 'names'> = { names: [SEARCH] },
  ) {
    this.held = new Map(names.map((name) => [name, new Held()]))
    this.cursors = new Map(Object.entries(places.read().cursors))
  }

  /** From now on there are events. Called once, when every document is in the catalog. */
  begin(sequence: Sequence): void {
    this.sequence = sequence
    for (const [index, held] of this.held) {
      this.holdAfter(held, this.cursors.get(index) ?? 0)
      for (const { id, version } of this.places.read().aside[index] ?? []) held.hold(id, version)
    }
    this.wrote()
  }

  async after(seq: number, limit: number, _pass: Everything): Promise<readonly ThingEvent[]> {
    const rows = this.catalog.all<Row>({
      sql: 'SELECT id, kind, version, seq, access_seq FROM thing WHERE seq > ? AND seq > 0 AND seq <= ? ORDER BY seq LIMIT ?',
      params: [seq, this.lowWater(), limit],
    })
    // Only the newest event of a thing is left: whether anything on the way changed its access is asked of its place.
    return rows.map((row) => ({
      seq: row.seq, kind: row.kind, id: row.id, version: row.version, accessChanged: row.access_seq > seq,
    }))
  }

  lowWater(): number {
    return this.sequence?.lowWater ?? 0
  }

  async cursor(consumer: string): Promise<number> {
    return this.cursors.get(consumer) ?? 0
  }

  /** Forward, or back when an engine knows that it lost something. */
  async moveCursor(consumer: string, seq: number): Promise<void> {
    const before = await this.cursor(consumer)
    if (before === seq) return
    this.cursors.set(consumer, seq)
    if (seq < before) {
      const held = this.held.get(consumer)
      if (held) this.holdAfter(held, seq)
      return this.keepPlaces()
    }
    this.due ??= setTimeout(() => {
      this.keepPlaces().catch((error: unknown) => this.log.error({ error }, 'the places in the feed could not be written'))
    }, PLACE_MS).unref()
  }

  async setAside(consumer: string, event: ThingEvent): Promise<void> {
    this.held.get(consumer)?.hold(event.id, event.version)
    await this.places.change((now) => ({
      ...now, aside: { ...now.aside, [consumer]: [...(now.aside[consumer] ?? []).filter(({ id }) => id !== event.id), event] },
    }))
  }

  async asideOf(consumer: string): Promise<readonly ThingEvent[]> {
    return this.places.read().aside[consumer] ?? []
  }

  async takenUp(consumer: string, id: string): Promise<void> {
    if (!(await this.asideOf(consumer)).some((event) => event.id === id)) return
    await this.places.change((now) => ({
      ...now, aside: { ...now.aside, [consumer]: (now.aside[consumer] ?? []).filter((event) => event.id !== id) },
    }))
  }

  onWrite(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  onHold(index = SEARCH): ReadonlySet<string> {
    return this.held.get(index)?.ids ?? NOTHING_HELD
  }

  holdsAll(): boolean {
    return false
  }

  release(id: string, version: number, index = SEARCH): void {
    this.held.get(index)?.release(id, version)
  }

  async behind(consumer: string, most = MOST_BEHIND): Promise<Behind> {
    const [row] = this.catalog.all<{ n: number }>(countedAfter(await this.cursor(consumer), most + 1))
    const found = row?.n ?? 0
    return { things: Math.min(found, most), more: found > most }
  }

  async versionsOf(ids: readonly string[], _pass: Everything): Promise<ReadonlyMap<string, number>> {
    const rows = this.catalog.all<{ id: string; version: number }>({
      sql: 'SELECT id, version FROM thing WHERE seq > 0 AND id IN (SELECT value FROM json_each(?))', params: [JSON.stringify(ids)],
    })
    return new Map(rows.map(({ id, version }) => [id, version]))
  }

  /**
   * Called before the write, so that no query falls between.
   * @returns how to take it back when the write failed
   */
  hold(id: string, version: number): () => void {
    const back = [...this.held.values()].map((held) => held.hold(id, version))
    return () => { for (const takeBack of back) takeBack() }
  }

  wrote(): void {
    for (const listener of this.listeners) listener()
  }

  /** Writes what is not yet on disk, and waits for a write under way: afterwards the data directory may be somebody else's. */
  async close(): Promise<void> {
    await (this.due ? this.keepPlaces() : this.kept)
  }

  private async keepPlaces(): Promise<void> {
    if (this.due) clearTimeout(this.due)
    this.due = null
    this.kept = this.places.change((now) => ({ ...now, cursors: Object.fromEntries(this.cursors) }))
    await this.kept
  }

  private holdAfter(held: Held, seq: number): void {
    const rows = this.catalog.all<{ id: string; version: number }>({
      sql: 'SELECT id, version FROM thing WHERE access_seq > ? AND access_seq > 0', params: [seq],
    })
    for (const { id, version } of rows) held.hold(id, version)
  }
}

/** Counts what stands after a place and stops at the limit. */
export function countedAfter(place: number, limit: number): Piece {
  return { sql: 'SELECT count(*) AS n FROM (SELECT 1 FROM thing WHERE seq > ? AND seq > 0 ORDER BY seq LIMIT ?)', params: [place, limit] }
}

/** What one index has not confirmed. */
class Held {
  readonly ids = new Set<string>()
  private readonly versions = new Map<string, number>()

  /** @returns how to take it back */
  hold(id: string, version: number): () => void {
    const before = this.versions.get(id)
    this.versions.set(id, Math.max(version, before ?? 0))
    this.ids.add(id)
    return () => {
      if (before !== undefined) this.versions.set(id, before)
      else this.release(id, Infinity)
    }
  }

  release(id: string, version: number): void {
    if ((this.versions.get(id) ?? Infinity) > version) return
    this.versions.delete(id)
    this.ids.delete(id)
  }
}

const NOTHING_HELD: ReadonlySet<string> = new Set()

interface Row {
  readonly id: string
  readonly kind: 'note' | 'customer'
  readonly version: number
  readonly seq: number
  readonly access_seq: number
}
