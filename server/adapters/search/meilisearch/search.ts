import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { Hit, Results, SearchOptions } from '../../../domain/search/port.js'
import type { Query, Word } from '../../../domain/search/query.js'
import type { Concept } from '../embedded/concept.js'
import { conceptsOf } from '../embedded/concepts.js'
import { textFeatures } from '../embedded/features.js'
import { noResults } from '../embedded/no-results.js'
import { enoughFor, mustHoldAll, neededOf, rank, type Ranking } from '../embedded/rank.js'
import { hitOf } from '../embedded/search.js'
import type { Synonyms } from '../embedded/synonyms.js'
import { distinct, early } from './answers.js'
import type { Asking, Gathered, Gathering, Group } from './asking.js'
import type { Read } from './document.js'
import { EVERY } from './encode.js'
import { countsOf, countWithoutOwn, type WithoutOwn } from './facets.js'
import { combinations, leads, strongEnough } from './groups.js'
import { narrowingOf } from './narrowing.js'
import { Sample } from './sample.js'

export interface Engine {
  readonly asking: Asking
  readonly synonyms: Synonyms
  readonly hide: ReadonlySet<string>
  /** all of these filters hold of what is about nobody hidden */
  readonly open: readonly string[]
  /** mixes what means the same into what says the same; null without an embedder */
  readonly semantic: { readonly embedder: string; readonly ratio: number } | null
}

const ROUNDS = 6
/** How many are read and put in order: those that hold everything, and those that hold some of it. */
const READ = { whole: 40, partly: 120 } as const
const MEANT = 40

/** Answers a query as one viewer may see the index. */
export async function search(query: Query, options: SearchOptions, engine: Engine): Promise<Results> {
  const wanted = query.words.filter((word) => !word.not)
  if (wanted.length === 0) return page(await listed(query, options, engine), query, options, engine)
  const found = await sought(wanted, query, options, engine)
  if (!found) return noResults()
  if (found.total > 0 || !wanted.some((word) => word.phrase) || (hasNarrowing(query, options) && !found.phraseless)) {
    return page(found, query, options, engine)
  }
  const unquoted = await sought(wanted.map((word) => ({ ...word, phrase: false })), query, options, engine)
  return unquoted ? page({ ...unquoted, relaxed: true }, query, options, engine) : noResults()
}

/** What was found: the first of it read and in order, the rest in the engine's. */
interface Found {
  readonly concepts: readonly Concept[]
  readonly groups: readonly Group[]
  readonly total: number
  readonly facets: Gathered['facets']
  /** asked for already, where it was known early what would be found */
  readonly withoutOwn: Promise<WithoutOwn> | null
  readonly relaxed: boolean
  /** in order; what follows are the entries of `rest` */
  readonly best: readonly Hit[]
  readonly rest: readonly Group[]
  /** how many of `rest` are among the best */
  readonly passed: number
  /** a phrase stands nowhere at all */
  readonly phraseless: boolean
}

/** What was asked for as soon as it seemed to be what is wanted. */
interface Held {
  readonly groups: ReadonlySet<string>
  readonly answer: Promise<Gathered>
  readonly withoutOwn: Promise<WithoutOwn>
}

async function listed(query: Query, options: SearchOptions, engine: Engine): Promise<Found> {
  const { asking } = engine
  const groups = [{ parts: [] }]
  const withoutOwn = early(countWithoutOwn(groups, query, options, engine))
  const { start, size } = placeOf(options)
  const first = start === 0 ? { limit: size, brief: true, sort: orderOf(options.sort) } : {}
  const { documents, total, facets } = await asking.gather(groups, { narrowing: narrowingOf(query, options, engine), facets: unchosen(options), ...first })
  return { concepts: [], groups, total, facets, withoutOwn, relaxed: false, best: documents.map(hitOfDocument), rest: groups, passed: 0, phraseless: false }
}

async function sought(wanted: readonly Word[], query: Query, options: SearchOptions, engine: Engine): Promise<Found | null> {
  const { asking, synonyms, hide, semantic } = engine
  const sample = new Sample({ hide, sounds: options.kinds?.includes('customer') ?? true })
  const sources = { view: sample, words: sample, synonyms }
  const text = wanted.map((word) => word.text).join(' ')
  const narrowing = narrowingOf(query, options, engine)
  const all: Gathering = { narrowing, limit: READ.whole, facets: unchosen(options) }
  const meant = semantic && narrowing.without.length === 0 ? asking.alike(text, semantic.embedder, narrowing, MEANT) : Promise.resolve([])
  // Search by meaning is an addition: words find what they find without it.
  const meantOrNothing = meant.catch(() => [])

  let concepts: Concept[] = []
  let held: Held | null = null
  const hold = (): Held => {
    const groups = mustHoldAll(concepts) ? combinations(neededOf(concepts), sample) : []
    const keys = groups.map((group) => JSON.stringify(group))
    // A way that leads nowhere was asked for in vain, but the answer is the same.
    if (!held || keys.some((key) => !held?.groups.has(key))) {
      held = { groups: new Set(keys), answer: early(asking.gather(groups, all)), withoutOwn: early(countWithoutOwn(groups, query, options, engine)) }
    }
    return held
  }
  for (let round = 0; round < ROUNDS; round++) {
    concepts = conceptsOf(wanted, sources)
    textFeatures(text, sample)
    if (concepts.length === 0 && sample.wanted.size === 0) return null
    if (sample.wanted.size === 0) break
    // Most queries are keywords the index holds: then this already is the answer.
    if (round === 0) hold()
    await asking.settle(sample)
  }
  const phraseless = concepts.some((concept) => concept.required && concept.ways.every((way) => way.found.count === 0))
  const { answer, withoutOwn } = hold()
  const whole = await answer
  // Read again with what is at hand now: ranking counts in the texts.
  const groups = combinations(neededOf(concepts), sample)
  const enough = enoughFor(text)
  const unnarrowed = whole.total < enough && hasNarrowing(query, options) ? (await asking.gather(mustHoldAll(concepts) ? groups : [])).total : whole.total
  const alike = await meantOrNothing
  sample.add(whole.documents)
  sample.add(alike)
  concepts = conceptsOf(wanted, sources)
  const now = Date.parse(options.now)
  if (mustHoldAll(concepts) && unnarrowed >= enough && alike.length === 0) {
    const ranking = rank(concepts, text, sample, now)
    return { concepts, groups, ...whole, withoutOwn, relaxed: false, best: inOrder(whole.documents, ranking, sample), rest: groups, passed: whole.documents.length, phraseless }
  }
  const near = await asking.gather(leads(concepts, textFeatures(text, sample), sample), { narrowing, limit: READ.partly })
  sample.add(near.documents)
  concepts = conceptsOf(wanted, sources)
  const ranking = rank(concepts, text, sample, now)
  const read = distinct([...whole.documents, ...near.documents])
  const matching = new Set(Array.from(ranking.rows, (row) => sample.columns.ids[row] ?? ''))
  const complete = new Set(whole.documents.map((document) => document.facts.id))
  const kept = read.filter(({ facts }) => matching.has(facts.id) || complete.has(facts.id))
  const everything = distinct([...kept, ...alike])
  const seen = distinct([...read, ...alike]).map((document) => document.facts.id)
  const rest = near.total <= near.documents.length ? [] : strongEnough(concepts, ranking.least, sample).map((group) => ({ ...group, except: seen }))
  const set: Group[] = [...(everything.length > 0 ? [{ parts: [EVERY], among: everything.map((document) => document.facts.id) }] : []), ...rest]
  const { total, facets } = await asking.gather(set, { narrowing, facets: unchosen(options) })
  const ordered = inOrder(everything, ranking, sample)
  const best = semantic ? mixed(ordered, alike.map(hitOfDocument), semantic.ratio) : ordered
  return { concepts, groups: set, total, facets, withoutOwn: null, relaxed: ranking.relaxed, best, rest, passed: 0, phraseless }
}

async function page(found: Found, query: Query, options: SearchOptions, engine: Engine): Promise<Results> {
  const { asking, hide } = engine
  const { start, size } = placeOf(options)
  const narrowing = narrowingOf(query, options, engine)
  const sort = options.sort ?? (found.concepts.length > 0 ? 'relevance' : 'newest')
  const [withoutOwn, hits] = await Promise.all([found.withoutOwn ?? countWithoutOwn(found.groups, query, options, engine), hitsOn()])
  return {
    hits,
    total: found.total,
    facets: countsOf(found, withoutOwn, options, hide),
    corrected: found.concepts.flatMap((concept) => concept.correction ?? []),
    relaxed: found.relaxed,
    terms: [...new Set(found.concepts.flatMap((concept) => concept.terms))],
  }

  async function hitsOn(): Promise<readonly Hit[]> {
    if (start >= found.total) return []
    const listed = found.concepts.length === 0
    if (listed ? start > 0 : sort !== 'relevance') return from(found.groups, start, size, orderOf(sort))
    const best = found.best.slice(start, start + size)
    if (best.length === size || listed) return best
    const offset = Math.max(0, start - found.best.length) + found.passed
    return [...best, ...(await from(found.rest, offset, Math.min(size, found.total - start) - best.length))]
  }

  async function from(groups: readonly Group[], offset: number, limit: number, order?: readonly string[]): Promise<readonly Hit[]> {
    if (limit <= 0) return []
    const { documents } = await asking.gather(groups, { narrowing, offset, limit, brief: true, ...(order && { sort: order }) })
    return documents.map(hitOfDocument)
  }
}

function placeOf(options: SearchOptions): { start: number; size: number } {
  const size = Math.min(100, Math.max(1, Math.trunc(options.size ?? 20)))
  return { size, start: (Math.max(1, Math.trunc(options.page ?? 1)) - 1) * size }
}

function orderOf(sort: SearchOptions['sort']): string[] {
  return sort === 'value' ? ['value:desc', 'at:desc'] : ['at:desc']
}

function inOrder(documents: readonly Read[], ranking: Ranking, sample: Sample): Hit[] {
  const rows = documents.map(({ facts }) => sample.columns.rowOf.get(facts.id) ?? 0).sort((a, b) => a - b)
  return ranking.order(Int32Array.from(rows), rows.length).map((row) => hitOf(row, sample.columns))
}

/** Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009), each list weighed by the ratio. */
function mixed(said: readonly Hit[], meant: readonly Hit[], ratio: number): Hit[] {
  const points = new Map<string, number>()
  const add = (hits: readonly Hit[], weight: number): void => hits.forEach(({ id }, i) => points.set(id, (points.get(id) ?? 0) + weight / (60 + i)))
  add(said, 1 - ratio)
  add(meant, ratio)
  return [...said].sort((a, b) => (points.get(b.id) ?? 0) - (points.get(a.id) ?? 0))
}

function hitOfDocument({ facts }: Read): Hit {
  return { kind: facts.kind, id: facts.id, version: facts.version }
}

/** The others are counted without what was chosen of them. */
function unchosen({ filters = {}, facets = FACETS }: SearchOptions): FacetName[] {
  return facets.filter((name) => (filters[name]?.length ?? 0) === 0)
}

function hasNarrowing(query: Query, { filters = {} }: SearchOptions): boolean {
  const chosen = FACETS.some((name: FacetName) => (filters[name]?.length ?? 0) > 0)
  return chosen || query.fields.length > 0 || query.before !== null || query.after !== null || query.words.some((word) => word.not)
}
