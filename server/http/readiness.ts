import type { FastifyInstance } from 'fastify'
import type { House } from './house.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** answered while the catalog still builds */
    always?: true
  }
}

/** Until everything can be found, pages say how far it is instead of showing half. */
export function waitUntilReady(app: FastifyInstance, house: House): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    const { ready, done, total } = house.readiness()
    if (ready || request.routeOptions.config.always) return payload
    reply.code(503).header('retry-after', '2').header('refresh', '2')
    const text = request.say('starting.text', { done, total })
    return reply.page('errors/starting', { title: request.say('starting.title'), layout: 'plain', text, done, total })
  })
}
