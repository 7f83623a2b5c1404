import type { FastifyRequest } from 'fastify'

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

export function isUnsafe(request: FastifyRequest): boolean {
  return UNSAFE.has(request.method)
}

/** The browser itself says that another site made this request. Such a request never changes anything here. */
export function isForeign(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return site === 'cross-site' || site === 'same-site'
}

/**
 * The browser vouches that one of our own pages sent this. Absence of proof is not proof: plain http to another
 * machine sends no Sec-Fetch-Site, and then the Origin must be the host the request was made to.
 */
export function isProvenOwn(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const origin = request.headers.origin
  if (!origin || !URL.canParse(origin)) return false
  return new URL(origin).host === request.headers.host
}

/**
 * A path of this portal, or `/`. Backslashes, control characters and a second slash could lead elsewhere in
 * one browser or another, so anything but a plain path is dropped.
 */
export function ownPath(given: unknown): string {
  if (typeof given !== 'string' || given.length > 2_000) return '/'
  if (!/^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(given)) return '/'
  const base = 'http://own.invalid'
  if (!URL.canParse(given, base)) return '/'
  const url = new URL(given, base)
  if (url.origin !== base || url.pathname.startsWith('//')) return '/'
  return url.pathname + url.search + url.hash
}

/** The content type as sent, without its parameters; its spelling in upper or lower case means nothing. */
export function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

export function isForm(request: FastifyRequest): boolean {
  return mediaType(request) === 'application/x-www-form-urlencoded'
}

/** Small parts of a page, asked for by htmx. Everything else gets the whole page. */
export function isPartial(request: FastifyRequest): boolean {
  return request.headers['hx-request-type'] === 'partial'
}

/** Programs get errors as JSON; the shape of an answer only, never whether there is one. */
export function wantsJson(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/')
}
