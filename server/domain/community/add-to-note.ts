import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { happened, once, opened, rightsNow } from '../notes/change.js'
import { isActive } from '../notes/item.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { FLAG_REASONS, published, type FlagReason, type Note, type Reuse } from '../notes/note.js'

const MAX_ADDITION_LENGTH = 4_000

/** Acts that only add name no revision: they apply to the present state, under an idempotency key. */

export interface Addition {
  readonly id: string
  readonly text: string
  readonly at: string
  readonly key: string | null
}

export function commentOn(note: Note, grant: Grant<'note.comment'>, add: Addition): Outcome<Note> {
  granted(grant, note.id)
  const text = add.text.trim()
  if (text === '') return refused('text', 'community.comment.empty')
  if (text.length > MAX_ADDITION_LENGTH) return refused('text', 'community.comment.too_long', { max: MAX_ADDITION_LENGTH })
  return once(note, add.key, (note) => {
    const on = published(note).number
    return done(happened(
      { ...note, comments: [...note.comments, { id: add.id, by: grant.who, at: add.at, text, on, floor: rightsNow(note) }] },
      { at: add.at, by: grant.who, what: 'commented', for: 'readers', on },
    ))
  })
}

/** "I used this": for which customer, and whether it helped. */
export function reuseNote(note: Note, grant: Grant<'note.reuse'>, add: Addition & Pick<Reuse, 'customer' | 'outcome'>, vocabulary: Vocabulary): Outcome<Note> {
  granted(grant, note.id)
  if (add.text.length > MAX_ADDITION_LENGTH) return refused('text', 'community.comment.too_long', { max: MAX_ADDITION_LENGTH })
  if (!vocabulary.closed('outcomes', add.outcome)) return refused('outcome', 'community.reuse.outcome_missing')
  return once(note, add.key, (note) => {
    const on = published(note).number
    const reuse: Reuse = { id: add.id, by: grant.who, at: add.at, customer: add.customer, outcome: add.outcome, text: add.text.trim(), on, floor: rightsNow(note) }
    return done(happened({ ...note, reuses: [...note.reuses, reuse] }, { at: add.at, by: grant.who, what: 'reused', with: { outcome: add.outcome }, for: 'readers', on }))
  })
}

/** A second press takes it back. */
export function markHelpful(note: Note, grant: Grant<'note.helpful'>, helpful: boolean, at: string): Outcome<Note> {
  granted(grant, note.id)
  const others = note.helpful.filter((one) => one.by !== grant.who)
  return done({ ...note, updatedAt: at, helpful: helpful ? [...others, { by: grant.who, at }] : others })
}

/** A reader's signal: it goes to the queue; "says too much" goes to its top. */
export function flagNote(note: Note, grant: Grant<'note.flag'>, add: Addition & { readonly reason: FlagReason; readonly item: string }): Outcome<Note> {
  granted(grant, note.id)
  if (!FLAG_REASONS.includes(add.reason)) return refused('reason', 'community.flag.reason_missing')
  if (add.text.length > MAX_ADDITION_LENGTH) return refused('text', 'community.comment.too_long', { max: MAX_ADDITION_LENGTH })
  return once(note, add.key, (note) => {
    const on = published(note).number
    const urgent = add.reason === 'says_too_much'
    const flag = { id: add.id, by: grant.who, at: add.at, reason: add.reason, text: add.text.trim(), on, floor: rightsNow(note), settled: null }
    const waiting = isActive(note.item) ? note.item.subject : on
    const next = opened({ ...note, flags: [...note.flags, flag] }, add.item, 'flagged', waiting, add.at, urgent)
    return done(happened(next, { at: add.at, by: grant.who, what: 'flagged', with: { reason: add.reason }, for: 'curators', on }))
  })
}

/** A line in the review thread, between the writer and the curators. */
export function replyInReview(note: Note, grant: Grant<'note.reply'>, add: Addition): Outcome<Note> {
  granted(grant, note.id)
  const text = add.text.trim()
  if (!note.item) return refused('', 'curation.not_open')
  if (text === '') return refused('text', 'community.comment.empty')
  if (text.length > MAX_ADDITION_LENGTH) return refused('text', 'community.comment.too_long', { max: MAX_ADDITION_LENGTH })
  const { item } = note
  return once(note, add.key, (note) => done(happened(
    { ...note, thread: [...note.thread, { id: add.id, item: item.id, by: grant.who, at: add.at, text }] },
    { at: add.at, by: grant.who, what: 'replied', for: 'curators', on: item.subject },
  )))
}
