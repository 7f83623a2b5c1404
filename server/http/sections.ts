import type { FastifyRequest } from 'fastify'
import type { Act } from '../domain/policy/acts.js'
import { me } from './session.js'

/** One of the ways through the portal. Shown to whoever may set out on its act, once its route exists. */
export interface Section {
  /** also the name of its icon and, for shortcuts, of the section */
  readonly key: string
  readonly label: string
  readonly href: string
  readonly act: Act
  /** what waits there, under the reader's own sight */
  readonly count?: (request: FastifyRequest) => Promise<number>
}

export const SECTIONS: readonly Section[] = [
  { key: 'find', label: 'nav.find', href: '/', act: 'search' },
  { key: 'mine', label: 'nav.mine', href: '/notes', act: 'note.post' },
  { key: 'customers', label: 'nav.customers', href: '/customers', act: 'customer.read' },
  { key: 'queue', label: 'nav.queue', href: '/queue', act: 'note.curate', count: waitingForDecision },
  { key: 'questions', label: 'nav.questions', href: '/questions', act: 'gap.ask' },
  { key: 'insights', label: 'nav.gaps', href: '/gaps', act: 'gap.read' },
  { key: 'record', label: 'nav.record', href: '/record', act: 'record.read' },
  { key: 'admin', label: 'nav.admin', href: '/admin', act: 'people.administer' },
]

async function waitingForDecision(request: FastifyRequest): Promise<number> {
  const { house } = request
  return (await house.notes.queueCounts({ me: me(request).id, now: house.clock.now() }, request.sight())).open
}
