import { setTimeout as pause } from 'node:timers/promises'
import { openBasicSearch } from './basic-search.js'
import { synonymGroups } from './domain/notes/glossary.js'
import type { Customers } from './domain/customers/port.js'
import type { Notes } from './domain/notes/port.js'
import type { Indexes } from './domain/policy/events.js'
import type { Finder, Hit, SearchEngine } from './domain/search/port.js'
import { openFinding } from './finding.js'
import { IndexFeeder } from './index-feeder.js'
import type { Indexed } from './indexing.js'
import { Pace } from './pace.js'
import type { Reconciled } from './reconciliation.js'
import type { RelayOptions } from './relay.js'
import type { ReindexDesk } from './reindex-desk.js'

/** An engine and the consumer of the feed that fills it. */
export interface EngineOfIndex {
  /** the consumer's name: its place in the feed and what is on hold are kept under it */
  readonly index: string
  /** as it is configured, without anything secret */
  readonly name: string
  readonly engine: SearchEngine
}

export interface SearchingParts extends Omit<Indexed, 'engine' | 'index'> {
  readonly engines: readonly EngineOfIndex[]
  /** true: one process feeds the engines that all ask */
  readonly shared: Indexes['shared']
  readonly seen: { readonly notes: Pick<Notes, 'rows'>; readonly customers: Pick<Customers, 'some'> }
  /** the moment at which a day of the bank begins */
  readonly startOf: (day: string) => string
  /** ms after which no engine is waited for any longer; null where an engine's own patience is enough */
  readonly patience: number | null
  /** questions put to the engines at once */
  readonly atOnce: number
  /** true: a script, which feeds nothing and has running portals do it */
  readonly beside: boolean
  readonly desk: ReindexDesk
  readonly log: RelayOptions['log']
  readonly told: (sentence: string) => void
}

export interface Searching {
  readonly finder: Finder
  /** Feeds what only this process asks. Resolves when the engines know what they need to answer. */
  begin(): Promise<void>
  /** This process is the one that feeds engines that all ask. */
  lead(): void
  follow(): Promise<void>
  /** words of the glossary, or what notes are found by */
  vocabularyChanged(what: string): void
  /** Builds every index anew beside the present one, here or in the process that feeds it. */
  rebuild(progress?: (done: number) => void): Promise<void>
  /** For whoever writes much, after each so many things: waits now and then until the engines have nearly kept up, so that what others write is found soon. */
  room(written: number): Promise<void>
  /** Resolves when every engine that is up has taken all that was written before the call. */
  caughtUp(): Promise<void>
  /** Nothing of what was replaced is left in an engine's files. @throws Error while some engine has not taken the note yet */
  scrub(note: string): Promise<void>
  /** Holds every index that is fed here against the store and puts it right. */
  reconcile(stopped: () => boolean): Promise<Reconciled>
  /** What the first engine holds, in pages. */
  indexed(): AsyncIterable<readonly Hit[]>
  close(): Promise<void>
}

/** An engine elsewhere takes a thousand things in hardly more time than ten. */
const MOST_ELSEWHERE = 1_000
const ROOM_MS = 50
/** Longer than an engine takes to settle. */
const LOOKS = 200
const LOOK_MS = 2_000
const SCRUB_MS = 20_000

/** Everything about finding that is not an engine: who is asked, who is fed by whom, and what happens when one is away. */
export function openSearching(parts: SearchingParts): Searching {
  const { feed, told, shared, desk, beside } = parts
  const feeders = parts.engines.map(({ index, name, engine }) => new IndexFeeder({ ...parts, engine, index, name, ...(shared && { most: MOST_ELSEWHERE }) }))
  const basic = openBasicSearch({ ...parts.seen, people: parts.people, vocabularies: parts.vocabularies, dayOf: parts.dayOf })
  const finder = openFinding(
    parts.engines.map(({ index, name, engine }) => ({ name, engine, hold: () => (feed.holdsAll(index) ? null : feed.onHold(index)), behind: (most?: number) => feed.behind(index, most) })),
    basic, { patience: parts.patience, atOnce: parts.atOnce, startOf: parts.startOf, told },
  )
  let leads = false
  const pace = new Pace()
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<void> = Promise.resolve()
  const feeds = (): boolean => !beside && (!shared || leads)
  const setSynonyms = (): Promise<unknown> => Promise.all(parts.engines.map(({ name, engine }) =>
    engine.setSynonyms(synonymGroups(parts.vocabularies.glossary())).catch((error: unknown) => told(`the search engine ${name} was not told the glossary: ${String(error)}`)),
  ))

  /** An engine that lost everything is filled again, and a rebuild that a script asked for is made. */
  async function look(): Promise<void> {
    if (!feeds()) return
    for (const feeder of feeders) feeder.fillIfEmpty()
    await desk.carryOut((progress) => rebuildHere(progress), { each: !shared })
  }
  async function rebuildHere(progress?: (done: number) => void): Promise<void> {
    await setSynonyms()
    // One after the other: the store is read once at a time, and one index always answers.
    for (const feeder of feeders) await feeder.rebuild(progress)
  }
  function startFeeding(): void {
    for (const feeder of feeders) feeder.start()
  }

  return {
    finder,
    begin: async () => {
      await setSynonyms()
      if (!shared) startFeeding()
      timer = setInterval(() => {
        looking = looking.then(look).catch((error: unknown) => told(`the search index could not be looked after: ${String(error)}`))
      }, LOOK_MS).unref()
    },
    lead: () => {
      leads = true
      if (shared) startFeeding()
    },
    follow: async () => {
      leads = false
      if (shared) await Promise.all(feeders.map((feeder) => feeder.stop()))
    },
    vocabularyChanged: (what) => {
      if (what === 'glossary') void setSynonyms()
      else if (feeds()) for (const feeder of feeders) feeder.rebuildSoon()
    },
    rebuild: async (progress) => (feeds() ? rebuildHere(progress) : desk.ask(progress)),
    room: async (written) => {
      if (!pace.wroteMore(written)) return
      let looks = 0
      // A bounded wait: an import must end although an engine is slow.
      for (; looks < LOOKS; looks += 1) {
        const engines = await finder.engines(pace.behind + 1)
        if (engines.every(({ state, rebuilding, settling, behind }) => state !== 'ready' || rebuilding !== null || (!settling && behind.things <= pace.behind))) break
        await pause(ROOM_MS)
      }
      pace.wentOn(performance.now(), looks > 0)
    },
    caughtUp: async () => {
      await Promise.all(feeders.map((feeder) => feeder.caughtUp()))
    },
    scrub: async (note) => {
      await Promise.race([Promise.all(feeders.map((feeder) => feeder.caughtUp())), pause(SCRUB_MS, undefined, { ref: false })])
      if (parts.engines.some(({ index }) => feed.holdsAll(index) || feed.onHold(index).has(note))) throw new Error('the search index has not taken the note yet')
      await Promise.all(parts.engines.map(({ engine }) => engine.scrub()))
    },
    reconcile: async (stopped) => {
      const all: Reconciled[] = []
      for (const feeder of feeders) if (feeds() && !stopped()) all.push(await feeder.reconcile(stopped))
      const sum = (what: keyof Reconciled): number => all.reduce((before, each) => before + each[what], 0)
      return { lacking: sum('lacking'), stale: sum('stale'), foreign: sum('foreign') }
    },
    indexed: () => (parts.engines[0] as EngineOfIndex).engine.versions(),
    close: async () => {
      if (timer) clearInterval(timer)
      // A rebuild under way notices that the engine is closed; its files must not be taken from under it.
      const stopped = feeders.map((feeder) => feeder.stop())
      await Promise.all(parts.engines.map(({ engine }) => engine.close()))
      await Promise.all(stopped)
      await looking
    },
  }
}
