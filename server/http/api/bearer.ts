import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { TOKEN_PREFIX, isLive } from '../../domain/policy/token.js'
import { NOBODY, type Viewer } from '../../domain/policy/viewer.js'
import { Fault, Forbidden } from '../faults.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** a page of the API that people may open too, by their session */
    sessionToo?: true
  }
}

/** Requests of one token, and wrong tokens of one address, within a minute. */
export const PER_MINUTE = 300
const WRONG_PER_MINUTE = 30

class Unauthorised extends Fault {
  override readonly name = 'Unauthorised'
  readonly statusCode = 401
  constructor() {
    super('api.unauthorised')
  }
}

class TooOften extends Fault {
  override readonly name = 'TooOften'
  readonly statusCode = 429
  constructor() {
    super('errors.too_often')
  }
}

/**
 * Who asks is said by the token alone: a browser that happens to be signed in is nobody here, so that no other site can
 * make it ask. A token is looked up by its digest; its owner's rights are those of this moment.
 */
export function bearerTokens(scope: FastifyInstance): void {
  const perToken = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 })
  const wrong = new RateLimiterMemory({ points: WRONG_PER_MINUTE, duration: 60 })

  scope.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers
    if (authorization === undefined && request.routeOptions.config.sessionToo && request.viewer.kind === 'person') return
    request.viewer = NOBODY
    const found = authorization === undefined ? null : viewerOf(request, authorization)
    if (!found) {
      reply.header('www-authenticate', 'Bearer')
      if (authorization !== undefined) await counted(wrong, request.ip, reply)
      throw new Unauthorised()
    }
    await counted(perToken, found.token, reply)
    request.viewer = found.viewer
  })
  scope.addHook('preHandler', async (request) => {
    const { viewer } = request
    if (viewer.kind !== 'token') return
    if (request.method === 'GET' && !viewer.scopes.includes('read')) throw new Forbidden('api.token_writes_only')
    if (request.method !== 'GET' && !viewer.scopes.includes('write')) throw new Forbidden('policy.token_reads_only')
  })
}

function viewerOf(request: FastifyRequest, authorization: string): { readonly token: string; readonly viewer: Viewer } | null {
  const { house } = request
  const [, secret] = /^Bearer +(\S{1,200})$/i.exec(authorization) ?? []
  if (!secret?.startsWith(TOKEN_PREFIX)) return null
  const now = house.clock.now()
  const token = house.tokens.byDigest(house.passwords.digest(secret))
  if (!token || !isLive(token, now)) return null
  const person = house.people.directory().person(token.owner)
  if (!person?.active) return null
  house.tokens.used(token.id, now)
  return { token: token.id, viewer: { kind: 'token', person, scopes: token.scopes } }
}

async function counted(limiter: RateLimiterMemory, key: string, reply: FastifyReply): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (over) {
    if (!(over instanceof RateLimiterRes)) throw over
    reply.header('retry-after', String(Math.ceil(over.msBeforeNext / 1_000)))
    throw new TooOften()
  }
}
