import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify from 'fastify'
import type { Measures } from './http/house.js'

export interface MetricsDoor {
  readonly host: string
  readonly port: number
  /** null: whoever reaches the address may ask */
  readonly token: string | null
}

/**
 * Answers `GET /metrics` on an address of its own, which no proxy in front of the pages leads to, and which still
 * answers while the database is away and while the portal drains (content/decisions/0040).
 */
export async function openMetrics(measures: Measures, { host, port, token }: MetricsDoor): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const app = Fastify({ logger: false, bodyLimit: 1, requestTimeout: 10_000, exposeHeadRoutes: false, forceCloseConnections: true })
  app.get('/metrics', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    if (token !== null && !isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
      return reply.code(401).header('www-authenticate', 'Bearer').type('text/plain').send('')
    }
    return reply.type(measures.type).send(await measures.text())
  })
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).type('text/plain').send(''))
  app.setErrorHandler(async (_error, _request, reply) => reply.code(500).type('text/plain').send(''))
  await app.listen({ host, port })
  return { origin: app.listeningOrigin, close: () => app.close() }
}

/** As long for a wrong token as for a right one, whatever its length. */
function isSame(given: string, right: string): boolean {
  const [a, b] = [given, right].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}
