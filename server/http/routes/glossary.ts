import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Editing } from '../../domain/curation/vocabulary-change.js'
import { addConcept, changeConcept, mergeConcepts, retireConcept } from '../../domain/curation/vocabulary-concepts.js'
import type { Concept, Glossary } from '../../domain/notes/glossary.js'
import type { Outcome, Refusals } from '../../domain/people/refusal.js'
import type { Grant } from '../../domain/policy/grant.js'
import { Missing } from '../faults.js'
import { grantNew } from '../note-room.js'
import { isPartial } from '../origin.js'
import { conceptPage, glossaryPage, typedConcept, typedFromConcept } from '../present/glossary-page.js'
import { one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'
import { refusing, seenIn } from './vocabulary.js'

const MANY = ['department', 'word'] as const
type Verb = (now: Glossary, grant: Grant<'vocabulary.edit'>, editing: Editing) => Outcome<Glossary>

/** What the departments call the same thing: read by all staff, kept by the curators. */
export function glossary(app: FastifyInstance): void {
  app.get<{ Querystring: { q?: string } }>('/glossary', { config: { allow: 'help.read' } }, async (request, reply) => {
    const model = glossaryPage(request, (request.query.q ?? '').slice(0, 200))
    if (isPartial(request)) return reply.fragment('vocabulary/_concepts', model)
    return reply.page('vocabulary/glossary', { title: request.say('glossary.title'), ...model })
  })

  app.get('/glossary/new', { config: { allow: 'vocabulary.edit' } }, async (request, reply) =>
    show(request, reply, null, typedFromConcept(null), request.house.vocabularies.glossary().version, []))

  app.post('/glossary', { config: { allow: 'vocabulary.edit', many: MANY } }, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields
    const typed = typedConcept(fields)
    const outcome = await applied(request, typed.key.trim(), 'added', (now, grant, editing) => addConcept(now, grant, typed, editing))
    if (!outcome.ok) return show(request, refusing(reply, outcome.refusals), null, typed, seenIn(fields), outcome.refusals)
    return reply.flash('vocabulary.said.added').seeOther('/glossary')
  })

  app.get<{ Params: { key: string } }>('/glossary/:key', { config: { allow: 'vocabulary.edit' } }, async (request, reply) => {
    const concept = conceptIn(request)
    return show(request, reply, concept, typedFromConcept(concept), request.house.vocabularies.glossary().version, [])
  })

  const act = (path: string, did: string, said: string, verb: (key: string, fields: Fields) => Verb) =>
    app.post<{ Params: { key: string } }>(`/glossary/:key${path}`, { config: { allow: 'vocabulary.edit', many: MANY } }, async (request, reply) => {
      const concept = conceptIn(request)
      const fields = (request.body ?? {}) as Fields
      const outcome = await applied(request, concept.key, one(fields, 'into') === '' ? did : `${did}:${one(fields, 'into')}`, verb(concept.key, fields))
      if (outcome.ok) return reply.flash(said).seeOther('/glossary')
      return show(request, refusing(reply, outcome.refusals), concept, path === '' ? typedConcept(fields) : typedFromConcept(concept), seenIn(fields), outcome.refusals, one(fields, 'into'))
    })

  act('', 'changed', 'vocabulary.said.changed', (key, fields) => (now, grant, editing) => changeConcept(now, grant, key, typedConcept(fields), editing))
  act('/retirement', 'retired', 'glossary.said.retired', (key) => (now, grant, editing) => retireConcept(now, grant, key, editing))
  act('/merger', 'merged', 'vocabulary.said.merged', (key, fields) => (now, grant, editing) => mergeConcepts(now, grant, key, one(fields, 'into'), editing))
}

async function applied(request: FastifyRequest, key: string, did: string, verb: Verb): Promise<Outcome<Glossary>> {
  const { house } = request
  const at = house.clock.now()
  const grant = grantNew(request, 'vocabulary.edit', house.ids.next())
  const editing: Editing = { by: me(request).id, at, seen: seenIn((request.body ?? {}) as Fields) }
  const outcome = await house.vocabularies.changeGlossary(grant, (now) => verb(now, grant, editing))
  if (outcome.ok) await house.record.append({ at, who: me(request).id, did: 'vocabulary.changed', thing: { kind: 'term', id: `concepts/${key}` }, to: did, via: 'page', request: request.id })
  return outcome
}

function show(
  request: FastifyRequest, reply: FastifyReply, concept: Concept | null, typed: ReturnType<typeof typedConcept>, seen: number, refused: Refusals, into = '',
): Promise<FastifyReply> {
  const model = conceptPage(request, concept, typed, seen, refused, into)
  return reply.page('vocabulary/concept', { title: model.heading, concept: model })
}

function conceptIn(request: FastifyRequest): Concept {
  const { key } = request.params as { readonly key: string }
  const concept = request.house.vocabularies.glossary().concepts.find((each) => each.key === key)
  if (!concept) throw new Missing()
  return concept
}
