import { someAtOnce } from '../../../domain/people/some-at-once.js'
import { isDue, isSettled, type DigestLetter, type Letter } from '../../../domain/digests/letter.js'
import type { Outbox, OutboxQuery, Past } from '../../../domain/digests/port.js'
import { newestFirst } from '../list-orders.js'
import { LETTER_FILE, channelOf, personOf, rowOf } from '../letter-rows.js'
import { DocumentFolder } from './document-folder.js'
import type { Keeping } from './keeping.js'
import { KeyedMutex } from '../keyed-mutex.js'

const READ_AT_ONCE = 32

/** One small document a letter, all of them in memory: they hold no text, and old ones are swept away. */
export async function openOutbox(keeping: Keeping): Promise<Outbox> {
  const folder = await DocumentFolder.open<Letter>(keeping, { name: 'outbox', schema: LETTER_FILE, cacheBytes: 1024 * 1024 })
  const letters = new Map<string, Letter>()
  await someAtOnce(await folder.list(), READ_AT_ONCE, async ({ id }) => {
    const letter = await folder.read(id)
    if (letter) letters.set(id, letter)
  })
  const inHand = new Set<string>()
  const channels = new KeyedMutex()
  const page = <L extends Letter>(found: readonly L[], at: number, size: number) => ({ rows: found.slice((at - 1) * size, at * size), total: found.length })

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
    get: async (id) => letters.get(id),
    due: async (now) => dueOf(letters.values(), now).map(({ id }) => id).filter((id) => !inHand.has(id)),
    ofChannel: async (channel, at, size) => page(digestsOf(letters.values(), channel).sort(newestFirst), at, size),
    pasts: async (wanted, now) => {
      const all = digestsByChannel(letters.values())
      return new Map(wanted.flatMap((channel) => { const past = pastOf(all.get(channel) ?? [], now); return past ? [[channel, past] as const] : [] }))
    },
    list: async (query) => {
      const { rows, total } = page([...letters.values()].filter((letter) => fits(letter, query)).sort(newestFirst), query.page, query.size)
      return { rows: rows.map(rowOf), total }
    },
    counts: async () => {
      const all = [...letters.values()]
      return { waiting: all.filter((one) => !isSettled(one)).length, failed: all.filter(({ state }) => state === 'failed').length }
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

/** Whatever may be sent now, the longest waiting first. */
function dueOf(letters: Iterable<Letter>, now: string): readonly Letter[] {
  return [...letters].filter((letter) => isDue(letter, now)).sort((a, b) => (a.nextTryAt ?? '').localeCompare(b.nextTryAt ?? '') || a.at.localeCompare(b.at))
}

/** In no order. */
function digestsOf(letters: Iterable<Letter>, channel: string): DigestLetter[] {
  return [...letters].filter((one) => one.kind === 'digest').filter((one) => one.channel === channel)
}

/** Of each channel, newest first. */
function digestsByChannel(letters: Iterable<Letter>): ReadonlyMap<string, readonly DigestLetter[]> {
  const found = new Map<string, DigestLetter[]>()
  for (const one of [...letters].filter((letter) => letter.kind === 'digest').sort(newestFirst)) {
    const list = found.get(one.channel)
    if (list) list.push(one)
    else found.set(one.channel, [one])
  }
  return found
}

function pastOf(digests: readonly DigestLetter[], now: string): Past | null {
  const [last] = digests
  if (!last) return null
  const covered = digests.filter(({ state, period }) => state !== 'failed' && period.to <= now).map(({ period }) => period.to).sort().slice(-1)
  return { last, underWay: digests.find((one) => !isSettled(one)) ?? null, covered }
}

function fits(letter: Letter, query: OutboxQuery): boolean {
  if (query.kind !== undefined && letter.kind !== query.kind) return false
  if (query.state !== undefined && letter.state !== query.state) return false
  if (query.person !== undefined && personOf(letter) !== query.person) return false
  if (query.channel !== undefined && channelOf(letter) !== query.channel) return false
  return query.text === undefined || letter.to.toLowerCase().includes(query.text.trim().toLowerCase())
}
