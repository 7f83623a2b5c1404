import { MOST_BEHIND, SEARCH, type Behind, type Feed, type Indexes, type ThingEvent } from '../../../domain/policy/events.js'
import type { Everything } from '../../../domain/policy/everything.js'
import type { Database } from './database.js'
import { Holds, MOST_HELD, type HeldRow } from './holds.js'
import { piece, type Piece } from './pieces.js'

/**
 * Sent together with every commit of a thing, and with every look around: the highest place that is safe to have
 * read. `water` never passes a transaction that is still open, whatever its number.
 */
export const WATER = 'SELECT coalesce((SELECT max(seq) FROM thing WHERE seq < (SELECT open_place())), 0) AS water'

export interface FeedOptions {
  /** names this process's own index over restarts */
  readonly instance: string
  /** default: each process feeds one of its own */
  readonly indexes?: Indexes
  /** how much may be on hold for an index before it is listed no more */
  readonly mostHeld?: number
}

/**
 * The newest event of each thing, in the order of the transactions that wrote them. A transaction takes its number
 * before it writes and may end after a later one: nobody reads at or above the lowest that is still open.
 */
export class PostgresFeed implements Feed {
  private readonly holds: ReadonlyMap<string, Holds>
  private readonly indexes: Indexes
  private readonly listeners = new Set<() => void>()
  private water = 0
  /** looks around go on from here */
  mark = 0

  constructor(
    private readonly database: Database,
    private readonly options: FeedOptions,
  ) {
    this.indexes = options.indexes ?? { names: [SEARCH], shared: false }
    this.holds = new Map(this.indexes.names.map((name) => [name, new Holds(options.mostHeld ?? MOST_HELD)]))
  }

  /** Before anything else: what the engine of an index has not confirmed is on hold. */
  async begin(): Promise<void> {
    const now = await this.database.one<{ water: number; mark: number }>(piece(`SELECT water, open_place() AS mark FROM (${WATER}) AS safe`))
    this.water = now?.water ?? 0
    // First from where to look on, then what there is: nothing falls between.
    this.mark = now?.mark ?? 0
    for (const [index, holds] of this.holds) {
      await this.holdAfter(index, await this.cursor(index))
      for (const { id, version } of await this.asideOf(index)) holds.hold(id, version)
    }
  }

  async after(seq: number, limit: number, _pass: Everything): Promise<readonly ThingEvent[]> {
    const rows = await this.database.rows<EventRow>(piece(
      'SELECT id, kind, version, seq, access_seq FROM thing WHERE seq > ?::bigint AND seq < (SELECT open_place()) ORDER BY seq LIMIT ?', seq, limit,
    ))
    // Only the newest event of a thing is left: whether anything on the way changed its access is asked of its place.
    return rows.map((row) => ({ seq: row.seq, kind: row.kind, id: row.id, version: row.version, accessChanged: row.access_seq > seq }))
  }

  lowWater(): number {
    return this.water
  }

  async cursor(consumer: string): Promise<number> {
    const row = await this.database.one<{ seq: number }>(piece('SELECT seq FROM place WHERE consumer = ? AND instance = ?', consumer, this.instanceOf(consumer)))
    return row?.seq ?? 0
  }

  async moveCursor(consumer: string, seq: number): Promise<void> {
    const before = await this.cursor(consumer)
    if (before === seq) return
    await this.database.run(piece(
      'INSERT INTO place (consumer, instance, seq) VALUES (?, ?, ?::bigint) ON CONFLICT (consumer, instance) DO UPDATE SET seq = EXCLUDED.seq',
      consumer, this.instanceOf(consumer), seq,
    ))
    if (seq < before || this.holdsAll(consumer)) await this.holdAfter(consumer, seq)
  }

  async setAside(consumer: string, event: ThingEvent): Promise<void> {
    this.holds.get(consumer)?.hold(event.id, event.version)
    await this.database.run(piece(
      'INSERT INTO aside (consumer, instance, thing, event) VALUES (?, ?, ?, ?::jsonb) ON CONFLICT (consumer, instance, thing) DO UPDATE SET event = EXCLUDED.event',
      consumer, this.instanceOf(consumer), event.id, JSON.stringify(event),
    ))
  }

  async asideOf(consumer: string): Promise<readonly ThingEvent[]> {
    const rows = await this.database.rows<{ event: string }>(piece('SELECT event FROM aside WHERE consumer = ? AND instance = ? ORDER BY n', consumer, this.instanceOf(consumer)))
    return rows.map(({ event }) => JSON.parse(event) as ThingEvent)
  }

  async takenUp(consumer: string, id: string): Promise<void> {
    await this.database.run(piece('DELETE FROM aside WHERE consumer = ? AND instance = ? AND thing = ?', consumer, this.instanceOf(consumer), id))
  }

  onWrite(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  onHold(index = SEARCH): ReadonlySet<string> {
    return this.holds.get(index)?.ids ?? NOTHING_HELD
  }

  holdsAll(index = SEARCH): boolean {
    return this.holds.get(index)?.tooMany ?? false
  }

  release(id: string, version: number, index = SEARCH): void {
    this.holds.get(index)?.release(id, version)
  }

  async behind(consumer: string, most = MOST_BEHIND): Promise<Behind> {
    const found = (await this.database.one<{ n: number }>(countedAfter(await this.cursor(consumer), most + 1)))?.n ?? 0
    return { things: Math.min(found, most), more: found > most }
  }

  async versionsOf(ids: readonly string[], _pass: Everything): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.rows<{ id: string; version: number }>(piece('SELECT id, version FROM thing WHERE id = ANY(?::text[])', ids))
    return new Map(rows.map(({ id, version }) => [id, version]))
  }

  /** Called before the commit, so that no query of this process falls between. @returns how to take it back */
  hold(id: string, version: number): () => void {
    const back = [...this.holds.values()].map((holds) => holds.hold(id, version))
    return () => { for (const takeBack of back) takeBack() }
  }

  /** After a commit of this process. */
  wrote(water: number): void {
    this.water = Math.max(this.water, water)
    this.tell()
  }

  /** Indexes of which another process may be the feeder: their places are part of every look around. */
  get shared(): readonly string[] {
    return this.indexes.shared ? this.indexes.names : []
  }

  /** Before asking for `mark` and what is behind it. */
  asking(): void {
    for (const holds of this.holds.values()) holds.asking()
  }

  /** What a look around found. @param mark below it every transaction had ended */
  async saw(held: readonly HeldRow[], mark: number, water: number, places: ReadonlyMap<string, SharedPlace>): Promise<void> {
    for (const holds of this.holds.values()) holds.saw(held)
    this.mark = Math.max(this.mark, mark)
    for (const index of this.shared) {
      const { seq, aside } = places.get(index) ?? NOWHERE
      if (this.holds.get(index)?.reached(seq, aside)) await this.holdAfter(index, seq)
    }
    if (water <= this.water) return
    this.wrote(water)
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }

  private instanceOf(consumer: string): string {
    return !this.indexes.shared && this.indexes.names.includes(consumer) ? this.options.instance : ''
  }

  private async holdAfter(index: string, place: number): Promise<void> {
    const holds = this.holds.get(index)
    if (!holds) return
    const after = 'FROM thing WHERE access_seq > ?::bigint AND access_seq > 0 ORDER BY access_seq'
    // Before anything is listed: an index that was never fed may have everything there is to take.
    if (await this.database.one(piece(`SELECT 1 AS more ${after} OFFSET ? LIMIT 1`, place, holds.most))) {
      holds.tooMany = true
      return
    }
    const rows = await this.database.rows<HeldRow>(piece(`SELECT id, version, access_seq AS seq ${after}`, place))
    holds.tooMany = false
    for (const { id, version, seq } of rows) holds.hold(id, version, seq)
  }
}

/** Counts what stands after a place and stops at the limit. The order has it read from the index of places and from nothing else. */
export function countedAfter(place: number, limit: number): Piece {
  return piece('SELECT count(*) AS n FROM (SELECT FROM thing WHERE seq > ?::bigint ORDER BY seq LIMIT ?) AS few', place, limit)
}

/** How far the process that feeds an index has come, and what it went past. */
export interface SharedPlace {
  readonly seq: number
  readonly aside: readonly { readonly id: string; readonly version: number }[]
}

const NOWHERE: SharedPlace = { seq: 0, aside: [] }
const NOTHING_HELD: ReadonlySet<string> = new Set()

interface EventRow {
  readonly id: string
  readonly kind: 'note' | 'customer'
  readonly version: number
  readonly seq: number
  readonly access_seq: number
}
