import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PASSWORD_LENGTH, changeOwnPassword } from '../../domain/people/choose-password.js'
import { LANGUAGES } from '../../domain/people/person.js'
import { confirmAddress, takeBackAddress } from '../../domain/policy/new-address.js'
import { THEMES, prefer } from '../../domain/people/prefer.js'
import type { Roster } from '../../domain/people/port.js'
import { refused, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import { fieldsOf, refusalAt, sayRefusals } from '../form.js'
import { ownPath } from '../origin.js'
import { changeOnRecord } from '../people-on-record.js'
import { handOf, tellChange } from '../people-room.js'
import { labelsOf } from '../present/labels.js'
import { presentSessions } from '../present/sessions.js'
import { beginSession, me } from '../session.js'

const LANGUAGE = z.object({ language: z.enum(LANGUAGES), next: z.string().max(2_000).default('/me') })
const SETTINGS = z.object({ language: z.enum(LANGUAGES), theme: z.enum(THEMES), shortcuts: z.literal('on').optional() })
const ADDRESS = z.object({ address: z.string().max(200), answer: z.enum(['mine', 'back']) })
const PASSWORD = z.object({ present_password: z.string().max(1_000).default(''), new_password: z.string().max(1_000).default('') })

/** One's own page: language, theme, shortcuts, password, and where one is signed in. None of it touches a right. */
export function myself(app: FastifyInstance): void {
  app.get('/me', { config: { allow: 'self.manage' } }, async (request, reply) => show(request, reply, []))

  app.post('/me/language', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { language, next } = fieldsOf(request, LANGUAGE)
    await prefer(request.house.people, me(request).id, { language })
    return reply.seeOther(ownPath(next))
  })

  app.post('/me/settings', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { language, theme, shortcuts } = fieldsOf(request, SETTINGS)
    await prefer(request.house.people, me(request).id, { language, theme, shortcuts: shortcuts === 'on' })
    return reply.flash('me.saved').seeOther('/me')
  })

  app.post('/me/password', { config: { allow: 'self.manage', stale: 'own' } }, async (request, reply) => {
    const { house } = request
    const form = fieldsOf(request, PASSWORD)
    if (request.isStale) return show(request, reply, [{ at: '', code: 'errors.stale_form' }])
    const now = house.clock.now()
    const words = { present: form.present_password, next: form.new_password, address: request.ip }
    const outcome = await changeOwnPassword(house, me(request), words, now, ({ id }) =>
      house.record.append({ at: now, who: id, did: 'password.changed', thing: { kind: 'person', id }, via: 'page', request: request.id }))
    if (!outcome.ok) return show(request, reply, outcome.refusals)
    const { id } = outcome.value
    // Every session ended with the old password, this one too: the person goes on in a new one.
    await house.sessions.endOf(id)
    await beginSession(request, outcome.value)
    return reply.flash('me.password.changed').seeOther('/me')
  })

  // An address that an administrator set: only its owner, or a second administrator, says that it is right.
  app.post('/me/address', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const { house } = request
    const { address, answer } = fieldsOf(request, ADDRESS)
    const before = me(request)
    const verb = answer === 'mine' ? confirmAddress : takeBackAddress
    let outcome: Outcome<Roster> = refused('', 'me.address.changed')
    await changeOnRecord(house, handOf(request), (firstly) => house.people.change((roster) => {
      outcome = verb(roster, before.id, address)
      return outcome.ok ? outcome.value : roster
    }, firstly))
    if (!outcome.ok) return show(request, reply, (outcome as { readonly refusals: Refusals }).refusals)
    if (answer === 'mine') return reply.flash('me.address.confirmed').seeOther('/me')
    // A link that is on its way to the other mailbox opens nothing any more.
    await house.credentials.change(before.id, (it) => ({ ...it, link: null }))
    await tellChange(house, before, handOf(request))
    return reply.flash('me.address.taken_back').seeOther('/me')
  })

  app.post('/me/sessions/closure', { config: { allow: 'self.manage' } }, async (request, reply) => {
    const count = await request.house.sessions.endOf(me(request).id, request.session.sessionId)
    return reply.flash('me.sessions.ended', { count }).seeOther('/me')
  })
}

function show(request: FastifyRequest, reply: FastifyReply, refusals: Refusals): Promise<FastifyReply> {
  const person = me(request)
  const said = sayRefusals(request, refusals)
  return reply.code(refusals.length > 0 ? 422 : 200).page('me/show', {
    title: request.say('me.title'),
    name: labelsOf(request).person(person.id),
    login: person.login,
    jobTitle: person.title,
    settings: {
      languages: LANGUAGES.map((value) => ({ value, chosen: value === person.language, label: request.say(LANGUAGE_NAMES[value]), lang: value })),
      themes: THEMES.map((value) => ({ value, chosen: value === person.settings.theme, label: request.say(THEME_NAMES[value]) })),
      shortcuts: person.settings.shortcuts,
    },
    password: {
      min: PASSWORD_LENGTH.min,
      presentRefusal: refusalAt(said, 'present_password'),
      newRefusal: refusalAt(said, 'new_password'),
    },
    waiting: person.newAddress && { before: person.newAddress.before, address: person.email, by: labelsOf(request).person(person.newAddress.setBy), at: person.newAddress.at },
    sessions: presentSessions(request, person.id),
    refusals: said,
  })
}

const LANGUAGE_NAMES = { en: 'me.language.en', zh: 'me.language.zh' } as const
const THEME_NAMES = { auto: 'me.theme.auto', light: 'me.theme.light', dark: 'me.theme.dark' } as const
