import type { Person } from './person.js'
import type { Credentials, Passwords, People, Throttle } from './port.js'
import { done, refused, type Outcome } from './refusal.js'

export interface SignInPorts {
  readonly people: People
  readonly credentials: Credentials
  readonly passwords: Passwords
  readonly throttle: Throttle
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
export async function signIn(ports: SignInPorts, attempt: Attempt): Promise<Outcome<Person>> {
  const person = ports.people.directory().personByLogin(attempt.login)
  const login = attempt.login.trim().toLowerCase()
  const blocked = await ports.throttle.isBlocked(login, attempt.address)
  const hash = person ? ports.credentials.of(person.id).hash : null
  const right = await ports.passwords.verify(hash, attempt.password)
  if (!person?.active || !right || blocked) {
    await ports.throttle.failed(login, attempt.address)
    return refused('', 'sign-in.refused')
  }
  await ports.throttle.succeeded(login, attempt.address)
  return done(person)
}
