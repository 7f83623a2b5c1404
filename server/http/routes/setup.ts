import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { foundBank } from '../../domain/people/found.js'
import { offerPasswordLink } from '../../domain/people/choose-password.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { Missing } from '../faults.js'
import { isFirstAdminToken } from '../first-admin.js'
import { changeOnRecord } from '../people-on-record.js'
import { fieldsOf, refusalAt, sayRefusals } from '../form.js'

const FORM = z.object({
  login: z.string().max(64).default(''),
  name: z.string().max(120).default(''),
  email: z.string().max(200).default(''),
  bank: z.string().max(120).default(''),
  bankZh: z.string().max(120).default(''),
})
type Form = z.infer<typeof FORM>
const BLANK: Form = { login: '', name: '', email: '', bank: '', bankZh: '' }

/** Making the first admin of an empty portal, by whoever can read the terminal it was started from. */
export function setup(app: FastifyInstance): void {
  app.get<{ Params: { token: string } }>('/setup/:token', { config: { allow: 'public' } }, async (request, reply) => {
    mustBeOpen(request)
    return show(request, reply, BLANK, [])
  })

  app.post<{ Params: { token: string } }>('/setup/:token', { config: { allow: 'public', stale: 'own' } }, async (request, reply) => {
    mustBeOpen(request)
    const { house } = request
    const form = fieldsOf(request, FORM)
    if (request.isStale) return show(request, reply, form, [{ at: '', code: 'errors.stale_form' }])
    const hand = { by: 'nobody', via: 'page', request: request.id } as const
    const outcome = await changeOnRecord(house, hand, (firstly) => foundBank(house.people, { ...form, language: request.readerLanguage() }, { department: house.ids.next(), person: house.ids.next() }, firstly))
    if (!outcome.ok) return show(request, reply, form, outcome.refusals)
    await house.record.append({ at: house.clock.now(), who: 'nobody', did: 'password.link_issued', thing: { kind: 'person', id: outcome.value.id }, via: 'page', request: request.id })
    const link = await offerPasswordLink(house, outcome.value.id, house.clock.now())
    return reply.seeOther(`/password/${link}`)
  })
}

function mustBeOpen(request: FastifyRequest<{ Params: { token: string } }>): void {
  if (!isFirstAdminToken(request.house, request.params.token)) throw new Missing()
}

function show(request: FastifyRequest, reply: FastifyReply, form: Form, refusals: Refusals): Promise<FastifyReply> {
  const said = sayRefusals(request, refusals)
  const fields = (['login', 'name', 'email', 'bank', 'bankZh'] as const).map((name) => ({
    id: name,
    name,
    type: name === 'email' ? 'email' : 'text',
    label: request.say(LABELS[name]),
    value: form[name],
    hint: '',
    refusal: refusalAt(said, name),
    optional: name === 'bankZh',
    autocomplete: name === 'login' ? 'username' : 'off',
  }))
  return reply.code(refusals.length > 0 ? 422 : 200).page('setup/show', {
    title: request.say('setup.title'), layout: 'plain', action: request.url, refusals: said, fields,
  })
}

const LABELS: Readonly<Record<keyof Form, string>> = {
  login: 'setup.login', name: 'setup.name', email: 'setup.email', bank: 'setup.bank', bankZh: 'setup.bank_zh',
}
