import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PASSWORD_LENGTH, choosePasswordByLink, ownerOfLink } from '../../domain/people/choose-password.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { Missing } from '../faults.js'
import { fieldsOf, refusalAt, sayRefusals } from '../form.js'

const FORM = z.object({ new_password: z.string().max(1_000).default('') })
interface ByLink {
  Params: { token: string }
}

/** Choosing a password by a single-use link. Opening the link shows the form; only sending it uses the link up. */
export function passwordByLink(app: FastifyInstance): void {
  app.get<ByLink>('/password/:token', { config: { allow: 'public' } }, async (request, reply) => show(request, reply, []))

  app.post<ByLink>('/password/:token', { config: { allow: 'public', stale: 'own' } }, async (request, reply) => {
    const { house } = request
    const form = fieldsOf(request, FORM)
    if (request.isStale) return show(request, reply, [{ at: '', code: 'errors.stale_form' }])
    const now = house.clock.now()
    const outcome = await choosePasswordByLink(house, request.params.token, form.new_password, now, ({ id }) =>
      house.record.append({ at: now, who: id, did: 'password.changed', thing: { kind: 'person', id }, via: 'page', request: request.id }))
    if (!outcome.ok) return show(request, reply, outcome.refusals)
    return reply.flash('password.chosen').seeOther('/sign-in')
  })
}

async function show(request: FastifyRequest<ByLink>, reply: FastifyReply, refusals: Refusals): Promise<FastifyReply> {
  const { house } = request
  const owner = await ownerOfLink(house, request.params.token, house.clock.now())
  if (!owner) throw new Missing('password.link.over')
  const said = sayRefusals(request, refusals)
  return reply.code(refusals.length > 0 ? 422 : 200).page('password/show', {
    title: request.say('password.title'),
    layout: 'plain',
    action: request.url,
    login: owner.login,
    min: PASSWORD_LENGTH.min,
    refusals: said,
    refusal: refusalAt(said, 'new_password'),
  })
}
