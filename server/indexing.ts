import { chunks } from './domain/people/some-at-once.js'
import { faceAccess } from './domain/notes/access.js'
import { lastRating, published, type Note } from './domain/notes/note.js'
import type { AllNotes } from './domain/notes/port.js'
import { synonymGroups } from './domain/notes/glossary.js'
import type { Revision } from './domain/notes/revision.js'
import type { Vocabulary } from './domain/notes/taxonomy.js'
import type { Vocabularies } from './domain/notes/vocabulary-port.js'
import { customerAccess, type Customer } from './domain/customers/customer.js'
import type { AllCustomers } from './domain/customers/port.js'
import type { People } from './domain/people/port.js'
import type { Feed, ThingEvent } from './domain/policy/events.js'
import type { Everything } from './domain/policy/everything.js'
import { knowersOf } from './domain/policy/readable.js'
import type { Entry, FacetName } from './domain/search/entry.js'
import type { SearchEngine } from './domain/search/port.js'
import type { Consumer } from './relay.js'

export interface Indexed {
  readonly notes: AllNotes
  readonly customers: AllCustomers
  readonly people: People
  readonly vocabularies: Vocabularies
  readonly engine: SearchEngine
  /** the consumer's name */
  readonly index: string
  /** things taken at once, at most; an engine elsewhere takes many as fast as few */
  readonly most?: number
  readonly feed: Feed
  readonly pass: Everything
  readonly today: () => string
  /** `YYYY-MM-DD` at the bank at that moment */
  readonly dayOf: (at: string) => string
}

/** Keeps the search index to what the store holds: a consumer of the feed, and the rebuild of the whole. */
export function searchIndexing(indexed: Indexed): Consumer & { rebuild(progress?: (done: number) => void, signal?: AbortSignal): Promise<void> } {
  const { engine, feed, index, pass } = indexed
  return {
    name: index,
    ...(indexed.most !== undefined && { most: indexed.most }),
    take: async (events: readonly ThingEvent[]) => {
      const entries: Entry[] = []
      const renamed = events.flatMap(({ kind, id }) => (kind === 'customer' ? [id] : []))
      for (const id of renamed) {
        const entry = await customerEntry(indexed, id)
        if (entry) entries.push(entry)
      }
      const notes = new Set(events.flatMap(({ kind, id }) => (kind === 'note' ? [id] : [])))
      // A customer's new name must be found on the notes about them: an entry of the same version replaces the one before.
      for (const id of renamed) for (const note of await indexed.notes.about(id, pass)) notes.add(note)
      // Of a customer there may be very many.
      const ids = [...notes]
      do {
        const read = await indexed.notes.readSome(ids.splice(0, MOST_AT_ONCE), pass)
        for (const some of fewBeforeMany(read)) {
          entries.push(...(await entriesOf(some, indexed)))
          await engine.put(entries)
          for (const entry of entries.splice(0)) feed.release(entry.id, entry.version, index)
        }
      } while (ids.length > 0)
    },
    isUp: async () => engine.status().state === 'ready',
    rebuild: async (progress, signal) => {
      await engine.setSynonyms(synonymGroups(indexed.vocabularies.glossary()))
      const held = new Map<string, number>()
      await engine.rebuild(noticing(everyEntry(indexed), ({ id, version }) => {
        signal?.throwIfAborted()
        if (feed.onHold(index).has(id)) held.set(id, version)
      }), progress)
      for (const [id, version] of held) feed.release(id, version, index)
    },
  }
}

async function* noticing(entries: AsyncIterable<Entry>, notice: (entry: Entry) => void): AsyncIterable<Entry> {
  for await (const entry of entries) {
    notice(entry)
    yield entry
  }
}

async function* everyEntry(indexed: Indexed): AsyncIterable<Entry> {
  for await (const id of indexed.customers.ids(indexed.pass)) {
    const entry = await customerEntry(indexed, id)
    if (entry) yield entry
  }
  for await (const ids of chunks(indexed.notes.ids(indexed.pass), AT_ONCE)) yield* await entriesOf(await indexed.notes.readSome(ids, indexed.pass), indexed)
}

/** Notes read in one go while an index is built. */
const AT_ONCE = 100
/** Notes put in one go while the feed is followed: more come only with a customer. */
const MOST_AT_ONCE = 1_000

/** What an engine takes in hardly more time than one. */
const FEW = 8

/** Many notes of an import are put by themselves and last: what somebody posted beside it need not wait until the engine has taken them too. */
function fewBeforeMany(notes: readonly Note[]): readonly (readonly Note[])[] {
  const inBatch = new Map<string, number>()
  for (const { origin } of notes) if (origin) inBatch.set(origin.batch, (inBatch.get(origin.batch) ?? 0) + 1)
  const isOfMany = ({ origin }: Note): boolean => origin !== null && (inBatch.get(origin.batch) ?? 0) > FEW
  const many = notes.filter(isOfMany)
  return many.length === 0 || many.length === notes.length ? [notes] : [notes.filter((note) => !isOfMany(note)), many]
}

async function entriesOf(notes: readonly Note[], indexed: Indexed): Promise<Entry[]> {
  const customers = new Map<string, Customer>()
  for (const id of new Set(notes.flatMap((note) => published(note).about.customers))) {
    const found = await indexed.customers.read(id, indexed.pass)
    if (found) customers.set(id, found)
  }
  return notes.map((note) => entryOfNote(note, published(note).about.customers.flatMap((id) => customers.get(id) ?? []), indexed))
}

/** The published face of a note, as it is found: stable keys in facets, words of both languages in the texts. */
export function entryOfNote(note: Note, customers: readonly Customer[], { people, vocabularies, today, dayOf }: Pick<Indexed, 'people' | 'vocabularies' | 'today' | 'dayOf'>): Entry {
  const face = published(note)
  const { about } = face
  const vocabulary = vocabularies.vocabulary()
  const author = people.directory().person(face.by)
  const rating = lastRating(note)
  const validated = (note.confidence === 'archived' ? note.archivedFrom : note.confidence) === 'validated'
  return {
    kind: 'note',
    id: note.id,
    version: note.version,
    access: faceAccess(note),
    knowers: knowersIn(about.customers.map((id) => customers.find((each) => each.id === id))),
    title: face.title,
    body: face.body,
    texts: {
      tag: about.tags,
      customer: customers.flatMap((customer) => [customer.name, ...customer.aliases]),
      author: author ? [author.name, author.nameEn, author.login].filter((name) => name !== '') : [],
      reference: [face.source.reference, face.source.saidBy].filter((text) => text !== ''),
      topic: topicsOf(face, vocabulary).flatMap(({ en, zh }) => [en, zh]),
    },
    facets: facetsOf(note, face, vocabulary, dayOf),
    at: face.at,
    value: rating?.ratings?.value ?? 0,
    trust: { validatedAt: validated ? (rating?.at ?? face.at) : null, overdue: validated && note.reviewOn !== null && note.reviewOn < today(), reuses: note.reuses.length },
    archived: note.confidence === 'archived',
  }
}

/** What a face of a note is found by besides its words: stable keys. */
export function facetsOf(note: Pick<Note, 'home' | 'confidence' | 'rights'>, face: Revision, vocabulary: Vocabulary, dayOf: Indexed['dayOf']): Record<FacetName, readonly string[]> {
  const { about } = face
  return {
    topic: topicsOf(face, vocabulary).map(({ key }) => key),
    customer: about.customers,
    department: [note.home.department],
    direction: about.direction ? [about.direction] : [],
    nature: about.nature ? [about.nature] : [],
    touchpoint: face.source.touchpoint ? [vocabulary.resolve('touchpoints', face.source.touchpoint)] : [],
    segment: about.segment ? [vocabulary.resolve('segments', about.segment)] : [],
    product: about.products.map((key) => vocabulary.resolve('products', key)),
    confidence: [note.confidence],
    confidentiality: [note.rights.level],
    tag: about.tags.map((tag) => vocabulary.resolve('tags', tag)),
    author: [face.by],
    year: [dayOf(face.at).slice(0, 4)],
  }
}

/** Its topic, and the one above. */
export function topicsOf({ about }: Revision, vocabulary: Vocabulary) {
  const topic = about.topic === null ? undefined : vocabulary.topic(about.topic)
  const parent = topic?.parent ? vocabulary.topic(topic.parent) : undefined
  return [topic, parent].flatMap((each) => (each ? [each] : []))
}

async function customerEntry(indexed: Indexed, id: string): Promise<Entry | null> {
  const customer = await indexed.customers.read(id, indexed.pass)
  return customer && entryOfCustomer(customer)
}

export function entryOfCustomer(customer: Customer): Entry {
  return {
    kind: 'customer', id: customer.id, version: customer.version, access: customerAccess(customer),
    knowers: knowersIn([customer]), title: customer.name, body: '',
    texts: { customer: customer.aliases, reference: customer.number === '' ? [] : [customer.number] },
    facets: { segment: customer.segment ? [customer.segment] : [] },
    at: customer.updatedAt, value: 0, trust: { validatedAt: null, overdue: false, reuses: 0 }, archived: false,
  }
}

/** One whose document is missing may have been a restricted one: nobody knows of it. */
function knowersIn(customers: readonly (Customer | undefined)[]): Entry['knowers'] {
  return customers.flatMap((customer) => (customer?.restricted === false ? [] : [customer ? knowersOf(customer) : []]))
}
