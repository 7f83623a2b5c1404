import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { isAct, type Act } from '../domain/policy/acts.js'
import { mayAttempt, reasonAtDoor } from '../domain/policy/roles.js'
import { personOf } from '../domain/policy/viewer.js'
import { Forbidden, SignedOut, TooLong } from './faults.js'
import { offerKeptForm } from './kept-form.js'
import { isForeign, isForm, isPartial, isProvenOwn, isUnsafe, wantsJson } from './origin.js'

/** Who may knock: anybody, whoever is signed in, or whoever may set out on an act. */
export type Allow = 'public' | 'signed-in' | Act

declare module 'fastify' {
  interface FastifyContextConfig {
    allow?: Allow
    /** why this route takes unsafe requests without a form token: its own secret, or a bearer token */
    tokenless?: 'bearer' | 'one-click'
    /** query and body fields that may come more than once */
    many?: readonly string[]
  }
  interface FastifyInstance {
    /** every route of the portal, in the order it was made */
    doors: readonly Door[]
  }
}

/** A route as the tests of the house look at it. */
export interface Door {
  readonly method: string
  readonly url: string
  readonly allow: Allow
  readonly tokenless: 'bearer' | 'one-click' | null
}

/**
 * The first lock. A plain function, called on the line after `Fastify()`: as a plugin it would silently miss the
 * routes registered before it. A route that does not say whom it allows stops the start.
 */
export function guard(app: FastifyInstance): void {
  const doors: Door[] = []
  app.decorate('doors', doors)
  app.addHook('onRoute', (route: RouteOptions) => {
    const allow = route.config?.allow
    if (!isAllow(allow)) {
      throw new Error(`${String(route.method)} ${route.url} must say whom it allows: config: { allow: … }`)
    }
    for (const method of [route.method].flat()) doors.push({ method, url: route.url, allow, tokenless: route.config?.tokenless ?? null })
  })
  // After the session is known and before a body is read, so that strangers cannot make us read theirs.
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.url.length > LONGEST_ADDRESS) throw new TooLong()
    if (isUnsafe(request) && isForeign(request) && !request.routeOptions.config.tokenless) throw new Forbidden('policy.foreign_request')
    if (!mayKnock(request) && !couldKeepForm(request)) return turnAway(request, reply)
    return payload
  })
  app.addHook('preValidation', async (request, reply) => {
    if (!mayKnock(request)) return turnAway(request, reply)
  })
}

/** Characters; our longest searches stay far below. */
const LONGEST_ADDRESS = 8_000

function isAllow(value: unknown): value is Allow {
  return value === 'public' || value === 'signed-in' || (typeof value === 'string' && isAct(value))
}

function mayKnock(request: FastifyRequest): boolean {
  const person = personOf(request.viewer)
  // What is not there asks for a sign-in like everything else, so that strangers cannot tell the two apart.
  if (request.is404) return person !== null
  const allow = request.routeOptions.config.allow
  if (allow === 'public') return true
  if (!person) return false
  if (allow === 'signed-in') return true
  if (allow === undefined) return false
  const { people } = request.house.directories()
  return mayAttempt(person, allow, people, request.house.clock.today())
}

/** A form that one of our own pages sent after its session had ended: read, so that the text can be handed back. */
function couldKeepForm(request: FastifyRequest): boolean {
  return personOf(request.viewer) === null && isUnsafe(request) && isForm(request) && !isPartial(request) && isProvenOwn(request)
}

async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const allow = request.routeOptions.config.allow
  if (personOf(request.viewer) && allow && isAct(allow)) throw new Forbidden(reasonAtDoor(allow))
  if (wantsJson(request) || (isPartial(request) && isUnsafe(request))) throw new SignedOut()
  if (couldKeepForm(request) && request.body !== undefined) return offerKeptForm(request, reply)
  return reply.redirect(`/sign-in?next=${encodeURIComponent(nextOf(request))}`, 303)
}

/** Where to go after signing in; a request that changes something is not repeated by itself. */
function nextOf(request: FastifyRequest): string {
  return request.method === 'GET' ? request.url.slice(0, 2_000) : '/'
}
