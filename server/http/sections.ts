import type { FastifyRequest } from 'fastify'
import type { Act } from '../domain/policy/acts.js'

/** One of the ways through the portal. Shown to whoever may set out on its act, once its route exists. */
export interface Section {
  /** also the name of its icon and, for shortcuts, of the section */
  readonly key: string
  readonly label: string
  readonly href: string
  readonly act: Act
  /** what waits there, under the reader's own sight; more than MOST_TOLD is as good as one more than that */
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

/** Rooms of views and the section they are in; null for what is reached from anywhere, and belongs to no section. */
const ROOMS: Readonly<Record<string, string | null>> = {
  search: 'find', notes: null, customers: 'customers', queue: 'queue', imports: 'queue', redaction: 'queue', vocabulary: 'queue',
  gaps: 'insights', record: 'record', admin: 'admin', channels: null, notices: null, outbox: null, help: null, me: null,
  password: null, setup: null, 'sign-in': null, errors: null, bench: null,
}

/** Single views that are in another section than the rest of their room. */
const APART: Readonly<Record<string, string | null>> = {
  'notes/mine': 'mine', 'search/related': null, 'queue/short-of-curators': 'admin', 'vocabulary/glossary': null,
}

/**
 * The section a page is in. Its view tells and not its address: a decision that was refused is answered under the
 * address of the note. A note's own page belongs to no section, since most of those one opens were found.
 * @returns the key of a section, or null
 * @throws Error for a room that nobody put anywhere
 */
export function sectionOf(view: string): string | null {
  const room = view.slice(0, view.indexOf('/'))
  const section = view in APART ? APART[view] : ROOMS[room]
  if (section === undefined) throw new Error(`the views of ${room} are in no section: say in sections.ts which, or null`)
  return section
}

/** What waits in a section is told up to here: counting a hundred thousand takes longer than the page it stands around. */
export const MOST_TOLD = 999

function waitingForDecision(request: FastifyRequest): Promise<number> {
  return request.house.notes.queueOpen(MOST_TOLD + 1, request.sight())
}
