import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { showNotices } from '../../domain/community/show-notices.js'
import { toldTo } from '../../domain/digests/staff-to-tell.js'
import { Missing } from '../faults.js'
import { fieldsOf } from '../form.js'
import { listOnRecord } from '../list-reads.js'
import { idIn } from '../note-room.js'
import { labelsOf } from '../present/labels.js'
import { hrefOfNotice, noticeRow } from '../present/notices-page.js'
import { pagesOf } from '../present/pages.js'
import { staffTaken, toldRow } from '../present/staff-told.js'
import { me } from '../session.js'
import { pageIn } from './notes.js'

const SIZE = 30
const STAFF_SIZE = 100
const READ = z.object({ notice: z.string().max(300).optional(), open: z.literal('yes').optional() })

/** What somebody was told, newest first: each one's own, read again under their rights of this moment. */
export function notices(app: FastifyInstance): void {
  app.get<{ Querystring: { show?: string; page?: string } }>('/notices', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { house } = request
    const unreadOnly = request.query.show === 'unread'
    const told = await house.post.notices.of(me(request).id)
    const unread = told.filter(({ readAt }) => readAt === null)
    const wanted = unreadOnly ? unread : told
    const page = pageIn(request.query.page)
    const shown = await showNotices(wanted.slice((page - 1) * SIZE, page * SIZE), house.notes, request.sight())
    await listOnRecord(request, { notes: [...new Map(shown.flatMap(({ note }) => (note ? [[note.id, note] as const] : []))).values()] })
    const labels = labelsOf(request)
    const tab = (key: 'all' | 'unread', href: string, count: number) => ({ href, label: request.say(`notices.${key}`), count, current: (key === 'unread') === unreadOnly })
    return reply.page('notices/index', {
      title: request.say('notices.title'),
      tabs: [tab('all', '/notices', told.length), tab('unread', '/notices?show=unread', unread.length)],
      unreadOnly,
      anyUnread: unread.length > 0,
      rows: shown.map((each) => noticeRow(request, each, labels)),
      pages: pagesOf(unreadOnly ? '/notices?show=unread' : '/notices?', page, SIZE, wanted.length),
    })
  })

  // All those of whom one hears in the one line about an import of staff, for as long as one looks after anybody.
  app.get<{ Querystring: { page?: string } }>('/notices/imports/:id', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { house } = request
    const { roles } = me(request)
    const one = roles.includes('curator') || roles.includes('admin') ? staffTaken(request).find(({ id }) => id === idIn(request)) : undefined
    const paper = one && (await house.staffImports.paper(one.id, 'telling'))
    const told = paper ? await toldTo(paper, me(request).id, () => new Promise(setImmediate)) : []
    if (!one?.run || told.length === 0) throw new Missing()
    const joined = told.filter((each) => each.joined).length
    const page = pageIn(request.query.page)
    return reply.page('notices/staff', {
      title: request.say('staff.heard.title'), by: labelsOf(request).person(one.run.by), at: one.run.at, joined, changed: told.length - joined,
      rows: told.slice((page - 1) * STAFF_SIZE, page * STAFF_SIZE).map((each) => toldRow(request, each)),
      pages: pagesOf(`/notices/imports/${one.id}?`, page, STAFF_SIZE, told.length),
    })
  })

  // Following a notice marks it as read, so it is a form: looking at an address never changes anything.
  app.post('/notices/reads', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { house } = request
    const { notice: id, open } = fieldsOf(request, READ)
    const { id: person } = me(request)
    await house.post.notices.markRead(person, id === undefined ? null : [id], house.clock.now())
    if (open === undefined || id === undefined) return reply.flash(id === undefined ? 'notices.said.all_read' : 'notices.said.read').seeOther('/notices')
    const told = (await house.post.notices.of(person)).find((each) => each.id === id)
    return reply.seeOther((told && hrefOfNotice(told)) || '/notices')
  })
}
