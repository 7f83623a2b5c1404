import type { FastifyInstance } from 'fastify'

export function home(app: FastifyInstance): void {
  app.get('/', { config: { allow: 'signed-in' } }, async (request, reply) =>
    reply.page('home/show', { title: request.say('home.title') }),
  )
}
