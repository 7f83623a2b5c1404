import type { Visible } from '../../../domain/policy/access.js'
import type { Entry } from '../../../domain/search/entry.js'
import type { Hit, Likeness, Results, SearchOptions, SimilarOptions, SuggestOptions, Suggestions } from '../../../domain/search/port.js'
import type { Query } from '../../../domain/search/query.js'

/** What the worker is asked, and what it answers; both sides are typed by this table. */
export interface Calls {
  open: { ask: { path: string }; answer: Opened }
  put: { ask: { entries: readonly Entry[] }; answer: number }
  drop: { ask: { ids: readonly string[] }; answer: number }
  search: { ask: { query: Query; visible: Visible; options: SearchOptions }; answer: Results }
  suggest: { ask: { typed: string; visible: Visible; options: SuggestOptions }; answer: Suggestions }
  similar: { ask: { to: Likeness; visible: Visible; options: SimilarOptions }; answer: readonly Hit[] }
  synonyms: { ask: { groups: readonly (readonly string[])[] }; answer: null }
  versions: { ask: { from: number }; answer: { hits: readonly Hit[]; next: number | null } }
  'versions of': { ask: { ids: readonly string[] }; answer: ReadonlyMap<string, number> }
  /** the index holds everything there is */
  complete: { ask: Record<never, never>; answer: null }
  scrub: { ask: Record<never, never>; answer: null }
  close: { ask: Record<never, never>; answer: null }
}

export type Call = keyof Calls
export type Ask = { [C in Call]: { call: C } & Calls[C]['ask'] }[Call]
export type Request = Ask & { readonly number: number }
/** The worker's last message: it has no answer, the thread ends. */
export interface Leave {
  readonly call: 'leave'
}
/** `damaged`: the file cannot be read any more. The reason never holds words of a query or an entry. */
export type Failure = 'aborted' | 'slow' | 'damaged' | 'failed'
export type Reply =
  | { readonly number: number; readonly answer: Calls[Call]['answer'] }
  | { readonly number: number; readonly failure: Failure; readonly reason: string }

export interface Opened {
  readonly entries: number
  /** false: made anew, or never built to the end */
  readonly complete: boolean
  /** why the file that was there is gone, if one was */
  readonly discarded: 'other_release' | 'damaged' | null
}

/** A cell per request under way: the asker writes the request's number there to call it off while the worker is busy. */
export const CALLED_OFF_CELLS = 1024

export interface WorkerSetup {
  readonly calledOff: Int32Array
  /** a query that takes longer gives up, milliseconds */
  readonly longestQuery: number
}
