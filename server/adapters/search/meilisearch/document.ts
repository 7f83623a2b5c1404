import { FACETS, KINDS, type Entry, type Kind } from '../../../domain/search/entry.js'
import type { Facts } from '../embedded/columns.js'
import { COLUMNS, TEXT_COLUMNS, type Column } from '../embedded/columns-of-text.js'
import { trustOf } from '../embedded/rank.js'
import { factsOf, streamsOf } from '../embedded/streams.js'
import { EVERY, beginningsToIndex, encodeChineseWord, encodeId, encodeShort, encodeValue, soundsToIndex, tokensToIndex } from './encode.js'
import { gatesToIndex } from './gate.js'
import { knowersToIndex } from './knowers.js'
import { STAMP } from './settings.js'

/** An entry as the engine keeps it. Tokens are what it is found by, streams what it is ranked by; no text is kept. */
export interface Document {
  readonly id: string
  readonly stamp: string
  readonly facts: KeptFacts
  /** those of COLUMNS one after the other, each begun by a line feed and a space, and ended by one: read in one go, and searched as it is */
  readonly streams: string
  readonly [attribute: string]: unknown
}

/** What ranking looks at; the law and the facets are asked of the engine. */
export type KeptFacts = Omit<Facts, 'access' | 'facets'> & { readonly customers: readonly string[] }

export const READ_FIELDS = ['stamp', 'facts', 'streams']

/** What is read again of one entry: enough to tell which is better, however long it is. Tokens. */
const READ = { title: 100, body: 600, words_title: 100, words_body: 600 } as const
const LONGEST_FACET = 200

/** @param withText keeps the text itself too, for an embedder to read */
export function documentOf(entry: Entry, withText: boolean): Document {
  const streams = streamsOf(entry)
  const { access, facets: _, ...facts } = factsOf(entry, streams)
  const texts = Object.fromEntries(TEXT_COLUMNS.map((column) => {
    const tokens = [...tokensToIndex(streams[column]), ...beginningsToIndex(streams[column], column === 'body' ? 'text' : 'name')]
    return [`w_${column}`, tokens.join(' ')]
  }))
  for (const column of ['title', 'body'] as const) {
    const words = [...new Set(streams[`words_${column}`].split(' '))].filter(Boolean).map(encodeChineseWord)
    texts[`w_${column}`] += ` ${words.join(' ')}`
  }
  return {
    id: encodeId(entry.id),
    key: encodeShort(entry.id),
    stamp: STAMP,
    gate: gatesToIndex(entry),
    a_customers: access.customers.map(encodeShort),
    ...knowersToIndex(entry),
    ...Object.fromEntries(FACETS.map((name) => [`f_${name}`, facetValues(entry.facets[name] ?? [])])),
    t_tag: tokensToIndex(streams.tag),
    t_customer: tokensToIndex(streams.customer),
    t_author: tokensToIndex(streams.author),
    at: Date.parse(entry.at),
    value: entry.value,
    trust: trustOf(entry.trust.validatedAt !== null, entry.trust.overdue, entry.value, entry.trust.reuses),
    ...texts,
    w_topic: [texts['w_topic'], ...EVERY.tokens].join(' '),
    w_sound: soundsToIndex(streams.sound).join(' '),
    facts: { ...facts, customers: access.customers },
    streams: COLUMNS.map((column) => `\n ${shortened(column, streams[column])} `).join(''),
    ...(withText && { text: `${entry.title}\n${entry.body}`.slice(0, 8_000) }),
  }
}

/** What is read again of an entry. */
export interface Read {
  readonly facts: KeptFacts
  /** of each of COLUMNS its stream, between two spaces */
  readonly lines: readonly string[]
}

/** What the engine answered, if it is one of ours: anything else in the index is not shown to anybody. */
export function readDocument(found: unknown): Read | null {
  const { facts, streams, stamp } = (found ?? {}) as Partial<Document>
  if (stamp !== STAMP || !isOurs(facts)) return null
  // Of an entry that was not asked for to be read there are none.
  const lines = streams === undefined ? COLUMNS.map(() => '  ') : typeof streams === 'string' ? streams.slice(1).split('\n') : []
  return lines.length === COLUMNS.length ? { facts: facts as KeptFacts, lines } : null
}

export function isOurs(facts: unknown): facts is Pick<Facts, 'kind' | 'id' | 'version'> {
  const { kind, id, version } = (facts ?? {}) as Partial<Facts>
  return KINDS.includes(kind as Kind) && typeof id === 'string' && typeof version === 'number'
}

function facetValues(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => Buffer.byteLength(value) <= LONGEST_FACET).map(encodeValue)
}

function shortened(column: Column, stream: string): string {
  const most = (READ as Partial<Record<Column, number>>)[column] ?? 100
  let end = -1
  for (let count = 0; count < most; count++) {
    end = stream.indexOf(' ', end + 1)
    if (end < 0) return stream
  }
  return stream.slice(0, end)
}
