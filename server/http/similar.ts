import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { NoteSeen } from '../domain/notes/seen.js'
import type { House } from './house.js'
import { listOnRecord } from './list-reads.js'
import { me } from './session.js'

const LONG_ENOUGH = 20
const MOST_REMEMBERED = 5_000

/** What was shown beside a text that is being typed, so that a title is on record once for it and not with every pause. */
const shownBeside = new WeakMap<House, LRUCache<string, true>>()

/**
 * Notes this person may read that probably say the same as what is being typed. Search being away costs nobody a word.
 * A title is a read: sensitive ones are on record before they are shown.
 * @param beside the draft the titles are shown beside again and again; null for a page that is opened once
 */
export async function similarTo(
  request: FastifyRequest, text: string, except: string | null, beside: string | null,
): Promise<{ readonly href: string; readonly heading: string }[]> {
  if (text.trim().length < LONG_ENOUGH) return []
  const { house } = request
  const sight = request.sight()
  const hits = await house.finder
    .similar({ text }, sight, { now: house.clock.now(), kinds: ['note'], limit: 4, closeness: 'duplicate' })
    .catch(() => [])
  const notes = await house.notes.some(hits.flatMap(({ id }) => (id === except ? [] : [id])), sight)
  const shown = notes.slice(0, 3)
  const remembered = rememberedBy(house)
  const keyOf = ({ id }: NoteSeen) => `${me(request).id} ${beside} ${id}`
  await listOnRecord(request, { notes: beside === null ? shown : shown.filter((note) => !remembered.has(keyOf(note))) })
  if (beside !== null) for (const note of shown) remembered.set(keyOf(note), true)
  return shown.map((note) => ({ href: `/notes/${note.id}`, heading: note.shown.title }))
}

function rememberedBy(house: House): LRUCache<string, true> {
  let known = shownBeside.get(house)
  if (!known) shownBeside.set(house, (known = new LRUCache({ max: MOST_REMEMBERED })))
  return known
}
