import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    readonly leaving: Leaving
  }
}

/** Whether the portal was asked to stop. From then on `/readyz` says no, and answers let go of their connections. */
export interface Leaving {
  readonly begun: boolean
  begin(): void
}

/** How long a request under way may take to end once the portal takes no new ones. */
const PATIENCE_MS = 25_000

/**
 * Browsers and proxies keep connections open for a minute after an answer, and closing would wait for them. Answers
 * given while leaving say so, and connections are let go of as soon as nothing is under way on them.
 */
export function closeSoon(app: FastifyInstance): void {
  let begun = false
  const leaving: Leaving = {
    get begun() {
      return begun
    },
    begin: () => {
      begun = true
    },
  }
  app.decorate('leaving', leaving)
  app.addHook('preClose', async () => {
    leaving.begin()
    const idle = setInterval(() => app.server.closeIdleConnections(), 50)
    const last = setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS)
    app.server.once('close', () => {
      clearInterval(idle)
      clearTimeout(last)
    })
    idle.unref()
    last.unref()
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    if (begun) reply.header('connection', 'close')
    return payload
  })
}
