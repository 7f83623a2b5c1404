import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acceptNote } from '../../domain/curation/accept-note.js'
import { claimItem } from '../../domain/curation/claim-item.js'
import { declineNote, returnNote } from '../../domain/curation/return-note.js'
import { isActive } from '../../domain/notes/item.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { refused, refusedAll, type Outcome, type Refusal, type Refusals } from '../../domain/people/refusal.js'
import { applied, itemAfter, nextItem, queueAddress, subjectOf, withinFrom, withinOf, type Within } from '../curation-room.js'
import { grantOn, noteOf } from '../note-room.js'
import { isPartial } from '../origin.js'
import { acceptanceFrom, startingFields, withReviewDate } from '../present/decision-fields.js'
import { decisionPage, type DecisionTask } from '../present/decision-page.js'
import { outcomeOf } from '../present/decision-outcome.js'
import { reviewPart } from '../present/decision-form.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { customerPart, namedPart } from '../present/note-form.js'
import { isSensitive } from '../present/note-page.js'
import { settledNames, unclearNames } from '../typed-names.js'
import { fromIn, revisionIn } from './curating.js'
import { readOnRecord } from './notes.js'

const MANY = ['customer', 'product', 'named', 'steward'] as const
const VERBS = ['accept', 'return', 'decline'] as const
/** What stands in the way because somebody else was quicker: a fresh look, with the form as it was typed. */
const CONFLICTS = ['notes.changed', 'curation.revision_missing', 'curation.held_by_other', 'curation.not_open', 'curation.returned_to_writer']

export function decision(app: FastifyInstance): void {
  app.get('/queue/:id', { config: { allow: 'note.curate' } }, async (request, reply) => {
    const note = await curated(request)
    if (one(request.query as Fields, 'skip') !== '') return skipped(request, reply, note)
    const fields = { ...startingFields(note, subjectOf(note), request.house.clock.today()), say: one(request.query as Fields, 'say') }
    return show(request, reply, note, fields, { within: withinFrom(request.query as Fields), refusals: [], openedAt: request.house.clock.now(), seen: null, revision: note.revision })
  })

  // The form comes back with one thing done to it, or only the sentence at its end: nothing is decided and nothing kept.
  app.post<{ Querystring: { part?: string } }>('/queue/:id/outcome', { config: { allow: 'note.decide', many: MANY } }, async (request, reply) => {
    const note = await curated(request)
    const fields = withReviewDate(reshaped(request.body as Fields), request.house.clock.today())
    if (isPartial(request)) {
      if (request.query.part === 'customers') return reply.fragment('queue/_customers', { id: note.id, customers: await customerPart(request, fields), refusal: '' })
      if (request.query.part === 'named') return reply.fragment('parts/_choose', namedPart(request, fields, 'deciding', `/queue/${note.id}/outcome`))
      return reply.fragment('queue/_outcome', { outcome: outcomeOf(request, note, subjectOf(note), acceptanceFrom(fields, note)), review: reviewPart(request, fields) })
    }
    return show(request, reply, note, fields, taskFrom(request, fields, note, []))
  })

  app.post('/notes/:id/decision', { config: { allow: 'note.decide', many: MANY } }, async (request, reply) => {
    const note = await curated(request)
    const fields = await settledNames(request)
    if (one(fields, 'verb') === 'claim') return claimed(request, reply, note, fields)
    const outcome = await decide(request, note, fields)
    if (!outcome.ok) {
      const conflict = outcome.refusals.some(({ code }) => CONFLICTS.includes(code))
      const fresh = conflict ? await curated(request) : note
      return show(request, reply.code(conflict ? 409 : 422), fresh, fields, taskFrom(request, fields, fresh, outcome.refusals))
    }
    const within = withinOf(one(fields, 'within'))
    const next = await nextItem(request, within, note.id)
    return reply
      // A browser keeps this sentence on disk for a minute: a sensitive title is not in it.
      .flash(`curation.said.${outcome.value.said}${isSensitive(note) ? '_sensitive' : ''}`, { title: isSensitive(note) ? '' : inPassing(subjectOf(note).title), more: next ? 'yes' : 'no' })
      .seeOther(queueAddress(within, next?.id))
  })
}

/** @throws Missing for whoever may not see it, Forbidden for readers who do not curate it */
export async function curated(request: FastifyRequest): Promise<NoteSeen> {
  const note = await noteOf(request)
  grantOn(request, 'note.curate', note.standing)
  return note
}

async function decide(request: FastifyRequest, note: NoteSeen, fields: Fields): Promise<Outcome<{ readonly said: string }>> {
  const { house } = request
  const verb = VERBS.find((each) => each === one(fields, 'verb'))
  if (!verb) return refused('', 'curation.verb_missing')
  const seen = revisionIn(fields)
  // Without the revision the curator saw, a decision could fall on words nobody read.
  if (seen === null) return refused('', 'curation.revision_missing')
  if (!isActive(note.item)) return refused('', 'curation.not_open')
  const grant = grantOn(request, 'note.decide', note.standing, seen)
  const vocabulary = house.vocabularies.vocabulary()
  const id = house.ids.next()
  const now = house.clock.now()
  if (verb === 'accept') {
    const unclear = unclearNames(fields)
    if (unclear.length > 0) return refusedAll(unclear)
    const as = acceptanceFrom(fields, note)
    const known = await house.customers.some(as.about.customers, request.sight())
    const room = { people: house.people.directory(), vocabulary, knownCustomers: new Set(known.keys()), now, today: house.clock.today() }
    const outcome = await applied(request, grant, (present) => acceptNote(present, grant, as, id, room))
    if (!outcome.ok) return outcome
    const { item } = outcome.value
    return { ok: true, value: { said: item?.widening ? 'accepted_widening' : item?.lowering ? 'accepted_lowering' : 'accepted' } }
  }
  const reason = { code: one(fields, `${verb}Code`), text: one(fields, `${verb}Text`).trim() }
  const outcome = verb === 'return'
    ? await applied(request, grant, (present) => returnNote(present, grant, reason, id, vocabulary, now))
    : await applied(request, grant, (present) => declineNote(present, grant, reason, id, vocabulary, now))
  if (!outcome.ok) return refusedAll(outcome.refusals.map((refusal) => atVerb(refusal, verb)))
  return { ok: true, value: { said: verb === 'return' ? 'returned' : 'declined' } }
}

/** Taken, or taken over by name, in the middle of typing: the form stays as it is. */
async function claimed(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields): Promise<FastifyReply> {
  const { house } = request
  const grant = grantOn(request, 'note.claim', note.standing)
  const outcome = await applied(request, grant, (now) => claimItem(now, grant, fromIn(now, fields, house.clock.now()), house.clock.now()))
  const fresh = await curated(request)
  return show(request, reply.code(outcome.ok ? 200 : 409), fresh, fields, taskFrom(request, fields, fresh, outcome.ok ? [] : outcome.refusals))
}

/** A title named inside a sentence: short, and without the full stop it may end with itself. */
function inPassing(title: string): string {
  return title.length > 60 ? `${title.slice(0, 58)}…` : title.replace(/[。.]$/u, '')
}

/** Left for later: nothing is written, only the next one of the same part of the queue opened. */
async function skipped(request: FastifyRequest, reply: FastifyReply, note: NoteSeen): Promise<FastifyReply> {
  const within = withinFrom(request.query as Fields)
  const next = await itemAfter(request, within, note.id)
  return (next ? reply : reply.flash('curation.said.no_more', {}, 'info')).seeOther(queueAddress(within, next?.id))
}

async function show(request: FastifyRequest, reply: FastifyReply, note: NoteSeen, fields: Fields, task: DecisionTask): Promise<FastifyReply> {
  await readOnRecord(request, note)
  return reply.page('queue/decide', { title: subjectOf(note).title, decision: await decisionPage(request, note, fields, task) })
}

function taskFrom(request: FastifyRequest, fields: Fields, note: NoteSeen, refusals: Refusals): DecisionTask {
  const openedAt = one(fields, 'openedAt')
  const seen = revisionIn(fields)
  const within: Within = withinOf(one(fields, 'within'))
  const conflict = refusals.some(({ code }) => CONFLICTS.includes(code))
  return {
    within, refusals, revision: conflict ? note.revision : (seen ?? note.revision),
    openedAt: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(openedAt) ? openedAt : request.house.clock.now(),
    seen: conflict ? (seen ?? note.revision) : null,
  }
}

/** Names chosen from what was found, or taken off again. */
function reshaped(typed: Fields): Fields {
  const fields: Record<string, string | readonly string[]> = { ...typed }
  for (const [name, text, added, dropped] of [['customer', 'customerText', 'addCustomer', 'dropCustomer'], ['named', 'namedText', 'addNamed', 'dropNamed']] as const) {
    const more = one(fields, added)
    const less = one(fields, dropped)
    if (more !== '') Object.assign(fields, { [name]: [...many(fields, name), more], [text]: '' })
    if (less !== '') fields[name] = many(fields, name).filter((each) => each !== less)
    delete fields[added]
    delete fields[dropped]
  }
  return fields
}

/** Return and decline ask for the same two things in two places. */
function atVerb(refusal: Refusal, verb: 'return' | 'decline'): Refusal {
  return refusal.at === 'code' || refusal.at === 'text' ? { ...refusal, at: `${verb}${refusal.at === 'code' ? 'Code' : 'Text'}` } : refusal
}
