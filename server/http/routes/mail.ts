import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LETTER_KINDS, LETTER_STATES } from '../../domain/digests/letter.js'
import { openLetter } from '../../domain/digests/open-letter.js'
import type { LetterRow, OutboxQuery } from '../../domain/digests/port.js'
import { Missing } from '../faults.js'
import { labelsOf, type Labels } from '../present/labels.js'
import { pagesOf } from '../present/pages.js'
import { me } from '../session.js'
import { pageIn } from './notes.js'

const SIZE = 50

interface Asked {
  readonly kind?: string
  readonly state?: string
  readonly q?: string
  readonly page?: string
}

/** What the portal mailed: to whom, when and how it went for an admin; the words for whoever they were written to. */
export function mail(app: FastifyInstance): void {
  app.get<{ Querystring: Asked }>('/admin/mail', { config: { allow: 'health.read' } }, async (request, reply) => list(request, reply, '/admin/mail', {}))

  // In the demo every mail is everybody's, so that one person can try all of them.
  app.get<{ Querystring: Asked }>('/me/mail', { config: { allow: 'mail.read' } }, async (request, reply) =>
    list(request, reply, '/me/mail', request.house.config.demo ? {} : { person: me(request).id }))

  app.get<{ Params: { id: string } }>('/mail/:id', { config: { allow: 'mail.read' } }, async (request, reply) => {
    const { house } = request
    const letter = await house.post.outbox.get(request.params.id)
    const written = letter ? await openLetter(house.post, house.keptMail, letter, me(request), house.config.demo, house.clock.now()) : null
    if (!letter || !written) throw new Missing()
    return reply.page('outbox/show', {
      title: written.subject,
      subject: written.subject,
      lang: letter.language,
      to: letter.to,
      at: letter.log.at(-1)?.at ?? letter.at,
      kind: request.say(`outbox.kind.${letter.kind}`),
      state: request.say(`digests.state.${letter.state}`),
      rewritten: letter.kind === 'digest' || letter.kind === 'notice',
      lines: written.text.trimEnd().split('\n').map((text) => ({ text, href: ownAddress(text, house.config.baseUrl) })),
    })
  })
}

async function list(request: FastifyRequest, reply: FastifyReply, base: '/admin/mail' | '/me/mail', whose: Pick<OutboxQuery, 'person'>): Promise<FastifyReply> {
  const { house } = request
  const asked = request.query as Asked
  const labels = labelsOf(request)
  const page = pageIn(asked.page)
  const kind = LETTER_KINDS.find((each) => each === asked.kind)
  const state = LETTER_STATES.find((each) => each === asked.state)
  const text = (asked.q ?? '').trim().slice(0, 200)
  const found = await house.post.outbox.list({ ...whose, ...(kind && { kind }), ...(state && { state }), ...(text !== '' && { text }), page, size: SIZE })
  const query = new URLSearchParams({ ...(kind && { kind }), ...(state && { state }), ...(text !== '' && { q: text }) }).toString()
  return reply.page('outbox/index', {
    title: request.say(base === '/admin/mail' ? 'outbox.title' : 'outbox.mine'),
    section: base === '/admin/mail' ? 'admin' : null,
    lead: request.say(base === '/admin/mail' ? 'outbox.lead' : house.config.demo ? 'outbox.demo_lead' : 'outbox.mine_lead'),
    kept: house.keptMail !== null,
    base,
    narrowed: query !== '',
    kinds: LETTER_KINDS.map((value) => ({ value, label: request.say(`outbox.kind.${value}`), checked: value === kind })),
    states: LETTER_STATES.map((value) => ({ value, label: request.say(`digests.state.${value}`), checked: value === state })),
    q: text,
    rows: found.rows.map((row) => mailRow(request, row, labels)),
    pages: pagesOf(`${base}?${query}`, page, SIZE, found.total),
  })
}

function mailRow(request: FastifyRequest, row: LetterRow, labels: Labels) {
  return {
    to: row.to,
    who: row.person === null ? (request.house.post.channels.get(row.channel ?? '')?.name ?? '') : labels.person(row.person),
    at: row.at,
    kind: request.say(`outbox.kind.${row.kind}`),
    state: row.state,
    stateText: request.say(`digests.state.${row.state}`),
    tries: row.tries,
    nextTryAt: row.nextTryAt,
    href: mayOpen(request, row) ? `/mail/${row.id}` : '',
    log: row.log.map(({ at, what, said }) => ({ at, text: request.say(`digests.log.${what}`), said })),
  }
}

/** Where there is something to open; the page of the letter asks again. */
function mayOpen(request: FastifyRequest, letter: LetterRow): boolean {
  const { house } = request
  const person = me(request)
  if (letter.state === 'skipped' || letter.state === 'planned') return false
  if (letter.kind === 'digest') return house.config.demo || person.teams.includes(house.post.channels.get(letter.channel ?? '')?.team ?? '')
  if (letter.kind === 'notice') return letter.person === person.id
  return house.keptMail !== null && (house.config.demo || letter.person === person.id)
}

/** A line that is an address of this portal, as a path of it; anything else stays text. */
function ownAddress(line: string, baseUrl: string): string {
  return line.startsWith(`${baseUrl}/`) && !/\s/.test(line) ? line.slice(baseUrl.length) : ''
}
