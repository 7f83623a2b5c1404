import type { FastifyRequest } from 'fastify'
import { CEILINGS, standingToChannel, type Cadence, type Channel } from '../../domain/digests/channel.js'
import type { Digest } from '../../domain/digests/compose.js'
import type { DigestLetter } from '../../domain/digests/letter.js'
import { previewDigest } from '../../domain/digests/plan-digests.js'
import { sheetOf } from '../../domain/digests/word-digest.js'
import { lowerClearance } from '../../domain/people/clearance.js'
import { may } from '../../domain/policy/grant.js'
import { customersShown } from '../names-read.js'
import { me } from '../session.js'
import { labelsOf, languageOf, type Labels } from './labels.js'
import { pagesOf } from './pages.js'

const DELIVERIES = 10

/** One channel in the list: settings and how its last delivery went, nothing of what it sends. */
export function channelRow(request: FastifyRequest, channel: Channel, last: DigestLetter | undefined, labels: Labels) {
  return {
    href: `/channels/${channel.id}`,
    name: channel.name,
    lang: languageOf(channel.name),
    team: labels.team(channel.team),
    address: channel.address,
    cadence: sayCadence(request, channel.cadence),
    level: channel.ceiling,
    paused: channel.paused !== null,
    last: last ? { at: last.log.at(-1)?.at ?? last.at, state: request.say(`digests.state.${last.state}`), failed: last.state === 'failed' } : null,
  }
}

/** Everything the page of a channel shows this viewer. */
export async function channelPage(request: FastifyRequest, channel: Channel, page: number) {
  const { house } = request
  const labels = labelsOf(request)
  const directory = house.people.directory()
  const person = me(request)
  const standing = standingToChannel(channel, person, directory, house.clock.today())
  const members = directory.members(channel.team)
  const past = await house.post.outbox.ofChannel(channel.id, page, DELIVERIES)
  const seen = await customersShown(request, channel.filter.customers)
  const list = (names: readonly string[]) => names.join(labels.zh ? '、' : ', ')
  const reads = members.reduce((lowest, member) => lowerClearance(lowest, member.clearance), channel.ceiling as 'internal' | 'confidential' | 'restricted')
  return {
    id: channel.id,
    href: `/channels/${channel.id}`,
    name: channel.name,
    lang: languageOf(channel.name),
    paused: channel.paused ? { at: channel.paused.at, by: channel.paused.by === null ? '' : labels.person(channel.paused.by) } : null,
    team: labels.team(channel.team),
    members: members.length,
    owner: labels.person(channel.owner),
    address: channel.address,
    cadence: sayCadence(request, channel.cadence),
    timeZone: channel.timeZone,
    language: request.say(`admin.language.${channel.language}`),
    filter: {
      departments: list(channel.filter.departments.map(labels.department)),
      topics: list(channel.filter.topics.map((key) => labels.term('topics', key))),
      segments: list(channel.filter.segments.map((key) => labels.term('segments', key))),
      customers: list([...seen.values()].map(({ name }) => name)),
    },
    ceiling: channel.ceiling,
    ceilingSetBy: channel.ceilingSetBy === null ? '' : labels.person(channel.ceilingSetBy),
    // Nobody in the team is told by mail what they could not read in the portal.
    lowered: reads === channel.ceiling ? '' : request.say('channels.ceiling.lowered', { count: members.filter((member) => member.clearance === reads).length, level: request.say(`frame.level.${reads}`) }),
    ceilings: CEILINGS.map((value) => ({ value, label: request.say(`frame.level.${value}`), hint: request.say(`channels.ceiling.${value}`), checked: value === channel.ceiling })),
    can: { ceiling: may(request.viewer, 'channel.ceiling', standing) },
    waiting: (await house.post.outbox.pasts([channel.id], house.clock.now())).get(channel.id)?.underWay != null,
    preview: await previewOf(request, channel),
    deliveries: past.rows.map((letter) => deliveryRow(request, letter, labels)),
    pages: pagesOf(`/channels/${channel.id}?`, page, DELIVERIES, past.total),
    history: channel.history.map(({ at, by, what, with: values }) => ({
      tone: what === 'paused' ? 'closed' : '', at, quote: '',
      text: request.say(`channels.happened.${what}`, {
        who: by === null ? request.say('notices.by_link') : labels.person(by), to: values['to'] ? request.say(`frame.level.${values['to']}`) : '',
      }),
    })).reverse(),
  }
}

/** The next digest, in the channel's language, as far as both the channel and this viewer may read it. */
async function previewOf(request: FastifyRequest, channel: Channel) {
  const { house } = request
  const digest = await previewDigest(house.post, channel, request.viewer, house.clock.now())
  if (!digest) return null
  const written = house.post.stationery.write('digest', sheetOf(house.post, channel, digest, null))
  return { lang: channel.language, subject: written.subject, text: written.text, topics: topicsOf(request, channel, digest), used: digest.used.map(({ id, title }) => ({ href: `/notes/${id}`, heading: title })) }
}

function topicsOf(request: FastifyRequest, channel: Channel, digest: Digest) {
  const say = (key: string, values = {}) => request.house.words.say(channel.language, key, values)
  const vocabulary = request.house.vocabularies.vocabulary()
  return digest.topics.map(({ topic, entries, more, sensitive }) => {
    const name = topic === null ? say('mail.digest.no_topic') : (vocabulary.topic(topic)?.[channel.language] ?? topic)
    return {
      name,
      entries: entries.map(({ id, title, gist }) => ({ href: `/notes/${id}`, heading: title, gist })),
      more: more > 0 ? say('mail.digest.more', { count: more }) : '',
      sensitive: sensitive > 0 ? say('mail.digest.sensitive', { count: sensitive, topic: name }) : '',
    }
  })
}

function deliveryRow(request: FastifyRequest, letter: DigestLetter, labels: Labels) {
  return {
    from: letter.period.from,
    to: letter.period.to,
    askedBy: letter.askedBy === null ? '' : labels.person(letter.askedBy),
    state: letter.state,
    stateText: request.say(`digests.state.${letter.state}`),
    open: letter.state === 'sent' ? `/mail/${letter.id}` : '',
    total: letter.said?.total ?? 0,
    why: request.say(`digests.log.${letter.log.at(-1)?.what ?? 'planned'}`),
    nextTryAt: letter.nextTryAt,
    log: letter.log.map(({ at, what, said }) => ({ at, text: request.say(`digests.log.${what}`), said })),
  }
}

export function sayCadence(request: FastifyRequest, cadence: Cadence): string {
  const hour = `${String(cadence.hour).padStart(2, '0')}:00`
  return cadence.every === 'day' ? request.say('channels.cadence.day', { hour }) : request.say('channels.cadence.week', { hour, day: request.say(`channels.day.${cadence.day}`) })
}
