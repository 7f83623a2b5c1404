import { Semaphore } from 'async-mutex'
import type { Customer } from './domain/customers/customer.js'
import type { Customers } from './domain/customers/port.js'
import { plainText } from './domain/notes/markdown.js'
import type { Notes } from './domain/notes/port.js'
import type { NoteSeen } from './domain/notes/seen.js'
import type { Revision } from './domain/notes/revision.js'
import type { Vocabularies } from './domain/notes/vocabulary-port.js'
import type { People } from './domain/people/port.js'
import type { Sight } from './domain/policy/readable.js'
import { FACETS, type FacetName } from './domain/search/entry.js'
import { fold } from './domain/search/fold.js'
import type { FacetCount, Filters, Finder, Found, Hit, SearchOptions } from './domain/search/port.js'
import { termsOf, type Query } from './domain/search/query.js'
import { pairsOf, runsOf } from './domain/search/runs.js'
import { facetsOf, topicsOf } from './indexing.js'

export type BasicSearch = Finder['search']

export interface BasicParts {
  readonly notes: Pick<Notes, 'rows'>
  readonly customers: Pick<Customers, 'some'>
  readonly people: People
  readonly vocabularies: Vocabularies
  /** the day of an instant in the bank's time zone, `YYYY-MM-DD` */
  readonly dayOf: (at: string) => string
  /** ms after which it goes by what it has found so far; those who look at once share them, since each look takes all that a processor can do */
  readonly patience?: number
  /** notes looked at, at most */
  readonly most?: number
}

/** Few enough that whoever only reads still gets a connection to the store. */
const AT_ONCE = 4
const PAGE = 100
const SHOWN = 20
/** of what was typed, when nothing holds all of it */
const ENOUGH = 0.6

/**
 * What is left while no engine answers: the newest notes this viewer may read are looked through for the words, as far
 * as the time goes. The same law, because they come from the same list; no typos, no synonyms, no order by relevance
 * beyond how much of the words stands in title and text.
 */
export function openBasicSearch(parts: BasicParts): BasicSearch {
  const { patience = 900, most = 2_000 } = parts
  const turns = new Semaphore(AT_ONCE)
  let under = 0
  return async (query, sight, options, signal) => {
    under += 1
    try {
      return await turns.runExclusive(() => lookedThrough(query, sight, options, signal))
    } finally {
      under -= 1
    }
  }

  async function lookedThrough(...[query, sight, options, signal]: Parameters<BasicSearch>): Promise<Found> {
    const { filters = {}, page = 1, size = SHOWN, archived = false } = options
    const until = performance.now() + patience / under
    const found: Candidate[] = []
    let looked = 0
    let all = options.kinds?.includes('note') === false
    for (let at = 1; !all && looked < most && (looked === 0 || performance.now() < until); at += 1) {
      signal?.throwIfAborted()
      const rows = await parts.notes.rows({ ...(archived && { confidences: ['archived'] }), order: 'newest', page: at, size: PAGE }, sight)
      looked += rows.length
      all = rows.length < PAGE
      found.push(...(await candidates(parts, rows, sight, query)))
    }
    const whole = found.filter(({ share }) => share === 1)
    const relaxed = whole.length === 0 && found.length > 0
    const kept = relaxed ? found.filter(({ share }) => share >= ENOUGH) : whole
    const hits = ordered(kept.filter(({ facets }) => fits(facets, filters)), options.sort ?? (query.words.length === 0 ? 'newest' : 'relevance'))
    return {
      hits: hits.slice((page - 1) * size, page * size).map(({ hit }) => hit), total: hits.length, facets: counted(kept, options),
      corrected: [], relaxed: relaxed && hits.length > 0, terms: termsOf(query), onHold: 0, basic: { looked, all },
    } satisfies Found
  }
}

interface Candidate {
  readonly hit: Hit
  readonly at: string
  readonly value: number
  /** how much of what was typed it holds, 0–1 */
  readonly share: number
  readonly inTitle: number
  readonly facets: Readonly<Record<FacetName, readonly string[]>>
}

async function candidates(parts: BasicParts, rows: readonly NoteSeen[], sight: Sight, query: Query): Promise<Candidate[]> {
  // As the engines have it: what is found is the published face.
  const faces = rows.flatMap((note) => (note.published ? [{ note, face: note.published }] : []))
  const customers = await parts.customers.some([...new Set(faces.flatMap(({ face }) => face.about.customers))], sight)
  const vocabulary = parts.vocabularies.vocabulary()
  return faces.flatMap(({ note, face }): Candidate[] => {
    const known = face.about.customers.flatMap((id) => customers.get(id) ?? [])
    const match = matched(query, wordsOf(parts, face, known), parts.dayOf(face.at))
    if (!match) return []
    const facets = facetsOf(note, face, vocabulary, parts.dayOf)
    return [{
      hit: { kind: 'note', id: note.id, version: note.version }, at: face.at, value: note.rating?.ratings?.value ?? 0, ...match,
      // Its author may read a note about a customer they must not know of.
      facets: { ...facets, customer: known.map(({ id }) => id) },
    }]
  })
}

interface FoundIn {
  readonly title: string
  readonly text: string
  readonly tag: readonly string[]
  readonly customer: readonly string[]
  readonly author: readonly string[]
}

function wordsOf({ people, vocabularies }: BasicParts, face: Revision, customers: readonly Customer[]): FoundIn {
  const author = people.directory().person(face.by)
  const tag = face.about.tags.map(fold)
  const customer = customers.flatMap(({ name, aliases }) => [name, ...aliases].map(fold))
  const written = author ? [author.name, author.nameEn, author.login].filter((name) => name !== '').map(fold) : []
  const topics = topicsOf(face, vocabularies.vocabulary()).flatMap(({ en, zh }) => [fold(en), fold(zh)])
  const title = fold(face.title)
  const { reference, saidBy } = face.source
  return { title, text: [title, fold(plainText(face.body)), ...tag, ...customer, ...written, ...topics, fold(reference), fold(saidBy)].join('\n'), tag, customer, author: written }
}

/** @returns null when a field, a date, a phrase or a minus rules it out, or nothing of the words is there */
function matched(query: Query, found: FoundIn, day: string): Pick<Candidate, 'share' | 'inTitle'> | null {
  if ((query.before && day >= query.before) || (query.after && day < query.after)) return null
  for (const { name, value, not } of query.fields) if (found[name].some((one) => one.includes(fold(value))) === not) return null
  const pieces: string[] = []
  for (const { text, phrase, not } of query.words) {
    const folded = fold(text)
    if (not || phrase) {
      if (found.text.includes(folded) === not) return null
    } else pieces.push(...piecesOf(folded))
  }
  if (pieces.length === 0) return { share: 1, inTitle: 0 }
  const share = pieces.filter((piece) => found.text.includes(piece)).length / pieces.length
  return share === 0 ? null : { share, inTitle: pieces.filter((piece) => found.title.includes(piece)).length / pieces.length }
}

function piecesOf(folded: string): string[] {
  return runsOf(folded).flatMap(({ text, dense }) => {
    if (!dense || [...text].length < 3) return [text]
    return pairsOf(text).slice(0, -1)
  })
}

function ordered(found: readonly Candidate[], sort: 'relevance' | 'newest' | 'value'): Candidate[] {
  const newest = (a: Candidate, b: Candidate): number => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.hit.id < b.hit.id ? -1 : 1)
  if (sort === 'newest') return [...found].sort(newest)
  if (sort === 'value') return [...found].sort((a, b) => b.value - a.value || newest(a, b))
  return [...found].sort((a, b) => b.share + b.inTitle - (a.share + a.inTitle) || newest(a, b))
}

function fits(facets: Candidate['facets'], filters: Filters, except?: FacetName): boolean {
  return FACETS.every((name) => name === except || (filters[name]?.length ?? 0) === 0 || facets[name].some((value) => filters[name]?.includes(value)))
}

function counted(found: readonly Candidate[], { filters = {}, facets: wanted = FACETS }: Pick<SearchOptions, 'filters' | 'facets'>): Record<FacetName, readonly FacetCount[]> {
  return Object.fromEntries(FACETS.map((name) => {
    if (!wanted.includes(name)) return [name, []]
    const counts = new Map<string, number>()
    for (const { facets } of found.filter((each) => fits(each.facets, filters, name))) {
      for (const value of new Set(facets[name])) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    const all = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    return [name, all.slice(0, SHOWN)]
  })) as unknown as Record<FacetName, readonly FacetCount[]>
}
