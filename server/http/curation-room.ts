import type { FastifyRequest } from 'fastify'
import { ITEM_REASONS, holder, isActive, waitsForSecond } from '../domain/notes/item.js'
import type { Note } from '../domain/notes/note.js'
import type { QueueQuery, QueueReason, QueueTab } from '../domain/notes/port.js'
import type { Revision } from '../domain/notes/revision.js'
import type { NoteSeen } from '../domain/notes/seen.js'
import type { Outcome, Refusals, Refused } from '../domain/people/refusal.js'
import type { Grant } from '../domain/policy/grant.js'
import { LEVELS } from '../domain/policy/level.js'
import { one, type Fields } from './present/note-fields.js'
import { labelsOf } from './present/labels.js'
import { isSensitive } from './present/note-page.js'
import { me } from './session.js'

export const QUEUE_TABS: readonly QueueTab[] = ['open', 'mine', 'returned', 'due', 'flagged']

export const QUEUE_REASONS: readonly QueueReason[] = [...ITEM_REASONS, 'lowering']

/** Which part of the queue somebody works through; carried along as a query string, so that the next item comes from it. */
export interface Within {
  readonly tab: QueueTab
  readonly why: string
  readonly department: string
  readonly topic: string
  readonly level: string
  readonly text: string
}

export function withinFrom(fields: Fields): Within {
  return {
    tab: QUEUE_TABS.find((tab) => tab === one(fields, 'tab')) ?? 'open',
    why: QUEUE_REASONS.find((why) => why === one(fields, 'why')) ?? '',
    department: one(fields, 'department'),
    topic: one(fields, 'topic'),
    level: one(fields, 'level'),
    text: one(fields, 'q').trim().slice(0, 200),
  }
}

/** Back from the hidden field it travelled in. */
export function withinOf(query: string): Within {
  return withinFrom(Object.fromEntries(new URLSearchParams(query.slice(0, 1_000))))
}

export function queryOfWithin(within: Within): string {
  const { text, ...rest } = within
  return new URLSearchParams(Object.entries({ ...rest, q: text }).filter(([name, value]) => value !== '' && !(name === 'tab' && value === 'open'))).toString()
}

/** The page of the queue they work through, or one item within it. */
export function queueAddress(within: Within, id = ''): string {
  const query = queryOfWithin(within)
  return `/queue${id === '' ? '' : `/${id}`}${query === '' ? '' : `?${query}`}`
}

export function queueQuery(request: FastifyRequest, within: Within, page: number, size: number): QueueQuery {
  const { house } = request
  const level = LEVELS.find((each) => each === within.level)
  const why = QUEUE_REASONS.find((each) => each === within.why)
  return {
    tab: within.tab, me: me(request).id, now: house.clock.now(), page, size,
    ...(why && { why }),
    ...(within.department !== '' && { departments: house.people.directory().within([within.department]) }),
    ...(within.topic !== '' && { topics: house.vocabularies.vocabulary().topicWithin(within.topic) }),
    ...(level && { level }),
    ...(within.text !== '' && { text: within.text }),
  }
}

/** The next item this curator could decide on: their own texts and what a colleague holds are passed over. */
export async function nextItem(request: FastifyRequest, within: Within, except: string): Promise<NoteSeen | null> {
  const { rows } = await request.house.notes.queue(queueQuery(request, within, 1, 50), request.sight())
  return rows.find((note) => note.id !== except && decidable(request, note)) ?? null
}

/** The one after it in the order of the queue, to leave one undecided for now; null where nothing further down waits for them. */
export async function itemAfter(request: FastifyRequest, within: Within, id: string): Promise<NoteSeen | null> {
  const size = 50
  let passed = false
  for (let page = 1; ; page++) {
    const { rows } = await request.house.notes.queue(queueQuery(request, within, page, size), request.sight())
    for (const note of rows) {
      if (passed && decidable(request, note)) return note
      passed ||= note.id === id
    }
    if (rows.length < size) return passed ? null : nextItem(request, within, id)
  }
}

/** Neither their own text nor in a colleague's hands, and not back with its writer; of a lowering, the second word. */
function decidable(request: FastifyRequest, note: NoteSeen): boolean {
  if (waitsForSecond(note.item)) return note.item.lowering.by !== me(request).id
  const held = note.item && holder(note.item, request.house.clock.now())
  return note.item?.state !== 'returned' && !note.standing.wroteSinceDecision && (!held || held === me(request).id)
}

/** The text that waits for the decision; the newest they may read where nothing does. */
export function subjectOf(note: NoteSeen): Revision {
  return note.revisions.find((revision) => (isActive(note.item) || waitsForSecond(note.item)) && revision.number === note.item.subject) ?? note.pending ?? note.shown
}

/** Applies a verb and tells what it made of the note. Every write goes on record by itself. */
export async function applied(request: FastifyRequest, grant: Grant, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Note>> {
  let after: Note | null = null
  const outcome = await request.house.notes.change(grant, (now) => {
    const next = verb(now)
    after = next.ok ? next.value : null
    return next
  })
  return outcome.ok && after ? { ok: true, value: after } : (outcome as Refused)
}

/** A title in a list is a read: sensitive ones go on record before they are shown. */
export async function listOnRecord(request: FastifyRequest, notes: readonly NoteSeen[]): Promise<void> {
  const { house } = request
  await Promise.all(notes.filter(isSensitive).map((note) => house.record.append({
    at: house.clock.now(), who: me(request).id, did: 'thing.read', thing: { kind: 'note', id: note.id }, to: 'list', via: 'page', request: request.id,
  })))
}

/** Refusals speak of people by id; pages by name. */
export function named(request: FastifyRequest, refusals: Refusals): Refusals {
  const labels = labelsOf(request)
  return refusals.map((refusal) =>
    refusal.with?.['who'] === undefined ? refusal : { ...refusal, with: { ...refusal.with, who: labels.person(String(refusal.with['who'])) } })
}

/** Milliseconds a claim still lasts, as whole minutes. */
export function minutesLeft(until: string, now: string): number {
  return Math.max(1, Math.ceil((Date.parse(until) - Date.parse(now)) / 60_000))
}
