import type { FastifyRequest } from 'fastify'

/** What several parts of a page ask for is found out once for a request; what failed is tried again by whoever asks next. */
export function oncePerRequest<T>(find: (request: FastifyRequest) => Promise<T>): (request: FastifyRequest) => Promise<T> {
  const found = new WeakMap<FastifyRequest, Promise<T>>()
  return (request) => {
    const before = found.get(request)
    if (before) return before
    const finding = find(request)
    found.set(request, finding)
    finding.catch(() => found.delete(request))
    return finding
  }
}
