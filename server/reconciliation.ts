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
  /** so many foreign things are dropped before the index is read anew; default 50 000, whose ids take some megabytes */
  readonly mostForeign?: number
}

/** How many things were put right. */
export interface Reconciled {
  readonly lacking: number
  readonly stale: number
  readonly foreign: number
}

const PAGE = 500
const MOST_FOREIGN = 50_000
export const NOTHING: Reconciled = { lacking: 0, stale: 0, foreign: 0 }

/**
 * Holds an index against the store and puts right what differs, whatever the reason was. What was written after the
 * place of its consumer is on its way and not counted. Each side is read in pages, of which the other one is asked, so
 * that memory does not grow with the number of things.
 */
export async function reconcile(parts: Reconciling): Promise<Reconciled> {
  const taken = await takeWhatDiffers(parts)
  return { ...taken, foreign: await dropForeign(parts) }
}

async function takeWhatDiffers({ engine, feed, index, pass, take, stopped }: Reconciling): Promise<Omit<Reconciled, 'foreign'>> {
  const place = await feed.cursor(index)
  let [lacking, stale] = [0, 0]
  for (let after = 0; !stopped(); ) {
    const events = (await feed.after(after, PAGE, pass)).filter(({ seq }) => seq <= place)
    if (events.length === 0) break
    after = events.at(-1)?.seq ?? place
    const indexed = await engine.versionsOf(events.map(({ id }) => id))
    const differing = events.filter(({ id, version }) => indexed.get(id) !== version)
    if (differing.length === 0) continue
    // What was written since the page was read is on its way too.
    const now = await feed.versionsOf(differing.map(({ id }) => id), pass)
    const wrong = differing.filter(({ id, version }) => now.get(id) === version)
    for (const { id } of wrong) if (indexed.has(id)) stale += 1; else lacking += 1
    if (wrong.length > 0) await take(wrong)
  }
  return { lacking, stale }
}

/** Dropped is after the index was read: what comes after a dropped thing may move to a page that was read already. */
async function dropForeign(parts: Reconciling): Promise<number> {
  const { engine, stopped, mostForeign = MOST_FOREIGN } = parts
  let foreign = 0
  for (let full = true; full && !stopped(); ) {
    const ids = await foreignIn(parts, mostForeign)
    full = ids.length >= mostForeign
    for (let at = 0; at < ids.length && !stopped(); at += PAGE) {
      const some = ids.slice(at, at + PAGE)
      await engine.drop(some)
      foreign += some.length
    }
  }
  return foreign
}

/** What is kept nowhere; reading stops when so much was found. The store is asked after the index: it knows of whatever that has taken. */
async function foreignIn({ engine, feed, pass, stopped }: Reconciling, most: number): Promise<string[]> {
  const foreign = new Set<string>()
  for await (const page of engine.versions()) {
    const known = await feed.versionsOf(page.map(({ id }) => id), pass)
    for (const { id } of page) if (!known.has(id)) foreign.add(id)
    if (foreign.size >= most || stopped()) break
  }
  return [...foreign]
}
