import { isDeepStrictEqual } from 'node:util'
import type { Settings } from 'meilisearch'
import { FACETS } from '../../../domain/search/entry.js'
import { STAMP as TEXT_STAMP } from '../embedded/index-file.js'
import { LEVELS_OF_KNOWERS } from './knowers.js'

/** Changes whenever documents are made otherwise: an index of another stamp wants a rebuild. */
export const STAMP = `m5 ${TEXT_STAMP}`.replace(/[^a-z0-9]+/g, '-')

/** Texts in the order in which they count when too many entries fit to read them all. */
export const TEXTS = ['w_title', 'w_tag', 'w_customer', 'w_topic', 'w_reference', 'w_author', 'w_body', 'w_sound'] as const
/** For an author who may not know whose customer their own text is about. */
export const NAMELESS_TEXTS = TEXTS.filter((name) => name !== 'w_customer' && name !== 'w_sound')
export const LAW = ['gate', 'a_customers', ...LEVELS_OF_KNOWERS] as const
export const MOST_VALUES = 100
const CUT_OFF = 1_400

/** The engine's settings; what is not named here is left alone. */
export function settingsOf(embedder?: Settings['embedders']): Settings {
  const exact = { facetSearch: false, filter: { equality: true, comparison: false } }
  return {
    searchableAttributes: [...TEXTS],
    displayedAttributes: ['*'],
    filterableAttributes: [
      { attributePatterns: ['key', ...LAW, 't_tag', 't_customer', 't_author'], features: exact },
      { attributePatterns: FACETS.map((name) => `f_${name}`), features: exact },
      { attributePatterns: ['at'], features: { facetSearch: false, filter: { equality: true, comparison: true } } },
    ],
    sortableAttributes: ['at', 'value'],
    rankingRules: ['words', 'typo', 'sort', 'attributeRank', 'trust:desc', 'at:desc'],
    typoTolerance: {
      enabled: true,
      minWordSizeForTypos: { oneTypo: 3, twoTypos: 6 },
      disableOnWords: [],
      disableOnAttributes: ['w_reference', 'w_sound'],
      disableOnNumbers: true,
    },
    localizedAttributes: [{ attributePatterns: ['*'], locales: ['eng'] }],
    separatorTokens: [],
    nonSeparatorTokens: [],
    stopWords: [],
    dictionary: [],
    // Synonyms and phrases are told by the query: a change of the glossary re-indexes nothing and applies at once.
    synonyms: {},
    proximityPrecision: 'byAttribute',
    prefixSearch: 'disabled',
    facetSearch: false,
    pagination: { maxTotalHits: 10_000_000 },
    faceting: { maxValuesPerFacet: MOST_VALUES, sortFacetValuesBy: { '*': 'count' } },
    searchCutoffMs: CUT_OFF,
    ...(embedder && { embedders: embedder }),
  }
}

/** What must be changed for the present settings to be the wanted ones; empty when they are. */
export function settingsToChange(present: Settings, wanted: Settings): Settings {
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(wanted)) {
    if (!holds((present as Record<string, unknown>)[name], value)) changed[name] = value
  }
  return changed as Settings
}

/** The engine adds what it fills in itself (defaults, hidden keys), so only what is wanted is compared. */
function holds(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return isDeepStrictEqual(present, wanted)
  if (typeof wanted !== 'object' || wanted === null) return present === wanted
  if (typeof present !== 'object' || present === null) return false
  return Object.entries(wanted).every(([name, value]) => name === 'apiKey' || holds((present as Record<string, unknown>)[name], value))
}

