import { LETTER_SCHEMA, isDue, type DigestLetter, type Letter } from '../../domain/digests/letter.js'
import type { LetterRow, OutboxQuery } from '../../domain/digests/port.js'
import type { Schema } from './schema.js'

/** What every store asks of the letters that it has in memory: they hold no text, and old ones are swept away. */
export const LETTER_FILE: Schema<Letter> = {
  now: LETTER_SCHEMA,
  check: (stored) => {
    if (typeof stored['kind'] !== 'string' || !Array.isArray(stored['log'])) throw new Error('no letter')
    return stored as unknown as Letter
  },
}

/** Whatever may be sent now and is in nobody's hand, the longest waiting first. */
export function dueOf(letters: Iterable<Letter>, now: string, inHand: ReadonlySet<string>): readonly Letter[] {
  return [...letters]
    .filter((letter) => isDue(letter, now) && !inHand.has(letter.id))
    .sort((a, b) => (a.nextTryAt ?? '').localeCompare(b.nextTryAt ?? '') || a.at.localeCompare(b.at))
}

/** Digests of a channel, the newest first. */
export function digestsOf(letters: Iterable<Letter>, channel: string): DigestLetter[] {
  return [...letters].filter((one): one is DigestLetter => one.kind === 'digest' && one.channel === channel).sort(newestFirst)
}

/** The same for all channels at once. */
export function digestsByChannel(letters: Iterable<Letter>): ReadonlyMap<string, readonly DigestLetter[]> {
  const found = new Map<string, DigestLetter[]>()
  for (const one of [...letters].filter((letter) => letter.kind === 'digest').sort(newestFirst)) {
    const list = found.get(one.channel)
    if (list) list.push(one)
    else found.set(one.channel, [one])
  }
  return found
}

export function pageOf(letters: Iterable<Letter>, query: OutboxQuery): { readonly rows: readonly LetterRow[]; readonly total: number } {
  const found = [...letters].filter((letter) => fits(letter, query)).sort(newestFirst)
  return { rows: found.slice((query.page - 1) * query.size, query.page * query.size).map(rowOf), total: found.length }
}

function newestFirst(a: Letter, b: Letter): number {
  return b.at.localeCompare(a.at) || b.id.localeCompare(a.id)
}

function fits(letter: Letter, query: OutboxQuery): boolean {
  if (query.kind !== undefined && letter.kind !== query.kind) return false
  if (query.state !== undefined && letter.state !== query.state) return false
  if (query.person !== undefined && personOf(letter) !== query.person) return false
  if (query.channel !== undefined && channelOf(letter) !== query.channel) return false
  return query.text === undefined || letter.to.toLowerCase().includes(query.text.trim().toLowerCase())
}

function rowOf(letter: Letter): LetterRow {
  const { id, kind, to, at, state, tries, nextTryAt, log } = letter
  return { id, kind, to, at, state, tries, nextTryAt, log, person: personOf(letter), channel: channelOf(letter) }
}

function personOf(letter: Letter): string | null {
  return letter.kind === 'digest' ? null : letter.person
}

function channelOf(letter: Letter): string | null {
  return letter.kind === 'digest' || letter.kind === 'channel_paused' ? letter.channel : null
}
