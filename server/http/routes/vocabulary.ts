import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Editing } from '../../domain/curation/vocabulary-change.js'
import { addTerm, changeTerm, mergeTags, mergeTerm, retireTerm, termsOf, type EditedKind, type TermTyped } from '../../domain/curation/vocabulary-terms.js'
import type { Taxonomy, Topic } from '../../domain/notes/taxonomy.js'
import type { Outcome, Refusals } from '../../domain/people/refusal.js'
import type { Grant } from '../../domain/policy/grant.js'
import { Missing } from '../faults.js'
import { grantNew } from '../note-room.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { kindOf, tabOf, termPage, typedFromTerm, vocabularyPage } from '../present/vocabulary-page.js'
import { tagsPart, type TagsTyped } from '../present/tags-page.js'
import { me } from '../session.js'

type Verb = (now: Taxonomy, grant: Grant<'vocabulary.edit'>, editing: Editing) => Outcome<Taxonomy>

/** The bank's words: topics, products, touchpoints, segments and reasons, kept by the curators. */
export function vocabulary(app: FastifyInstance): void {
  app.get<{ Querystring: { kind?: string } }>('/vocabulary', { config: { allow: 'vocabulary.edit' } }, async (request, reply) =>
    list(request, reply, request.query.kind ?? '', { from: [], into: '', refusals: [] }))

  app.get<{ Params: { kind: string } }>('/vocabulary/:kind/new', { config: { allow: 'vocabulary.edit' } }, async (request, reply) =>
    show(request, reply, kindIn(request), null, typedFromTerm(null), now(request).version, []))

  app.post<{ Params: { kind: string } }>('/vocabulary/:kind', { config: { allow: 'vocabulary.edit' } }, async (request, reply) => {
    const kind = kindIn(request)
    const fields = (request.body ?? {}) as Fields
    const typed = typedIn(fields)
    const outcome = await applied(request, `${kind}/${typed.key.trim()}`, 'added', (taxonomy, grant, editing) => addTerm(taxonomy, grant, kind, typed, editing))
    if (!outcome.ok) return show(request, refusing(reply, outcome.refusals), kind, null, typed, seenIn(fields), outcome.refusals)
    return reply.flash('vocabulary.said.added').seeOther(`/vocabulary?kind=${kind.split('.')[0]}`)
  })

  app.get<{ Params: { kind: string; key: string } }>('/vocabulary/:kind/:key', { config: { allow: 'vocabulary.edit' } }, async (request, reply) => {
    const term = termIn(request)
    return show(request, reply, kindIn(request), term, typedFromTerm(term), now(request).version, [])
  })

  const act = (path: string, did: string, said: string, verb: (kind: EditedKind, key: string, fields: Fields) => Verb) =>
    app.post<{ Params: { kind: string; key: string } }>(`/vocabulary/:kind/:key${path}`, { config: { allow: 'vocabulary.edit' } }, async (request, reply) => {
      const [kind, term] = [kindIn(request), termIn(request)]
      const fields = (request.body ?? {}) as Fields
      const done = path === '/retirement' && one(fields, 'retired') !== 'yes' ? 'restored' : did
      const outcome = await applied(request, `${kind}/${term.key}`, one(fields, 'into') === '' ? done : `${done}:${one(fields, 'into')}`, verb(kind, term.key, fields))
      if (outcome.ok) return reply.flash(said).seeOther(`/vocabulary/${kind}/${term.key}`)
      // What was typed stays; a form that has no words of its own shows the term as it is.
      return show(request, refusing(reply, outcome.refusals), kind, termIn(request), path === '' ? typedIn(fields) : typedFromTerm(term), seenIn(fields), outcome.refusals, one(fields, 'into'))
    })

  act('', 'changed', 'vocabulary.said.changed', (kind, key, fields) => (taxonomy, grant, editing) => changeTerm(taxonomy, grant, kind, key, typedIn(fields), editing))
  act('/retirement', 'retired', 'vocabulary.said.retired', (kind, key, fields) => (taxonomy, grant, editing) => retireTerm(taxonomy, grant, kind, key, one(fields, 'retired') === 'yes', editing))
  act('/merger', 'merged', 'vocabulary.said.merged', (kind, key, fields) => (taxonomy, grant, editing) => mergeTerm(taxonomy, grant, kind, key, one(fields, 'into'), editing))

  app.post('/vocabulary/tags/mergers', { config: { allow: 'vocabulary.edit', many: ['from'] } }, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields
    const [from, into] = [many(fields, 'from').filter((tag) => tag.trim() !== ''), one(fields, 'into')]
    // Tags are what people typed: they do not go on the record.
    const outcome = await applied(request, 'tags', 'merged', (taxonomy, grant, editing) => mergeTags(taxonomy, grant, from, into, editing))
    if (!outcome.ok) return list(request, refusing(reply, outcome.refusals), 'tags', { from, into, refusals: outcome.refusals })
    return reply.flash('vocabulary.said.merged').seeOther('/vocabulary?kind=tags')
  })
}

/** Applies a verb under the mutex of the one document, and puts it on record. */
async function applied(request: FastifyRequest, id: string, did: string, verb: Verb): Promise<Outcome<Taxonomy>> {
  const { house } = request
  const at = house.clock.now()
  const grant = grantNew(request, 'vocabulary.edit', house.ids.next())
  const editing: Editing = { by: me(request).id, at, seen: seenIn((request.body ?? {}) as Fields) }
  const outcome = await house.vocabularies.changeTaxonomy(grant, (taxonomy) => verb(taxonomy, grant, editing))
  if (outcome.ok) await house.record.append({ at, who: me(request).id, did: 'vocabulary.changed', thing: { kind: 'term', id }, to: did, via: 'page', request: request.id })
  return outcome
}

async function list(request: FastifyRequest, reply: FastifyReply, tab: string, typed: TagsTyped): Promise<FastifyReply> {
  return reply.page('vocabulary/index', { title: request.say('vocabulary.title'), ...vocabularyPage(request, tabOf(tab)), ...(await tagsPart(request, tabOf(tab), typed)) })
}

function show(
  request: FastifyRequest, reply: FastifyReply, kind: EditedKind, term: Topic | null, typed: TermTyped, seen: number, refused: Refusals, into = '',
): Promise<FastifyReply> {
  const model = termPage(request, kind, term, typed, seen, refused, { into })
  return reply.page('vocabulary/term', { title: model.heading, term: model })
}

export function refusing(reply: FastifyReply, refusals: Refusals): FastifyReply {
  return reply.code(refusals.some(({ code }) => code === 'vocabulary.changed') ? 409 : 422)
}

export function seenIn(fields: Fields): number {
  const seen = Number(one(fields, 'version'))
  return Number.isSafeInteger(seen) ? seen : 0
}

function now(request: FastifyRequest): Taxonomy {
  return request.house.vocabularies.vocabulary().taxonomy
}

function kindIn(request: FastifyRequest): EditedKind {
  const kind = kindOf((request.params as { readonly kind: string }).kind)
  if (!kind) throw new Missing()
  return kind
}

function termIn(request: FastifyRequest): Topic {
  const { key } = request.params as { readonly key: string }
  const term = termsOf(now(request), kindIn(request)).find((each) => each.key === key)
  if (!term) throw new Missing()
  return term
}

function typedIn(fields: Fields): TermTyped {
  return {
    key: one(fields, 'key'), en: one(fields, 'en'), zh: one(fields, 'zh'), descriptionEn: one(fields, 'descriptionEn'), descriptionZh: one(fields, 'descriptionZh'),
    parent: one(fields, 'parent'), reviewFirst: one(fields, 'reviewFirst') === 'yes', routeEn: one(fields, 'routeEn'), routeZh: one(fields, 'routeZh'),
  }
}
