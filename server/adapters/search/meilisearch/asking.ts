import { createHash } from 'node:crypto'
import type { Visible } from '../../../domain/policy/access.js'
import { FACETS, type FacetName } from '../../../domain/search/entry.js'
import type { Column } from '../embedded/columns-of-text.js'
import { documentsIn, early, meanLengthOf, together, totalOf, type Answers, type Ask } from './answers.js'
import { NOTHING, counting, measuring, partOf, quote, sameFound, wordsOf, type Asked } from './asked.js'
import { READ_FIELDS, type Read } from './document.js'
import { encodeBeginning, isLatinPhrase, type Part } from './encode.js'
import type { Extent, Extents } from './extents.js'
import { compileLaw, type Filters } from './filter.js'
import type { Shelf } from './gate.js'
import type { Sample, Wanted } from './sample.js'
import { NAMELESS_TEXTS } from './settings.js'
import { NOBODY, amongIds } from './terms.js'

/** Entries that hold all the parts. */
export interface Group {
  readonly parts: readonly Part[]
  /** 0–1: those of a lighter group come later; default 1 */
  readonly weight?: number
  readonly among?: readonly string[]
  readonly except?: readonly string[]
}

export interface Narrowing {
  readonly filters: readonly string[]
  /** must not occur */
  readonly without: readonly Part[]
}

export const NO_NARROWING: Narrowing = { filters: [], without: [] }

export interface Gathering {
  readonly narrowing?: Narrowing
  readonly limit?: number
  readonly offset?: number
  readonly sort?: readonly string[]
  readonly facets?: readonly FacetName[]
  /** only ids, kinds and versions */
  readonly brief?: boolean
}

export interface Gathered {
  readonly documents: readonly Read[]
  readonly total: number
  readonly facets: Readonly<Partial<Record<FacetName, Readonly<Record<string, number>>>>>
}

export interface Scope extends Shelf {
  readonly visible: Visible
  readonly hold?: readonly string[] | undefined
}

export interface Law {
  readonly plain: Filters
  /** what its author may read, but not whose customer it is about; null when there can be none */
  readonly apart: Filters | null
  /** all of these hold of what is about nobody hidden */
  readonly open: readonly string[]
  /** stands for all of it but what is on hold */
  readonly name: string
}

/** What every question of one viewer is asked under. @throws Error when the law could be read as "everything" */
export function lawOf({ visible, hold = [], ...shelf }: Scope): Law {
  const law = compileLaw(visible, shelf, hold)
  const held = hold.length > 0 ? [`NOT ${amongIds(hold)}`] : []
  return {
    plain: [...law.plain, ...held],
    apart: law.apart && [...law.apart, ...held],
    open: law.open,
    name: createHash('sha256').update(JSON.stringify(hold.length > 0 ? compileLaw(visible, shelf).plain : law.plain)).digest('base64'),
  }
}

/** Longer questions are understood by their first so many things to look for. */
const MOST_COUNTS = 64
const PHRASES_READ = 8
const WORDS_READ = 60
/** Of the cosine moved to 0–1: farther ones are merely the nearest of nothing. */
const NEAR_IN_MEANING = 0.7

/** Puts questions to the engine as one viewer may: every query carries the law, what is on hold, and this release's stamp. */
export class Asking {
  private someApart: boolean | null = null
  private extent: Extent | null = null
  /** how much is found by what was gathered already: it is not counted once more */
  private readonly totals = new Map<string, Promise<number>>()

  /** @param indexes every entry is in one of them */
  constructor(private readonly ask: Ask, private readonly indexes: readonly string[], private readonly law: Law, private readonly extents: Extents) {}

  /** Answers what came up while a query was understood; the first time also how much there is at all. */
  async settle(sample: Sample): Promise<void> {
    const wanted = [...sample.wanted.values()]
    for (const { key } of wanted.slice(MOST_COUNTS)) sample.learn(key, 0)
    const told: Promise<[string, number]>[] = []
    const asked = wanted.slice(0, MOST_COUNTS).filter((each) => {
      const total = isCounted(each) && this.totals.get(sameFound(this.questionOf(each, false)))
      if (total) told.push(early(total.then((count) => [each.key, count])))
      return !total
    })
    const remembered = new Map(asked.flatMap((each) => {
      const count = isCounted(each) ? this.extents.countOf(this.law.name, each.key) : null
      return count === null ? [] : [[each.key, count]]
    }))
    const sums = new Map<string, number>(asked.map(({ key }) => [key, remembered.get(key) ?? 0]))
    const put = async (apart: boolean, first: readonly object[] = []): Promise<readonly Answers[]> => {
      const now = apart ? asked : asked.filter(({ key }) => !remembered.has(key))
      const answers = await this.each([...first, ...now.map((each) => this.questionOf(each, apart))])
      now.forEach((each, i) => {
        for (const { hits, totalHits = 0 } of answers[first.length + i] ?? []) {
          const read = isCounted(each) ? [] : documentsIn(hits)
          sample.add(read)
          const known = each.kind === 'count' && read.length > 0 && totalHits <= read.length
          sums.set(each.key, (sums.get(each.key) ?? 0) + (known ? sample.standing(read, each.look, each.columns) : totalHits))
        }
        if (!apart && isCounted(each)) this.extents.keepCount(this.law.name, each.key, sums.get(each.key) ?? 0)
      })
      return answers
    }
    if (this.extent === null) await this.measure((first) => put(false, first))
    else await put(false)
    sample.size = this.extent?.size ?? 0
    sample.meanLength = this.extent?.meanLength ?? 1
    if (this.someApart) await put(true)
    for (const [key, sum] of [...sums, ...(await Promise.all(told))]) sample.learn(key, sum)
  }

  /** The entries of any of the groups, each once, and how many there are in all. */
  async gather(groups: readonly Group[], how: Gathering = {}): Promise<Gathered> {
    if (groups.length === 0) return { documents: [], total: 0, facets: {} }
    const { narrowing = NO_NARROWING, limit = 0, offset = 0, sort, facets = [], brief = false } = how
    const ordered = sort ? { sort } : {}
    const fields = { attributesToRetrieve: limit === 0 ? ['id'] : brief ? ['stamp', 'facts'] : READ_FIELDS }
    const sides = this.law.apart === null || this.someApart === false ? [false] : [false, true]
    const queries = groups.flatMap((group) => sides.map((apart) => ({ ...this.query(group.parts, apart, narrowing, group), ...ordered, ...fields, federationOptions: { weight: group.weight ?? 1 } })))
    const pages = offset > 0 ? { offset, limit } : { page: 1, hitsPerPage: limit }
    const counted = facets.map((name) => `f_${name}`)
    const answer = this.ask({
      queries: this.everywhere(queries),
      federation: { ...pages, ...(counted.length > 0 && { facetsByIndex: Object.fromEntries(this.indexes.map((index) => [index, counted])) }) },
    })
    const [only] = queries
    if (queries.length === 1 && only && offset === 0) this.totals.set(sameFound(only), early(answer.then(({ totalHits = 0 }) => totalHits)))
    const { hits = [], totalHits = 0, facetsByIndex = {} } = await answer
    return {
      documents: limit === 0 ? [] : documentsIn(hits),
      total: totalHits,
      facets: Object.fromEntries(FACETS.map((name) => [name, together(Object.values(facetsByIndex).map(({ distribution }) => distribution[`f_${name}`] ?? {}))])),
    }
  }

  /** What means the same by the engine's embedder, nearest first. */
  async alike(text: string, embedder: string, narrowing: Narrowing, limit: number): Promise<Read[]> {
    const { q: _, ...query } = this.query([], false, narrowing) as { q: string }
    const asked = { ...query, q: text, hybrid: { embedder, semanticRatio: 1 }, attributesToRetrieve: READ_FIELDS, rankingScoreThreshold: NEAR_IN_MEANING }
    const { hits = [] } = await this.ask({ queries: this.everywhere([asked]), federation: { limit } })
    return documentsIn(hits)
  }

  /** How much there is at all, unless that is still known; what only its author may read is counted each time. */
  private async measure(put: (first: readonly object[]) => Promise<readonly Answers[]>): Promise<void> {
    const known = this.extents.get(this.law.name)
    const whole = known ? [] : [measuring(this.query([], false))]
    const aside = this.law.apart === null ? [] : [counting(this.query([], true))]
    const answers = await put([...whole, ...aside])
    const apart = aside.length > 0 ? totalOf(answers[whole.length]) : 0
    const extent = known ?? { size: totalOf(answers[0]), meanLength: meanLengthOf(answers[0] ?? []) }
    if (!known) this.extents.keep(this.law.name, extent)
    this.someApart = apart > 0
    this.extent = { size: extent.size + apart, meanLength: extent.meanLength }
  }

  /** Asks each of the queries in each of the indexes; of each query its answers. */
  private async each(queries: readonly object[]): Promise<readonly Answers[]> {
    if (queries.length === 0) return []
    const { results = [] } = await this.ask({ queries: this.everywhere(queries) })
    return queries.map((_, i) => this.indexes.flatMap((_, n) => results[n * queries.length + i] ?? []))
  }

  private everywhere(queries: readonly object[]): object[] {
    return this.indexes.flatMap((indexUid) => queries.map((query) => ({ indexUid, ...query })))
  }

  private questionOf(wanted: Wanted, apart: boolean): Asked {
    if (wanted.kind === 'count') {
      const query = this.query([partOf(wanted.look, wanted.columns) ?? NOTHING], apart, NO_NARROWING, {}, wanted.columns)
      return isLatinPhrase(wanted.look) ? { ...query, page: 1, hitsPerPage: PHRASES_READ, attributesToRetrieve: READ_FIELDS } : counting(query)
    }
    // The only word that is not quoted: the engine finds what is nearly so.
    const q = wanted.kind === 'near' ? wanted.word : quote([encodeBeginning(wanted.word)])
    return { ...this.query([], apart), q, page: 1, hitsPerPage: WORDS_READ, attributesToRetrieve: READ_FIELDS }
  }

  private query(parts: readonly Part[], apart: boolean, narrowing = NO_NARROWING, group: Partial<Group> = {}, columns?: readonly Column[]): Asked {
    const filters = [...((apart ? this.law.apart : this.law.plain) ?? [NOBODY]), ...narrowing.filters]
    if (group.among) filters.push(group.among.length > 0 ? amongIds(group.among) : NOBODY)
    if (group.except && group.except.length > 0) filters.push(`NOT ${amongIds(group.except)}`)
    const named = columns?.every((column) => column === 'title' || column === 'body' || column.startsWith('words_')) ? ['w_title', 'w_body'] : null
    return {
      q: wordsOf(parts, narrowing.without),
      filter: filters,
      matchingStrategy: 'all',
      ...(named ? { attributesToSearchOn: named } : apart && { attributesToSearchOn: NAMELESS_TEXTS }),
    }
  }
}

/** Nothing of it is read. */
function isCounted(wanted: Wanted): boolean {
  return wanted.kind === 'count' && !isLatinPhrase(wanted.look)
}
