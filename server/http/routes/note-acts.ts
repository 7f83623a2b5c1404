import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { commentOn, flagNote, markHelpful, replyInReview, reuseNote, type Addition } from '../../domain/community/add-to-note.js'
import { agreeToWidening } from '../../domain/curation/opening.js'
import { archiveNote, restoreNote } from '../../domain/notes/archive-note.js'
import { narrowNote } from '../../domain/notes/narrow-note.js'
import { FLAG_REASONS, type FlagReason, type Note } from '../../domain/notes/note.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { withdrawNote } from '../../domain/notes/withdraw-note.js'
import type { Outcome, Refusals } from '../../domain/people/refusal.js'
import type { Party } from '../../domain/policy/access.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Grant } from '../../domain/policy/grant.js'
import { sayRefusals } from '../form.js'
import { customersShown } from '../names-read.js'
import { grantOn, noteOf } from '../note-room.js'
import { isPartial } from '../origin.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { notePage } from '../present/note-page.js'
import { usedFor, useForm } from '../present/use-form.js'
import { me } from '../session.js'
import { readOnRecord } from './notes.js'

type Verb<A extends Act> = (note: Note, grant: Grant<A>, fields: Fields, request: FastifyRequest) => Outcome<Note>

/** Everything a reader or writer does to a note from its page: each is one address, one act, one verb. */
export function noteActs(app: FastifyInstance): void {
  const act = <A extends Act>(path: string, allow: A, said: string, verb: Verb<A>, whereTo: (note: NoteSeen, who: string) => string = () => '') =>
    app.post<{ Params: { id: string } }>(`/notes/:id/${path}`, { config: { allow, many: ['unname', 'steward'] } }, async (request, reply) => {
      const note = await noteOf(request)
      const grant = grantOn(request, allow, note.standing)
      const fields = (request.body ?? {}) as Fields
      const outcome = await request.house.notes.change(grant, (now) => verb(now, grant, fields, request))
      if (!outcome.ok) return again(request, reply, note, outcome.refusals, one(fields, 'text'))
      const still = await request.house.notes.get(note.id, request.sight())
      return reply.flash(said).seeOther(still ? `/notes/${note.id}${whereTo(still, me(request).id)}` : '/')
    })

  // While somebody types for whom they used it, the same address answers with whom that may be, and writes nothing.
  app.post<{ Params: { id: string }; Querystring: { part?: string } }>('/notes/:id/reuses', { config: { allow: 'note.reuse' } }, async (request, reply) => {
    const note = await noteOf(request)
    const grant = grantOn(request, 'note.reuse', note.standing)
    const fields = (request.body ?? {}) as Fields
    if (isPartial(request) && request.query.part === 'customers') return reply.fragment('notes/_use-customer', await useForm(request, note, await customersShown(request, note.shown.about.customers), fields))
    const customer = await usedFor(request, note, fields)
    const outcome = customer.ok
      ? await request.house.notes.change(grant, (now) => reuseNote(now, grant, { ...addition(request, fields), outcome: one(fields, 'outcome'), customer: customer.value }, request.house.vocabularies.vocabulary()))
      : customer
    if (!outcome.ok) return again(request, reply, note, outcome.refusals, '', fields)
    return reply.flash('notes.said.reused').seeOther(`/notes/${note.id}`)
  })

  act('comments', 'note.comment', 'notes.said.commented', (note, grant, fields, request) => commentOn(note, grant, addition(request, fields)), (note, who) => anchorOf('comment', note.comments.findLast(({ by }) => by === who)?.id))
  act('helpful', 'note.helpful', 'notes.said.helpful', (note, grant, fields, request) => markHelpful(note, grant, one(fields, 'helpful') !== 'no', request.house.clock.now()))
  act('flags', 'note.flag', 'notes.said.flagged', (note, grant, fields, request) =>
    flagNote(note, grant, { ...addition(request, fields), item: request.house.ids.next(), reason: FLAG_REASONS.find((r) => r === one(fields, 'reason')) ?? ('' as FlagReason) }))
  act('replies', 'note.reply', 'notes.said.replied', (note, grant, fields, request) => replyInReview(note, grant, addition(request, fields)), (note, who) => anchorOf('reply', note.thread.findLast(({ by }) => by === who)?.id))
  act('withdrawal', 'note.withdraw', 'notes.said.withdrawn', (note, grant, _fields, request) => withdrawNote(note, grant, request.house.clock.now()))
  act('archival', 'note.archive', 'notes.said.archived', (note, grant, _fields, request) => archiveNote(note, grant, request.house.clock.now()))
  act('restoration', 'note.restore', 'notes.said.restored', (note, grant, _fields, request) => restoreNote(note, grant, request.house.ids.next(), request.house.clock.now()))
  act('agreement', 'note.agree', 'notes.said.agreed', (note, grant, fields, request) => agreeToWidening(note, grant, one(fields, 'agrees') === 'yes', request.house.clock.now()))
  act('narrowing', 'note.narrow', 'notes.said.narrowed', (note, grant, fields, request) =>
    narrowNote(note, grant, {
      audience: AUDIENCES.find((a) => a === one(fields, 'audience')) ?? note.rights.audience,
      level: LEVELS.find((l) => l === one(fields, 'level')) ?? note.rights.level,
      unname: many(fields, 'unname') as Party[],
      stewards: many(fields, 'steward') as Party[],
      withhold: one(fields, 'withhold') === 'yes',
    }, request.house.people.directory(), request.house.ids.next(), request.house.clock.now(), request.house.clock.today()))
}

/** Whoever added a line goes on where it stands. */
function anchorOf(what: string, id: string | undefined): string {
  return id === undefined ? '' : `#${what}-${id}`
}

function addition(request: FastifyRequest, fields: Fields): Addition {
  const key = one(fields, 'key')
  return { id: request.house.ids.next(), text: one(fields, 'text'), at: request.house.clock.now(), key: /^[0-9a-f-]{36}$/.test(key) ? key : null }
}

/**
 * The page again, with what was typed and what stands in the way.
 * @param using what was typed under "I used this"
 */
async function again(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, refusals: Refusals, typedComment: string, using?: Fields): Promise<FastifyReply> {
  await readOnRecord(request, note)
  return reply.code(422).page('notes/show', {
    title: note.shown.title,
    note: await notePage(request, note, note.shown, using && { fields: using, refusals }),
    refusals: sayRefusals(request, refusals),
    typedComment,
    key: request.house.ids.next(),
  })
}
