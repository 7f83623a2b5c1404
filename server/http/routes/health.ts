import type { FastifyInstance } from 'fastify'

/** For whatever watches the server: is it alive, and can it answer in full? Neither says anything about content. */
export function health(app: FastifyInstance): void {
  app.get('/healthz', { config: { allow: 'public', always: true } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('ok\n'),
  )
  app.get('/readyz', { config: { allow: 'public', always: true } }, async (request, reply) => {
    const { ready, done, total } = request.house.readiness()
    reply.code(ready ? 200 : 503).type('text/plain; charset=utf-8')
    return reply.send(ready ? 'ready\n' : `starting, ${done} of ${total}\n`)
  })
}
