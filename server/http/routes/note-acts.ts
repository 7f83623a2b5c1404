import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { commentOn, flagNote, markHelpful, replyInReview, reuseNote, type Addition } from '../../domain/community/add-to-note.js'
import { agreeToWidening } from '../../domain/curation/opening.js'
import { archiveNote, restoreNote } from '../../domain/notes/archive-note.js'
import { narrowNote } from '../../domain/notes/narrow-note.js'
import { FLAG_REASONS, type FlagReason, type Note } from '../../domain/notes/note.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { withdrawNote } from '../../domain/notes/withdraw-note.js'
import { refused, type Outcome } from '../../domain/people/refusal.js'
import type { Party } from '../../domain/policy/access.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Grant } from '../../domain/policy/grant.js'
import { sayRefusals } from '../form.js'
import { grantOn, noteOf } from '../note-room.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { notePage } from '../present/note-page.js'
import { me } from '../session.js'
import { readOnRecord } from './notes.js'

/** @param known the customer of the form, if this viewer may know of them */
type Verb<A extends Act> = (note: Note, grant: Grant<A>, fields: Fields, request: FastifyRequest, known: string | null) => Outcome<Note>

/** Everything a reader or writer does to a note from its page: each is one address, one act, one verb. */
export function noteActs(app: FastifyInstance): void {
  const act = <A extends Act>(path: string, allow: A, said: string, verb: Verb<A>, whereTo: (note: NoteSeen, who: string) => string = () => '') =>
    app.post<{ Params: { id: string } }>(`/notes/:id/${path}`, { config: { allow, many: ['unname', 'steward'] } }, async (request, reply) => {
      const note = await noteOf(request)
      const grant = grantOn(request, allow, note.standing)
      const fields = (request.body ?? {}) as Fields
      const customer = one(fields, 'customer')
      const known = customer === '' ? null : ([...(await request.house.customers.some([customer], request.sight())).keys()][0] ?? null)
      const outcome = await request.house.notes.change(grant, (now) => verb(now, grant, fields, request, known))
      if (!outcome.ok) return again(request, reply, note, fields, outcome.refusals)
      const still = await request.house.notes.get(note.id, request.sight())
      return reply.flash(said).seeOther(still ? `/notes/${note.id}${whereTo(still, me(request).id)}` : '/')
    })

  act('comments', 'note.comment', 'notes.said.commented', (note, grant, fields, request) => commentOn(note, grant, addition(request, fields)), (note, who) => anchorOf('comment', note.comments.findLast(({ by }) => by === who)?.id))
  act('reuses', 'note.reuse', 'notes.said.reused', (note, grant, fields, request, known) => {
    // One that is hidden and one that does not exist get the same words.
    if (one(fields, 'customer') !== '' && !note.revisions.some((r) => r.about.customers.some((id) => id === known))) return refused('customer', 'community.reuse.customer_unknown')
    return reuseNote(note, grant, { ...addition(request, fields), outcome: one(fields, 'outcome'), customer: known }, request.house.vocabularies.vocabulary())
  })
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

/** The page again, with what was typed and what stands in the way. */
async function again(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields, refusals: Parameters<typeof sayRefusals>[1]): Promise<FastifyReply> {
  await readOnRecord(request, note)
  return reply.code(422).page('notes/show', {
    title: note.shown.title,
    note: await notePage(request, note),
    refusals: sayRefusals(request, refusals),
    typedComment: one(fields, 'text'),
    key: request.house.ids.next(),
  })
}
