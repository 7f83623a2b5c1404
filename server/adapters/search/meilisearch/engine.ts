import type { Settings } from 'meilisearch'
import { seesNothing } from '../../../domain/policy/access.js'
import type { Sight } from '../../../domain/policy/readable.js'
import type { Entry } from '../../../domain/search/entry.js'
import {
  SearchBeyond, SearchUnavailable,
  type Hit, type Likeness, type Results, type SearchEngine, type SearchOptions, type SimilarOptions, type Status, type SuggestOptions, type Suggestions,
} from '../../../domain/search/port.js'
import type { Query } from '../../../domain/search/query.js'
import { noResults } from '../embedded/no-results.js'
import { Synonyms } from '../embedded/synonyms.js'
import { understood, type Answer, type Ask } from './answers.js'
import { Asking, lawOf, type Scope } from './asking.js'
import { EMBEDDER, embedderSettings, type Embedder } from './embedder.js'
import { Extents } from './extents.js'
import { isBeyond } from './filter.js'
import { SPLITTING, type Splitting } from './delta.js'
import { Keeping, namesOf } from './keeping.js'
import { search, type Engine } from './search.js'
import { Server } from './server.js'
import { similar } from './similar.js'
import { suggest } from './suggest.js'
import { Writing } from './writing.js'

export interface MeilisearchOptions {
  readonly url: string
  /** the server's master key or one made for the portal; empty for a server without keys */
  readonly key: string
  /** of the index, default `tacit` */
  readonly name?: string | undefined
  /** what went wrong, for the log; never words of a query or an entry */
  readonly told?: ((sentence: string) => void) | undefined
  /** milliseconds after which a question is given up; default 1 500 */
  readonly patience?: number | undefined
  /** turns on search by meaning */
  readonly embedder?: Embedder | undefined
  /** when what is new gets an index of its own */
  readonly splitting?: Splitting | undefined
}

/** Never fails for the server's sake: one that is away is looked for in the background, and `status` says so. */
export async function openMeilisearch(options: MeilisearchOptions): Promise<SearchEngine> {
  const engine = new MeilisearchEngine(options)
  await engine.tried()
  return engine
}

class MeilisearchEngine implements SearchEngine {
  private readonly server: Server
  private readonly keeping: Keeping
  private readonly embedder: Embedder | null
  private readonly extents = new Extents()
  private synonyms = new Synonyms([])

  constructor({ url, key, name = 'tacit', told = () => {}, patience, embedder, splitting = SPLITTING }: MeilisearchOptions) {
    this.embedder = embedder ?? null
    const settings: Settings['embedders'] = embedder && embedderSettings(embedder)
    // The server looks for it at once, but not before this constructor has run.
    this.server = new Server({ url, key, told, patience }, namesOf(name), () => this.keeping.prepare(), () => this.keeping.look())
    this.keeping = new Keeping(this.server, new Writing(this.server, settings), name, splitting)
  }

  async tried(): Promise<void> {
    // A server that is there answers in a moment; one that hangs must not hold up the portal.
    let timer: NodeJS.Timeout | undefined
    await Promise.race([this.server.tried(), new Promise((resolve) => (timer = setTimeout(resolve, 3_000)))])
    clearTimeout(timer)
  }

  put(entries: readonly Entry[]): Promise<void> {
    return this.keeping.put(entries)
  }

  drop(ids: readonly string[]): Promise<void> {
    return this.keeping.drop(ids)
  }

  async search(query: Query, sight: Sight, options: SearchOptions, signal?: AbortSignal): Promise<Results> {
    if (seesNothing(sight.visible)) return noResults()
    return this.asked({ visible: sight.visible, ...options }, signal, (engine) => search(query, options, engine))
  }

  async suggest(typed: string, sight: Sight, options: SuggestOptions, signal?: AbortSignal): Promise<Suggestions> {
    if (seesNothing(sight.visible)) return { hits: [], words: [] }
    return this.asked({ visible: sight.visible, ...options }, signal, (engine) => suggest(typed.slice(0, 200), options, engine))
  }

  async similar(to: Likeness, sight: Sight, options: SimilarOptions, signal?: AbortSignal): Promise<readonly Hit[]> {
    if (seesNothing(sight.visible)) return []
    return this.asked({ visible: sight.visible, ...options }, signal, (engine) => similar(to, options, engine))
  }

  async setSynonyms(groups: readonly (readonly string[])[]): Promise<void> {
    this.synonyms = new Synonyms(groups)
  }

  versions(): AsyncIterable<readonly Hit[]> {
    return this.keeping.versions()
  }

  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.keeping.versionsOf(ids)
  }

  rebuild(entries: AsyncIterable<Entry>, progress?: (done: number) => void): Promise<void> {
    return this.keeping.rebuild(entries, progress)
  }

  tidy(stopped: () => boolean): Promise<void> {
    return this.keeping.tidy(stopped)
  }

  scrub(): Promise<void> {
    return this.keeping.scrub()
  }

  status(): Status {
    const { state, returns } = this.server
    const { complete, entries, rebuilding, settling } = this.keeping
    return { state: state === 'closed' ? 'down' : state, wantsRebuild: !complete, rebuilding, entries, restarts: returns, settling }
  }

  async close(): Promise<void> {
    this.keeping.close()
    this.server.close()
  }

  /** All that one question asks the server must be answered within one deadline. */
  private async asked<T>(scope: Scope, signal: AbortSignal | undefined, answer: (engine: Engine) => Promise<T>): Promise<T> {
    if (this.server.state === 'down' || this.server.state === 'closed') throw new SearchUnavailable('the search is down')
    if (isBeyond(scope.visible, scope.hold)) throw new SearchBeyond('more is to be left out for this viewer than the engine can be told')
    const law = lawOf(scope)
    const semantic = this.embedder && { embedder: EMBEDDER, ratio: this.embedder.ratio }
    const hide = new Set(scope.visible.hide)
    return this.server.search((client, until) => {
      const ask: Ask = async (body) => understood(body, (await client.multiSearch(body as never, { signal: until })) as Answer)
      return answer({ asking: new Asking(ask, this.keeping.indexes, law, this.extents), synonyms: this.synonyms, hide, open: law.open, semantic })
    }, signal)
  }
}
