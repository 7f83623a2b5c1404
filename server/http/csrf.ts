import { createHmac } from 'node:crypto'
import fastifyCsrf from '@fastify/csrf-protection'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { StaleForm, WrongMedia } from './faults.js'
import type { House } from './house.js'
import { offerFormAgain } from './kept-form.js'
import { isPartial, isProvenOwn, isUnsafe, mediaType, wantsJson } from './origin.js'
import { cookieName, isSecure } from './session.js'

declare module 'fastify' {
  interface FastifyReply {
    /** a new form token for this session, or for this browser before sign-in */
    formToken(): string
  }
  interface FastifyRequest {
    /** for uploads, whose fields are read one by one: is this token good here? */
    isFormToken(token: string): Promise<boolean>
    /** set where `config.stale` is `own`: the form came from an earlier sign-in and must be shown again, not obeyed */
    isStale: boolean
  }
  interface FastifyContextConfig {
    /** forms with a password in them cannot be handed back whole: their own route shows them again */
    stale?: 'own'
    /** takes a form with a file; reads it with `uploadOf`, which asks for the token */
    upload?: true
  }
}

/**
 * Form tokens: signed double submit, bound to the session id, so that they work before sign-in without keeping
 * anything on the server, and a token of another session or person is worth nothing.
 */
export async function csrf(app: FastifyInstance, house: House): Promise<void> {
  await app.register(fastifyCsrf, {
    cookieKey: cookieName(house, 'tacit-form'),
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(house), signed: true },
    csrfOpts: { hmacKey: createHmac('sha256', house.secret).update('form token').digest('hex') },
    getUserInfo: holder,
    getToken: tokenIn,
    logLevel: 'debug',
  })
  app.decorateReply('formToken', function (this: FastifyReply) {
    return this.generateCsrf({ userInfo: holder(this.request) })
  })
  app.decorateRequest('isFormToken', function (this: FastifyRequest, token: string) {
    return isGood(app, this, token)
  })
  app.decorateRequest('isStale', false)
  app.addHook('preValidation', async (request, reply) => {
    if (!isUnsafe(request) || request.is404 || isExempt(request)) return
    if (mediaType(request) === 'multipart/form-data') {
      // Only a route that reads it with `uploadOf` may get one: any other would act without having seen a token.
      if (request.routeOptions.config.upload) return
      throw new WrongMedia()
    }
    if (await isGood(app, request, tokenIn(request))) return
    if (isPartial(request) || wantsJson(request) || !isProvenOwn(request)) throw new StaleForm()
    if (request.routeOptions.config.stale === 'own') request.isStale = true
    else return offerFormAgain(request, reply)
  })
}

function isExempt(request: FastifyRequest): boolean {
  const { tokenless } = request.routeOptions.config
  return tokenless === 'one-click' || (tokenless === 'bearer' && request.viewer.kind === 'token')
}

/** The plugin only knows how to answer; asked here for its verdict alone. */
function isGood(app: FastifyInstance, request: FastifyRequest, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = Object.create(request, { body: { value: { _csrf: token } }, headers: { value: {} } })
    const answer = { unsignCookie: app.unsignCookie.bind(app), send: () => resolve(false) }
    app.csrfProtection(asked, answer as unknown as FastifyReply, () => resolve(true))
  })
}

function tokenIn(request: FastifyRequest): string {
  const body = request.body as Readonly<Record<string, unknown>> | null | undefined
  const given = body?.['_csrf'] ?? request.headers['x-csrf-token']
  return typeof given === 'string' ? given : ''
}

function holder(request: FastifyRequest): string {
  return request.session.signedIn ? request.session.sessionId : 'before sign-in'
}
