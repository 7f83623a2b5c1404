import type { FastifyInstance } from 'fastify'

/**
 * For whatever watches the server: is it alive, and can it answer in full? Neither says anything about content. A
 * portal whose search is away still answers: the line says so, and the status stays 200.
 */
export function health(app: FastifyInstance): void {
  app.get('/healthz', { config: { allow: 'public', always: true } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('ok\n'),
  )
  app.get('/readyz', { config: { allow: 'public', always: true } }, async (request, reply) => {
    const { ready, done, total } = request.house.readiness()
    reply.type('text/plain; charset=utf-8')
    // A proxy stops sending people here, and those who are here are still served.
    if (app.leaving.begun) return reply.code(503).send('leaving\n')
    reply.code(ready ? 200 : 503)
    if (!ready) return reply.send(`starting, ${done} of ${total}\n`)
    const engines = await request.house.finder.engines()
    return reply.send(['ready', ...engines.map(({ state, rebuilding, behind }, n) => `search ${n + 1}: ${rebuilding === null ? state : 'rebuilding'}, ${behind.things}${behind.more ? '+' : ''} behind`), ''].join('\n'))
  })
}
