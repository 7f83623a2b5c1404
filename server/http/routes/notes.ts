import type { FastifyInstance, FastifyRequest } from 'fastify'
import { gist } from '../../domain/notes/markdown.js'
import type { NoteQuery } from '../../domain/notes/port.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { Missing } from '../faults.js'
import { countAround } from '../frame.js'
import { listOnRecord } from '../list-reads.js'
import { noteOf } from '../note-room.js'
import { changedTexts } from '../present/changed-texts.js'
import { isSensitiveText, notePage } from '../present/note-page.js'
import { noteRows } from '../present/note-rows.js'
import { one } from '../present/note-fields.js'
import { pagesOf } from '../present/pages.js'
import { me } from '../session.js'

const SIZE = 30
const TABS = ['drafts', 'returned', 'waiting', 'in_care', 'published', 'taken_back', 'archived'] as const
type Tab = (typeof TABS)[number]

export function notes(app: FastifyInstance): void {
  app.get<{ Querystring: { tab?: string; page?: string } }>('/notes', { config: { allow: 'note.post' } }, async (request, reply) => {
    const { house } = request
    const drafts = await house.drafts.list(me(request).id)
    const counts = Object.fromEntries(await Promise.all(TABS.map(async (tab) =>
      [tab, tab === 'drafts' ? drafts.length : await house.notes.count(queryOf(request, tab, 1), request.sight())] as const,
    ))) as Record<Tab, number>
    const tab = TABS.find((each) => each === request.query.tab) ?? TABS.find((each) => counts[each] > 0) ?? 'published'
    const page = pageIn(request.query.page)
    const rows = tab === 'drafts' ? [] : await house.notes.rows(queryOf(request, tab, page), request.sight())
    await listOnRecord(request, { notes: rows })
    return reply.page('notes/mine', {
      title: request.say('notes.mine.title'),
      tab,
      // Hardly anybody ever takes over from a colleague.
      tabs: TABS.filter((each) => each !== 'in_care' || counts.in_care > 0 || tab === each).map((each) => ({ href: `/notes?tab=${each}`, label: request.say(`notes.mine.${each}`), count: counts[each], current: each === tab })),
      nothing: request.say(`notes.mine.none.${tab}`),
      drafts: tab === 'drafts' ? drafts.map((draft) => ({
        id: draft.id,
        href: draft.edits ? `/notes/${draft.edits.note}/edit?draft=${draft.id}` : `/notes/new?draft=${draft.id}`,
        heading: one(draft.fields, 'title') || gist(one(draft.fields, 'body'), 80) || request.say('notes.mine.empty_draft'),
        savedAt: draft.savedAt,
        edits: draft.edits !== null,
      })) : [],
      rows: await noteRows(request, rows),
      pages: pagesOf(`/notes?tab=${tab}`, page, SIZE, counts[tab]),
    })
  })

  app.get('/notes/:id', { config: { allow: 'note.read' } }, async (request, reply) => {
    void countAround(request)
    const note = await noteOf(request)
    const onward = await forwardOf(request, note)
    if (onward) return reply.flash('notes.said.merged').seeOther(`/notes/${onward}`)
    await readOnRecord(request, note)
    const model = await notePage(request, note)
    return reply.page('notes/show', { title: note.shown.title, note: model, refusals: [], typedComment: '', key: request.house.ids.next() })
  })

  app.get<{ Params: { id: string; number: string } }>('/notes/:id/revisions/:number', { config: { allow: 'note.read' } }, async (request, reply) => {
    const note = await noteOf(request)
    const number = /^\d{1,6}$/.test(request.params.number) ? Number(request.params.number) : -1
    const at = note.revisions.findIndex((r) => r.number === number)
    const revision = note.revisions[at]
    if (!revision) throw new Missing()
    const before = note.revisions[at - 1]
    await readOnRecord(request, note, [revision, ...(before ? [before] : [])])
    return reply.page('notes/revision', {
      title: revision.title,
      note: await notePage(request, note, revision),
      number,
      diff: before ? changedTexts(before.body, revision.body) : null,
    })
  })
}

/** A merged-away note's address leads on for whoever may read both; the others get what their own right gives. */
async function forwardOf(request: FastifyRequest, note: NoteSeen): Promise<string | null> {
  const stays = (request.query as Readonly<Record<string, unknown>>)['stay'] !== undefined
  if (note.mergedInto === null || stays) return null
  return (await request.house.notes.get(note.mergedInto, request.sight())) ? note.mergedInto : null
}

/** Reading what is sensitive goes on the record before it is shown; reading at all counts for "read by N colleagues". */
export async function readOnRecord(request: FastifyRequest, note: NoteSeen, texts: readonly Revision[] = [note.shown]): Promise<void> {
  const { house } = request
  const reader = me(request).id
  if (texts.some((text) => isSensitiveText(note, text))) {
    await house.record.append({ at: house.clock.now(), who: reader, did: 'thing.read', thing: { kind: 'note', id: note.id }, via: 'page', request: request.id })
  }
  if (reader !== note.author) house.reads.saw(note.id, reader)
}

function queryOf(request: FastifyRequest, tab: Tab, page: number): NoteQuery {
  const base = { writer: me(request).id, page, size: SIZE } as const
  switch (tab) {
    case 'returned': return { ...base, withItem: 'returned', order: 'newest' }
    case 'in_care': return { caretaker: me(request).id, order: 'newest', page, size: SIZE }
    case 'waiting': return { ...base, withItem: 'active', order: 'newest' }
    case 'published': return { ...base, confidences: ['validated'], order: 'newest' }
    case 'taken_back': return { ...base, confidences: ['wip'], order: 'newest' }
    case 'archived': return { ...base, confidences: ['archived'], order: 'newest' }
    case 'drafts': return { ...base, order: 'newest' }
  }
}

export function pageIn(typed: string | undefined): number {
  const page = Number(typed ?? '1')
  return Number.isSafeInteger(page) && page >= 1 && page <= 10_000 ? page : 1
}

