/** What proves that somebody is who they say: kept apart from the person, so that no page of people can show it. */
export interface Credential {
  readonly person: string
  /** Argon2id in PHC form; null until the first password was chosen */
  readonly hash: string | null
  /** how often the password changed; ends every session made under a smaller number */
  readonly changes: number
  readonly changedAt: string | null
  readonly link: PasswordLink | null
  /** digests of the places this person last entered from, newest last: attempts from elsewhere never slow them there */
  readonly places?: readonly string[]
}

export const PLACES_REMEMBERED = 20

/** A single-use link to choose a password. Only a digest is kept: a stolen data directory opens no account. */
export interface PasswordLink {
  readonly digest: string
  readonly until: string
}

/** How long a link stays good, in hours. */
const LINK_HOURS = 24

/** @returns until when a link is good that is made now */
export function linkUntil(now: string): string {
  return new Date(Date.parse(now) + LINK_HOURS * 3_600_000).toISOString()
}

export function noCredential(person: string): Credential {
  return { person, hash: null, changes: 0, changedAt: null, link: null }
}

export function isOpen(link: PasswordLink | null, digest: string, now: string): boolean {
  return link !== null && link.digest === digest && now < link.until
}
