import type { Feed, ThingEvent } from './domain/policy/events.js'
import type { Everything } from './domain/policy/everything.js'
import type { SearchEngine } from './domain/search/port.js'

export interface Reconciling {
  readonly engine: SearchEngine
  readonly feed: Feed
  /** the consumer that feeds the engine */
  readonly index: string
  readonly pass: Everything
  /** puts things into the engine as they are now */
  take(events: readonly ThingEvent[]): Promise<void>
  stopped(): boolean
}

/** How many things were put right. */
export interface Reconciled {
  readonly lacking: number
  readonly stale: number
  readonly foreign: number
}

const PAGE = 500
export const NOTHING: Reconciled = { lacking: 0, stale: 0, foreign: 0 }

/**
 * Holds an index against the store and puts right what differs, whatever the reason was. What was written after the
 * place of its consumer is on its way and not counted.
 */
export async function reconcile({ engine, feed, index, pass, take, stopped }: Reconciling): Promise<Reconciled> {
  const place = await feed.cursor(index)
  const indexed = new Map<string, number>()
  for await (const page of engine.versions()) {
    for (const { id, version } of page) indexed.set(id, version)
    if (stopped()) return NOTHING
  }
  let [lacking, stale] = [0, 0]
  for (let after = 0; !stopped(); ) {
    const events = await feed.after(after, PAGE, pass)
    if (events.length === 0) break
    after = events.at(-1)?.seq ?? after
    const wrong = events.filter(({ seq, id, version }) => seq <= place && indexed.get(id) !== version)
    for (const { id } of wrong) if (indexed.has(id)) stale += 1; else lacking += 1
    for (const { id } of events) indexed.delete(id)
    if (wrong.length > 0) await take(wrong)
  }
  if (stopped()) return { lacking, stale, foreign: 0 }
  // What is left is kept nowhere, unless it was written since.
  const left = [...indexed.keys()]
  let foreign = 0
  for (let at = 0; at < left.length && !stopped(); at += PAGE) {
    const ids = left.slice(at, at + PAGE)
    const known = await feed.versionsOf(ids, pass)
    const unknown = ids.filter((id) => !known.has(id))
    if (unknown.length > 0) await engine.drop(unknown)
    foreign += unknown.length
  }
  return { lacking, stale, foreign }
}

