import { setTimeout as pause } from 'node:timers/promises'
import { Semaphore } from 'async-mutex'
import type { Behind } from './domain/policy/events.js'
import { SearchBeyond, SearchUnavailable, type EngineReport, type Finder, type SearchEngine } from './domain/search/port.js'
import type { BasicSearch } from './basic-search.js'

/** An engine among those that may answer. */
export interface Answering {
  /** as it is configured, without anything secret */
  readonly name: string
  readonly engine: SearchEngine
  /** ids that it has not taken in their newest state; null when they are too many to be listed, and it may not be asked */
  hold(): ReadonlySet<string> | null
  /** how many things it has not taken yet, counted up to `most` */
  behind(most?: number): Promise<Behind>
}

export interface FindingOptions {
  /** ms without an answer after which the next engine is asked as well */
  readonly hurry?: number
  /** ms after which no engine is waited for any longer; null where only the engine's own patience counts */
  readonly patience?: number | null
  /** ms for which an engine that failed is left alone, doubled up to `longestRest` while it goes on failing */
  readonly rest?: number
  readonly longestRest?: number
  /** questions put to the engines at once; the others wait for their turn, which is not the engine's slowness */
  readonly atOnce?: number
  /** The moment, UTC ISO-8601, at which a day (`YYYY-MM-DD`) begins at the bank. */
  readonly startOf?: (day: string) => string
  readonly told?: (sentence: string) => void
}

/**
 * Asks the engines in their order, each without what is on hold for it. One that does not answer soon is not waited
 * for: the next is asked as well, and the first good answer counts. When none answers, the store is looked through.
 */
export function openFinding(engines: readonly Answering[], basic: BasicSearch, options: FindingOptions = {}): Finder {
  const { hurry = 400, patience = null, rest = 5_000, longestRest = 30_000, atOnce = 3, startOf = (day) => day, told = () => {} } = options
  const asked = engines.map((each) => new Asked(each, { rest, longestRest, told }))
  const turns = new Semaphore(atOnce)

  function answer<T>(ask: (engine: SearchEngine, hold: readonly string[], signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<{ value: T; onHold: number } | null> {
    return turns.runExclusive(() => {
      // Whoever has gone away while they waited is not asked for.
      signal?.throwIfAborted()
      return answerInTurn(ask, signal)
    })
  }

  async function answerInTurn<T>(ask: (engine: SearchEngine, hold: readonly string[], signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<{ value: T; onHold: number } | null> {
    const fit = asked.filter((each) => each.isFit)
    if (fit.length === 0) return null
    const over = new AbortController()
    const gone = (): void => over.abort(signal?.reason)
    signal?.addEventListener('abort', gone, { once: true })
    const put = performance.now()
    const late = patience === null ? null : setTimeout(() => over.abort(new SearchUnavailable('no engine answered in time')), patience)
    try {
      const asks = fit.map((each) => () => each.ask(ask, over.signal))
      return await firstOf(asks, hurry, over.signal, (n) => fit[n]?.failed(new SearchUnavailable('another engine was faster'), put))
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (over.signal.aborted) for (const each of fit) each.failed(over.signal.reason, put)
      else if (!(error instanceof SearchUnavailable)) throw error
      return null
    } finally {
      if (late) clearTimeout(late)
      signal?.removeEventListener('abort', gone)
      over.abort(ANSWERED)
    }
  }

  return {
    search: async (query, sight, options, signal) => {
      // Engines compare moments; people mean days of the bank.
      const moments = { ...query, after: query.after && startOf(query.after), before: query.before && startOf(query.before) }
      const found = await answer((engine, hold, signal) => engine.search(moments, sight, { ...options, hold }, signal), signal)
      return found ? { ...found.value, onHold: found.onHold, basic: null } : basic(query, sight, options, signal)
    },
    suggest: async (typed, sight, options, signal) => {
      return (await answer((engine, hold, signal) => engine.suggest(typed, sight, { ...options, hold }, signal), signal))?.value ?? { hits: [], words: [] }
    },
    similar: async (to, sight, options, signal) => {
      return (await answer((engine, hold, signal) => engine.similar(to, sight, { ...options, hold }, signal), signal))?.value ?? []
    },
    engines: (most) => Promise.all(asked.map((each) => each.report(most))),
  }
}

/** Made once: a failure notes where it was made, which takes longer than to tell of it. */
const ANSWERED = new SearchUnavailable('another engine answered')

/** An engine, and whether it has earned a rest. */
class Asked {
  private restsUntil = 0
  private failures = 0
  private answeredAt = -Infinity

  constructor(
    private readonly answering: Answering,
    private readonly options: Required<Pick<FindingOptions, 'rest' | 'longestRest' | 'told'>>,
  ) {}

  get isFit(): boolean {
    const { state, wantsRebuild } = this.answering.engine.status()
    // What was never filled would find nothing, and nobody would know why.
    return state === 'ready' && !wantsRebuild && !this.isResting && this.answering.hold() !== null
  }

  async ask<T>(ask: (engine: SearchEngine, hold: readonly string[], signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<{ value: T; onHold: number }> {
    const held = this.answering.hold()
    if (held === null) throw new SearchUnavailable('more is on hold than can be left out')
    const hold = [...held]
    const put = performance.now()
    try {
      const value = await ask(this.answering.engine, hold, signal)
      this.failures = 0
      this.answeredAt = performance.now()
      return { value, onHold: hold.length }
    } catch (error) {
      if (!signal.aborted && error instanceof SearchUnavailable && !(error instanceof SearchBeyond)) this.failed(error, put)
      throw error
    }
  }

  /**
   * It is left alone for a while, unless others got their answers since this question was put: then it has much to do,
   * and what everybody would get instead takes the machine longer than it does.
   * @param put when the question was put to it, ms of the process's clock
   */
  failed(error: unknown, put: number): void {
    if (this.answeredAt > put) return
    const { rest, longestRest, told } = this.options
    if (this.failures === 0) told(`the search engine ${this.answering.name} does not answer and is left alone for a while: ${error instanceof Error ? error.message : String(error)}`)
    this.restsUntil = performance.now() + Math.min(longestRest, rest * 2 ** this.failures)
    this.failures += 1
  }

  async report(most?: number): Promise<EngineReport> {
    const { name, engine, hold, behind } = this.answering
    const { state, entries, rebuilding, settling } = engine.status()
    const things = await behind(most)
    return { name, state: this.isResting ? 'resting' : state, entries, rebuilding, ...(settling && { settling }), behind: things, onHold: hold()?.size ?? things.things }
  }

  private get isResting(): boolean {
    return performance.now() < this.restsUntil
  }
}

/**
 * The first good answer; the next is asked when the one before has failed or takes long. Rejects with the last failure.
 * @param overtaken hears of each that was asked before the one that answered, and had not answered yet
 */
async function firstOf<T>(asks: readonly (() => Promise<T>)[], hurry: number, signal: AbortSignal, overtaken: (n: number) => void): Promise<T> {
  const under = new Map<number, Promise<{ n: number; value: T } | { n: number; error: unknown }>>()
  const gone = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  gone.catch(() => {})
  let failure: unknown = new SearchUnavailable('no engine is up')
  for (let next = 0; next < asks.length || under.size > 0; ) {
    if (next < asks.length) {
      const n = next++
      under.set(n, (asks[n] as () => Promise<T>)().then((value) => ({ n, value }), (error: unknown) => ({ n, error })))
    }
    const waits: Promise<{ n: number; value: T } | { n: number; error: unknown } | 'late'>[] = [...under.values(), gone]
    const quiet = next < asks.length ? new AbortController() : null
    if (quiet) waits.push(pause(hurry, 'late' as const, { signal: quiet.signal }).catch(() => 'late' as const))
    const first = await Promise.race(waits)
    quiet?.abort()
    if (first === 'late') continue
    under.delete(first.n)
    if ('value' in first) {
      for (const n of under.keys()) if (n < first.n) overtaken(n)
      return first.value
    }
    failure = first.error
  }
  throw failure
}
