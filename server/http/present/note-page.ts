import type { FastifyRequest } from 'fastify'
import { isActive } from '../../domain/notes/item.js'
import type { Happening, Ratings } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { ableStewards } from '../../domain/notes/writing.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import { may } from '../../domain/policy/grant.js'
import type { Act } from '../../domain/policy/acts.js'
import { initialsOf } from '../frame.js'
import { customersShown } from '../names-read.js'
import { me } from '../session.js'
import { labelsOf, languageOf, type Labels } from './labels.js'
import { textWithMarks, withMarks } from './marks.js'
import type { Fields } from './note-fields.js'
import { useForm } from './use-form.js'

const ACTS_SHOWN = [
  'note.edit', 'note.suggest', 'note.withdraw', 'note.narrow', 'note.agree', 'note.reply', 'note.comment', 'note.reuse', 'note.helpful',
  'note.flag', 'note.archive', 'note.restore', 'note.decide', 'note.claim', 'note.curate', 'note.classify', 'note.clear', 'note.merge', 'note.rehome', 'note.redact',
] as const satisfies readonly Act[]

/**
 * Everything the note's page shows this viewer.
 * @param using what was typed under "I used this", and what stands in its way
 */
export async function notePage(request: FastifyRequest, note: NoteSeen, revision: Revision = note.shown, using?: { readonly fields: Fields; readonly refusals: Refusals }) {
  const { house } = request
  const labels = labelsOf(request)
  const customers = await customersShown(request, [...revision.about.customers, ...note.reuses.flatMap((r) => r.customer ?? [])])
  const named = (id: string) => customers.get(id)?.name ?? ''
  const today = house.clock.today()
  const html = withMarks(request, await house.markdown.render(revision.body), note.marks)
  const marked = (text: string) => textWithMarks(request, text, note.marks)
  const can = Object.fromEntries(ACTS_SHOWN.map((act) => [act.slice(5), may(request.viewer, act, note.standing)]))
  can['decide'] = Boolean(can['decide']) && isActive(note.item)
  const readers = await house.reads.count(note.id)
  return {
    id: note.id,
    href: `/notes/${note.id}`,
    revision: note.revision,
    heading: marked(revision.title),
    lang: languageOf(revision.title + revision.body),
    html,
    // A note of one line is its own title: it is not said twice.
    oneLine: revision.body.trim() === revision.title,
    state: stateOf(note, revision, today),
    author: labels.person(revision.by),
    initials: initialsOf(labels.person(revision.by)),
    mine: note.author === me(request).id,
    postedAt: revision.at,
    home: { department: labels.department(note.home.department), team: note.home.team === null ? '' : labels.team(note.home.team) },
    plainly: plainly(request, note, labels),
    customers: revision.about.customers.filter((id) => customers.has(id)).map((id) => ({ href: `/customers/${id}`, name: named(id) })),
    chips: chipsOf(revision, labels),
    source: sourceOf(request, revision, labels),
    rating: note.rating?.ratings ? ratingOf(request, note.rating.ratings, labels.person(note.rating.by), note.rating.at) : null,
    can,
    withheld: note.withheld !== null,
    redactionWaits: note.redaction !== null,
    returned: note.item?.state === 'returned' && note.item.returned
      ? { reason: labels.reason('return', note.item.returned.code), text: note.item.returned.text, by: labels.person(note.item.returned.by), at: note.item.returned.at }
      : null,
    declined: declineOf(note, labels),
    offer: note.item?.widening && can['agree'] ? { audience: note.item.widening.rights.audience, named: note.item.widening.rights.named.filter((p) => !note.rights.named.includes(p)).map(labels.party), by: labels.person(note.item.widening.by) } : null,
    lowering: note.item?.lowering && note.asCurator ? { by: labels.person(note.item.lowering.by), level: note.item.lowering.rights.level, mine: note.item.lowering.by === me(request).id } : null,
    underReview: isActive(note.item),
    asCurator: note.asCurator,
    otherFace: otherFace(note, revision),
    thread: note.thread.map((line) => ({ id: line.id, by: labels.person(line.by), initials: initialsOf(labels.person(line.by)), at: line.at, text: marked(line.text) })),
    comments: note.comments.map((line) => ({ id: line.id, by: labels.person(line.by), initials: initialsOf(labels.person(line.by)), at: line.at, text: marked(line.text), clear: Boolean(can['clear']) && line.on !== note.shown.number })),
    reuses: note.reuses.map((use) => ({ by: labels.person(use.by), at: use.at, outcome: labels.closed('outcomes', use.outcome), text: use.text, customer: use.customer && customers.has(use.customer) ? { href: `/customers/${use.customer}`, name: named(use.customer) } : null })),
    flags: note.flags.filter((flag) => flag.settled === null).map((flag) => ({ by: labels.person(flag.by), at: flag.at, reason: labels.reason('flag', flag.reason), text: flag.text })),
    helpful: { count: note.helpful.length, mine: note.helpful.some((one) => one.by === me(request).id) },
    readBy: readers >= 3 ? readers : 0,
    revisions: note.revisions.length > 1 ? note.revisions.map((r) => ({ number: r.number, href: `/notes/${note.id}/revisions/${r.number}`, by: labels.person(r.by), at: r.at, current: r.number === revision.number, published: r.number === note.published?.number })).reverse() : [],
    timeline: note.timeline.map((line) => happening(request, line, labels)).reverse(),
    outcomes: house.vocabularies.vocabulary().taxonomy.outcomes.map((term) => ({ value: term.key, label: labels.of(term) })),
    flagReasons: house.vocabularies.vocabulary().reasonsOffered('flag').map((term) => ({ value: term.key, label: labels.of(term) })),
    use: can['reuse'] ? await useForm(request, note, customers, using?.fields, using?.refusals) : null,
    narrowing: can['narrow'] ? narrowing(request, note, labels) : null,
    // A confidential title must not travel into a chat by one click; the link opens only for whoever may read it.
    copy: isSensitiveText(note, revision) ? `${house.config.baseUrl}/notes/${note.id}` : `${revision.title} ${house.config.baseUrl}/notes/${note.id}`,
  }
}

export function stateOf(note: NoteSeen, revision: Revision, today: string) {
  const overdue = note.confidence === 'validated' && note.reviewOn !== null && note.reviewOn < today
  const due = note.confidence === 'validated' && note.reviewOn === today
  return {
    confidence: note.confidence,
    audience: note.rights.audience,
    level: note.rights.level,
    due: overdue ? 'overdue' : due ? 'due' : '',
    reviewOn: note.confidence === 'validated' ? note.reviewOn : null,
    returned: note.item?.state === 'returned',
    pending: note.pending !== null && revision.number !== note.pending.number ? false : note.face === 'pending' || revision.number === note.pending?.number,
  }
}

/** What may be closed: never anything wider or lower than what is in force. */
function narrowing(request: FastifyRequest, note: NoteSeen, labels: Labels) {
  const { rights } = note
  const option = (kind: string, now: string) => (value: string) => ({ value, label: request.say(`frame.${kind}.${value}`), checked: value === now })
  const stewards = ableStewards(request.house.people.directory(), note.home.department, request.house.clock.today(), [note.author])
  return {
    audiences: AUDIENCES.slice(0, AUDIENCES.indexOf(rights.audience) + 1).map(option('audience', rights.audience)),
    levels: LEVELS.slice(LEVELS.indexOf(rights.level)).map(option('level', rights.level)),
    named: rights.named.map((party) => ({ value: party, label: labels.party(party) })),
    stewards: rights.level === 'restricted' ? [] : stewards.map((p) => ({ value: `p:${p.id}`, label: labels.person(p.id) })),
  }
}

export function isSensitive(note: NoteSeen): boolean {
  return isSensitiveText(note, note.shown)
}

/** An old text stays as closed as it ever was, whatever the note is now. */
export function isSensitiveText(note: NoteSeen, revision: Revision): boolean {
  return [note.rights.level, revision.floor.level].some((level) => level === 'confidential' || level === 'restricted')
}

/** Who reads it now and who will, in one plain sentence. */
function plainly(request: FastifyRequest, note: NoteSeen, labels: Labels): string {
  const team = note.home.team === null ? request.say('notes.plainly.no_team') : labels.team(note.home.team)
  const department = labels.department(note.home.department)
  const values = { team, department, audience: request.say(`notes.audience.${note.rights.audience}`, { team, department }) }
  const confidence = note.confidence === 'archived' ? note.archivedFrom : note.confidence
  if (note.withheld) return request.say('notes.plainly.withheld')
  if (confidence === 'wip') return request.say('notes.plainly.wip')
  if (note.rights.level === 'restricted') return request.say('notes.plainly.restricted')
  if (note.rights.audience === 'private') return request.say('notes.plainly.private')
  if (confidence === 'not_validated') {
    return request.say(note.governance === 'review_first' ? 'notes.plainly.review_first' : 'notes.plainly.publish_first', values)
  }
  return request.say('notes.plainly.validated', values)
}

function chipsOf(revision: Revision, labels: Labels) {
  const { about } = revision
  return [
    ...(about.topic ? [{ label: labels.term('topics', about.topic), href: `/search?topic=${encodeURIComponent(about.topic)}` }] : []),
    ...about.products.map((key) => ({ label: labels.term('products', key), href: `/search?product=${encodeURIComponent(key)}` })),
    ...(about.direction ? [{ label: labels.closed('directions', about.direction), href: `/search?direction=${about.direction}` }] : []),
    ...(about.nature ? [{ label: labels.closed('natures', about.nature), href: `/search?nature=${about.nature}` }] : []),
    ...(about.segment ? [{ label: labels.term('segments', about.segment), href: `/search?segment=${encodeURIComponent(about.segment)}` }] : []),
    ...(about.stage ? [{ label: labels.closed('stages', about.stage), href: '' }] : []),
    ...about.tags.map((tag) => ({ label: `#${tag}`, href: `/search?tag=${encodeURIComponent(tag)}` })),
  ]
}

export function sourceOf(request: FastifyRequest, revision: Revision, labels: Labels) {
  const { source } = revision
  const link = /^https?:\/\/\S+$/i.test(source.reference)
  return {
    informant: labels.closed('sources', source.informant),
    saidBy: source.saidBy,
    touchpoint: labels.term('touchpoints', source.touchpoint),
    observedOn: source.observedOn,
    firsthand: source.firsthand === null ? '' : request.say(source.firsthand ? 'notes.firsthand.yes' : 'notes.firsthand.no'),
    reference: source.reference,
    referenceHref: link ? source.reference : '',
    said: Boolean(source.informant || source.saidBy || source.touchpoint || source.observedOn || source.firsthand !== null || source.reference),
  }
}

function ratingOf(request: FastifyRequest, ratings: Ratings, by: string, at: string) {
  return {
    words: request.say('curation.verdict', {
      correctness: request.say(`curation.correctness.${ratings.correctness}`), reliability: request.say(`curation.reliability.${ratings.reliability}`),
    }),
    value: request.say(`curation.value.${ratings.value}`),
    valueMark: ratings.value,
    ease: request.say(`curation.ease.${ratings.ease}`),
    by,
    at,
  }
}

/** The sentence of one line of the timeline. */
function happening(request: FastifyRequest, line: Happening, labels: Labels) {
  const values: Record<string, string | number> = { who: line.by === '' ? request.say('notes.the_portal') : labels.person(line.by) }
  for (const [name, value] of Object.entries(line.with)) values[name] = said(request, name, value, labels)
  return { tone: TONES[line.what] ?? '', text: request.say(`notes.happened.${line.what}`, values), at: line.at, quote: '' }
}

function said(request: FastifyRequest, name: string, value: string | number, labels: Labels): string | number {
  if (typeof value === 'number') return value
  switch (name) {
    case 'from':
    case 'to': return labels.person(value)
    case 'audience': return request.say(`frame.audience.${value}`)
    case 'level': return request.say(`frame.level.${value}`)
    case 'department': return labels.department(value)
    case 'outcome': return labels.closed('outcomes', value)
    case 'reason': return labels.reason('flag', value)
    case 'redaction': return labels.reason('redaction', value)
    case 'code': return labels.reason('return', value)
    default: return value
  }
}

const TONES: Readonly<Record<string, string>> = {
  accepted: 'decided', still_true: 'decided', widening_agreed: 'decided', lowered: 'decided', returned: 'turned', flagged: 'turned', due: 'turned', declined: 'closed',
  withdrawn: 'closed', redacted: 'closed', archived: 'closed', merged: 'closed', withheld: 'closed', narrowed: 'closed',
}

function declineOf(note: NoteSeen, labels: Labels) {
  const last = note.decisions[note.decisions.length - 1]
  if (!last || last.kind !== 'decline' || (note.confidence !== 'wip' && note.item?.state !== 'declined')) return null
  return { reason: labels.reason('decline', last.code ?? ''), text: last.text, by: labels.person(last.by), at: last.at }
}

/** The way between the published face and one's own waiting edit. */
function otherFace(note: NoteSeen, revision: Revision) {
  if (note.pending && revision.number !== note.pending.number) return { what: 'pending', href: `/notes/${note.id}/revisions/${note.pending.number}` }
  if (note.published && revision.number !== note.published.number) return { what: 'published', href: `/notes/${note.id}` }
  return null
}
