import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { personOf } from '../domain/policy/viewer.js'
import { BARE_HEADERS } from './headers.js'
import { Forbidden, SignedOut, StaleForm } from './faults.js'
import { isPartial, wantsJson } from './origin.js'

/** The sentence for each status; anything else is said as its class. */
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'errors.malformed',
  401: 'errors.signed_out',
  403: 'errors.forbidden',
  404: 'errors.missing',
  409: 'errors.conflict',
  413: 'errors.too_large',
  414: 'errors.too_long',
  415: 'errors.media_type',
  429: 'errors.too_often',
  503: 'errors.busy',
}

/** What went away meanwhile, or is somebody else's: it is not there, like anything else that is not. */
const GONE = 'store.no_such_document'

/** Statuses of our store's faults, by their string key. */
const STORE: Readonly<Record<string, number>> = { 'store.disk_full': 503, 'store.read_only': 503, 'store.too_large': 413, [GONE]: 404 }

export function errors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500) request.log.error({ err: error }, 'failed')
    else if (error instanceof Forbidden) await recordRefusal(request, error)
    else request.log.info({ refused: error.code ?? status }, 'refused')
    if (status === 503) reply.header('retry-after', '5')
    try {
      return await answer(request, reply, status, sentenceOf(request, error, status))
    } catch (second) {
      // The page that tells of a fault failed too: what is left needs nothing that could fail.
      request.log.error({ err: second }, 'the page of a fault failed')
      return reply.code(500).type('text/plain; charset=utf-8').send(`500 ${request.id}\n`)
    }
  })
  // The same answer for what is not there and for what this viewer may not know of.
  app.setNotFoundHandler(async (request, reply) => answer(request, reply, 404, 'errors.missing'))
}

/** What was refused goes on record; when even that fails, it is refused all the same. */
async function recordRefusal(request: FastifyRequest, { code }: Forbidden): Promise<void> {
  const { house, viewer } = request
  const who = personOf(viewer)?.id ?? 'nobody'
  await house.record
    .append({ at: house.clock.now(), who, did: 'access.refused', to: code, via: wantsJson(request) ? 'api' : 'page', request: request.id })
    .catch((error: unknown) => request.log.error({ err: error }, 'a refusal is not on record'))
}

function statusOf(error: FastifyError): number {
  const status = STORE[error.code] ?? error.statusCode ?? 500
  return status >= 400 && status < 600 ? status : 500
}

/** A code that is a string key says it best; codes of libraries and operating systems say nothing to a person. */
function sentenceOf(request: FastifyRequest, error: FastifyError, status: number): string {
  if (error.code && error.code !== GONE && request.house.words.has(error.code)) return error.code
  return SENTENCES[status] ?? (status < 500 ? 'errors.malformed' : 'errors.failed')
}

async function answer(request: FastifyRequest, reply: FastifyReply, status: number, sentence: string): Promise<FastifyReply> {
  const text = request.say(sentence)
  // The id is in the log beside what happened; the page says nothing else about a fault.
  const id = status >= 500 ? request.id : null
  reply.code(status)
  if (wantsJson(request)) return reply.send({ error: { code: sentence, message: text, ...(id && { id }) } })
  if (isPartial(request)) return reply.fragment('errors/_problem', { text, id, signIn: sentence === new SignedOut().code || sentence === new StaleForm().code })
  return reply.page('errors/show', { title: text, layout: 'plain', text, id })
}

/** Answers to what never became a request: broken syntax, headers too large, a client that was too slow. */
export function answerBroken(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) {
    socket.destroy()
    return
  }
  const line =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large'
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout'
    : '400 Bad Request'
  const headers = Object.entries(BARE_HEADERS).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${line}`, ...headers, 'content-length: 0', '', ''].join('\r\n'))
}
