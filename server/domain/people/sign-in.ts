import { PLACES_REMEMBERED } from './credential.js'
import type { Person } from './person.js'
import { placeOf } from './place.js'
import type { Credentials, Passwords, People, Throttle } from './port.js'
import { done, refused, type Outcome } from './refusal.js'

export interface SignInPorts {
  readonly people: People
  readonly credentials: Credentials
  readonly passwords: Passwords
  readonly throttle: Throttle
}

export interface SignedIn {
  readonly person: Person
  /** how often their password had changed when this one was right: a session stands on the password that opened it */
  readonly password: number
}

export interface Attempt {
  readonly login: string
  readonly password: string
  readonly address: string
}

/**
 * Checks name and password. Wrong name, wrong password, no password yet, disabled and slowed down all take one
 * verification and get the same words, so that nobody learns which accounts exist (ASVS 5.0 6.3.8).
 */
export async function signIn(ports: SignInPorts, attempt: Attempt): Promise<Outcome<SignedIn>> {
  const person = ports.people.directory().personByLogin(attempt.login)
  const login = attempt.login.trim().toLowerCase()
  const place = placeOf(attempt.address)
  // Nobody is asked for too: how long an answer takes tells no more than the answer.
  const credential = await ports.credentials.of(person?.id ?? '')
  const mark = ports.passwords.digest(`${person?.id ?? ''} ${place}`)
  const known = credential.places?.includes(mark) ?? false
  const hash = person ? credential.hash : null
  const enters = await ports.throttle.inTurn(login, place, async () => {
    const blocked = await ports.throttle.isBlocked(login, place, known)
    const right = await ports.passwords.verify(hash, attempt.password)
    const granted = person?.active === true && right && !blocked
    await (granted ? ports.throttle.succeeded(login, place) : ports.throttle.failed(login, place, known))
    return granted
  })
  if (!person || !enters) return refused('', 'sign-in.refused')
  if (!known) await remember(ports.credentials, person.id, mark)
  return done({ person, password: credential.changes })
}

/** Whoever is entitled enters, even while the disk is full: a place that is not remembered is only slower next time. */
async function remember(credentials: Credentials, person: string, mark: string): Promise<void> {
  await credentials
    .change(person, (now) => ({ ...now, places: [...(now.places ?? []).filter((one) => one !== mark), mark].slice(-PLACES_REMEMBERED) }))
    .catch(() => undefined)
}
