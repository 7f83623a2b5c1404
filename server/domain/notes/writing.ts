import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { refusedAll, type Refusal, type Refused } from '../people/refusal.js'
import type { Party } from '../policy/access.js'
import { isLowerLevel } from '../policy/level.js'
import type { About, Source } from './revision.js'
import type { Rights } from './rights.js'
import type { Vocabulary } from './taxonomy.js'
import {
  MAX_BODY_BYTES, MAX_CUSTOMERS, MAX_NAMED, MAX_TAGS, MAX_TAG_LENGTH, MAX_TITLE_LENGTH, type Governance,
} from './words.js'

/** What a person typed into the note form, already in domain terms. */
export interface Writing {
  readonly title: string
  readonly body: string
  readonly about: About
  readonly source: Source
  readonly proposed: Rights
}

/** What is true around the writer at this moment; gathered by the caller, so that the rules stay pure. */
export interface Circumstances {
  readonly writer: Person
  readonly people: Directory
  readonly vocabulary: Vocabulary
  /** the customers among those named that the writer may see */
  readonly knownCustomers: ReadonlySet<string>
  /** ids of every restricted customer, seen or not: what a writer may not detach */
  readonly restricted: ReadonlySet<string>
  /** personal identifiers found in the text and not masked */
  readonly identifiers: number
  /** the writer was asked once about them and keeps them */
  readonly identifiersKept: boolean
  readonly now: string
  /** `YYYY-MM-DD` at the bank */
  readonly today: string
}

/** @returns every objection at once, each at its field, or null */
export function objections(writing: Writing, around: Circumstances, homeDepartment: string): Refused | null {
  const found: Refusal[] = []
  const say = (at: string, code: string, values?: Refusal['with']) => found.push(values ? { at, code, with: values } : { at, code })
  const { about, source, proposed } = writing

  if (writing.body.trim() === '') say('body', 'notes.body.empty')
  if (utf8Length(writing.body) > MAX_BODY_BYTES) say('body', 'notes.body.too_long', { max: MAX_BODY_BYTES / 1000 })
  if ([...writing.title].length > MAX_TITLE_LENGTH) say('title', 'notes.title.too_long', { max: MAX_TITLE_LENGTH })
  if (about.customers.length > MAX_CUSTOMERS) say('customers', 'notes.customers.too_many', { max: MAX_CUSTOMERS })
  if (about.customers.some((id) => !around.knownCustomers.has(id))) say('customers', 'notes.customers.unknown')
  if (about.tags.length > MAX_TAGS) say('tags', 'notes.tags.too_many', { max: MAX_TAGS })
  if (about.tags.some((tag) => [...tag].length > MAX_TAG_LENGTH)) say('tags', 'notes.tags.too_long', { max: MAX_TAG_LENGTH })
  if (source.observedOn !== null && source.observedOn > around.today) say('observedOn', 'notes.observed.in_future')

  const topic = about.topic === null ? undefined : around.vocabulary.topic(about.topic)
  if (about.topic !== null && !topic) say('topic', 'notes.topic.unknown')
  if (topic?.route_to) say('topic', 'notes.topic.belongs_elsewhere', { en: topic.route_to.en, zh: topic.route_to.zh })
  if (about.products.some((key) => !around.vocabulary.term('products', key))) say('products', 'notes.products.unknown')
  if (about.segment !== null && !around.vocabulary.term('segments', about.segment)) say('segment', 'notes.segment.unknown')
  if (source.touchpoint !== null && !around.vocabulary.term('touchpoints', source.touchpoint)) say('touchpoint', 'notes.touchpoint.unknown')

  if (proposed.named.length > MAX_NAMED) say('named', 'notes.named.too_many', { max: MAX_NAMED })
  if (proposed.named.some((party) => !partyExists(party, around.people))) say('named', 'notes.named.unknown')
  if (around.identifiers > 0 && !around.identifiersKept) say('body', 'notes.identifiers.ask', { count: around.identifiers })
  if (proposed.level === 'restricted') {
    const able = ableStewards(around.people, homeDepartment, around.today, [around.writer.id])
    const named = proposed.stewards.filter((party) => able.some((p) => `p:${p.id}` === party))
    if (named.length < 2) say('stewards', able.length < 2 ? 'notes.stewards.too_few_exist' : 'notes.stewards.two_needed')
  }
  return found.length > 0 ? refusedAll(found) : null
}

/** Curators who could look after a restricted note of this department: in its domain, of restricted clearance. */
export function ableStewards(people: Directory, department: string, today: string, except: readonly string[] = []): readonly Person[] {
  return people.curatorsOf(department, today).filter((p) => p.clearance === 'restricted' && !except.includes(p.id))
}

/** `review_first` for confidential and restricted notes, topics the taxonomy names, and text with unmasked identifiers. */
export function governanceOf(writing: Writing, around: Circumstances): Governance {
  const closed = !isLowerLevel(writing.proposed.level, 'confidential')
  const topic = writing.about.topic === null ? undefined : around.vocabulary.topic(writing.about.topic)
  return closed || topic?.governance === 'review_first' || around.identifiers > 0 ? 'review_first' : 'publish_first'
}

export function partyExists(party: Party, people: Directory): boolean {
  const id = party.slice(2)
  return party.startsWith('p:') ? people.person(id)?.active === true : people.team(id) !== undefined
}

/** Trimmed, without empty ones, each once; Latin letters small, so that one tag has one spelling. */
export function tidyTags(tags: readonly string[]): readonly string[] {
  const tidy = tags.map((tag) => tag.normalize('NFKC').trim().replace(/^#/, '').replace(/\s+/g, ' ').toLowerCase())
  return [...new Set(tidy.filter((tag) => tag !== ''))]
}

/** UTF-8 bytes. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const char of text) {
    const code = char.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
