import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { askForIt, gapsSeen, settleGap } from '../../domain/insights/gap.js'
import { fieldsOf } from '../form.js'
import { grantNew } from '../note-room.js'
import { labelsOf } from '../present/labels.js'
import { me } from '../session.js'

const SHOWN = 200

export function gaps(app: FastifyInstance): void {
  app.post('/gaps', { config: { allow: 'gap.ask' } }, async (request, reply) => {
    const { house } = request
    const { q } = fieldsOf(request, z.object({ q: z.string().max(2_000) }))
    const id = house.ids.next()
    const outcome = await house.gaps.change((now) => askForIt(now, grantNew(request, 'gap.ask', id), { id, words: q, department: me(request).department }, house.clock.now()))
    return reply.flash(outcome.ok ? 'gaps.said.asked' : 'gaps.empty', {}, outcome.ok ? 'good' : 'warning').seeOther(`/search?q=${encodeURIComponent(q)}`)
  })

  app.get('/gaps', { config: { allow: 'gap.read' } }, async (request, reply) => {
    const labels = labelsOf(request)
    const seen = gapsSeen(request.house.gaps.all(), request.sight())
    return reply.page('gaps/index', {
      title: request.say('gaps.title'),
      total: seen.length,
      rows: seen.slice(0, SHOWN).map((gap) => ({
        words: gap.words, count: gap.count, departments: gap.departments.map(labels.department).join(' · '), lastAt: gap.lastAt, href: `/search?q=${encodeURIComponent(gap.words)}`,
      })),
    })
  })

  app.post('/gaps/settlement', { config: { allow: 'gap.read' } }, async (request, reply) => {
    const { house } = request
    const { words } = fieldsOf(request, z.object({ words: z.string().max(500) }))
    const grant = grantNew(request, 'gap.read', house.ids.next())
    const outcome = await house.gaps.change((now) => settleGap(now, grant, words, request.sight(), house.clock.now()))
    return reply.flash(outcome.ok ? 'gaps.said.settled' : 'gaps.gone', {}, outcome.ok ? 'good' : 'warning').seeOther('/gaps')
  })
}
