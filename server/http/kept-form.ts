import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownPath } from './origin.js'

/**
 * A form whose sender was not signed in any more, or signed in anew meanwhile, never costs text. Its fields are put
 * into the answer itself: with a sign-in form first, and then behind a button "check and send again".
 *
 * Nothing is kept on the server, so nothing can be lost by a restart, filled up by strangers, or shown to another
 * person. Nothing is sent by itself: a person reads the text and presses the button. And only a form that the browser
 * vouches for as sent by our own page is handed back at all, so that another site cannot put words into it.
 * See content/decisions/0020-kept-forms.md.
 */
export interface KeptForm {
  /** the path it was sent to */
  readonly action: string
  readonly fields: readonly KeptField[]
}

export interface KeptField {
  readonly name: string
  readonly value: string
  /** shown, and can still be changed */
  readonly long: boolean
}

/** Never handed back: tokens of the old session, and passwords. */
const DROPPED = /^_csrf$|^kept_|password|secret|token/i

/** What a person wrote, however short: one Chinese sentence is shorter than many an id. */
const WRITTEN = /^(?:body|text|title)$/

/** Longer than this, or of several lines, is text that a person wrote. */
const LONG = 80

/** The body of a form as it was sent; null when nothing in it is worth keeping. */
export function keptFrom(action: string, body: unknown): KeptForm | null {
  if (typeof body !== 'object' || body === null) return null
  const fields = Object.entries(body).flatMap(([name, value]) =>
    DROPPED.test(name) ? [] : [value].flat().filter((one) => typeof one === 'string').map((one) => field(name, one)),
  )
  if (!fields.some((one) => one.value.trim() !== '')) return null
  return { action: ownPath(action), fields }
}

/** The form as the sign-in page carries it along: `kept_action`, and pairs of `kept_name` and `kept_value`. */
export function keptIn(body: unknown): KeptForm | null {
  if (typeof body !== 'object' || body === null) return null
  const carried = body as Readonly<Record<string, unknown>>
  const names = texts(carried['kept_name'])
  const values = texts(carried['kept_value'])
  const action = ownPath(carried['kept_action'])
  if (names.length === 0 || names.length !== values.length || action === '/') return null
  const fields = names.flatMap((name, i) => (DROPPED.test(name) ? [] : [field(name, values[i] ?? '')]))
  return { action, fields }
}

/** Nobody is signed in: the page asks for that first, with the text in view. */
export function offerKeptForm(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
  const kept = keptFrom(request.url, request.body)
  if (!kept) return reply.redirect('/sign-in?next=%2F', 303)
  return reply.code(401).page('sign-in/show', {
    title: request.say('sign-in.title'), layout: 'plain', next: '/', login: '', refusals: [], kept,
  })
}

/** Somebody is signed in, but the form is from before: the page asks to look and send again. */
export function offerFormAgain(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
  const kept = keptFrom(request.url, request.body) ?? { action: ownPath(request.url), fields: [] }
  return reply.code(403).page('sign-in/again', { title: request.say('again.title'), layout: 'plain', kept })
}

function field(name: string, value: string): KeptField {
  return { name, value, long: (WRITTEN.test(name) && value.trim() !== '') || value.length > LONG || /[\r\n]/.test(value) }
}

function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string')
}
