import type { Everything } from './everything.js'

/** What happened to a thing, written with the thing itself. Consumers re-read the thing and act on its present state. */
export interface ThingEvent {
  readonly seq: number
  readonly kind: 'note' | 'customer'
  readonly id: string
  readonly version: number
  readonly accessChanged: boolean
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
  /** Things whose access changed or text was redacted after the consumer's place: engines must exclude them. */
  onHold(): ReadonlySet<string>
  /** an engine has confirmed this version */
  release(id: string, version: number): void
}
