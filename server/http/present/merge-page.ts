import type { FastifyRequest } from 'fastify'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { may } from '../../domain/policy/grant.js'
import { stricterLevel } from '../../domain/policy/level.js'
import { parseQuery } from '../../domain/search/query.js'
import { queryOfWithin, queueQuery, subjectOf, withinFrom, withinOf } from '../curation-room.js'
import { many, one, type Fields } from './note-fields.js'
import { notePage } from './note-page.js'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** Both notes side by side, and what of the first could go into the second. */
export async function mergePage(request: FastifyRequest, note: NoteSeen, into: NoteSeen, fields: Fields) {
  const subject = subjectOf(note)
  const marked = many(fields, 'take')
  const level = stricterLevel(note.rights.level, into.rights.level)
  const living = into.confidence !== 'archived' && into.confidence !== 'wip'
  const within = queryOfWithin(withinOf(one(fields, 'within')))
  const paragraphs = await Promise.all(paragraphsOf(subject.body).map(async (text, index) => ({
    index, html: await request.house.markdown.render(text), checked: marked.includes(String(index)),
  })))
  return {
    id: note.id,
    revision: note.revision,
    within,
    from: await notePage(request, note, subject),
    into: { ...(await notePage(request, into, into.pending ?? into.shown)), noteId: into.id, noteRevision: into.revision },
    paragraphs,
    living,
    same: into.id === note.id,
    // Readers of the other note do not give it text; its curators do, and then somebody else decides.
    takes: living && may(request.viewer, 'note.edit', into.standing),
    stricter: level === into.rights.level ? '' : level,
    text: one(fields, 'text'),
    pickAgain: `/queue/${note.id}/merger${within === '' ? '' : `?within=${encodeURIComponent(within)}`}`,
  }
}

/** Blocks of Markdown between empty lines. */
export function paragraphsOf(body: string): readonly string[] {
  return body.split(/\n[ \t]*\n+/).map((part) => part.trim()).filter((part) => part !== '')
}

export function jointText(body: string, taken: readonly string[]): string {
  return [body.trimEnd(), ...taken].join('\n\n')
}

/** The id in an address or by itself. */
export function idIn(typed: string): string | null {
  return UUID.exec(typed.toLowerCase())?.[0] ?? null
}

/** Notes this curator may read that could be the other one: by address, by words, else those alike and about the same customers. */
export async function candidates(request: FastifyRequest, note: NoteSeen, text: string): Promise<NoteSeen[]> {
  const { house } = request
  const sight = request.sight()
  const subject = subjectOf(note)
  const id = idIn(text)
  const found: (NoteSeen | null)[] = []
  if (id !== null) found.push(await house.notes.get(id, sight))
  else {
    for (const hit of await foundBy(request, text, `${subject.title}\n${subject.body}`)) found.push(await house.notes.get(hit, sight))
    // What waits in the queue may be newer than the index.
    if (text !== '') found.push(...(await house.notes.queue({ ...queueQuery(request, withinFrom({}), 1, 20), text }, sight)).rows)
    else for (const customer of subject.about.customers.slice(0, 3)) found.push(...(await house.notes.rows({ customer, order: 'trust', page: 1, size: 10 }, sight)))
  }
  const living = found.filter((one): one is NoteSeen => one !== null && one.id !== note.id && one.confidence !== 'archived' && one.confidence !== 'wip')
  return [...new Map(living.map((one) => [one.id, one])).values()].slice(0, 20)
}

/** Ids search finds. */
async function foundBy(request: FastifyRequest, text: string, own: string): Promise<readonly string[]> {
  const { finder, clock } = request.house
  const options = { now: clock.now(), kinds: ['note'] } as const
  if (text === '') return (await finder.similar({ text: own }, request.sight(), { ...options, limit: 8 })).map((hit) => hit.id)
  return (await finder.search(parseQuery(text), request.sight(), { ...options, size: 15 })).hits.map((hit) => hit.id)
}
