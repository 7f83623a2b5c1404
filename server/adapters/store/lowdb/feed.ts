import type { Feed, ThingEvent } from '../../../domain/policy/events.js'
import type { Everything } from '../../../domain/policy/everything.js'
import type { Catalog } from './catalog.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'
import type { StoreLog } from './shelf.js'
import type { Sequence } from './sequence.js'

/** The consumer whose place decides what is on hold: it feeds the search engine. */
export const SEARCH = 'search'

interface Places {
  readonly cursors: Readonly<Record<string, number>>
  /** things a consumer could not take and went past */
  readonly aside: Readonly<Record<string, readonly ThingEvent[]>>
}

const SCHEMA: Schema<Places> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['cursors'] !== 'object' || stored['cursors'] === null) throw new Error('no cursors')
    return stored as unknown as Places
  },
}

/** Each consumer's durable place, and what it left behind. */
export function openPlaces(keeping: Keeping): Promise<Document<Places>> {
  return Document.open<Places>(keeping, { name: 'feed', schema: SCHEMA, urgent: true, empty: () => ({ cursors: {}, aside: {} }) })
}

/** Places are written this often at most: taking events twice changes nothing, so an older place on disk is no harm. */
const PLACE_MS = 1_000

/**
 * The newest event of each thing, read from the catalog. What is on hold is kept in memory and found again at start:
 * everything whose access changed after the search engine's place.
 */
export class CatalogFeed implements Feed {
  private sequence: Sequence | null = null
  private readonly held = new Map<string, number>()
  private readonly heldIds = new Set<string>()
  private readonly listeners = new Set<() => void>()
  private readonly cursors: Map<string, number>
  private due: NodeJS.Timeout | null = null

  constructor(
    private readonly catalog: Catalog,
    private readonly places: Document<Places>,
    private readonly log: StoreLog,
  ) {
    this.cursors = new Map(Object.entries(places.read().cursors))
  }

  /** From now on there are events. Called once, when every document is in the catalog. */
  begin(sequence: Sequence): void {
    this.sequence = sequence
    this.holdAfter(this.cursors.get(SEARCH) ?? 0)
    for (const { id, version } of this.places.read().aside[SEARCH] ?? []) this.hold(id, version)
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
      if (consumer === SEARCH) this.holdAfter(seq)
      return this.keepPlaces()
    }
    this.due ??= setTimeout(() => {
      this.keepPlaces().catch((error: unknown) => this.log.error({ error }, 'the places in the feed could not be written'))
    }, PLACE_MS).unref()
  }

  async setAside(consumer: string, event: ThingEvent): Promise<void> {
    if (consumer === SEARCH) this.hold(event.id, event.version)
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

  onHold(): ReadonlySet<string> {
    return this.heldIds
  }

  release(id: string, version: number): void {
    if ((this.held.get(id) ?? Infinity) > version) return
    this.held.delete(id)
    this.heldIds.delete(id)
  }

  /**
   * Called before the write, so that no query falls between.
   * @returns how to take it back when the write failed
   */
  hold(id: string, version: number): () => void {
    const before = this.held.get(id)
    this.held.set(id, Math.max(version, before ?? 0))
    this.heldIds.add(id)
    return () => {
      if (before !== undefined) this.held.set(id, before)
      else this.release(id, Infinity)
    }
  }

  wrote(): void {
    for (const listener of this.listeners) listener()
  }

  /** Writes what is not yet on disk. */
  async close(): Promise<void> {
    if (this.due) await this.keepPlaces()
  }

  private async keepPlaces(): Promise<void> {
    if (this.due) clearTimeout(this.due)
    this.due = null
    await this.places.change((now) => ({ ...now, cursors: Object.fromEntries(this.cursors) }))
  }

  private holdAfter(seq: number): void {
    const rows = this.catalog.all<{ id: string; version: number }>({
      sql: 'SELECT id, version FROM thing WHERE access_seq > ? AND access_seq > 0', params: [seq],
    })
    for (const { id, version } of rows) this.hold(id, version)
  }
}

interface Row {
  readonly id: string
  readonly kind: 'note' | 'customer'
  readonly version: number
  readonly seq: number
  readonly access_seq: number
}
