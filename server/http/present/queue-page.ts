import type { FastifyRequest } from 'fastify'
import { holder, waitsForSecond } from '../../domain/notes/item.js'
import type { QueueReason } from '../../domain/notes/port.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { LEVELS } from '../../domain/policy/level.js'
import { QUEUE_REASONS, minutesLeft, queryOfWithin, subjectOf, type Within } from '../curation-room.js'
import { me } from '../session.js'
import { labelsOf, languageOf, type Labels } from './labels.js'

const HOUR = 3_600_000
/** From here on an item is shown as late: it goes to the department above. */
const LATE_HOURS = 48

export const WHY_ICONS: Readonly<Record<QueueReason, string>> = { posted: 'note', edited: 'draft', due: 'clock', flagged: 'flag', imported: 'download', merged: 'merge', lowering: 'lock' }

/** One line of the queue. */
export function queueRow(request: FastifyRequest, note: NoteSeen, within: Within, labels: Labels = labelsOf(request)) {
  const subject = subjectOf(note)
  const { item } = note
  const now = request.house.clock.now()
  const held = item ? holder(item, now) : null
  const query = queryOfWithin(within)
  const flags = note.flags.filter((flag) => flag.settled === null)
  const lowering = waitsForSecond(item) ? item.lowering : null
  const own = note.standing.wroteSinceDecision && lowering === null
  const why = lowering ? 'lowering' : (item?.why ?? 'posted')
  const openedAt = lowering?.at ?? item?.openedAt ?? note.updatedAt
  return {
    id: note.id,
    href: `/queue/${note.id}${query === '' ? '' : `?${query}`}`,
    returnHref: `/queue/${note.id}?${query === '' ? '' : `${query}&`}say=return#returnCode`,
    within: query,
    back: query === '' ? '/queue' : `/queue?${query}`,
    heading: subject.title,
    lang: languageOf(subject.title + subject.body),
    age: ageOf(request, openedAt, now),
    openedAt,
    late: item !== null && item.state !== 'returned' && Date.parse(now) - Date.parse(openedAt) >= LATE_HOURS * HOUR,
    urgent: item?.urgent === true || flags.some((flag) => flag.reason === 'says_too_much'),
    // A flag says itself why the item is here.
    why: why !== 'posted' && !(why === 'flagged' && flags.length > 0) ? request.say(`curation.why.${why}`) : '',
    whyIcon: WHY_ICONS[why],
    flags: flags.map((flag) => labels.reason('flag', flag.reason)),
    meta: [
      note.home.team === null ? labels.department(note.home.department) : `${labels.department(note.home.department)} · ${labels.team(note.home.team)}`,
      labels.person(subject.by),
      labels.term('topics', subject.about.topic),
      subject.source.firsthand === null ? '' : request.say(subject.source.firsthand ? 'notes.firsthand.yes' : 'notes.firsthand.no'),
    ].filter((part) => part !== ''),
    level: subject.number === note.published?.number ? note.rights.level : subject.proposed.level,
    reviewFirst: note.governance === 'review_first' && !note.standing.validated,
    // Nobody claims it: one word of a second curator settles it.
    lowering: lowering && { mine: lowering.by === me(request).id, by: labels.person(lowering.by) },
    claim: {
      own,
      returned: item?.state === 'returned',
      mine: held !== null && held === me(request).id,
      by: held === null ? '' : labels.person(held),
      holder: held ?? '',
      left: held === null || !item?.claim ? '' : leftOf(request, item.claim.until, now),
    },
    said: '',
  }
}

/** The filters above the queue, over what this curator's domain and the taxonomy hold. */
export function queueFilters(request: FastifyRequest, within: Within, labels: Labels = labelsOf(request), reasons: ReadonlyMap<QueueReason, number> = new Map()) {
  const { house } = request
  const directory = house.people.directory()
  const topics = house.vocabularies.vocabulary().offered('topics').filter((topic) => !topic.route_to)
  const option = (now: string) => (value: string, label: string) => ({ value, label, checked: value === now })
  return {
    tab: within.tab,
    reasons: QUEUE_REASONS.filter((why) => reasons.has(why) || why === within.why)
      .map((why) => option(within.why)(why, request.say('curation.filter.counted', { what: request.say(`curation.why.${why}`), count: reasons.get(why) ?? 0 }))),
    departments: directory.domainOf(me(request), house.clock.today()).map((id) => option(within.department)(id, labels.department(id))),
    topics: topics.map((topic) => option(within.topic)(topic.key, topic.parent ? `— ${labels.of(topic)}` : labels.of(topic))),
    levels: LEVELS.map((level) => option(within.level)(level, request.say(`frame.level.${level}`))),
    text: within.text,
    inForce: within.why !== '' || within.department !== '' || within.topic !== '' || within.level !== '' || within.text !== '',
    clear: within.tab === 'open' ? '/queue' : `/queue?tab=${within.tab}`,
  }
}

function ageOf(request: FastifyRequest, since: string, now: string): string {
  const hours = Math.floor((Date.parse(now) - Date.parse(since)) / HOUR)
  if (hours < 1) return request.say('curation.age.fresh')
  return hours < 24 ? request.say('curation.age.hours', { n: hours }) : request.say('curation.age.days', { n: Math.floor(hours / 24) })
}

function leftOf(request: FastifyRequest, until: string, now: string): string {
  const minutes = minutesLeft(until, now)
  return minutes < 90 ? request.say('curation.left.minutes', { n: minutes }) : request.say('curation.left.hours', { n: Math.round(minutes / 60) })
}
