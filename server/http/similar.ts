import type { FastifyRequest } from 'fastify'
import type { NoteSeen } from '../domain/notes/seen.js'

const LONG_ENOUGH = 20

/** Notes this person may read that probably say the same as what is being typed. Search being away costs nobody a word. */
export async function similarTo(request: FastifyRequest, text: string, except: string | null): Promise<{ readonly href: string; readonly heading: string }[]> {
  if (text.trim().length < LONG_ENOUGH) return []
  const { house } = request
  const sight = request.sight()
  const hits = await house.engine
    .similar({ text }, sight, { now: house.clock.now(), kinds: ['note'], hold: house.hold(), limit: 4, closeness: 'duplicate' })
    .catch(() => [])
  const notes = await Promise.all(hits.filter((hit) => hit.id !== except).map((hit) => house.notes.get(hit.id, sight)))
  return notes.filter((note): note is NoteSeen => note !== null).slice(0, 3).map((note) => ({ href: `/notes/${note.id}`, heading: note.shown.title }))
}
