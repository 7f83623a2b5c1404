import { randomUUID } from 'node:crypto'
import { parse } from 'node:querystring'
import type { Server } from 'node:http'
import { LogController, type FastifyHttpOptions } from 'fastify'
import type { Config } from '../config.js'
import { answerBroken } from './errors.js'
import { logging, type LogLine } from './log.js'

/** A note of 50 kB in Chinese is three times as long in a form; nothing else comes near. Uploads say their own limit. */
const BODY_LIMIT = 512 * 1024
/** Ids are 36 characters; whatever is longer is not there. */
export const PATH_LIMIT = 4_000

/** Limits against clients that send too much or too slowly, and against spellings that mean two things (SAFETY.md H). */
export function serverOptions(config: Config, line?: LogLine): FastifyHttpOptions<Server> {
  return {
    logger: logging(config, line),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    forceCloseConnections: 'idle',
    // What still comes in while closing is answered like anything else: nobody's click is lost to a restart.
    return503OnClosing: false,
    requestTimeout: config.requestSeconds * 1000,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    http: {
      headersTimeout: Math.min(config.headerSeconds, config.requestSeconds) * 1000,
      connectionsCheckingInterval: 500,
      maxHeaderSize: 16 * 1024,
    },
    clientErrorHandler: answerBroken,
    rewriteUrl: (request) => readablePath(request.url ?? '/'),
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: PATH_LIMIT,
      querystringParser: (text) => parse(text, '&', '=', { maxKeys: 200 }) as Record<string, unknown>,
    },
  }
}

/** An address that cannot be decoded is one that is not there; the router would answer it before any guard. */
function readablePath(url: string): string {
  const [path = '/'] = url.split('?', 1)
  try {
    decodeURIComponent(path)
    return url.startsWith('/') ? url : '/-'
  } catch {
    return '/-'
  }
}
