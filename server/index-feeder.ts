import { setTimeout as pause } from 'node:timers/promises'
import { searchIndexing, type Indexed } from './indexing.js'
import { NOTHING, reconcile, type Reconciled } from './reconciliation.js'
import { startRelay, type Relay, type RelayOptions } from './relay.js'

export interface FeederParts extends Indexed {
  /** as the engine is configured, without anything secret */
  readonly name: string
  readonly log: RelayOptions['log']
  readonly told: (sentence: string) => void
}

const TRY_AGAIN_MS = 5_000
const LOOK_MS = 50

/**
 * Keeps one engine to what the store holds: fills it when it is empty, follows the feed from then on, builds it anew
 * when what notes are found by has changed.
 */
export class IndexFeeder {
  private readonly indexing: ReturnType<typeof searchIndexing>
  private relay: Relay | null = null
  private following: Promise<void> | null = null
  private stopping = new AbortController()
  private rebuilding: Promise<void> = Promise.resolve()
  private waits = false

  constructor(private readonly parts: FeederParts) {
    this.indexing = searchIndexing(parts)
  }

  /** From now on until `stop`. */
  start(): void {
    if (this.following) return
    this.stopping = new AbortController()
    const { signal } = this.stopping
    this.following = this.filled(signal).then(() => {
      if (!signal.aborted) this.relay = startRelay({ feed: this.parts.feed, pass: this.parts.pass, consumers: [this.indexing], log: this.parts.log })
    })
  }

  /** Resolves when nothing is put any more. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.relay?.stop()
    await this.following
    await this.rebuilding
    this.relay = null
    this.following = null
  }

  async caughtUp(): Promise<void> {
    const { feed, index, engine } = this.parts
    if (engine.status().state === 'down') return
    if (this.following) {
      await this.following
      await this.rebuilding
      await this.relay?.caughtUp()
      return
    }
    // Another process feeds it: its place says how far it is.
    const upTo = feed.lowWater()
    while (!this.stopping.signal.aborted && engine.status().state === 'ready' && (await feed.cursor(index)) < upTo) await pause(LOOK_MS)
  }

  /** @throws SearchUnavailable */
  async rebuild(progress?: (done: number) => void): Promise<void> {
    const mine = this.rebuilding.then(() => this.indexing.rebuild(progress, this.stopping.signal))
    this.rebuilding = mine.catch(() => {})
    await mine
  }

  /** One after the other: what changes while the index is being built is in the next one. */
  rebuildSoon(): void {
    if (this.waits) return
    this.waits = true
    this.rebuilding = this.rebuilding.then(() => {
      this.waits = false
      return this.indexing.rebuild(undefined, this.stopping.signal)
    }).catch((error: unknown) => this.failed(error))
  }

  /** An engine that lost what it held, while it was followed. */
  fillIfEmpty(): void {
    const { state, wantsRebuild, rebuilding } = this.parts.engine.status()
    if (this.relay && state === 'ready' && wantsRebuild && rebuilding === null) this.rebuildSoon()
  }

  async reconcile(stopped: () => boolean): Promise<Reconciled> {
    const { engine, feed, index, name, pass, told } = this.parts
    if (!this.relay || engine.status().state !== 'ready' || engine.status().wantsRebuild) return NOTHING
    const done = await reconcile({ engine, feed, index, pass, take: (events) => this.indexing.take(events), stopped })
    const { lacking, stale, foreign } = done
    if (lacking + stale + foreign > 0) told(`the search index of ${name} was put right: ${lacking} things were missing, ${stale} old, ${foreign} not the bank's`)
    this.rebuilding = this.rebuilding.then(() => engine.tidy(() => stopped() || this.stopping.signal.aborted)).catch((error: unknown) => this.failed(error))
    return done
  }

  /**
   * What is in the feed already is in a new index too: it is followed from where the feed stood before it was built.
   * The place moves when the index is whole, so that a process that dies on the way begins again.
   */
  private async filled(signal: AbortSignal): Promise<void> {
    const { engine, feed, index } = this.parts
    while (!signal.aborted) {
      const { state, wantsRebuild } = engine.status()
      if (state === 'ready' && !wantsRebuild) return
      if (state === 'ready') {
        const from = feed.lowWater()
        try {
          await this.rebuild()
          if ((await feed.cursor(index)) < from) await feed.moveCursor(index, from)
          return
        } catch (error) {
          this.failed(error)
        }
      }
      await pause(state === 'ready' ? TRY_AGAIN_MS : LOOK_MS, undefined, { signal }).catch(() => {})
    }
  }

  private failed(error: unknown): void {
    if (!this.stopping.signal.aborted) this.parts.told(`the search index of ${this.parts.name} could not be built: ${String(error)}`)
  }
}
