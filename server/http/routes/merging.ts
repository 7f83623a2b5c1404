import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mergeAway, takeOverText } from '../../domain/curation/merge-note.js'
import { isActive } from '../../domain/notes/item.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { refused, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import { may } from '../../domain/policy/grant.js'
import { applied, listOnRecord, named, nextItem, queryOfWithin, subjectOf, withinOf } from '../curation-room.js'
import { sayRefusals } from '../form.js'
import { grantOn } from '../note-room.js'
import { candidates, idIn, jointText, mergePage, paragraphsOf } from '../present/merge-page.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { noteRows } from '../present/note-rows.js'
import { revisionIn } from './curating.js'
import { curated } from './decision.js'
import { readOnRecord } from './notes.js'

export function merging(app: FastifyInstance): void {
  // First the other note is found, then both are read side by side.
  app.get('/queue/:id/merger', { config: { allow: 'note.merge' } }, async (request, reply) => {
    const note = await mergeable(request)
    const fields = request.query as Fields
    const into = await targetOf(request, one(fields, 'into'))
    if (one(fields, 'into') !== '' && into === null) return pick(request, reply.code(422), note, fields, [{ at: 'q', code: 'curation.merge.unknown' }])
    if (into === null) return pick(request, reply, note, fields, [])
    return both(request, reply, note, into, fields, [])
  })

  app.post('/notes/:id/merger', { config: { allow: 'note.merge', many: ['take'] } }, async (request, reply) => {
    const note = await mergeable(request)
    const fields = (request.body ?? {}) as Fields
    const into = await targetOf(request, one(fields, 'into'))
    // An unknown note and one that may not be read get the same words.
    if (into === null) return pick(request, reply.code(422), note, fields, [{ at: 'q', code: 'curation.merge.unknown' }])
    const outcome = await merge(request, note, into, fields)
    if (!outcome.ok) {
      const conflict = outcome.refusals.some(({ code }) => ['notes.changed', 'curation.revision_missing', 'curation.held_by_other', 'curation.not_open'].includes(code))
      return both(request, reply.code(conflict ? 409 : 422), await curated(request), (await targetOf(request, into.id)) ?? into, fields, outcome.refusals)
    }
    const within = withinOf(one(fields, 'within'))
    const next = await nextItem(request, within, note.id)
    const query = queryOfWithin(within)
    return reply.flash(outcome.value.taken ? 'curation.said.merged_with_text' : 'curation.said.merged', { more: next ? 'yes' : 'no' }).seeOther(`/queue${next ? `/${next.id}` : ''}${query === '' ? '' : `?${query}`}`)
  })
}

/** The text goes over first: should the other half fail, nothing is lost and the note still waits. */
async function merge(request: FastifyRequest, note: NoteSeen, into: NoteSeen, fields: Fields): Promise<Outcome<{ readonly taken: boolean }>> {
  const { house } = request
  const seen = revisionIn(fields)
  const seenInto = revisionIn({ revision: one(fields, 'intoRevision') })
  if (seen === null || seenInto === null) return refused('', 'curation.revision_missing')
  if (into.id === note.id) return refused('', 'curation.merge.itself')
  if (into.confidence === 'archived' || into.confidence === 'wip') return refused('', 'curation.merge.not_living')
  if (!isActive(note.item)) return refused('', 'curation.not_open')
  if (note.revision !== seen || into.revision !== seenInto) return refused('', 'notes.changed')
  const grant = grantOn(request, 'note.merge', note.standing, seen)
  const subject = subjectOf(note)
  const paragraphs = paragraphsOf(subject.body)
  const taken = many(fields, 'take').flatMap((index) => paragraphs[Number(index)] ?? [])
  const now = house.clock.now()
  if (taken.length > 0) {
    if (!may(request.viewer, 'note.edit', into.standing)) return refused('', 'curation.merge.not_yours')
    const edit = grantOn(request, 'note.edit', into.standing, seenInto)
    const base = into.pending ?? into.shown
    const writing = { title: base.title, body: jointText(base.body, taken) }
    const from = { rights: note.rights, customers: subject.about.customers }
    const over = await applied(request, edit, (present) => takeOverText(present, edit, from, writing, house.ids.next(), now))
    if (!over.ok) return over
  }
  const away = await applied(request, grant, (present) => mergeAway(present, grant, into.id, one(fields, 'text').trim().slice(0, 2_000), house.ids.next(), now))
  return away.ok ? { ok: true, value: { taken: taken.length > 0 } } : away
}

async function mergeable(request: FastifyRequest): Promise<NoteSeen> {
  const note = await curated(request)
  grantOn(request, 'note.merge', note.standing)
  return note
}

/** By address or id; null both for an unknown one and for one this curator may not read. */
async function targetOf(request: FastifyRequest, typed: string): Promise<NoteSeen | null> {
  const id = idIn(typed)
  return id === null ? null : request.house.notes.get(id, request.sight())
}

async function pick(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  const query = queryOfWithin(withinOf(one(fields, 'within')))
  const text = one(fields, 'q').trim()
  const found = await candidates(request, note, text)
  await listOnRecord(request, [note, ...found])
  return reply.page('queue/merge', {
    title: request.say('curation.merge.title'),
    id: note.id, heading: subjectOf(note).title, within: query, withinParam: encodeURIComponent(query), text,
    rows: (await noteRows(request, found)).map((row, i) => ({ ...row, id: found[i]?.id ?? '' })),
    refusals: sayRefusals(request, refusals),
  })
}

async function both(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, into: NoteSeen, fields: Fields, refusals: Refusals): Promise<FastifyReply> {
  await readOnRecord(request, note)
  await readOnRecord(request, into)
  return reply.page('queue/both', {
    title: request.say('curation.merge.title'),
    merge: await mergePage(request, note, into, fields),
    refusals: sayRefusals(request, named(request, refusals)),
  })
}
