import { sees, seesAsCurator } from '../policy/sees.js'
import type { Sight } from '../policy/readable.js'
import { standingApart, type Standing } from '../policy/rules.js'
import { accessOf, additionAccess } from './access.js'
import { isActive } from './item.js'
import {
  livingConfidence, pending, published, revisionNumbered, standingText, writersSinceDecision,
  type Comment, type Decision, type Flag, type Happening, type Message, type Note, type Reuse,
} from './note.js'
import type { RedactionProposal } from './redaction.js'
import type { Revision } from './revision.js'

/**
 * A note as one viewer may see it: every revision, addition and timeline line they may not read is already gone.
 * Pages never hold the whole document.
 */
export interface NoteSeen {
  /** the document's own fields that say nothing of any text */
  readonly id: string
  readonly version: number
  readonly revision: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly author: string
  readonly home: Note['home']
  readonly governance: Note['governance']
  readonly confidence: Note['confidence']
  readonly archivedFrom: Note['archivedFrom']
  readonly mergedInto: string | null
  readonly reviewOn: string | null
  readonly rights: Note['rights']
  readonly withheld: Note['withheld']
  readonly origin: Note['origin']
  /** the face a page shows first */
  readonly shown: Revision
  readonly face: 'published' | 'pending' | 'old'
  readonly published: Revision | null
  readonly pending: Revision | null
  /** every revision they may read, oldest first */
  readonly revisions: readonly Revision[]
  /** L4 */
  readonly asCurator: boolean
  /** L4 of every text the note ever had: whoever takes words away must see where they stand */
  readonly curatesAll: boolean
  /** words that somebody would like redacted; for curators of every text alone */
  readonly redaction: RedactionProposal | null
  /** what stands in texts in the place of redacted words */
  readonly marks: readonly string[]
  /** curators and the writer of what is under review */
  readonly item: Note['item']
  readonly thread: readonly Message[]
  readonly decisions: readonly Decision[]
  readonly rating: Decision | null
  readonly comments: readonly Comment[]
  readonly reuses: readonly Reuse[]
  readonly flags: readonly Flag[]
  readonly helpful: Note['helpful']
  readonly timeline: readonly Happening[]
  readonly standing: Standing
}

/** @returns null when the viewer may read no revision: for them the note does not exist */
export function noteAsSeen(note: Note, sight: Sight): NoteSeen | null {
  const { visible, by } = sight
  const readable = note.revisions.filter((r) => sees(visible, accessOf(note, r)))
  const newest = readable[readable.length - 1]
  if (!newest) return null

  const face = published(note)
  const waiting = pending(note)
  const shown = readable.find((r) => r.number === face.number) ?? newest
  // A curator of one revision may lack the clearance for another: each is asked by itself.
  const curates = (number: number) => {
    const revision = revisionNumbered(note, number)
    return revision !== null && seesAsCurator(visible, accessOf(note, revision))
  }
  const writes = (number: number) => revisionNumbered(note, number)?.by === by
  const reads = (on: number) => readable.some((r) => r.number === on)
  // Whoever took over answers in the review of what they may read anyway: L1 is never handed over.
  const answers = (number: number) => writes(number) || (note.caretaker === by && reads(number))
  const asCurator = curates(face.number) && (!isActive(note.item) || curates(note.item.subject))
  const curatesAll = asCurator && note.revisions.every((r) => curates(r.number))
  const inReview = note.item !== null && (curates(note.item.subject) || answers(note.item.subject))
  const items = [...note.pastItems, ...(note.item ? [note.item] : [])]
  const ofReview = (one: { readonly item: string }) => {
    const item = items.find(({ id }) => id === one.item)
    return item ? curates(item.subject) || answers(item.subject) : asCurator
  }
  const added = <T extends { readonly by: string; readonly on: number; readonly floor: Note['rights'] }>(list: readonly T[]) =>
    list.filter((one) => {
      const revision = revisionNumbered(note, one.on)
      return revision !== null && reads(one.on) && (one.by === by || sees(visible, additionAccess(note, revision, one.floor)))
    }).map((one) => ({ ...one, floor: unnamed(one.floor) }))
  const decisions = note.decisions.map((d) => (d.about ? { ...d, about: aboutWithoutHidden(d.about, visible.hide) } : d))
  const bare = (r: Revision): Revision => {
    const known = withoutHidden(r, visible.hide)
    return curates(r.number) || answers(r.number) ? known : { ...known, proposed: unnamed(r.proposed), floor: unnamed(r.floor) }
  }

  return {
    id: note.id,
    version: note.version,
    revision: note.revision,
    createdAt: note.createdAt,
    updatedAt: note.updatedAt,
    author: note.author,
    home: note.home,
    governance: note.governance,
    confidence: note.confidence,
    archivedFrom: note.archivedFrom,
    mergedInto: note.mergedInto,
    reviewOn: note.reviewOn,
    rights: rightsAsSeen(note, shown, asCurator || (reads(face.number) && (inReview || note.author === by || writes(face.number)))),
    withheld: asCurator || inReview || shown.by === by ? note.withheld : null,
    origin: note.origin,
    shown: bare(shown),
    face: shown.number === face.number ? 'published' : shown.number === waiting?.number ? 'pending' : 'old',
    published: reads(face.number) ? bare(face) : null,
    pending: waiting && reads(waiting.number) ? bare(waiting) : null,
    revisions: readable.map(bare),
    asCurator,
    curatesAll,
    redaction: curatesAll ? (note.redaction ?? null) : null,
    marks: [...new Set((note.redactions ?? []).map(({ mark }) => mark))],
    item: inReview ? note.item : null,
    thread: note.thread.filter(ofReview),
    decisions: decisions.filter(ofReview),
    rating: ratingOf(decisions, readable, ofReview),
    comments: added(note.comments),
    reuses: added(note.reuses).map((r) => (r.customer && visible.hide.includes(r.customer) ? { ...r, customer: null } : r)),
    flags: added(note.flags),
    helpful: reads(face.number) ? note.helpful : [],
    timeline: note.timeline.filter((line) =>
      line.for === 'readers' ? reads(line.on) : curates(line.on) || answers(line.on),
    ),
    standing: overUnread(standingTo(note, by, asCurator), reads(standingText(note).number)),
  }
}

/** Whoever cannot read the newest text must not write over it: for them somebody's edit stands in the way. */
function overUnread(standing: Standing, readsNewest: boolean): Standing {
  return readsNewest ? standing : { ...standing, editWaiting: true }
}

/** How somebody who reads the note stands to it; the facts that rules.ts decides on. */
export function standingTo(note: Note, who: string, curator: boolean): Standing {
  const last = standingText(note)
  return standingApart(note.id, {
    revision: note.revision,
    author: note.author === who || note.caretaker === who,
    // An edit by somebody else that still waits is theirs alone, whoever answers for the note.
    wroteLatest: last.by === who || (note.caretaker === who && pending(note) === null),
    wrotePublished: published(note).by === who,
    wroteSinceDecision: writersSinceDecision(note).includes(who),
    curator,
    validated: livingConfidence(note) === 'validated',
    archived: note.confidence === 'archived',
    wip: note.confidence === 'wip',
    underReview: isActive(note.item),
    editWaiting: pending(note) !== null && last.by !== who && !curator,
    wideningOffered: note.item?.widening != null,
  })
}

/** Whoever reads only old or pending text learns its rights, not those of a published face closed to them. */
function rightsAsSeen(note: Note, shown: Revision, whole: boolean): Note['rights'] {
  if (whole) return note.rights
  return unnamed(shown.number === published(note).number ? note.rights : shown.floor)
}

/** Who is named is for curators and the writer alone. */
function unnamed(rights: Note['rights']): Note['rights'] {
  return { ...rights, named: [], stewards: [] }
}

/** Readers see the ratings; the words of the decision are for the review. */
function ratingOf(decisions: readonly Decision[], readable: readonly Revision[], ofReview: (decision: Decision) => boolean): Decision | null {
  const rated = decisions.findLast((d) => d.ratings !== null && readable.some((r) => r.number === d.revision))
  if (!rated) return null
  return ofReview(rated) ? rated : { ...rated, code: null, text: '', rights: null, about: null }
}

/** Own words stay one's own (L1), without the chip of a customer one may not know. */
function withoutHidden(revision: Revision, hide: readonly string[]): Revision {
  return { ...revision, about: aboutWithoutHidden(revision.about, hide) }
}

function aboutWithoutHidden(about: Revision['about'], hide: readonly string[]): Revision['about'] {
  if (!about.customers.some((c) => hide.includes(c))) return about
  return { ...about, customers: about.customers.filter((c) => !hide.includes(c)) }
}
