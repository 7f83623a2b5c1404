import type { Feed, ThingEvent } from '../../../domain/policy/events.js'
import type { Everything } from '../../../domain/policy/everything.js'
import type { Database } from './database.js'
import { Holds, type HeldRow } from './holds.js'
import { piece } from './pieces.js'

/** The consumer whose place decides what is on hold: it feeds the search engine. */
export const SEARCH = 'search'

/**
 * Sent together with every commit of a thing, and with every look around: the highest place that is safe to have
 * read. `water` never passes a transaction that is still open, whatever its number.
 */
export const WATER = 'SELECT coalesce((SELECT max(seq) FROM thing WHERE seq < (SELECT open_place())), 0) AS water'

export interface FeedOptions {
  /** names this process's own index over restarts */
  readonly instance: string
  /** consumers of which every process runs its own; the others have one place for all */
  readonly own?: readonly string[]
}

/**
 * The newest event of each thing, in the order of the transactions that wrote them. A transaction takes its number
 * before it writes and may end after a later one: nobody reads at or above the lowest that is still open.
 */
export class PostgresFeed implements Feed {
  private readonly holds = new Holds()
  private readonly listeners = new Set<() => void>()
  private water = 0

  constructor(
    private readonly database: Database,
    private readonly options: FeedOptions,
  ) {}

  /** Before anything else: what the search engine of this process has not confirmed is on hold. */
  async begin(): Promise<void> {
    const now = await this.database.one<{ water: number; mark: number }>(piece(`SELECT water, open_place() AS mark FROM (${WATER}) AS safe`))
    this.water = now?.water ?? 0
    // First from where to look on, then what there is: nothing falls between.
    this.holds.mark = now?.mark ?? 0
    await this.holdAfter(await this.cursor(SEARCH))
    for (const { id, version } of await this.asideOf(SEARCH)) this.holds.hold(id, version)
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
    if (consumer === SEARCH && seq < before) await this.holdAfter(seq)
  }

  async setAside(consumer: string, event: ThingEvent): Promise<void> {
    if (consumer === SEARCH) this.holds.hold(event.id, event.version)
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

  onHold(): ReadonlySet<string> {
    return this.holds.ids
  }

  release(id: string, version: number): void {
    this.holds.release(id, version)
  }

  /** Called before the commit, so that no query of this process falls between. @returns how to take it back */
  hold(id: string, version: number): () => void {
    return this.holds.hold(id, version)
  }

  /** After a commit of this process. */
  wrote(water: number): void {
    this.water = Math.max(this.water, water)
    this.tell()
  }

  /** Where to go on looking for what other processes closed. */
  get mark(): number {
    return this.holds.mark
  }

  /** Before asking for `mark` and what is behind it. */
  asking(): void {
    this.holds.asking()
  }

  /** What a look around found. @param mark below it every transaction had ended */
  saw(held: readonly HeldRow[], mark: number, water: number): void {
    this.holds.saw(held, mark)
    if (water <= this.water) return
    this.wrote(water)
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }

  private instanceOf(consumer: string): string {
    const { own = [SEARCH], instance } = this.options
    return own.includes(consumer) ? instance : ''
  }

  private async holdAfter(seq: number): Promise<void> {
    const rows = await this.database.rows<HeldRow>(piece('SELECT id, version FROM thing WHERE access_seq > ?::bigint AND access_seq > 0', seq))
    for (const { id, version } of rows) this.holds.hold(id, version)
  }
}

interface EventRow {
  readonly id: string
  readonly kind: 'note' | 'customer'
  readonly version: number
  readonly seq: number
  readonly access_seq: number
}
