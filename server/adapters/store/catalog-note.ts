import { accessOf, additionAccess, faceAccess } from '../../domain/notes/access.js'
import { isActive, waitsForSecond } from '../../domain/notes/item.js'
import { published, revisionNumbered, type Decision, type Note } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Access } from '../../domain/policy/access.js'
import { folded, type Face } from './catalog-rows.js'

/**
 * The faces of a note that the catalog keeps: the published one, what is under review, and for everybody who wrote
 * other text their newest, so that "my notes" finds it under the law of that very revision.
 */
export function noteFaces(note: Note): readonly Face[] {
  const shown = published(note)
  const faces = [noteFace(note, 'published', shown, faceAccess(note))]
  if (isActive(note.item) || waitsForSecond(note.item)) {
    const subject = revisionNumbered(note, note.item.subject) ?? shown
    faces.push({
      ...noteFace(note, 'review', subject, accessOf(note, subject)),
      said: folded(`${subject.title}\n${subject.body}`),
    })
  }
  for (const revision of newestOfEach(note.revisions)) {
    if (revision.by !== shown.by) faces.push(noteFace(note, 'writer', revision, accessOf(note, revision)))
  }
  return faces
}

function noteFace(note: Note, face: Face['face'], revision: Revision, access: Access): Face {
  const { about } = revision
  return {
    face,
    access,
    columns: {
      confidence: note.confidence,
      department: note.home.department,
      team: note.home.team,
      topic: about.topic,
      direction: about.direction,
      nature: about.nature,
      segment: about.segment,
      batch: note.origin?.batch ?? null,
      // Of the text that is shown, not of the document: a pending edit must not move a note in anybody's list.
      written: revision.at,
      posted: note.createdAt,
      validated: validatedAt(note, revision),
      value: ratingOf(note, revision)?.ratings?.value ?? 0,
      reused: reusesForAll(note, revision, access),
      review_on: face === 'published' ? note.reviewOn : null,
      caretaker: note.caretaker ?? null,
      ...itemColumns(note),
    },
    tags: about.tags,
  }
}

/** Stands in the columns for a lowering that waits for a second curator. */
const LOWERING = 'lowering'

function itemColumns(note: Note): Face['columns'] {
  const { item } = note
  // Nothing that waits for its writer or a first decision: a state of its own, which only the queue asks for.
  if (waitsForSecond(item)) return { item_state: LOWERING, item_why: LOWERING, item_opened: item.lowering.at }
  if (!isActive(item)) return {}
  const flags = note.flags.filter((flag) => flag.settled === null)
  return {
    item_state: item.state,
    item_why: item.why,
    item_writer: revisionNumbered(note, item.subject)?.by ?? null,
    item_opened: item.openedAt,
    item_urgent: item.urgent || flags.some((flag) => flag.reason === 'says_too_much') ? 1 : 0,
    item_holder: item.claim?.by ?? null,
    item_until: item.claim?.until ?? null,
    item_flagged: item.why === 'flagged' || flags.length > 0 ? 1 : 0,
  }
}

function newestOfEach(revisions: readonly Revision[]): readonly Revision[] {
  return [...new Map(revisions.map((revision) => [revision.by, revision])).values()]
}

/** When this text became validated knowledge; null when it is not what was validated. */
function validatedAt(note: Note, revision: Revision): string | null {
  if (note.validated !== revision.number) return null
  const accepted = note.decisions.findLast((d) => d.revision === revision.number && d.kind === 'accept')
  return accepted?.at ?? revision.at
}

function ratingOf(note: Note, revision: Revision): Decision | undefined {
  return note.decisions.findLast((d) => d.ratings !== null && d.revision === revision.number)
}

/** Only those that everybody who reads the face may count: the order of a list must not tell of others. */
function reusesForAll(note: Note, revision: Revision, access: Access): number {
  return note.reuses.filter((reuse) => {
    if (reuse.on !== revision.number) return false
    const own = additionAccess(note, revision, reuse.floor)
    return own.level === access.level && own.reach === access.reach && own.named.length === access.named.length
  }).length
}
