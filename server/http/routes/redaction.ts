import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { wordsFrom } from '../../domain/curation/redact-note.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Outcome } from '../../domain/people/refusal.js'
import type { Grant } from '../../domain/policy/grant.js'
import { Forbidden } from '../faults.js'
import { sayRefusals } from '../form.js'
import { listOnRecord } from '../list-reads.js'
import { grantOn, isConflict, noteOf } from '../note-room.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { redactionForm, redactionProposal } from '../present/redaction-page.js'
import { me } from '../session.js'
import { readOnRecord } from './notes.js'

const DONE_SHOWN = 100

/** Words that must go: one curator proposes, a second one confirms. */
export function redaction(app: FastifyInstance): void {
  app.get('/redactions', { config: { allow: 'note.redact' } }, async (request, reply) => reply.page('redaction/index', {
    title: request.say('redaction.list.title'), ...(await listed(request)),
  }))

  app.get('/notes/:id/redaction', { config: { allow: 'note.redact' } }, async (request, reply) => {
    const { note } = await roomOf(request)
    return show(request, reply, note, {}, [])
  })

  app.post('/notes/:id/redaction', { config: { allow: 'note.redact' } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const { note, grant } = await roomOf(request, Number(one(fields, 'revision')) || 0)
    const wanted = { whole: one(fields, 'what') === 'whole', words: wordsFrom(one(fields, 'words')), reason: one(fields, 'reason') }
    const outcome = await house.redactions.propose(grant, wanted, house.ids.next(), house.vocabularies.vocabulary(), house.clock.now())
    return answer(request, reply, note, fields, outcome, 'redaction.said.proposed', `/notes/${note.id}/redaction`)
  })

  app.post('/notes/:id/redaction/confirmation', { config: { allow: 'note.redact' } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const { note, grant } = await roomOf(request)
    const proposal = note.redaction
    const outcome = proposal && proposal.id === one(fields, 'proposal')
      ? await house.redactions.confirm(grant, proposal, house.clock.now(), house.clock.today())
      : GONE
    return answer(request, reply, note, fields, outcome, 'redaction.said.done', `/notes/${note.id}`)
  })

  app.post('/notes/:id/redaction/refusal', { config: { allow: 'note.redact' } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const { note, grant } = await roomOf(request)
    const outcome = await house.redactions.refuse(grant, one(fields, 'proposal'), house.clock.now())
    return answer(request, reply, note, fields, outcome, 'redaction.said.refused', `/notes/${note.id}`)
  })
}

const GONE: Outcome<never> = { ok: false, refusals: [{ at: '', code: 'redaction.gone' }] }

/** @throws Missing, or Forbidden for whoever does not curate every text the note ever had */
async function roomOf(request: FastifyRequest, revision?: number): Promise<{ note: NoteSeen; grant: Grant<'note.redact'> }> {
  const note = await noteOf(request)
  const grant = grantOn(request, 'note.redact', note.standing, revision)
  if (!note.curatesAll) throw new Forbidden('redaction.not_all')
  return { note, grant }
}

async function answer(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields, outcome: Outcome<unknown>, said: string, to: string): Promise<FastifyReply> {
  if (outcome.ok) return reply.flash(said).seeOther(to)
  const gone = outcome.refusals.some(({ code }) => code === 'redaction.gone' || code === 'redaction.waits_already')
  const now = (await request.house.notes.get(note.id, request.sight())) ?? note
  return show(request, reply.code(isConflict(outcome) || gone ? 409 : 422), now, fields, sayRefusals(request, outcome.refusals))
}

async function show(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields, refusals: ReturnType<typeof sayRefusals>): Promise<FastifyReply> {
  await readOnRecord(request, note)
  return reply.page('redaction/show', {
    title: request.say('redaction.title'), refusals,
    form: redactionForm(request, note, { what: one(fields, 'what'), words: one(fields, 'words'), reason: one(fields, 'reason') }),
    proposal: redactionProposal(request, note, request.house.redactions.means),
  })
}

/** Only of notes this curator may redact; the list itself holds no words and no titles. */
async function listed(request: FastifyRequest) {
  const { house } = request
  const labels = labelsOf(request)
  const rows = []
  const notes = new Map<string, NoteSeen>()
  for (const line of [...house.redactions.list()].reverse()) {
    if (rows.length >= DONE_SHOWN) break
    const note = await house.notes.get(line.note, request.sight())
    if (!note?.curatesAll || (line.state === 'proposed' && note.redaction?.id !== line.id)) continue
    notes.set(note.id, note)
    rows.push({
      href: line.state === 'proposed' ? `/notes/${note.id}/redaction` : `/notes/${note.id}`, heading: note.shown.title, waiting: line.state === 'proposed', mine: line.by === me(request).id,
      by: labels.person(line.by), second: line.second === null ? '' : labels.person(line.second), at: line.at, whole: line.whole, reason: labels.reason('redaction', line.reason),
    })
  }
  await listOnRecord(request, { notes: [...notes.values()] })
  return { waiting: rows.filter(({ waiting }) => waiting), rows: rows.filter(({ waiting }) => !waiting) }
}
