import type { Behind } from '../policy/events.js'
import type { Sight } from '../policy/readable.js'
import type { Entry, FacetName, Kind } from './entry.js'
import type { Query } from './query.js'

/** Finds what a viewer may see. Every hit is read again through its store with the same sight before it is shown. */
export interface SearchEngine {
  /**
   * Adds or replaces. Resolves when queries find the new state. An older version than the indexed one changes nothing.
   * @throws SearchUnavailable
   */
  put(entries: readonly Entry[]): Promise<void>
  /** Forgets. Unknown ids are fine. @throws SearchUnavailable */
  drop(ids: readonly string[]): Promise<void>

  /** An empty query lists what may be seen. @throws SearchUnavailable, or the signal's reason when it was aborted */
  search(query: Query, sight: Sight, options: SearchOptions, signal?: AbortSignal): Promise<Results>
  /** For type-ahead: things whose name begins so (Chinese names by pinyin or its initials too), and words to go on with. */
  suggest(typed: string, sight: Sight, options: SuggestOptions, signal?: AbortSignal): Promise<Suggestions>
  /** What reads alike, most alike first. */
  similar(to: Likeness, sight: Sight, options: SimilarOptions, signal?: AbortSignal): Promise<readonly Hit[]>

  /** Words of one concept, of every department and language; each finds the others from then on. */
  setSynonyms(groups: readonly (readonly string[])[]): Promise<void>
  /** What is indexed, in no order, in pages; for the nightly comparison with the store. */
  versions(): AsyncIterable<readonly Hit[]>
  /** Of these the indexed ones, each with its version. @throws SearchUnavailable */
  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
  /**
   * Builds a new index beside the present one, which goes on answering, and swaps when the entries end.
   * What is put or dropped meanwhile is in both.
   */
  rebuild(entries: AsyncIterable<Entry>, progress?: (done: number) => void): Promise<void>

  /** For a quiet hour: what makes it answer faster and changes nothing that is found. Ends early when stopped. @throws SearchUnavailable */
  tidy(stopped: () => boolean): Promise<void>
  /** Resolves when nothing of what was replaced or dropped is left in the engine's own files. @throws SearchUnavailable */
  scrub(): Promise<void>

  status(): Status
  close(): Promise<void>
}

/**
 * What pages ask: whichever engine answers, without what is on hold for it; and when none does, a plain look through
 * the newest notes under the same law.
 */
export interface Finder {
  /** @throws the signal's reason when it was aborted */
  search(query: Query, sight: Sight, options: Omit<SearchOptions, 'hold'>, signal?: AbortSignal): Promise<Found>
  /** Nothing while no engine answers. */
  suggest(typed: string, sight: Sight, options: Omit<SuggestOptions, 'hold'>, signal?: AbortSignal): Promise<Suggestions>
  /** Nothing while no engine answers. */
  similar(to: Likeness, sight: Sight, options: Omit<SimilarOptions, 'hold'>, signal?: AbortSignal): Promise<readonly Hit[]>
  /** How each engine is, in the order they are asked. @param most where counting how far they are behind may stop */
  engines(most?: number): Promise<readonly EngineReport[]>
}

export interface Found extends Results {
  /** how many things the engine that answered had to leave out, because it has not taken their newest state */
  readonly onHold: number
  /** null when an engine answered */
  readonly basic: Basic | null
}

/** How far a plain look through the newest notes went. */
export interface Basic {
  readonly looked: number
  /** nothing readable was left unlooked at */
  readonly all: boolean
}

export interface EngineReport {
  /** as it is configured, without anything secret */
  readonly name: string
  /** `resting`: it failed and is asked again a little later */
  readonly state: Status['state'] | 'resting'
  readonly entries: number
  readonly rebuilding: number | null
  readonly settling?: Status['settling']
  /** how many things were written that it has not taken yet */
  readonly behind: Behind
  readonly onHold: number
}

export const SORTS = ['relevance', 'newest', 'value'] as const
export type Sort = (typeof SORTS)[number]
export type Filters = Readonly<Partial<Record<FacetName, readonly string[]>>>

export interface SearchOptions {
  /** the moment of asking, UTC ISO-8601; freshness counts a little */
  readonly now: string
  /** one of the values within a facet, every facet named */
  readonly filters?: Filters
  /** which facets are counted, because somebody looks at them; default all */
  readonly facets?: readonly FacetName[]
  readonly kinds?: readonly Kind[]
  /** default: relevance, and newest when the query has no words */
  readonly sort?: Sort
  /** from 1 */
  readonly page?: number
  /** 1–100, default 20 */
  readonly size?: number
  /** ids on hold: not found, not counted (HOUSE.md §2a) */
  readonly hold?: readonly string[]
  /** true: archived things only; otherwise none */
  readonly archived?: boolean
}

export interface Hit {
  readonly kind: Kind
  readonly id: string
  readonly version: number
}

export interface FacetCount {
  readonly value: string
  readonly count: number
}

/** Everything here is counted over what the sight allows and nothing else. */
export interface Results {
  readonly hits: readonly Hit[]
  readonly total: number
  /** at most 20 values of each that was asked for, most frequent first, never one with no hit; a facet's counts ignore its own selection */
  readonly facets: Readonly<Record<FacetName, readonly FacetCount[]>>
  /** words nothing visible holds, and what was looked for instead */
  readonly corrected: readonly Correction[]
  /** not every word had to match, because too little held them all */
  readonly relaxed: boolean
  /** what to highlight: the words looked for, with synonyms and corrections; a final `*` means any ending */
  readonly terms: readonly string[]
}

export interface Correction {
  readonly typed: string
  readonly used: string
}

export interface SuggestOptions {
  readonly kinds?: readonly Kind[]
  readonly hold?: readonly string[]
  /** default 8 */
  readonly limit?: number
}

export interface Suggestions {
  readonly hits: readonly Hit[]
  /** complete words that something visible holds */
  readonly words: readonly string[]
}

export type Likeness = { readonly text: string } | { readonly id: string }

export interface SimilarOptions {
  readonly now: string
  readonly kinds?: readonly Kind[]
  readonly hold?: readonly string[]
  /** default 5 */
  readonly limit?: number
  /** `duplicate`: probably the same knowledge; `related`: worth reading next */
  readonly closeness?: 'related' | 'duplicate'
}

export interface Status {
  readonly state: 'ready' | 'starting' | 'down'
  /** the index is empty or of another release: `rebuild` is wanted */
  readonly wantsRebuild: boolean
  /** entries taken so far by a rebuild under way */
  readonly rebuilding: number | null
  readonly entries: number
  /** how often the engine had to be started again since it was opened */
  readonly restarts: number
  /** in a few seconds it will take much in a fraction of the time: whoever has much to write had better wait */
  readonly settling?: boolean
}

/** The engine is down, too slow or closed. Pages stay up and say so; nothing of the engine's own words is shown. */
export class SearchUnavailable extends Error {
  override readonly name: string = 'SearchUnavailable'
}

/** This engine is well, but cannot answer this viewer: nobody else has to do without it for that. */
export class SearchBeyond extends SearchUnavailable {
  override readonly name = 'SearchBeyond'
}
