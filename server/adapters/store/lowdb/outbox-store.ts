import { isSettled, type Letter } from '../../../domain/digests/letter.js'
import type { Outbox } from '../../../domain/digests/port.js'
import { LETTER_FILE, digestsOf, dueOf, pageOf } from '../letter-rows.js'
import { DocumentFolder } from './document-folder.js'
import type { Keeping } from './keeping.js'
import { KeyedMutex } from '../keyed-mutex.js'

const READ_AT_ONCE = 32

/** One small document a letter, all of them in memory: they hold no text, and old ones are swept away. */
export async function openOutbox(keeping: Keeping): Promise<Outbox> {
  const folder = await DocumentFolder.open<Letter>(keeping, { name: 'outbox', schema: LETTER_FILE, cacheBytes: 1024 * 1024 })
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
        const underWay = letter.kind === 'digest' ? digestsOf(letters.values(), letter.channel).find((one) => !isSettled(one)) : undefined
        return underWay ?? save(letter)
      }),
    get: (id) => letters.get(id),
    due: (now) => dueOf(letters.values(), now, inHand),
    ofChannel: (channel) => digestsOf(letters.values(), channel),
    list: (query) => pageOf(letters.values(), query),
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
