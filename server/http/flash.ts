import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Values } from '../domain/people/words.js'
import { cookieName, isSecure } from './session.js'

/** One sentence for the next page, after a form was answered with a redirect. */
export interface Flash {
  readonly tone: 'good' | 'info' | 'warning'
  readonly text: string
}

declare module 'fastify' {
  interface FastifyReply {
    /** says a sentence on the page the person is sent to next */
    flash(key: string, values?: Values, tone?: Flash['tone']): FastifyReply
    /** a form was done: go and look */
    seeOther(path: string): FastifyReply
  }
}

interface Carried {
  readonly key: string
  readonly values: Values
  readonly tone: Flash['tone']
}

const NAME = 'tacit-said'
/** All our cookies are signed with one secret: this tells a sentence from what another of them holds. */
const MARK = 'said:'

export function setFlash(reply: FastifyReply, carried: Carried): void {
  const { house } = reply.request
  reply.setCookie(cookieName(house, NAME), MARK + Buffer.from(JSON.stringify(carried)).toString('base64url'), {
    path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(house), signed: true, maxAge: 60,
  })
}

/** The sentence carried here, which is then forgotten. Signed, so that nobody can put words on the portal's pages. */
export function takeFlash(request: FastifyRequest, reply: FastifyReply): Flash | null {
  const name = cookieName(request.house, NAME)
  const cookie = request.cookies[name]
  if (cookie === undefined) return null
  reply.clearCookie(name, { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request.house) })
  const { valid, value } = request.unsignCookie(cookie)
  if (!valid || !value?.startsWith(MARK)) return null
  const { key, values, tone } = JSON.parse(Buffer.from(value.slice(MARK.length), 'base64url').toString('utf8')) as Carried
  return { tone, text: request.say(key, values) }
}
