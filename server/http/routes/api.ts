import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { v5 } from 'uuid'
import type { z } from 'zod'
import { plainText, titleOf } from '../../domain/notes/markdown.js'
import { postNote } from '../../domain/notes/post-note.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Writing } from '../../domain/notes/writing.js'
import type { Refusals } from '../../domain/people/refusal.js'
import type { Party } from '../../domain/policy/access.js'
import { FACETS } from '../../domain/search/entry.js'
import type { Filters } from '../../domain/search/port.js'
import { parseQuery } from '../../domain/search/query.js'
import { snippet } from '../../domain/search/snippet.js'
import { bearerTokens } from '../api/bearer.js'
import { DOCUMENT, ENDPOINTS, type Endpoint } from '../api/endpoints.js'
import { openApi } from '../api/openapi.js'
import { CUSTOMERS_QUERY, NEW_NOTE, SEARCH_QUERY } from '../api/shapes.js'
import { customerOf } from '../customer-room.js'
import { sayRefusals } from '../form.js'
import { takesJson } from '../json.js'
import { listOnRecord } from '../list-reads.js'
import { circumstancesOf, grantNew, noteOf } from '../note-room.js'
import { customerForApi, notesForApi } from '../present/api-things.js'
import { isSensitive } from '../present/note-page.js'
import { me } from '../session.js'

/** Above this many things on hold a count would be about to change: it is withheld. */
const MANY_ON_HOLD = 1_000
/** The namespace of ids that come from idempotency keys. */
const KEYS = 'c1d7c1f4-6f53-4ac9-9a0e-2f1c0f9d1f6e'

/** For programs: the same law, the same verbs and the same record as the pages, by bearer token and in JSON only. */
export function api(app: FastifyInstance): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    takesJson(scope)
    bearerTokens(scope)

    scope.get(DOCUMENT, { config: { allow: 'signed-in', tokenless: 'bearer', sessionToo: true } }, async (request, reply) =>
      reply.send(openApi(request.house.config.baseUrl, (key) => request.say(key))))

    serve(scope, ENDPOINTS.getNote, async (request, reply) => {
      const note = await noteOf(request)
      await readOnRecord(request, note)
      return reply.send((await notesForApi(request, [note]))[0])
    })
    serve(scope, ENDPOINTS.createNote, create)
    serve(scope, ENDPOINTS.listCustomers, async (request, reply) => {
      const { q, kind, segment, team, page, size } = request.query as z.output<typeof CUSTOMERS_QUERY>
      const text = (q ?? '').trim()
      const found = await request.house.customers.list({ ...(text && { text }), ...(kind && { kind }), ...(segment && { segment }), ...(team && { team }), order: 'name', page, size }, request.sight())
      await listOnRecord(request, { customers: found.rows })
      return reply.send({ total: found.total, page, customers: await Promise.all(found.rows.map((customer) => customerForApi(request, customer))) })
    })
    serve(scope, ENDPOINTS.getCustomer, async (request, reply) => {
      const customer = await customerOf(request)
      await listOnRecord(request, { customers: [customer] })
      return reply.send(await customerForApi(request, customer))
    })
    serve(scope, ENDPOINTS.search, search)
  })
}

/** Checks what was sent against the endpoint's shapes before its handler sees it, whatever content type was claimed. */
function serve(scope: FastifyInstance, endpoint: Endpoint, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>): void {
  const checked: RouteHandlerMethod = async (request, reply) => {
    for (const part of ['query', 'body'] as const) {
      const shape = endpoint[part]
      if (!shape) continue
      const read = shape.safeParse(request[part] ?? {})
      if (!read.success) {
        const fields = read.error.issues.map(({ path, code }) => ({ at: path.join('.'), code: `json.${code}`, message: request.say('api.field') }))
        return refuse(reply.code(400), request, 'api.body', fields)
      }
      Object.defineProperty(request, part, { value: read.data })
    }
    return handler(request, reply)
  }
  scope.route({ method: endpoint.method, url: endpoint.url, config: { allow: endpoint.allow, tokenless: 'bearer', many: FACETS }, handler: checked })
}

async function create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { house } = request
  const sent = request.body as z.output<typeof NEW_NOTE>
  const key = request.headers['idempotency-key']
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))) return refuse(reply.code(400), request, 'api.idempotency', [])
  const id = key === undefined ? house.ids.next() : v5(JSON.stringify([me(request).id, key]), KEYS)
  const made = { id, url: `${house.config.baseUrl}/notes/${id}` }
  const grant = grantNew(request, 'note.post', id)
  if (key !== undefined && (await house.notes.get(id, ownSight(request)))) return reply.code(201).header('location', `/api/v1/notes/${id}`).send(made)
  const writing = writingFrom(sent)
  const around = await circumstancesOf(request, writing, sent.keepIdentifiers)
  const { writer } = around
  const team = sent.team === null ? (writer.teams[0] ?? null) : sent.team
  if (team !== null && !writer.teams.includes(team)) return refused(request, reply, [{ at: 'team', code: 'notes.team.unknown' }])
  const outcome = postNote(grant, writing, { id, item: house.ids.next(), home: { department: writer.department, team }, titleFromText: titleOf(writing.body), key: id }, around)
  if (!outcome.ok) return refused(request, reply, outcome.refusals)
  await house.notes.add(grant, outcome.value)
  return reply.code(201).header('location', `/api/v1/notes/${id}`).send(made)
}

async function search(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { house } = request
  const sight = request.sight()
  const asked = request.query as z.output<typeof SEARCH_QUERY>
  const filters = Object.fromEntries(FACETS.flatMap((facet) => (asked[facet] ? [[facet, asked[facet]]] : []))) as Filters
  const found = await house.finder.search(parseQuery(asked.q), sight, {
    now: house.clock.now(), filters, ...(asked.sort && { sort: asked.sort }), page: asked.page, size: asked.size, archived: asked.archived === '1', kinds: ['note'],
  })
  const notes = await house.notes.some(found.hits.map(({ id }) => id), sight)
  await listOnRecord(request, { notes })
  const things = await notesForApi(request, notes)
  // A customer's id in a facet is only for whoever may know the customer.
  const known = await house.customers.some(found.facets.customer.map(({ value }) => value), sight)
  return reply.send({
    total: found.onHold > MANY_ON_HOLD ? null : found.total,
    limited: found.basic !== null,
    page: asked.page,
    hits: things.map((note) => ({ note, snippet: snippet(plainText(note.body), found.terms).map((part) => part.text).join('') })),
    facets: found.onHold > MANY_ON_HOLD ? Object.fromEntries(FACETS.map((facet) => [facet, []])) : { ...found.facets, customer: found.facets.customer.filter(({ value }) => known.has(value)) },
  })
}

function writingFrom(sent: z.output<typeof NEW_NOTE>): Writing {
  const { title, body, customers, topic, direction, nature, products, segment, stage, tags, source, audience, level, named, stewards } = sent
  return {
    title: title.trim(), body: body.replace(/\r\n?/g, '\n'),
    about: { customers: [...new Set(customers)], topic, direction, nature, products: [...new Set(products)], segment, stage, tags },
    source: { ...source, saidBy: source.saidBy.trim(), reference: source.reference.trim() },
    proposed: { audience, level, named: [...new Set(named)] as Party[], stewards: [...new Set(stewards)] as Party[] },
  }
}

/** A token that only writes still learns that its own request was done before. */
function ownSight(request: FastifyRequest): ReturnType<FastifyRequest['sight']> {
  const { viewer } = request
  if (viewer.kind !== 'token') return request.sight()
  request.viewer = { ...viewer, scopes: ['read', 'write'] }
  const sight = request.sight()
  request.viewer = viewer
  return sight
}

async function readOnRecord(request: FastifyRequest, note: NoteSeen): Promise<void> {
  const { house } = request
  const who = me(request).id
  if (isSensitive(note)) await house.record.append({ at: house.clock.now(), who, did: 'thing.read', thing: { kind: 'note', id: note.id }, via: 'api', request: request.id })
  if (who !== note.author) house.reads.saw(note.id, who)
}

function refused(request: FastifyRequest, reply: FastifyReply, refusals: Refusals): FastifyReply {
  const said = sayRefusals(request, refusals)
  return refuse(reply.code(422), request, 'api.refused', refusals.map(({ at, code }, n) => ({ at, code, message: said[n]?.text ?? '' })))
}

function refuse(reply: FastifyReply, request: FastifyRequest, code: string, fields: readonly { readonly at: string; readonly code: string; readonly message: string }[]): FastifyReply {
  return reply.send({ error: { code, message: request.say(code), ...(fields.length > 0 && { fields }) } })
}
