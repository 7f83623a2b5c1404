import type { FastifyRequest } from 'fastify'
import type { NoteQuery } from '../../domain/notes/port.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Visit } from '../../domain/people/visit.js'
import { me } from '../session.js'
import { noteRows } from './note-rows.js'

const MOST_NEW = 20
/** With fewer new ones than this, the page goes on with what was validated before. */
const ENOUGH = 6

/** What came since somebody's last visit, under the same sight as every list, and enough of what was there before. */
export async function whatIsNew(request: FastifyRequest, visit: Visit): Promise<{ readonly notes: readonly NoteSeen[]; model(): Promise<object> }> {
  const { notes } = request.house
  const sight = request.sight()
  const page = { page: 1, size: MOST_NEW } as const
  const validated: NoteQuery = { ...page, confidences: ['validated'], validatedFrom: visit.since, order: 'validated' }
  // What they wrote themselves is only news once a curator has decided on it.
  const posted: NoteQuery = { ...page, confidences: ['not_validated'], postedFrom: visit.since, exceptBy: me(request).id, order: 'posted' }
  const [decided, undecided] = await Promise.all([notes.list(validated, sight), notes.list(posted, sight)])
  const fresh = [...decided.rows, ...undecided.rows].slice(0, MOST_NEW)
  const wanted = ENOUGH - fresh.length
  const earlier = wanted > 0
    ? await notes.rows({ page: 1, size: wanted, confidences: ['validated'], validatedBefore: visit.since, order: 'validated' }, sight)
    : []
  return {
    notes: [...fresh, ...earlier],
    model: async () => ({
      since: visit.since,
      first: visit.first,
      fresh: await noteRows(request, fresh),
      more: decided.total + undecided.total - fresh.length,
      earlier: await noteRows(request, earlier),
    }),
  }
}
