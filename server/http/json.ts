import type { FastifyInstance } from 'fastify'

/** Bytes of one JSON body. */
const LIMIT = 512 * 1024

/**
 * Lets the routes of one scope take JSON. The portal at large takes forms only, so that no page can be reached by a
 * body that its checks were not written for. Keys that reach into objects are refused by the parser.
 */
export function takesJson(scope: FastifyInstance): void {
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: LIMIT }, scope.getDefaultJsonParser('error', 'error'))
}
