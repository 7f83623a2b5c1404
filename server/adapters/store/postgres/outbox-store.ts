import { LETTER_SCHEMA, isDue, isSettled, type DigestLetter, type Letter } from '../../../domain/digests/letter.js'
import type { LetterRow, Outbox, OutboxQuery } from '../../../domain/digests/port.js'
import type { Schema } from '../lowdb/schema.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type Changes, type View } from './room.js'

const SCHEMA: Schema<Letter> = {
  now: LETTER_SCHEMA,
  check: (stored) => {
    if (typeof stored['kind'] !== 'string' || !Array.isArray(stored['log'])) throw new Error('no letter')
    return stored as unknown as Letter
  },
}
/** Separates these locks from those of others in the same database. */
const LETTERS = 727_1002

/**
 * One row a letter, in memory in every process: they hold no text, and old ones are swept away. Who handles one holds
 * a lock of its session: whoever dies lets go of it, and of nothing that was not saved.
 */
export async function openOutbox(database: Database, around: Around): Promise<Outbox> {
  const room = await around.open(new Room<Letter>(database, 'outbox', SCHEMA))
  const inHand = new Set<string>()
  const all = (): readonly Letter[] => [...room.all().values()]

  const save = async (letter: Letter): Promise<Letter> => {
    await room.change((view) => new Map([[letter.id, { ...letter, version: (view.get(letter.id)?.version ?? 0) + 1 }]]))
    return room.get(letter.id) as Letter
  }

  return {
    add: async (letter) => {
      let kept = letter.id
      await room.change((view): Changes<Letter> => {
        const known = view.get(letter.id) ?? underWay(view, letter)
        kept = known?.id ?? letter.id
        return known ? new Map() : new Map([[letter.id, { ...letter, version: 1 }]])
      })
      return room.get(kept) as Letter
    },
    get: (id) => room.get(id),
    due: (now) =>
      all()
        .filter((letter) => isDue(letter, now) && !inHand.has(letter.id))
        .sort((a, b) => (a.nextTryAt ?? '').localeCompare(b.nextTryAt ?? '') || a.at.localeCompare(b.at)),
    ofChannel: (channel) => ofChannel(room, channel),
    list: (query) => {
      const found = all().filter((letter) => fits(letter, query)).sort(newestFirst)
      return { rows: found.slice((query.page - 1) * query.size, query.page * query.size).map(rowOf), total: found.length }
    },
    handle: async (id, act) => {
      if (!room.get(id) || inHand.has(id)) return false
      inHand.add(id)
      try {
        return await database.exclusively(LETTERS, id, async () => {
          // Whoever had it before may have settled it a moment ago.
          await around.fresh()
          const letter = room.get(id)
          if (letter) await act(letter, save)
        })
      } finally {
        inHand.delete(id)
      }
    },
    sweep: async (before) => {
      let swept = 0
      await room.change((view) => {
        const old = [...view.all().values()].filter((one) => one.kind !== 'digest' && isSettled(one) && one.at < before)
        swept = old.length
        return new Map(old.map(({ id }) => [id, null]))
      })
      return swept
    },
  }
}

/** A channel has one digest on its way at most, whichever process planned it. */
function underWay(view: View<Letter>, letter: Letter): Letter | undefined {
  return letter.kind === 'digest' ? ofChannel(view, letter.channel).find((one) => !isSettled(one)) : undefined
}

function ofChannel(view: View<Letter>, channel: string): DigestLetter[] {
  return [...view.all().values()].filter((one): one is DigestLetter => one.kind === 'digest' && one.channel === channel).sort(newestFirst)
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
