import fastifyCookie, { type Signer } from '@fastify/cookie'
import fastifySession, { type FastifySessionOptions, type SessionStore } from '@fastify/session'
import type { FastifyInstance, FastifyRequest, Session as StoredSession } from 'fastify'
import type { Person } from '../domain/people/person.js'
import { endOfWorkingDay, isAlive, type Session } from '../domain/people/session.js'
import { sightOf, type Sight } from '../domain/policy/readable.js'
import { NOBODY, type Viewer } from '../domain/policy/viewer.js'
import type { House } from './house.js'

declare module 'fastify' {
  interface Session {
    signedIn?: Session_
  }
  interface FastifyRequest {
    readonly house: House
    /** who asks, from the directory as it is now */
    viewer: Viewer
    /** what they may see, computed afresh */
    sight(): Sight
  }
}
type Session_ = Session

/** With https the name itself makes browsers refuse a cookie set by a neighbour or over plain http. */
export function cookieName(house: House, name: string): string {
  return isSecure(house) ? `__Host-${name}` : name
}

export function isSecure(house: House): boolean {
  return house.config.baseUrl.startsWith('https:')
}

/** Sessions, and with them `request.viewer` and `request.sight()`. */
export async function sessions(app: FastifyInstance, house: House): Promise<void> {
  await app.register(fastifyCookie, { secret: house.secret })
  // Before the session is looked for: a right that was taken away in another process is gone in this very request.
  app.addHook('onRequest', async (request) => {
    try {
      await house.fresh()
    } catch (error) {
      if (!request.routeOptions.config.always) throw error
      // Nobody is known here now. The plugin would take a session it does not find for one that ended, and end it.
      delete request.cookies[cookieName(house, 'tacit')]
    }
  })
  const options: FastifySessionOptions = {
    secret: house.secret,
    cookieName: cookieName(house, 'tacit'),
    // No Max-Age: the browser forgets it when it closes, and the server after the working day.
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(house) },
    saveUninitialized: false,
    rolling: false,
    store: storeOf(house),
  }
  await app.register(fastifySession, options)
  app.decorateRequest('house', { getter: () => house })
  app.decorateRequest('viewer', { getter: () => NOBODY })
  app.decorateRequest('sight', function (this: FastifyRequest) {
    return sightOf(this.viewer, house.directories(), house.clock.today())
  })
  app.addHook('onRequest', async (request) => recognise(request, house))
}

function recognise(request: FastifyRequest, house: House): void {
  const session = request.session.signedIn
  const person = session && house.people.directory().person(session.person)
  const viewer: Viewer = person?.active ? { kind: 'person', person } : NOBODY
  Object.defineProperty(request, 'viewer', { value: viewer, writable: true })
  if (person) house.sessions.seen(request.session.sessionId, house.clock.now())
}

/** Our sessions behind the plugin's three methods. Only a signed-in session is ever kept. */
function storeOf(house: House): SessionStore {
  return {
    get: (id, callback) => {
      const session = house.sessions.find(id)
      if (!session) return callback(null, null)
      const active = house.people.directory().person(session.person)?.active ?? false
      if (isAlive(session, epochsOf(house, session.person), active, house.clock.now())) {
        return callback(null, { signedIn: session } as StoredSession)
      }
      house.sessions.end(id).then(() => callback(null, null), () => callback(null, null))
    },
    set: (id, session, callback) => {
      if (!session.signedIn) return callback()
      house.sessions.keep(id, session.signedIn).then(() => callback(), callback)
    },
    destroy: (id, callback) => {
      house.sessions.end(id).then(() => callback(), callback)
    },
  }
}

/**
 * A new session for a person: a new id, whatever the browser brought along. On disk before it answers.
 * @param password how often theirs had changed when it was looked at: one that was changed since opens nothing
 */
export async function beginSession(request: FastifyRequest, person: Person, password?: number): Promise<void> {
  await request.session.regenerate()
  const session = sessionFor(request.house, person, {
    agent: String(request.headers['user-agent'] ?? '').slice(0, 200),
    address: request.ip,
  })
  request.session.signedIn = password === undefined ? session : { ...session, password }
  await request.session.save()
  request.viewer = { kind: 'person', person }
}

export async function endSession(request: FastifyRequest): Promise<void> {
  await request.session.destroy()
  request.viewer = NOBODY
}

export function sessionFor(house: House, person: Person, from: Pick<Session, 'agent' | 'address'>): Session {
  const startedAt = house.clock.now()
  const until = endOfWorkingDay(startedAt, house.config.sessionHours)
  return { person: person.id, ...epochsOf(house, person.id), startedAt, until, ...from }
}

function epochsOf(house: House, person: string): Pick<Session, 'rights' | 'password'> {
  return { rights: house.people.rightsEpoch(person), password: house.credentials.changes(person) }
}

/** The signed-in person. Only for routes that nobody else gets to. */
export function me(request: FastifyRequest): Person {
  const { viewer } = request
  if (viewer.kind !== 'person' && viewer.kind !== 'token') throw new Error('a route for signed-in people was reached by nobody')
  return viewer.person
}

export type { Signer }
