import type { Database } from './database.js'
import { WATER, type PostgresFeed } from './feed.js'
import { piece, prepared } from './pieces.js'
import type { Room } from './room.js'

/** Milliseconds between two looks when nobody asks for one: how soon the relay hears of other processes' writes. */
const EVERY = 250

/**
 * What other processes did, brought into memory. `fresh` is awaited at the start of every request, so a right that was
 * taken away elsewhere holds from the next request on: one small query, and the rows that changed.
 */
export class Around {
  private readonly rooms = new Map<string, Room<object>>()
  private underWay: Promise<void> | null = null
  private next: Promise<void> | null = null
  private timer: NodeJS.Timeout | null = null
  private closed = false
  /** whether the last look got an answer */
  isUp = true
  /** how often it was looked around so far, whoever asked for it */
  looks = 0

  constructor(
    private readonly database: Database,
    private readonly feed: PostgresFeed,
    private readonly troubled: (error: unknown) => void,
  ) {}

  /** Opens a room: in memory when it resolves, and followed from then on. */
  async open<T extends object>(room: Room<T>): Promise<Room<T>> {
    await room.load()
    this.rooms.set(room.name, room as unknown as Room<object>)
    return room
  }

  /** Looks now and then even when nobody asks. */
  begin(): void {
    this.timer = setInterval(() => {
      if (!this.underWay) this.fresh().catch(this.troubled)
    }, EVERY).unref()
  }

  /**
   * Memory holds everything that was committed before the call. Requests that come together share one look, but
   * never one that was asked before they came.
   * @throws StoreAway when that cannot be known: then nothing may be shown
   */
  fresh(): Promise<void> {
    if (this.next) return this.next
    if (!this.underWay) return this.begun()
    const before = this.underWay
    this.next = before.catch(() => {}).then(() => {
      this.next = null
      return this.begun()
    })
    return this.next
  }

  async close(): Promise<void> {
    this.closed = true
    if (this.timer) clearInterval(this.timer)
    await this.next?.catch(() => {})
    await this.underWay?.catch(() => {})
  }

  private begun(): Promise<void> {
    if (this.closed) return Promise.resolve()
    const look = this.look().then(
      () => { this.isUp = true },
      (error: unknown) => {
        this.isUp = false
        throw error
      },
    ).finally(() => {
      if (this.underWay === look) this.underWay = null
    })
    this.underWay = look
    return look
  }

  private async look(): Promise<void> {
    this.looks += 1
    this.feed.asking()
    // One statement, so one moment: what is closed, how far every transaction has ended, and what changed in rooms.
    const rows = await this.database.rows<Found>(prepared(piece(
      `SELECT 'room' AS what, room AS id, n, 0 AS at FROM epoch
        UNION ALL SELECT 'held', id, version, access_seq FROM thing WHERE access_seq >= ?::bigint AND access_seq > 0
        UNION ALL SELECT 'mark', '', open_place(), 0
        UNION ALL SELECT 'water', '', water, 0 FROM (${WATER}) AS safe
        UNION ALL SELECT 'place', consumer, seq, 0 FROM place WHERE instance = '' AND consumer = ANY(?::text[])
        UNION ALL SELECT 'aside ' || consumer, thing, (event->>'version')::bigint, 0 FROM aside WHERE instance = '' AND consumer = ANY(?::text[])`,
      this.feed.mark, this.feed.shared, this.feed.shared,
    )))
    const of = (what: string) => rows.filter((row) => row.what === what)
    const places = new Map(of('place').map(({ id, n }) => [id, { seq: n, aside: of(`aside ${id}`).map((row) => ({ id: row.id, version: row.n })) }]))
    await this.feed.saw(of('held').map(({ id, n, at }) => ({ id, version: n, seq: at })), of('mark')[0]?.n ?? 0, of('water')[0]?.n ?? 0, places)
    const behind = of('room').flatMap(({ id, n }) => this.rooms.get(id) ?? [])
    const epochs = new Map(of('room').map(({ id, n }) => [id, n]))
    await Promise.all(behind.filter((room) => room.known < (epochs.get(room.name) ?? 0)).map((room) => room.follow()))
  }
}

/** A row of a look around: which of its parts it is, and what that part says. */
interface Found {
  readonly what: string
  readonly id: string
  readonly n: number
  readonly at: number
}
