import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Refusals } from '../../domain/people/refusal.js'
import { signIn } from '../../domain/people/sign-in.js'
import { personOf } from '../../domain/policy/viewer.js'
import { fieldsOf, sayRefusals } from '../form.js'
import { keptIn, type KeptForm } from '../kept-form.js'
import { ownPath } from '../origin.js'
import { beginSession, endSession, me } from '../session.js'

const FORM = z.object({
  login: z.string().max(200).default(''),
  password: z.string().max(1_000).default(''),
  next: z.string().max(2_000).default('/'),
})
type Form = z.infer<typeof FORM>

/** The fields of a form kept from an ended session travel in pairs. */
const MANY = ['kept_name', 'kept_value'] as const

export function signingIn(app: FastifyInstance): void {
  app.get<{ Querystring: { next?: string } }>('/sign-in', { config: { allow: 'public' } }, async (request, reply) => {
    const next = ownPath(request.query.next)
    if (personOf(request.viewer)) return reply.redirect(next, 303)
    // A part of a page was asked for after the session had ended: the whole window goes to sign in.
    if (request.headers['hx-request']) reply.header('hx-redirect', '/sign-in')
    return show(request, reply, { login: '', password: '', next }, [], null)
  })

  app.post('/sign-in', { config: { allow: 'public', stale: 'own', many: MANY } }, async (request, reply) => {
    const form = fieldsOf(request, FORM)
    const kept = keptIn(request.body)
    if (request.isStale) return show(request, reply, form, [{ at: '', code: 'errors.stale_form' }], kept)
    const outcome = await signIn(request.house, { login: form.login, password: form.password, address: request.ip })
    if (!outcome.ok) {
      await record(request, 'session.refused', 'nobody')
      return show(request, reply, form, outcome.refusals, kept)
    }
    // On record first: while the record cannot be written, nobody enters.
    await record(request, 'session.signed_in', outcome.value.person.id)
    await beginSession(request, outcome.value.person, outcome.value.password)
    if (kept) return reply.page('sign-in/again', { title: request.say('again.title'), layout: 'plain', kept })
    return reply.seeOther(form.next)
  })

  app.post('/sign-out', { config: { allow: 'signed-in' } }, async (request, reply) => {
    await record(request, 'session.signed_out', me(request).id)
    await endSession(request)
    return reply.seeOther('/sign-in')
  })
}

/** The name tried is not kept: people type their password there. */
function record(request: FastifyRequest, did: 'session.signed_in' | 'session.refused' | 'session.signed_out', who: string): Promise<void> {
  const { house } = request
  return house.record.append({ at: house.clock.now(), who, did, via: 'page', request: request.id })
}

function show(request: FastifyRequest, reply: FastifyReply, form: Form, refusals: Refusals, kept: KeptForm | null): Promise<FastifyReply> {
  return reply.code(refusals.length > 0 ? 422 : 200).page('sign-in/show', {
    title: request.say('sign-in.title'),
    layout: 'plain',
    login: form.login,
    next: ownPath(form.next),
    refusals: sayRefusals(request, refusals),
    kept,
  })
}
