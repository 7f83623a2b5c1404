import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askedBefore } from '../../domain/insights/gap.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { FACETS } from '../../domain/search/entry.js'
import type { Found } from '../../domain/search/port.js'
import { parseQuery } from '../../domain/search/query.js'
import { highlight } from '../../domain/search/snippet.js'
import { countAround } from '../frame.js'
import { customersShown } from '../names-read.js'
import { isPartial } from '../origin.js'
import { whatIsNew } from '../present/home.js'
import { PAGE_SIZE, facetsShown, resultsModel, searchIn } from '../present/find.js'
import { noteRows } from '../present/note-rows.js'
import { me } from '../session.js'
import { labelsOf } from '../present/labels.js'

/** Above this many things on hold counts would be about to change: they are withheld and the page says so. */
const MANY_ON_HOLD = 1_000

export function search(app: FastifyInstance): void {
  app.get('/', { config: { allow: 'search' } }, async (request, reply) => {
    const { house } = request
    const sight = request.sight()
    const person = me(request)
    const [news, returned, drafts] = await Promise.all([
      whatIsNew(request, await house.visits.lookIn(person.id, house.clock.now())),
      house.notes.rows({ writer: person.id, withItem: 'returned', order: 'newest', page: 1, size: 5 }, sight),
      house.drafts.list(person.id),
    ])
    await onRecord(request, [...new Map([...news.notes, ...returned].map((note) => [note.id, note])).values()])
    return reply.page('search/home', {
      title: request.say('search.home.title'),
      q: '',
      ...(await news.model()),
      returned: await noteRows(request, returned),
      drafts: drafts.length,
    })
  })

  app.get('/search', { config: { allow: 'search', many: FACETS } }, async (request, reply) => {
    const search = searchIn(request.query as Readonly<Record<string, string | readonly string[]>>)
    const sight = request.sight()
    const signal = goneAway(reply)
    void countAround(request)
    let results: Found
    let suggested: readonly string[]
    try {
      const query = parseQuery(search.q)
      const options = { now: request.house.clock.now(), filters: search.filters, facets: facetsShown(search), ...(search.sort && { sort: search.sort }), page: search.page, size: PAGE_SIZE, archived: search.archived }
      const [found, people] = await Promise.all([
        request.house.finder.search(query, sight, { ...options, kinds: ['note'] }, signal),
        search.q.trim() !== '' && search.page === 1 && Object.keys(search.filters).length === 0
          ? request.house.finder.suggest(search.q, sight, { kinds: ['customer'], limit: 4 }, signal)
          : null,
      ])
      results = found
      suggested = people?.hits.map((hit) => hit.id) ?? []
    } catch (error) {
      if (signal.aborted) return reply.code(499).send()
      throw error
    }
    const [notes, customers] = await Promise.all([request.house.notes.some(results.hits.map(({ id }) => id), sight), customersFound(request, suggested, results.terms)])
    // On record before anybody sees it, and made ready meanwhile.
    const [shown] = await Promise.all([resultsModel(request, search, results, notes, results.onHold > MANY_ON_HOLD), onRecord(request, notes)])
    const model = { ...shown, q: search.q, asked: search.q.trim() === '' ? null : askedBefore(request.house.gaps.all(), me(request).id, search.q), customers, sortNow: search.sort ?? '', archivedNow: search.archived }
    if (isPartial(request)) return reply.fragment('search/_results', model)
    return reply.page('search/show', { title: search.q === '' ? request.say('search.title') : request.say('search.title_for', { q: search.q }), query: search.q, ...model })
  })

  app.get<{ Params: { id: string } }>('/notes/:id/related', { config: { allow: 'note.read' } }, async (request, reply) => {
    const sight = request.sight()
    const note = /^[0-9a-f-]{36}$/.test(request.params.id) ? await request.house.notes.get(request.params.id, sight) : null
    if (!note) return reply.callNotFound()
    const hits = await request.house.finder
      .similar({ id: note.id }, sight, { now: request.house.clock.now(), kinds: ['note'], limit: 5 })
      .catch(() => [])
    const notes = (await request.house.notes.some(hits.map(({ id }) => id), sight)).filter(({ id }) => id !== note.id)
    await onRecord(request, notes)
    const model = { rows: await noteRows(request, notes) }
    if (isPartial(request)) return reply.fragment('search/_related', model)
    return reply.page('search/related', { title: request.say('search.related.title'), back: { href: `/notes/${note.id}`, label: note.shown.title }, ...model })
  })
}

async function customersFound(request: FastifyRequest, ids: readonly string[], terms: readonly string[]) {
  const seen = await customersShown(request, ids)
  const labels = labelsOf(request)
  return ids.flatMap((id) => {
    const customer = seen.get(id)
    return customer ? [{ href: `/customers/${id}`, name: highlight(customer.name, terms), note: labels.team(customer.team) }] : []
  })
}

/** A title or snippet of something sensitive in a list is a read (A1). */
async function onRecord(request: FastifyRequest, notes: readonly NoteSeen[]): Promise<void> {
  const sensitive = notes.filter((note) => note.rights.level === 'confidential' || note.rights.level === 'restricted')
  const { house } = request
  await Promise.all(sensitive.map((note) =>
    house.record.append({ at: house.clock.now(), who: me(request).id, did: 'thing.read', thing: { kind: 'note', id: note.id }, to: 'list', via: 'page', request: request.id }),
  ))
}

/** A newer keystroke ends the older question. */
function goneAway(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) gone.abort()
  })
  return gone.signal
}
