import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusals } from '../../domain/people/refusal.js'
import { SCOPES, TOKEN_PREFIX, isLive, makeToken } from '../../domain/policy/token.js'
import { standingApart } from '../../domain/policy/rules.js'
import { DOCUMENT } from '../api/endpoints.js'
import { Missing } from '../faults.js'
import { refusalAt, sayRefusals } from '../form.js'
import { grantOn, idIn } from '../note-room.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'

const DAYS = [30, 90, 365] as const

/** One's own keys for programs. A secret is shown once, when it is made; afterwards nobody has it. */
export function tokens(app: FastifyInstance): void {
  app.get('/me/tokens', { config: { allow: 'self.manage' } }, async (request, reply) => show(request, reply, {}, []))

  app.post('/me/tokens', { config: { allow: 'self.manage', many: ['scopes'] } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const { id: owner } = me(request)
    const secret = `${TOKEN_PREFIX}${house.passwords.newToken()}`
    const now = house.clock.now()
    const wish = { name: one(fields, 'name'), scopes: SCOPES.filter((scope) => many(fields, 'scopes').includes(scope)), days: Number(one(fields, 'days')) }
    const outcome = makeToken(grantOn(request, 'self.manage', standingApart(owner)), wish, house.ids.next(), house.passwords.digest(secret), house.tokens.of(owner), now)
    if (!outcome.ok) return show(request, reply.code(422), fields, outcome.refusals)
    // On record before anybody holds it.
    await house.record.append({ at: now, who: owner, did: 'token.created', thing: { kind: 'token', id: outcome.value.id }, to: outcome.value.scopes.join(','), via: 'page', request: request.id })
    await house.tokens.add(outcome.value)
    return show(request, reply, {}, [], { name: outcome.value.name, secret })
  })

  app.post('/me/tokens/:id/revocation', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { house } = request
    const { id: owner } = me(request)
    const id = idIn(request)
    const now = house.clock.now()
    if (!(await house.tokens.revoke(id, owner, now))) throw new Missing()
    await house.record.append({ at: now, who: owner, did: 'token.revoked', thing: { kind: 'token', id }, via: 'page', request: request.id })
    return reply.flash('api.tokens.revoked').seeOther('/me/tokens')
  })
}

function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, refusals: Refusals, made: { readonly name: string; readonly secret: string } | null = null): Promise<FastifyReply> {
  const { house } = request
  const said = sayRefusals(request, refusals)
  const now = house.clock.now()
  return reply.page('me/tokens', {
    title: request.say('api.tokens.title'),
    crumbs: [{ href: '/me', label: request.say('me.title') }],
    refusals: said,
    made,
    documentHref: DOCUMENT,
    form: {
      name: one(fields, 'name'), nameRefusal: refusalAt(said, 'name'), scopesRefusal: refusalAt(said, 'scopes'),
      scopes: SCOPES.map((value) => ({ value, label: request.say(`api.tokens.scope.${value}`), checked: many(fields, 'scopes').includes(value) || (fields['scopes'] === undefined && value === 'read') })),
      days: DAYS.map((value) => ({ value, label: request.say('api.tokens.days', { days: value }), checked: String(value) === (one(fields, 'days') || '90') })),
    },
    tokens: house.tokens.of(me(request).id).map((token) => ({
      id: token.id, name: token.name, scopes: token.scopes.map((scope) => request.say(`api.tokens.scope_short.${scope}`)).join(' · '), createdAt: token.createdAt, until: token.until,
      usedAt: house.tokens.usedAt(token.id), live: isLive(token, now), revoked: token.revokedAt !== null,
    })),
  })
}
