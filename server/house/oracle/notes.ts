import type { ReviewItem } from '../../domain/notes/item.js'
import type { Decision, Note } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Rights } from '../../domain/notes/rights.js'
import { CUSTOMER_IDS, NAMED_PARTIES, STEWARD_PARTIES } from './bank.js'
import { Canaries } from './canaries.js'
import { HOMES, allNotes, type Confidence, type NoteFacts, type Text } from './objects.js'

export interface Planted {
  readonly facts: NoteFacts
  readonly note: Note
}

/** Every note of the cross product as a document, with a different word in every field. */
export function plantedNotes(canaries = new Canaries(20260302)): readonly Planted[] {
  return allNotes().map((facts, at) => ({ facts, note: noteOf(facts, at, canaries) }))
}

/** The words in a note's document, by field: for whoever looks for them where they must not be. */
export function plantedBank(): { readonly notes: readonly Planted[]; readonly canaries: Canaries } {
  const canaries = new Canaries(20260302)
  return { notes: plantedNotes(canaries), canaries }
}

/** Ids end in other digits from one to the next, so that they spread over the folders. */
export function noteId(at: number): string {
  return `0198c0de-0002-7000-8000-${(at * 7919).toString(16).padStart(12, '0')}`
}

export function noteOf(facts: NoteFacts, at: number, canaries: Canaries): Note {
  const object = facts.name
  const word = (field: string) => canaries.plant(object, field)
  const id = noteId(at)
  const publishedAt = facts.texts.findIndex((text) => text.standing === 'published')
  const isValidated = facts.confidence.endsWith(' validated') || facts.confidence === 'validated'
  const rights = rightsOf(facts, facts.level)
  const revisions = facts.texts.map((text, n): Revision => ({
    number: n + 1,
    by: text.by,
    at: minute(at, n),
    title: `Title ${word(`title of text ${n + 1}`)}`,
    body: `Body ${word(`body of text ${n + 1}`)} 客户说`,
    about: {
      customers: facts.customer === 'plain' ? [CUSTOMER_IDS.plain] : [CUSTOMER_IDS.plain, CUSTOMER_IDS.restricted], topic: 'complaints', direction: 'about', nature: 'experience',
      products: [], segment: null, stage: null, tags: [word(`tag of text ${n + 1}`)],
    },
    source: { informant: 'customer', saidBy: word(`source of text ${n + 1}`), touchpoint: null, observedOn: null, firsthand: true, reference: '' },
    proposed: rights,
    floor: rightsOf(facts, text.strictest),
    closed: text.standing === 'closed' ? 'declined' : null,
  }))
  const items = itemsOf(facts, id, at)
  const added = (field: string) => ({ id: `${id}-${field}`, by: publishedOf(facts).by, at: minute(at, 3), on: publishedAt + 1, floor: rights, text: word(field) })
  return {
    schema: 1,
    id,
    version: 1,
    revision: revisions.length,
    createdAt: minute(at, 0),
    updatedAt: minute(at, 9),
    author: (facts.texts[0] as Text).by,
    home: HOMES[facts.home],
    governance: facts.governance,
    confidence: facts.confidence.startsWith('archived') ? 'archived' : (facts.confidence as Exclude<Confidence, `archived${string}`>),
    archivedFrom: facts.confidence.startsWith('archived') ? (isValidated ? 'validated' : 'not_validated') : null,
    mergedInto: facts.state === 'merged away' ? noteId(at + 100_000) : null,
    rights,
    withheld: facts.state === 'withheld' ? { by: 'curator-of-department', at: minute(at, 5), code: word('reason of withholding') } : null,
    revisions: revisions as unknown as Note['revisions'],
    validated: isValidated ? publishedAt + 1 : null,
    item: items.item,
    pastItems: items.past,
    decisions: isValidated ? [accepted(id, at, revisions[publishedAt] as Revision, rights, word)] : [],
    thread: [{ id: `${id}-thread`, item: (items.item ?? items.past[0] as ReviewItem).id, by: 'steward', at: minute(at, 4), text: word('review thread') }],
    comments: [added('comment')],
    reuses: [{ ...added('reuse'), customer: CUSTOMER_IDS[facts.customer], outcome: 'helped' }],
    flags: [{ ...added('flag'), reason: 'out_of_date', settled: { by: 'steward', at: minute(at, 6) } }],
    helpful: [{ by: word('reader who found it helpful'), at: minute(at, 7) }],
    timeline: revisions.flatMap((r): Note['timeline'] => [
      { at: r.at, by: r.by, what: 'posted', with: { line: word(`readers' line of text ${r.number}`) }, for: 'readers', on: r.number },
      { at: r.at, by: 'steward', what: 'claimed', with: { line: word(`curators' line of text ${r.number}`) }, for: 'curators', on: r.number },
    ]),
    reviewOn: isValidated ? '2026-09-01' : null,
    origin: null,
    keys: [],
  }
}

function publishedOf(facts: NoteFacts): Text {
  return facts.texts.find((text) => text.standing === 'published') as Text
}

function rightsOf(facts: NoteFacts, level: Rights['level']): Rights {
  const restricted = level === 'restricted' || facts.level === 'restricted'
  return { audience: facts.audience, level, named: NAMED_PARTIES, stewards: restricted ? STEWARD_PARTIES : [] }
}

function itemsOf(facts: NoteFacts, id: string, at: number): { readonly item: ReviewItem | null; readonly past: readonly ReviewItem[] } {
  const closed: ReviewItem = {
    id: `${id}-past`, state: facts.state === 'declined' ? 'declined' : 'accepted', why: 'posted', subject: facts.texts.length, openedAt: minute(at, 1), urgent: false,
    claim: null, returned: null, widening: null, lowering: null, closedAt: minute(at, 2),
  }
  if (facts.underReview === null) return { item: closed, past: [] }
  // A note that was validated before was decided on in an item of its own.
  const before: readonly ReviewItem[] = facts.confidence === 'validated'
    ? [{ ...closed, state: 'accepted', subject: facts.texts.findIndex((text) => text.standing === 'published') + 1 }]
    : []
  const open: ReviewItem = { ...closed, id: `${id}-item`, state: 'open', why: facts.state === 'pending' ? 'edited' : 'posted', subject: facts.underReview + 1, closedAt: null }
  return { item: open, past: before }
}

function accepted(id: string, at: number, on: Revision, rights: Rights, word: (field: string) => string): Decision {
  return {
    id: `${id}-decision`, item: `${id}-past`, by: 'steward', at: minute(at, 2), kind: 'accept', revision: on.number, code: word('decision code'), text: word('decision reason'),
    ratings: { value: (at % 5) + 1, correctness: 2, reliability: 'B', ease: 3 }, rights, about: { ...on.about, tags: [word('tag of the decision')] },
  }
}

/** A different minute for each note, and a second for each thing that happened to it. */
function minute(at: number, second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + at * 60_000 + second * 1_000).toISOString()
}
