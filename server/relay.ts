import { setTimeout as pause } from 'node:timers/promises'
import type { Feed, ThingEvent } from './domain/policy/events.js'
import type { Everything } from './domain/policy/everything.js'

/** Somebody who must hear of every change: the search engine, digests, insights. */
export interface Consumer {
  readonly name: string
  /** events taken at once, at most; default 100 */
  readonly most?: number
  /**
   * Re-reads the things and acts on their present state; taking the same events twice must change nothing.
   * Rejects when not all of them could be taken.
   */
  take(events: readonly ThingEvent[]): Promise<void>
  /** False while the consumer itself is away: then no thing is to blame and nothing is set aside. */
  isUp?(): Promise<boolean>
}

export interface RelayOptions {
  readonly feed: Feed
  readonly pass: Everything
  readonly consumers: readonly Consumer[]
  readonly log: { error(facts: Readonly<Record<string, unknown>>, words: string): void }
  /** ms to wait after the first failure, doubled after each further one up to `longest` */
  readonly first?: number
  readonly longest?: number
  /** ms from a write to looking at it, so that a burst of writes is taken together */
  readonly gather?: number
}

export interface Relay {
  /** Resolves when every consumer has been through all that had happened when it was called. */
  caughtUp(): Promise<void>
  /** Ends after the batch that is under way. */
  stop(): Promise<void>
}

export const TRIES = 5
const MOST = 100

/** Follows the feed once for each consumer; a slow or failing one holds up no other. */
export function startRelay(options: RelayOptions): Relay {
  const followers = options.consumers.map((consumer) => new Follower(consumer, options))
  return {
    caughtUp: async () => void (await Promise.all(followers.map((follower) => follower.caughtUp()))),
    stop: async () => void (await Promise.all(followers.map((follower) => follower.stop()))),
  }
}

class Follower {
  private readonly stopping = new AbortController()
  private readonly running: Promise<void>
  private readonly unsubscribe: () => void
  private wake: () => void = () => {}
  /** ends the pause in which a burst of writes is gathered */
  private hurry = new AbortController()
  private written = false
  private place = 0
  private waiting: { readonly upTo: number; readonly reached: () => void }[] = []

  constructor(
    private readonly consumer: Consumer,
    private readonly options: RelayOptions,
  ) {
    this.unsubscribe = options.feed.onWrite(() => {
      this.written = true
      this.wake()
    })
    this.running = this.follow()
  }

  caughtUp(): Promise<void> {
    const upTo = this.options.feed.lowWater()
    return new Promise((reached) => {
      this.waiting.push({ upTo, reached })
      this.written = true
      this.hurry.abort()
      this.wake()
    })
  }

  async stop(): Promise<void> {
    this.unsubscribe()
    this.stopping.abort()
    this.wake()
    await this.running
    for (const { reached } of this.waiting) reached()
  }

  private async follow(): Promise<void> {
    const { feed, pass } = this.options
    let failures = 0
    let begun = false
    while (!this.stopped) {
      try {
        if (!begun) await this.begin()
        begun = true
        this.written = false
        const upTo = feed.lowWater()
        const most = this.consumer.most ?? MOST
        const events = await feed.after(this.place, most, pass)
        if (events.length > 0) await this.takeAll(events)
        const last = events.at(-1)?.seq ?? 0
        // Nothing can appear any more below what was the low-water mark before the question.
        await this.moveTo(events.length < most ? Math.max(upTo, last) : last)
        failures = 0
        if (events.length < most) await this.news()
      } catch (error) {
        if (this.stopped) return
        failures += 1
        this.options.log.error({ consumer: this.consumer.name, error }, 'a consumer of the feed failed and is tried again')
        await this.rest(failures)
      }
    }
  }

  /** Where it was; and once more whatever had been set aside. */
  private async begin(): Promise<void> {
    const { feed } = this.options
    this.place = await feed.cursor(this.consumer.name)
    for (const event of await feed.asideOf(this.consumer.name)) {
      if (await this.takes([event])) await feed.takenUp(this.consumer.name, event.id)
    }
  }

  private async takeAll(events: readonly ThingEvent[]): Promise<void> {
    const { feed } = this.options
    const name = this.consumer.name
    const aside = new Set((await feed.asideOf(name)).map(({ id }) => id))
    const whole = await this.takes(events)
    for (const event of events) {
      if (!whole) await this.takeOne(event)
      else if (aside.has(event.id)) await feed.takenUp(name, event.id)
    }
  }

  /** Some thing of a batch cannot be taken: the others must not wait for it for ever. */
  private async takeOne(event: ThingEvent): Promise<void> {
    const { feed, log } = this.options
    for (let tries = 0, failures = 1; tries < TRIES; failures += 1) {
      if (this.stopped) throw new Error('the relay was stopped')
      if (await this.takes([event])) return feed.takenUp(this.consumer.name, event.id)
      if (await this.isUp()) tries += 1
      if (tries < TRIES) await this.rest(failures)
    }
    await feed.setAside(this.consumer.name, event)
    log.error({ consumer: this.consumer.name, thing: event.id, kind: event.kind }, `a thing was set aside after ${TRIES} tries`)
  }

  private async takes(events: readonly ThingEvent[]): Promise<boolean> {
    try {
      await this.consumer.take(events)
      return true
    } catch (error) {
      this.options.log.error({ consumer: this.consumer.name, things: events.length, error }, 'a consumer could not take events')
      return false
    }
  }

  private async isUp(): Promise<boolean> {
    return (await this.consumer.isUp?.().catch(() => false)) ?? true
  }

  private async moveTo(seq: number): Promise<void> {
    if (seq > this.place) {
      await this.options.feed.moveCursor(this.consumer.name, seq)
      this.place = seq
    }
    this.waiting = this.waiting.filter(({ upTo, reached }) => {
      if (upTo <= this.place) reached()
      return upTo > this.place
    })
  }

  /** Until something is written and others had a moment to write too, somebody waits for it, or the relay stops. */
  private async news(): Promise<void> {
    if (!this.written && !this.stopped) await new Promise<void>((resolve) => (this.wake = resolve))
    this.wake = () => {}
    if (this.waiting.length > 0 || this.stopped) return
    this.hurry = new AbortController()
    await pause(this.options.gather ?? 25, undefined, { signal: AbortSignal.any([this.hurry.signal, this.stopping.signal]) }).catch(() => {})
  }

  private async rest(failures: number): Promise<void> {
    const { first = 200, longest = 30_000 } = this.options
    const ms = Math.min(longest, first * 2 ** Math.max(0, failures - 1))
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => {})
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted
  }
}
