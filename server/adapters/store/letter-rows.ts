import { LETTER_SCHEMA, type Letter } from '../../domain/digests/letter.js'
import type { LetterRow } from '../../domain/digests/port.js'
import type { Schema } from './schema.js'

/** A letter as every store keeps it. */
export const LETTER_FILE: Schema<Letter> = {
  now: LETTER_SCHEMA,
  check: (stored) => {
    if (typeof stored['kind'] !== 'string' || !Array.isArray(stored['log'])) throw new Error('no letter')
    return stored as unknown as Letter
  },
}

export function rowOf(letter: Letter): LetterRow {
  const { id, kind, to, at, state, tries, nextTryAt, log } = letter
  return { id, kind, to, at, state, tries, nextTryAt, log, person: personOf(letter), channel: channelOf(letter) }
}

export function personOf(letter: Letter): string | null {
  return letter.kind === 'digest' ? null : letter.person
}

export function channelOf(letter: Letter): string | null {
  return letter.kind === 'digest' || letter.kind === 'channel_paused' ? letter.channel : null
}
