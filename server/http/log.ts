import { Writable } from 'node:stream'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { personOf } from '../domain/policy/viewer.js'
import type { Config } from '../config.js'
import type { House } from './house.js'

/** Where log lines go; tests read them back. */
export type LogLine = (line: string) => void

/**
 * The log holds what an operator needs: which route, which status, how long, whose id. Never an address with what
 * somebody searched for, a header, a body, or a message that could quote one.
 */
export function logging(config: Config, line?: LogLine): NonNullable<FastifyServerOptions['logger']> {
  const stream = line && new Writable({ write: (chunk, _encoding, done) => (line(String(chunk)), done()) })
  return {
    level: config.logLevel,
    base: null,
    serializers: { req: () => ({}), res: (reply) => ({ statusCode: reply.statusCode }), err: (error) => loggable(error) as never },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), remove: true },
    ...(stream && { stream }),
  }
}

/** A second net: such fields are not logged on purpose anywhere. */
const SECRETS = ['password', 'present_password', 'new_password', 'token', 'cookie', 'authorization', '_csrf', 'body', 'headers', 'text']

const POLLED = ['/readyz', '/healthz']

/** One line for each answer; its `reqId` is on the record, and on the page of a fault. */
export function logAnswers(app: FastifyInstance, house: House): void {
  app.addHook('onResponse', async (request, reply) => {
    const answer = { method: request.method, route: request.is404 ? null : (request.routeOptions.url ?? null), status: reply.statusCode, ms: reply.elapsedTime }
    // Proxies and service managers ask every other second: only a no is worth a line.
    const level = reply.statusCode === 200 && POLLED.includes(answer.route ?? '') ? 'debug' : 'info'
    request.log[level]({ ...answer, ms: Math.round(answer.ms), person: personOf(request.viewer)?.id ?? null }, 'answered')
    house.answered(answer)
  })
}

/** A fault without what people wrote: parsers quote their input in messages, so only our own and the system's are kept. */
export function loggable(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code } = error as NodeJS.ErrnoException
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 20)
  // Databases and engines quote what they were given, such as the words of a search or the value of a row.
  const quotes = error instanceof SyntaxError || /^(ZodError|SqliteError|Meili)/.test(error.name) || 'severity' in error
  return { type: error.name, code: code ?? null, message: quotes ? 'left out' : error.message.slice(0, 300), stack: frames.join('\n') }
}
