import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { channelOfLink, pauseByLink } from '../../domain/digests/pause-by-link.js'
import { Missing } from '../faults.js'

interface ByLink {
  Params: { token: string }
}

/**
 * The link at the foot of a digest. Looking changes nothing, because scanners follow links; sending the form pauses
 * (RFC 8058: a mail program sends `List-Unsubscribe=One-Click`, with no cookie and no form token: the link is the secret).
 */
export function channelPause(app: FastifyInstance): void {
  app.get<ByLink>('/channels/pause/:token', { config: { allow: 'public' } }, async (request, reply) => {
    const channel = channelOfLink(request.house.post, request.params.token)
    if (!channel) throw new Missing('digests.pause.link_unknown')
    return show(request, reply, channel.name, channel.paused !== null)
  })

  app.post<ByLink>('/channels/pause/:token', { config: { allow: 'public', tokenless: 'one-click' } }, async (request, reply) => {
    const { house } = request
    const now = house.clock.now()
    const before = channelOfLink(house.post, request.params.token)
    const outcome = await pauseByLink(house.post, request.params.token, now)
    if (!outcome.ok || !before) throw new Missing('digests.pause.link_unknown')
    if (before.paused === null) await house.record.append({ at: now, who: 'nobody', did: 'channel.paused', thing: { kind: 'channel', id: before.id }, via: 'page', request: request.id })
    return show(request, reply, before.name, true)
  })
}

function show(request: FastifyRequest<ByLink>, reply: FastifyReply, name: string, paused: boolean): Promise<FastifyReply> {
  return reply.page('channels/pause', { title: request.say('channels.link.title'), layout: 'plain', name, paused, action: request.url })
}
