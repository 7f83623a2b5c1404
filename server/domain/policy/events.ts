import type { Everything } from './everything.js'

/** What happened to a thing, written with the thing itself. Consumers re-read the thing and act on its present state. */
export interface ThingEvent {
  readonly seq: number
  readonly kind: 'note' | 'customer'
  readonly id: string
  readonly version: number
  readonly accessChanged: boolean
}

/** The consumer that feeds the search index of a bank that has one. */
export const SEARCH = 'search'

/**
 * Consumers that feed search indexes: each index has its own list of what is on hold. `shared`: one place for all
 * processes, because one of them feeds an engine that all of them ask; otherwise each process feeds an index of its own.
 */
export interface Indexes {
  readonly names: readonly string[]
  readonly shared: boolean
}

/** Counting ends here: whoever asks how far a consumer is behind need not know more than that it is this much. */
export const MOST_BEHIND = 10_000

/** A count that costs no more than its bound, however much there is. */
export interface Behind {
  readonly things: number
  /** there are more than these */
  readonly more: boolean
}

/** The feed of a store: the newest event of each thing, in order of `seq`, only below every write still in flight. */
export interface Feed {
  after(seq: number, limit: number, pass: Everything): Promise<readonly ThingEvent[]>
  /** the highest seq that is safe to have read */
  lowWater(): number
  /** each consumer's own durable place */
  cursor(consumer: string): Promise<number>
  /** Forward, or back when an engine knows that it lost something: what changed since is then on hold again. */
  moveCursor(consumer: string, seq: number): Promise<void>
  /** What a consumer could not take and went past, durably: it stays on hold until it is taken up again. */
  setAside(consumer: string, event: ThingEvent): Promise<void>
  asideOf(consumer: string): Promise<readonly ThingEvent[]>
  takenUp(consumer: string, id: string): Promise<void>
  /** called after each write that has settled */
  onWrite(listener: () => void): () => void
  /** Things whose access changed or text was redacted after the place of the index: its engine must exclude them. */
  onHold(index?: string): ReadonlySet<string>
  /** So much is on hold that it is not listed: nothing may be asked of the engine until it has taken more. */
  holdsAll(index?: string): boolean
  /** the engine of the index has confirmed this version */
  release(id: string, version: number, index?: string): void
  /** How many things were written after the consumer's place. @param most where to stop counting, at least 1, default MOST_BEHIND */
  behind(consumer: string, most?: number): Promise<Behind>
  /** the versions kept of these; what is kept no more, or never was, is not among them */
  versionsOf(ids: readonly string[], pass: Everything): Promise<ReadonlyMap<string, number>>
}
