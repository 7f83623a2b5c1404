import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { claimItem, releaseItem } from '../../domain/curation/claim-item.js'
import { classifyNote, rehomeNote } from '../../domain/curation/classify-note.js'
import { clearOld, confirmLowering } from '../../domain/curation/opening.js'
import { stillTrue } from '../../domain/curation/return-note.js'
import { holder } from '../../domain/notes/item.js'
import type { Note } from '../../domain/notes/note.js'
import { ableStewards } from '../../domain/notes/writing.js'
import { refused, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Grant } from '../../domain/policy/grant.js'
import { applied, listOnRecord, named, nextItem, queueAddress, withinOf } from '../curation-room.js'
import { sayRefusals } from '../form.js'
import { grantOn, noteOf } from '../note-room.js'
import { isPartial } from '../origin.js'
import { one, type Fields } from '../present/note-fields.js'
import { queueRow } from '../present/queue-page.js'
import { retaggingFrom } from './queue.js'

interface Deed<A extends Act> {
  readonly path: string
  readonly allow: A
  /** what the next page says */
  readonly said: string
  /** the curator acts on the revision they saw: a form without one does nothing */
  readonly onRevision?: boolean
  verb(note: Note, grant: Grant<A>, fields: Fields, request: FastifyRequest): Outcome<Note>
  /** where to go afterwards, when not back */
  onward?(request: FastifyRequest, fields: Fields, note: string): Promise<string>
}

/** What a curator does to a note in one click, without a form of its own: claim, still true, new keys, another home, letting old text go. */
export function curating(app: FastifyInstance): void {
  const deed = <A extends Act>(it: Deed<A>) =>
    app.post<{ Params: { id: string } }>(`/notes/:id/${it.path}`, { config: { allow: it.allow, many: ['addProduct'] } }, async (request, reply) => {
      const note = await noteOf(request)
      const fields = (request.body ?? {}) as Fields
      const seen = revisionIn(fields)
      const grant = grantOn(request, it.allow, note.standing, seen ?? undefined)
      const outcome = it.onRevision && seen === null
        ? refused('', 'curation.revision_missing')
        : await applied(request, grant, (now) => it.verb(now, grant, fields, request))
      if (isPartial(request)) return row(request, reply, outcome.ok ? [] : outcome.refusals, fields)
      if (!outcome.ok) {
        const [refusal] = named(request, outcome.refusals)
        return reply.flash(refusal?.code ?? 'errors.conflict', refusal?.with ?? {}, 'warning').seeOther(await backOf(request, fields, note.id))
      }
      return reply.flash(it.said).seeOther(it.onward ? await it.onward(request, fields, note.id) : await backOf(request, fields, note.id))
    })

  deed({
    path: 'claim', allow: 'note.claim', said: 'curation.said.claimed',
    // Taken over only from the person whose name stood on the button.
    verb: (note, grant, fields, { house }) => claimItem(note, grant, fromIn(note, fields, house.clock.now()), house.clock.now()),
  })
  deed({ path: 'release', allow: 'note.claim', said: 'curation.said.released', verb: (note, grant, _fields, { house }) => releaseItem(note, grant, house.clock.now()) })
  deed({
    path: 'verification', allow: 'note.decide', said: 'curation.said.still_true', onRevision: true,
    verb: (note, grant, fields, { house }) => {
      const reviewOn = one(fields, 'reviewOn')
      if (!/^\d{4}-\d{2}-\d{2}$/.test(reviewOn) || reviewOn <= house.clock.today()) return refused('reviewOn', 'curation.review_on.in_past')
      return stillTrue(note, grant, reviewOn, house.ids.next(), house.clock.now())
    },
    onward: toNextItem,
  })
  deed({
    path: 'classification', allow: 'note.classify', said: 'curation.said.classified', onRevision: true,
    verb: (note, grant, fields, { house }) => classifyNote(note, grant, retaggingFrom(fields), house.vocabularies.vocabulary(), house.clock.now()),
  })
  deed({ path: 'rehoming', allow: 'note.rehome', said: 'curation.said.rehomed', verb: rehomed })
  deed({
    path: 'clearing', allow: 'note.clear', said: 'curation.said.cleared',
    verb: (note, grant, fields, { house }) => {
      const number = one(fields, 'number')
      const what = /^\d{1,6}$/.test(number) ? { revision: Number(number) } : { comment: one(fields, 'comment') }
      if ('revision' in what && !note.revisions.some((r) => r.number === what.revision)) return refused('', 'curation.nothing_to_clear')
      return clearOld(note, grant, what, house.clock.now())
    },
  })
  deed({
    path: 'lowering', allow: 'note.curate', said: 'notes.said.lowered',
    verb: (note, grant, fields, { house }) => confirmLowering(note, grant, one(fields, 'agrees') === 'yes', house.clock.now()),
    onward: async (request, fields, note) => {
      if ('within' in fields) return toNextItem(request, fields, note)
      return (await request.house.notes.get(note, request.sight())) ? `/notes/${note}` : '/queue'
    },
  })
}

/** Whoever works through the queue goes on with what comes next in their part of it. */
async function toNextItem(request: FastifyRequest, fields: Fields, note: string): Promise<string> {
  const within = withinOf(one(fields, 'within'))
  return queueAddress(within, (await nextItem(request, within, note))?.id)
}

/** @returns null for a form that does not say which revision it was made on */
export function revisionIn(fields: Fields): number | null {
  const seen = one(fields, 'revision')
  return /^[1-9]\d{0,8}$/.test(seen) ? Number(seen) : null
}

export function fromIn(note: Note, fields: Fields, now: string): boolean {
  return note.item !== null && one(fields, 'from') !== '' && holder(note.item, now) === one(fields, 'from')
}

/** A restricted note may not move to a department where fewer than two of its curators could look after it. */
function rehomed(note: Note, grant: Grant<'note.rehome'>, fields: Fields, { house }: FastifyRequest): Outcome<Note> {
  const people = house.people.directory()
  const department = one(fields, 'department')
  const team = one(fields, 'team') || null
  if (!people.department(department)) return refused('department', 'curation.department.unknown')
  if (team !== null && !people.team(team)) return refused('team', 'notes.team.unknown')
  if (note.rights.level === 'restricted') {
    const able = ableStewards(people, department, house.clock.today()).filter((person) => note.rights.stewards.includes(`p:${person.id}`))
    if (able.length < 2) return refused('department', 'curation.rehome.stewards')
  }
  return rehomeNote(note, grant, { department, team }, house.clock.now())
}

/** The row alone, as it is now: with what stood in the way, if anything did. */
async function row(request: FastifyRequest, reply: FastifyReply, refusals: Refusals, fields: Fields): Promise<FastifyReply> {
  const note = await noteOf(request)
  await listOnRecord(request, [note])
  const said = sayRefusals(request, named(request, refusals))[0]?.text ?? ''
  return reply.fragment('queue/_row', { ...queueRow(request, note, withinOf(one(fields, 'within'))), said })
}

/** Back to where the button stood, unless the note is no longer theirs to see. */
async function backOf(request: FastifyRequest, fields: Fields, note: string): Promise<string> {
  const back = one(fields, 'back')
  if (back.startsWith('/queue?') || back === '/queue') return back
  const still = await request.house.notes.get(note, request.sight())
  return still ? back || `/queue/${note}` : '/queue'
}
