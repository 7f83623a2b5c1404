import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RecordVerdict } from '../../domain/policy/record.js'
import { isPartial } from '../origin.js'
import { askedOfRecord, recordPage, whoPart } from '../present/record-page.js'
import { me } from '../session.js'

const ALLOW = 'record.read'

/** The record, for auditors: who did what, when, to which thing. Reading it stands in it too. */
export function record(app: FastifyInstance): void {
  app.get<{ Querystring: { part?: string } }>('/record', { config: { allow: ALLOW } }, async (request, reply) => {
    if (isPartial(request) && request.query.part === 'who') return reply.fragment('record/_who', { who: whoPart(request, askedOfRecord(request)) })
    return show(request, reply, null)
  })

  app.post('/record/verification', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, await request.house.record.verify()))
}

async function show(request: FastifyRequest, reply: FastifyReply, verdict: RecordVerdict | null): Promise<FastifyReply> {
  const { house } = request
  await house.record.append({ at: house.clock.now(), who: me(request).id, did: 'record.read', thing: { kind: 'record', id: verdict ? 'verification' : 'page' }, via: 'page', request: request.id })
  const asked = askedOfRecord(request)
  return reply.page('record/index', recordPage(request, asked, await house.record.page(asked.query), verdict))
}
