import type { FastifyRequest } from 'fastify'
import { defaultReviewDate } from '../../domain/curation/review-date.js'
import { holder, isActive, waitsForSecond } from '../../domain/notes/item.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { may } from '../../domain/policy/grant.js'
import { minutesLeft, named, queryOfWithin, subjectOf, type Within } from '../curation-room.js'
import { me } from '../session.js'
import { similarTo } from '../similar.js'
import { changedTexts } from './changed-texts.js'
import { decisionForm } from './decision-form.js'
import { deskPart } from './desk-part.js'
import { labelsOf } from './labels.js'
import { one, type Fields } from './note-fields.js'
import { notePage } from './note-page.js'
import { WHY_ICONS } from './queue-page.js'

export interface DecisionTask {
  readonly within: Within
  readonly refusals: Refusals
  /** when the curator began to look; what happened later is told after a conflict */
  readonly openedAt: string
  /** the revision on the curator's form, after a conflict: what came since is shown */
  readonly seen: number | null
  /** what the form goes on naming: only a fresh look at what changed makes it the present one */
  readonly revision: number
}

/** Everything a curator needs to decide on one note. */
export async function decisionPage(request: FastifyRequest, note: NoteSeen, fields: Fields, task: DecisionTask) {
  const { house } = request
  const subject = subjectOf(note)
  const page = await notePage(request, note, subject)
  const now = house.clock.now()
  const { item } = note
  const active = isActive(item)
  const second = waitsForSecond(item) ? item.lowering : null
  const held = active ? holder(item, now) : null
  const verifiable = active && note.standing.validated && note.published?.number === item.subject && note.withheld === null
  const within = queryOfWithin(task.within)
  return {
    note: page,
    revision: task.revision,
    openedAt: task.openedAt,
    within,
    withinParam: encodeURIComponent(within),
    back: within === '' ? '/queue' : `/queue?${within}`,
    here: within === '' ? `/queue/${note.id}` : `/queue/${note.id}?${within}`,
    skip: `/queue/${note.id}?${within === '' ? '' : `${within}&`}skip=1`,
    why: second ? request.say('curation.why.lowering') : active && item.why !== 'posted' ? request.say(`curation.why.${item.why}`) : '',
    whyIcon: WHY_ICONS[second ? 'lowering' : (item?.why ?? 'posted')],
    waitingSince: second ? second.at : active ? item.openedAt : null,
    urgent: active && item.urgent,
    bar: barOf(request, note, held),
    holder: held === null || !active || !item.claim ? null : {
      id: held, name: labelsOf(request).person(held), minutes: minutesLeft(item.claim.until, now), mine: held === me(request).id,
    },
    verification: verifiable && may(request.viewer, 'note.decide', note.standing) ? { reviewOn: defaultReviewDate(subject.about.nature, note.rights.level, house.clock.today()) } : null,
    diff: diffOf(note, subject),
    conflict: task.seen === null ? null : conflictOf(note, subject, task.seen, page.timeline, task.openedAt),
    typed: ['text', 'returnText', 'declineText'].map((name) => one(fields, name).trim()).filter((text) => text !== '').join('\n\n'),
    similar: await similarTo(request, `${subject.title}\n${subject.body}`, note.id, null),
    proposedBy: page.author,
    form: await decisionForm(request, note, subject, fields, named(request, task.refusals)),
    desk: deskPart(request, note),
  }
}

/** What may be done now: decide, only look, or nothing because nothing waits. */
function barOf(request: FastifyRequest, note: NoteSeen, held: string | null): 'decide' | 'held' | 'own' | 'returned' | 'lowering' | 'closed' {
  if (waitsForSecond(note.item)) return 'lowering'
  if (!isActive(note.item)) return 'closed'
  if (note.item.state === 'returned') return 'returned'
  if (!may(request.viewer, 'note.decide', note.standing)) return 'own'
  return held !== null && held !== me(request).id ? 'held' : 'decide'
}

/** Against the text of the last return on this item, else against what readers see. */
function diffOf(note: NoteSeen, subject: Revision) {
  const last = note.decisions.findLast((decision) => decision.kind === 'return' && decision.item === note.item?.id && decision.revision < subject.number)
  const before = last ? note.revisions.find((revision) => revision.number === last.revision) : note.published
  if (!before || before.number === subject.number) return null
  const changed = changedTexts(`${before.title}\n\n${before.body}`, `${subject.title}\n\n${subject.body}`)
  return { since: last ? 'return' : 'decision', at: last ? last.at : before.at, ...changed }
}

function conflictOf(note: NoteSeen, subject: Revision, seen: number, timeline: readonly { readonly text: string; readonly at: string }[], openedAt: string) {
  const before = note.revisions.findLast((revision) => revision.number <= seen)
  const text = before ? changedTexts(`${before.title}\n\n${before.body}`, `${subject.title}\n\n${subject.body}`) : null
  return { text: text?.same ? null : text, happened: timeline.filter((line) => line.at >= openedAt).slice(0, 8) }
}
