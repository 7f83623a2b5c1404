import { LETTER_SCHEMA, isDue, isSettled, type DigestLetter, type Letter } from '../../../domain/digests/letter.js'
import type { LetterRow, Outbox, OutboxQuery } from '../../../domain/digests/port.js'
import { DocumentFolder } from './document-folder.js'
import type { Keeping } from './keeping.js'
import { KeyedMutex } from './keyed-mutex.js'
import type { Schema } from './schema.js'

const SCHEMA: Schema<Letter> = {
  now: LETTER_SCHEMA,
  check: (stored) => {
    if (typeof stored['kind'] !== 'string' || !Array.isArray(stored['log'])) throw new Error('no letter')
    return stored as unknown as Letter
  },
}
const READ_AT_ONCE = 32

/** One small document a letter, all of them in memory: they hold no text, and old ones are swept away. */
export async function openOutbox(keeping: Keeping): Promise<Outbox> {
  const folder = await DocumentFolder.open<Letter>(keeping, { name: 'outbox', schema: SCHEMA, cacheBytes: 1024 * 1024 })
  const letters = new Map<string, Letter>()
  const waiting = (await folder.list()).values()
  await Promise.all(Array.from({ length: READ_AT_ONCE }, async () => {
    for (const { id } of waiting) {
      const letter = await folder.read(id)
      if (letter) letters.set(id, letter)
    }
  }))
  const inHand = new Set<string>()
  const channels = new KeyedMutex()

  const newestFirst = (a: Letter, b: Letter) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id)
  const ofChannel = (channel: string) =>
    [...letters.values()].filter((one): one is DigestLetter => one.kind === 'digest' && one.channel === channel).sort(newestFirst)
  const save = async (letter: Letter): Promise<Letter> => {
    const kept = await folder.put(letter)
    letters.set(kept.id, kept)
    return kept
  }

  return {
    add: (letter) =>
      channels.run(letter.kind === 'digest' ? letter.channel : letter.id, async () => {
        const known = letters.get(letter.id)
        if (known) return known
        const underWay = letter.kind === 'digest' ? ofChannel(letter.channel).find((one) => !isSettled(one)) : undefined
        return underWay ?? save(letter)
      }),
    get: (id) => letters.get(id),
    due: (now) =>
      [...letters.values()]
        .filter((letter) => isDue(letter, now) && !inHand.has(letter.id))
        .sort((a, b) => (a.nextTryAt ?? '').localeCompare(b.nextTryAt ?? '') || a.at.localeCompare(b.at)),
    ofChannel,
    list: (query) => {
      const found = [...letters.values()].filter((letter) => fits(letter, query)).sort(newestFirst)
      return { rows: found.slice((query.page - 1) * query.size, query.page * query.size).map(rowOf), total: found.length }
    },
    handle: async (id, act) => {
      const letter = letters.get(id)
      if (!letter || inHand.has(id)) return false
      inHand.add(id)
      try {
        await act(letter, save)
        return true
      } finally {
        inHand.delete(id)
      }
    },
    sweep: async (before) => {
      const old = [...letters.values()].filter((one) => one.kind !== 'digest' && isSettled(one) && one.at < before)
      for (const { id } of old) {
        await folder.remove(id)
        letters.delete(id)
      }
      return old.length
    },
  }
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
