import type { FastifyRequest } from 'fastify'
import { plainText } from '../../domain/notes/markdown.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { FACETS, type FacetName } from '../../domain/search/entry.js'
import { SORTS, type Filters, type Found, type Sort } from '../../domain/search/port.js'
import { highlight, snippet } from '../../domain/search/snippet.js'
import { customersShown } from '../names-read.js'
import { labelsOf, languageOf, type Labels } from './labels.js'
import { stateOf } from './note-page.js'
import { pagesOf } from './pages.js'

export const PAGE_SIZE = 20
const SHOWN_OPEN = 6
/** Counted and shown before anybody asks for more: a count costs the engine about as much as finding does. */
const FIRST_FACETS: readonly FacetName[] = ['topic', 'department', 'confidence']

/** A search as its address says it: the address is the only state. */
export interface Search {
  readonly q: string
  readonly filters: Filters
  readonly sort: Sort | null
  readonly page: number
  readonly archived: boolean
  /** all facets, or the first and those with a choice */
  readonly allFacets: boolean
}

/** Which facets a page of this search shows, and so which are to be counted. */
export function facetsShown({ allFacets, filters }: Search): readonly FacetName[] {
  return FACETS.filter((facet) => allFacets || FIRST_FACETS.includes(facet) || filters[facet])
}

export function searchIn(query: Readonly<Record<string, string | readonly string[] | undefined>>): Search {
  const filters: Partial<Record<FacetName, readonly string[]>> = {}
  for (const facet of FACETS) {
    const value = query[facet]
    const values = (typeof value === 'string' ? [value] : [...(value ?? [])]).filter((each) => each !== '').slice(0, 50)
    if (values.length > 0) filters[facet] = values
  }
  const page = Number(query['page'] ?? 1)
  return {
    q: typeof query['q'] === 'string' ? query['q'] : '',
    filters,
    sort: SORTS.find((sort) => sort === query['sort']) ?? null,
    page: Number.isSafeInteger(page) && page >= 1 && page <= 500 ? page : 1,
    archived: query['archived'] === '1',
    allFacets: query['facets'] === 'all',
  }
}

/** The address of a search with some of it changed. */
export function addressOf(search: Search, change: Partial<Search> = {}): string {
  const { q, filters, sort, archived, allFacets } = { ...search, ...change }
  const query = new URLSearchParams()
  query.set('q', q)
  for (const facet of FACETS) for (const value of filters[facet] ?? []) query.append(facet, value)
  if (sort) query.set('sort', sort)
  if (archived) query.set('archived', '1')
  if (allFacets) query.set('facets', 'all')
  return `/search?${query.toString()}`
}

export async function resultsModel(request: FastifyRequest, search: Search, results: Found, notes: readonly NoteSeen[], hidden: boolean) {
  const labels = labelsOf(request)
  const ids = [...new Set([...notes.flatMap((note) => note.shown.about.customers), ...results.facets.customer.map((f) => f.value), ...(search.filters.customer ?? [])])]
  const customers = await customersShown(request, ids)
  const word: Word = (facet, value) => (facet === 'customer' ? (customers.get(value)?.name ?? '') : facetWord(request, labels, facet, value))
  const facets = facetsShown(search)
  const modelOf = (facet: FacetName) => facetModel(request, search, facet, results.facets[facet], word, hidden)
  const firstFacets = facets.filter((facet) => FIRST_FACETS.includes(facet)).flatMap(modelOf)
  const moreFacets = facets.filter((facet) => !FIRST_FACETS.includes(facet)).flatMap(modelOf)
  const sort = search.sort ?? (search.q.trim() === '' ? 'newest' : 'relevance')
  return {
    total: results.total,
    counted: !hidden,
    hits: notes.map((note) => hit(request, note, results.terms, labels, customers)),
    facets: firstFacets,
    moreFacets,
    anyFacets: firstFacets.length + moreFacets.length > 0,
    allFacets: search.allFacets,
    otherFacets: {
      href: addressOf(search, { allFacets: !search.allFacets }),
      names: FACETS.filter((facet) => !facets.includes(facet)).map((facet) => request.say(`search.facet.${facet}`)),
    },
    filters: FACETS.flatMap((facet) => (search.filters[facet] ?? []).map((value) => ({
      kind: request.say(`search.facet.${facet}`), label: word(facet, value),
      without: addressOf(search, { filters: { ...search.filters, [facet]: (search.filters[facet] ?? []).filter((each) => each !== value) } }),
    }))),
    clear: Object.keys(search.filters).length > 0 ? addressOf(search, { filters: {} }) : null,
    sorts: SORTS.map((each) => ({ label: request.say(`search.sort.${each}`), href: addressOf(search, { sort: each }), current: each === sort })),
    corrected: results.corrected.map(({ typed, used }) => ({ typed, used })),
    relaxed: results.relaxed,
    basic: results.basic,
    archived: { on: search.archived, href: addressOf(search, { archived: !search.archived }) },
    pages: pagesOf(addressOf(search), search.page, PAGE_SIZE, results.total),
    widen: [
      ...(Object.keys(search.filters).length > 0 ? [{ label: request.say('search.widen.filters'), href: addressOf(search, { filters: {} }) }] : []),
      ...(!search.archived ? [{ label: request.say('search.widen.archived'), href: addressOf(search, { archived: true }) }] : []),
    ],
  }
}

type Word = (facet: FacetName, value: string) => string

function facetModel(request: FastifyRequest, search: Search, facet: FacetName, told: Found['facets'][FacetName], word: Word, hidden: boolean) {
  const chosen = search.filters[facet] ?? []
  const lost = chosen.filter((value) => !told.some((each) => each.value === value)).map((value) => ({ value, count: 0 }))
  const all = [...lost, ...told]
    .map(({ value, count }) => ({ value, label: word(facet, value), count, checked: chosen.includes(value) }))
    .filter((each) => each.label !== '')
  // The line that would say "one more" has room for that one.
  const open = all.length === SHOWN_OPEN + 1 ? all.length : SHOWN_OPEN
  return all.length === 0 ? [] : [{ key: facet, label: request.say(`search.facet.${facet}`), counted: !hidden, values: all.slice(0, open), rest: all.slice(open) }]
}

function hit(request: FastifyRequest, note: NoteSeen, terms: readonly string[], labels: Labels, customers: ReadonlyMap<string, { readonly name: string }>) {
  const { shown } = note
  const state = stateOf(note, shown, request.house.clock.today())
  const body = plainText(shown.body).trim()
  return {
    href: `/notes/${note.id}`,
    lang: languageOf(shown.title + shown.body),
    title: highlight(shown.title, terms),
    // One line of text is its own title: it is not said twice.
    text: body === shown.title ? [] : snippet(body, terms),
    confidence: state.confidence,
    level: state.level,
    due: state.due,
    locked: note.rights.level === 'confidential' || note.rights.level === 'restricted',
    validatedAt: note.rating?.at ?? null,
    value: note.rating?.ratings?.value ?? 0,
    reused: note.reuses.length,
    customers: shown.about.customers.flatMap((id) => {
      const customer = customers.get(id)
      return customer ? [{ href: `/customers/${id}`, name: customer.name }] : []
    }),
    touchpoint: labels.term('touchpoints', shown.source.touchpoint),
    at: shown.source.observedOn ?? shown.at,
    department: labels.department(note.home.department),
    author: labels.person(shown.by),
  }
}

function facetWord(request: FastifyRequest, labels: Labels, facet: FacetName, value: string): string {
  switch (facet) {
    case 'topic': return labels.term('topics', value)
    case 'department': return labels.department(value)
    case 'direction': return labels.closed('directions', value)
    case 'nature': return labels.closed('natures', value)
    case 'touchpoint': return labels.term('touchpoints', value)
    case 'segment': return labels.term('segments', value)
    case 'product': return labels.term('products', value)
    case 'confidence': return ['wip', 'not_validated', 'validated', 'archived'].includes(value) ? request.say(`frame.confidence.${value}`) : ''
    case 'confidentiality': return ['shareable', 'internal', 'confidential', 'restricted'].includes(value) ? request.say(`frame.level.${value}`) : ''
    case 'author': return request.house.people.directory().person(value) ? labels.person(value) : ''
    default: return value
  }
}
