import { v5 } from 'uuid'
import type { Language } from '../people/person.js'
import type { Period } from './period.js'
import type { Heard } from './staff-to-tell.js'

export const LETTER_SCHEMA = 1
/** Waits between tries, in minutes; the last one repeats. All tries together take nineteen hours, less than a day: a daily digest never meets its predecessor. */
const BACK_OFF = [1, 5, 15, 60, 120, 240] as const
export const MAX_TRIES = 10
const MINUTE = 60_000
/** so that the same channel and period, or the same notice, always make the same letter */
const LETTERS = '6f1c1b8e-2a57-4a0e-9d53-3f0c7f2b9a41'

export const LETTER_KINDS = ['digest', 'password_link', 'rights_changed', 'staff_imported', 'notice', 'channel_paused'] as const
export type LetterKind = (typeof LETTER_KINDS)[number]
export const LETTER_STATES = ['planned', 'handed_over', 'sent', 'failed', 'skipped'] as const
export type LetterState = (typeof LETTER_STATES)[number]

/**
 * One mail to one mailbox, and the record of its delivery: planned → handed over → sent, failed or skipped.
 * It holds what is to be told, never the finished text: that is written at the moment it is handed over, under the
 * law of that moment.
 */
export type Letter = Delivery & Purpose

export interface Delivery {
  readonly schema: typeof LETTER_SCHEMA
  readonly id: string
  readonly version: number
  readonly to: string
  readonly language: Language
  readonly at: string
  /** after this it is of no use any more */
  readonly until: string | null
  readonly state: LetterState
  readonly tries: number
  readonly nextTryAt: string | null
  /** chosen before the first try and never changed, so that a mailbox can tell a second copy */
  readonly messageId: string | null
  readonly log: readonly LogLine[]
}

export type Purpose =
  | DigestPurpose
  | { readonly kind: 'password_link'; readonly person: string; readonly reason: 'first' | 'forgotten'; /** gone as soon as the letter is settled */ readonly token: string | null }
  | { readonly kind: 'rights_changed'; readonly person: string; /** whose rights: their own, or somebody's they look after */ readonly whose: string; readonly changes: readonly string[]; /** where it goes whatever their address is by then */ readonly address?: string }
  | { readonly kind: 'staff_imported'; readonly person: string; readonly import: string; readonly by: string } & Heard
  | { readonly kind: 'notice'; readonly person: string; readonly notice: string; readonly note: string; readonly by: string; readonly happenedAt: string }
  | { readonly kind: 'channel_paused'; readonly person: string; readonly channel: string }

export interface DigestPurpose {
  readonly kind: 'digest'
  readonly channel: string
  readonly period: Period
  /** who pressed "send now"; null when it was due */
  readonly askedBy: string | null
  /** what the last hand-over said: ids of the notes with a title in it, and numbers */
  readonly said: { readonly notes: readonly string[]; readonly total: number; readonly sensitive: number } | null
}

export type DigestLetter = Delivery & DigestPurpose

/** One line of the delivery log. `what` is shown through the string key `digests.log.<what>`. */
export interface LogLine {
  readonly at: string
  readonly what:
    | 'planned' | 'handed_over' | 'handed_over_again' | 'sent' | 'deferred' | 'in_doubt' | 'refused' | 'given_up'
    | 'nothing_new' | 'paused' | 'expired' | 'not_readable' | 'recipient_gone' | 'address_refused'
  /** the mail server's own words, one line */
  readonly said: string
}

export type SkipReason = 'nothing_new' | 'paused' | 'expired' | 'not_readable' | 'recipient_gone'

/** What a mail server made of a hand-over. `unknown`: the whole text went out and no answer came back. */
export interface Answer {
  readonly took: 'accepted' | 'later' | 'never' | 'unknown' | 'unreachable'
  readonly said: string
}

export function letterId(...parts: readonly string[]): string {
  return v5(parts.join('\n'), LETTERS)
}

export function plannedLetter<P extends Purpose>(
  id: string, to: string, language: Language, purpose: P, at: string, until: string | null = null,
): Delivery & P {
  return {
    schema: LETTER_SCHEMA, id, version: 1, to, language, at, until, state: 'planned', tries: 0, nextTryAt: at, messageId: null,
    log: [{ at, what: 'planned', said: '' }], ...purpose,
  }
}

export function isSettled(letter: Pick<Letter, 'state'>): boolean {
  return letter.state === 'sent' || letter.state === 'failed' || letter.state === 'skipped'
}

/**
 * A letter found as handed over has no answer on record: the process ended in between, or the connection broke.
 * It is tried again under the same Message-ID.
 */
export function isDue(letter: Pick<Letter, 'state' | 'nextTryAt'>, now: string): boolean {
  if (isSettled(letter)) return false
  if (letter.nextTryAt === null || letter.nextTryAt <= now) return true
  // Written down by a clock that ran far ahead: no wait is that long.
  return Date.parse(letter.nextTryAt) - Date.parse(now) > (Math.max(...BACK_OFF) + 1) * MINUTE
}

/** On disk before the server hears the first word of it. */
export function handedOver<L extends Letter>(letter: L, to: string, messageId: string, at: string): L {
  const again = letter.state === 'handed_over'
  return {
    ...letter, to, state: 'handed_over', tries: letter.tries + 1, nextTryAt: null, messageId: letter.messageId ?? messageId,
    log: [...letter.log, { at, what: again ? 'handed_over_again' : 'handed_over', said: '' }],
  }
}

export function answered(letter: Letter, answer: Answer, at: string): Letter {
  const line = (what: LogLine['what']) => [...letter.log, { at, what, said: answer.said }]
  if (answer.took === 'accepted') return settled({ ...letter, state: 'sent', log: line('sent') })
  if (answer.took === 'never') return settled({ ...letter, state: 'failed', log: line('refused') })
  const doubt = answer.took === 'unknown'
  const log = line(doubt ? 'in_doubt' : 'deferred')
  if (letter.tries >= MAX_TRIES) {
    return settled({ ...letter, state: 'failed', log: [...log, { at, what: 'given_up', said: '' }] })
  }
  // Once in doubt it stays so, whatever later tries meet: the first one may be in the mailbox.
  const state = doubt || wasInDoubt(letter) ? 'handed_over' : 'planned'
  return { ...letter, state, nextTryAt: new Date(Date.parse(at) + waitAfter(letter.tries) * MINUTE).toISOString(), log }
}

export function skipped(letter: Letter, why: SkipReason, at: string): Letter {
  return settled({ ...letter, state: 'skipped', log: [...letter.log, { at, what: why, said: '' }] })
}

export function addressRefused(letter: Letter, at: string): Letter {
  return settled({ ...letter, state: 'failed', log: [...letter.log, { at, what: 'address_refused', said: '' }] })
}

function settled(letter: Letter): Letter {
  const bare = letter.kind === 'password_link' ? { ...letter, token: null } : letter
  return { ...bare, nextTryAt: null }
}

function wasInDoubt(letter: Letter): boolean {
  return letter.log.some((line) => line.what === 'in_doubt' || line.what === 'handed_over_again')
}

/** @returns minutes */
function waitAfter(tries: number): number {
  return BACK_OFF[Math.min(tries, BACK_OFF.length) - 1] ?? BACK_OFF[0]
}
