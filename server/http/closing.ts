import type { FastifyInstance } from 'fastify'

/** How long a request under way may take to end once the portal was asked to stop. */
const PATIENCE_MS = 25_000

/**
 * Browsers keep connections open for a minute after an answer, and closing would wait for them. Answers given while
 * closing say so, and connections are let go of as soon as nothing is under way on them.
 */
export function closeSoon(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
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
    if (closing) reply.header('connection', 'close')
    return payload
  })
}
