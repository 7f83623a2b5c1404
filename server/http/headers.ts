import fastifyHelmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { House } from './house.js'
import { isSecure } from './session.js'

/**
 * What browsers are told with every answer. Everything comes from here and nothing runs or is drawn inline, so even
 * markup that slipped through the sanitiser could do nothing (SAFETY.md X3).
 */
export async function headers(app: FastifyInstance, house: House): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isSecure(house) ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
    xPoweredBy: false,
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    // Whatever does not say otherwise is personal: no copy is kept anywhere.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    return payload
  })
}

const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  objectSrc: ["'none'"],
}

/** The same for answers that are written before any request is understood. */
export const BARE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  connection: 'close',
}
