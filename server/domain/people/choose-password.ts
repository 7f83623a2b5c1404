import { isOpen, linkUntil } from './credential.js'
import type { Person } from './person.js'
import { placeOf } from './place.js'
import type { Credentials, Passwords, People, Throttle } from './port.js'
import { done, refused, refusedAll, type Outcome, type Refusal } from './refusal.js'

export const PASSWORD_LENGTH = { min: 10, max: 128 } as const
/** zxcvbn's "safely unguessable: moderate protection from offline slow-hash scenario" */
const ENOUGH_STRENGTH = 3

export interface PasswordPorts {
  readonly people: People
  readonly credentials: Credentials
  readonly passwords: Passwords
}

/** The same for several people, in one write. @returns for each the token, and until when it is good */
export async function offerPasswordLinks(ports: Pick<PasswordPorts, 'credentials' | 'passwords'>, persons: readonly string[], now: string): Promise<ReadonlyMap<string, { readonly token: string; readonly until: string }>> {
  const until = linkUntil(now)
  const tokens = new Map(persons.map((person) => [person, { token: ports.passwords.newToken(), until }]))
  await ports.credentials.changeAll(persons, (it) => ({ ...it, link: { digest: ports.passwords.digest(tokens.get(it.person)?.token ?? ''), until } }))
  return tokens
}

/** Mints a single-use link for one person and voids the one before. @returns the token, shown to nobody else and kept nowhere */
export async function offerPasswordLink(ports: PasswordPorts, person: string, now: string): Promise<string> {
  const links = await offerPasswordLinks(ports, [person], now)
  return links.get(person)?.token ?? ''
}

/** Whose link it is, while it is good. Looking does not use it up. */
export async function ownerOfLink(ports: PasswordPorts, token: string, now: string): Promise<Person | undefined> {
  const digest = ports.passwords.digest(token)
  const credential = await ports.credentials.byLink(digest)
  if (!credential || !isOpen(credential.link, digest, now)) return undefined
  const person = ports.people.directory().person(credential.person)
  return person?.active ? person : undefined
}

/**
 * Chooses a password by link and uses the link up; of two at once, one wins.
 * @param firstly puts it on record; when it rejects, the password stays what it was
 */
export async function choosePasswordByLink(
  ports: PasswordPorts,
  token: string,
  password: string,
  now: string,
  firstly: (person: Person) => Promise<void> = async () => {},
): Promise<Outcome<Person>> {
  const person = await ownerOfLink(ports, token, now)
  if (!person) return refused('', 'password.link.over')
  const weak = await weakness(ports.passwords, password, person)
  if (weak) return refusedAll([weak])
  const hash = await ports.passwords.hash(password)
  const digest = ports.passwords.digest(token)
  if (!isOpen((await ports.credentials.of(person.id)).link, digest, now)) return refused('', 'password.link.over')
  await firstly(person)
  let won = false
  await ports.credentials.change(person.id, (it) => {
    if (!isOpen(it.link, digest, now)) return it
    won = true
    return { ...it, hash, changes: it.changes + 1, changedAt: now, link: null }
  })
  return won ? done(person) : refused('', 'password.link.over')
}

/**
 * Changes one's own password; the present one is asked for, so an unlocked screen is not enough. Wrong ones are
 * counted with those of signing in, so that nobody can guess on behind an open session.
 * @param firstly puts it on record; when it rejects, the password stays what it was
 */
export async function changeOwnPassword(
  ports: PasswordPorts & { readonly throttle: Throttle },
  person: Person,
  words: { readonly present: string; readonly next: string; readonly address: string },
  now: string,
  firstly: (person: Person) => Promise<void> = async () => {},
): Promise<Outcome<Person>> {
  const credential = await ports.credentials.of(person.id)
  const place = placeOf(words.address)
  const right = await ports.throttle.inTurn(person.login, place, async () => {
    const blocked = await ports.throttle.isBlocked(person.login, place, true)
    const same = (await ports.passwords.verify(credential.hash, words.present)) && !blocked
    await (same ? ports.throttle.succeeded(person.login, place) : ports.throttle.failed(person.login, place, true))
    return same
  })
  if (!right) return refused('present_password', 'password.present.wrong')
  const weak = await weakness(ports.passwords, words.next, person)
  if (weak) return refusedAll([weak])
  const hash = await ports.passwords.hash(words.next)
  await firstly(person)
  await ports.credentials.change(person.id, (it) => ({
    ...it,
    hash,
    changes: it.changes + 1,
    changedAt: now,
    link: null,
  }))
  return done(person)
}

/** The reason a password will not do, if any. */
export async function weakness(
  passwords: Passwords,
  password: string,
  person: Pick<Person, 'nameEn' | 'login' | 'name' | 'email'>,
): Promise<Refusal | undefined> {
  const length = [...password].length
  if (length < PASSWORD_LENGTH.min) {
    return { at: 'new_password', code: 'password.too_short', with: { min: PASSWORD_LENGTH.min } }
  }
  if (length > PASSWORD_LENGTH.max) {
    return { at: 'new_password', code: 'password.too_long', with: { max: PASSWORD_LENGTH.max } }
  }
  if ((await passwords.strength(password, [person.login, person.name, person.nameEn, person.email, 'tacit', '默识'])) < ENOUGH_STRENGTH) {
    return { at: 'new_password', code: 'password.too_easy' }
  }
  return undefined
}
