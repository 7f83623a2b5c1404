import { Writable } from 'node:stream'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { personOf } from '../domain/policy/viewer.js'
import type { Config } from '../config.js'

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

export function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const person = personOf(request.viewer)
    request.log.info(
      {
        method: request.method,
        route: request.is404 ? null : request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        person: person?.id ?? null,
      },
      'answered',
    )
  })
}

/** A fault without what people wrote: parsers quote their input in messages, so only our own and the system's are kept. */
export function loggable(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code } = error as NodeJS.ErrnoException
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 20)
  const quotes = error instanceof SyntaxError || error.name === 'ZodError'
  return { type: error.name, code: code ?? null, message: quotes ? 'unreadable input' : error.message.slice(0, 300), stack: frames.join('\n') }
}
