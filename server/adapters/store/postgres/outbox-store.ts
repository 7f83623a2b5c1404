import { isSettled, type DigestLetter, type Letter } from '../../../domain/digests/letter.js'
import type { Outbox } from '../../../domain/digests/port.js'
import { LETTER_FILE, digestsByChannel, dueOf, pageOf } from '../letter-rows.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type Changes } from './room.js'

/** Separates these locks from those of others in the same database. */
const LETTERS = 727_1002

/**
 * One row a letter, in memory in every process: they hold no text, and old ones are swept away. Who handles one holds
 * a lock of its session: whoever dies lets go of it, and of nothing that was not saved.
 */
export async function openOutbox(database: Database, around: Around): Promise<Outbox> {
  let digests: ReadonlyMap<string, readonly DigestLetter[]> | null = null
  const room = await around.open(new Room<Letter>(database, 'outbox', LETTER_FILE, () => { digests = null }))
  // Four hundred channels ask one after the other whether theirs is due, among all that was sent in ninety days.
  const ofChannel = (channel: string) => (digests ??= digestsByChannel(room.all().values())).get(channel) ?? []
  const inHand = new Set<string>()
  /** A channel has one digest on its way at most, whichever process planned it. */
  const underWay = (letter: Letter) => (letter.kind === 'digest' ? ofChannel(letter.channel).find((one) => !isSettled(one)) : undefined)

  const save = async (letter: Letter): Promise<Letter> => {
    await room.change((view) => new Map([[letter.id, { ...letter, version: (view.get(letter.id)?.version ?? 0) + 1 }]]))
    return room.get(letter.id) as Letter
  }

  return {
    add: async (letter) => {
      let kept = letter.id
      await room.change((view): Changes<Letter> => {
        const known = view.get(letter.id) ?? underWay(letter)
        kept = known?.id ?? letter.id
        return known ? new Map() : new Map([[letter.id, { ...letter, version: 1 }]])
      })
      return room.get(kept) as Letter
    },
    get: (id) => room.get(id),
    due: (now) => dueOf(room.all().values(), now, inHand),
    ofChannel,
    list: (query) => pageOf(room.all().values(), query),
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
