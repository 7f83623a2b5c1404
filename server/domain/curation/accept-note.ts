import type { Directory } from '../people/directory.js'
import { done, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Grant } from '../policy/grant.js'
import { narrowerAudience } from '../policy/level.js'
import { happened, withRights } from '../notes/change.js'
import { revisionNumbered, type Note, type Ratings } from '../notes/note.js'
import type { About } from '../notes/revision.js'
import { widensBeyond, type Rights } from '../notes/rights.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { MAX_TAGS, MAX_TAG_LENGTH } from '../notes/words.js'
import { ableStewards, partyExists, tidyTags } from '../notes/writing.js'
import { closedItem, decisionOf, mayDecideNow, settledFlags } from './deciding.js'

export interface Acceptance {
  readonly about: About
  readonly ratings: Ratings
  readonly rights: Rights
  /** `YYYY-MM-DD` */
  readonly reviewOn: string
  readonly text: string
  /** lets comments made on the earlier text be read with the new one */
  readonly clearComments: boolean
}

export interface CuratorsRoom {
  readonly people: Directory
  readonly vocabulary: Vocabulary
  /** the customers among those named that the curator may see */
  readonly knownCustomers: ReadonlySet<string>
  readonly now: string
  /** `YYYY-MM-DD` at the bank */
  readonly today: string
}

/**
 * Validates the revision the curator saw. What goes beyond the author's proposal waits for the author's word;
 * lowering from restricted waits for a second curator; closing takes effect at once.
 */
export function acceptNote(note: Note, grant: Grant<'note.decide'>, as: Acceptance, id: string, room: CuratorsRoom): Outcome<Note> {
  const barred = mayDecideNow(note, grant, room.now)
  if (barred) return barred
  const wrong = objectionsTo(as, note, room)
  if (wrong.length > 0) return refusedAll(wrong)

  const item = note.item as NonNullable<Note['item']>
  const subject = revisionNumbered(note, item.subject) as NonNullable<ReturnType<typeof revisionNumbered>>
  const beyond = widensBeyond(as.rights, subject.proposed)
  const lowers = note.rights.level === 'restricted' && as.rights.level !== 'restricted'
  const inForce: Rights = {
    audience: narrowerAudience(as.rights.audience, subject.proposed.audience),
    level: lowers ? 'restricted' : as.rights.level,
    named: as.rights.named.filter((party) => subject.proposed.named.includes(party)),
    stewards: lowers ? note.rights.stewards : as.rights.stewards,
  }
  const about = { ...as.about, tags: tidyTags(as.about.tags) }
  const reclassified = JSON.stringify(about) !== JSON.stringify(subject.about)
  const by = grant.who
  const at = room.now
  let next: Note = {
    ...withRights(note, inForce),
    confidence: 'validated',
    validated: subject.number,
    withheld: null,
    reviewOn: as.reviewOn,
    revision: reclassified ? note.revision + 1 : note.revision,
    item: {
      ...closedItem(item, 'accepted', at),
      widening: beyond ? { rights: lowers ? { ...as.rights, level: 'restricted', stewards: note.rights.stewards } : as.rights, by, at } : null,
      lowering: lowers ? { rights: as.rights, by, at } : null,
    },
    flags: settledFlags(note, by, at),
    decisions: [...note.decisions, decisionOf(note, 'accept', id, by, at, { text: as.text, ratings: as.ratings, rights: as.rights, about })],
  }
  next = {
    ...next,
    revisions: next.revisions.map((r) =>
      r.number === subject.number ? { ...r, about, floor: inForce } : r,
    ) as unknown as Note['revisions'],
    comments: as.clearComments ? next.comments.map((c) => ({ ...c, on: subject.number, floor: inForce })) : next.comments,
  }
  next = happened(next, { at, by, what: 'accepted', with: { audience: inForce.audience, level: inForce.level, reviewOn: as.reviewOn }, for: 'readers', on: subject.number })
  if (beyond) next = happened(next, { at, by, what: 'widening_offered', with: { audience: as.rights.audience }, for: 'curators', on: subject.number })
  if (lowers) next = happened(next, { at, by, what: 'lowering_asked', with: { level: as.rights.level }, for: 'curators', on: subject.number })
  return done(next)
}

function objectionsTo(as: Acceptance, note: Note, room: CuratorsRoom): Refusal[] {
  const found: Refusal[] = []
  const say = (at: string, code: string) => found.push({ at, code })
  const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high
  if (!whole(as.ratings.correctness, 1, 6)) say('correctness', 'curation.correctness.missing')
  if (!/^[A-F]$/.test(as.ratings.reliability)) say('reliability', 'curation.reliability.missing')
  if (!whole(as.ratings.value, 1, 5)) say('value', 'curation.value.missing')
  if (!whole(as.ratings.ease, 1, 3)) say('ease', 'curation.ease.missing')
  const topic = as.about.topic === null ? undefined : room.vocabulary.topic(as.about.topic)
  if (!topic) say('topic', 'curation.topic.missing')
  if (topic?.route_to) say('topic', 'curation.topic.belongs_elsewhere')
  if (as.about.products.some((key) => !room.vocabulary.term('products', key))) say('products', 'notes.products.unknown')
  if (as.about.segment !== null && !room.vocabulary.term('segments', as.about.segment)) say('segment', 'notes.segment.unknown')
  if (as.about.tags.length > MAX_TAGS) found.push({ at: 'tags', code: 'notes.tags.too_many', with: { max: MAX_TAGS } })
  if (as.about.tags.some((tag) => [...tag].length > MAX_TAG_LENGTH)) found.push({ at: 'tags', code: 'notes.tags.too_long', with: { max: MAX_TAG_LENGTH } })
  if (as.about.customers.some((c) => !room.knownCustomers.has(c))) say('customers', 'notes.customers.unknown')
  if (as.rights.named.some((party) => !partyExists(party, room.people))) say('named', 'notes.named.unknown')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(as.reviewOn) || as.reviewOn <= room.today) say('reviewOn', 'curation.review_on.in_past')
  if (as.rights.level === 'restricted') {
    const able = ableStewards(room.people, note.home.department, room.today)
    if (as.rights.stewards.filter((party) => able.some((p) => `p:${p.id}` === party)).length < 2) say('stewards', 'notes.stewards.two_needed')
  }
  return found
}
