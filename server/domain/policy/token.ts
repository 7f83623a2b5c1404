import { done, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import { granted, type Grant } from './grant.js'
import type { Scope } from './viewer.js'

export const SCOPES = ['read', 'write'] as const satisfies readonly Scope[]
/** What leads every token, so that one left in a program or a log is recognised. */
export const TOKEN_PREFIX = 'tacit_'
export const MAX_TOKENS = 20
const MAX_NAME_LENGTH = 60

/** Somebody's key for a program: it reads as its owner and never more than its scopes. The secret itself is not kept. */
export interface Token {
  readonly id: string
  readonly owner: string
  /** what it is for, in the owner's words */
  readonly name: string
  readonly scopes: readonly Scope[]
  /** SHA-256 of the secret */
  readonly digest: string
  readonly createdAt: string
  readonly until: string
  readonly revokedAt: string | null
}

export interface Tokens {
  /** Newest first; revoked and over ones too. */
  of(person: string): readonly Token[]
  byDigest(digest: string): Token | undefined
  add(token: Token): Promise<void>
  /** Nothing happens to a token of somebody else. */
  revoke(id: string, owner: string, at: string): Promise<boolean>
  /** remembered in memory only */
  used(id: string, at: string): void
  usedAt(id: string): string | null
}

export function isLive(token: Token, now: string): boolean {
  return token.revokedAt === null && now < token.until
}

/** @param days until it ends by itself */
export function makeToken(
  grant: Grant<'self.manage'>, wish: { readonly name: string; readonly scopes: readonly Scope[]; readonly days: number }, id: string, digest: string, present: readonly Token[], now: string,
): Outcome<Token> {
  granted(grant, grant.who)
  const found: Refusal[] = []
  const name = wish.name.trim()
  if (name === '') found.push({ at: 'name', code: 'api.tokens.name_missing' })
  if ([...name].length > MAX_NAME_LENGTH) found.push({ at: 'name', code: 'api.tokens.name_too_long', with: { max: MAX_NAME_LENGTH } })
  if (wish.scopes.length === 0) found.push({ at: 'scopes', code: 'api.tokens.scope_missing' })
  if (![30, 90, 365].includes(wish.days)) found.push({ at: 'days', code: 'api.tokens.days_unknown' })
  if (present.filter((one) => isLive(one, now)).length >= MAX_TOKENS) found.push({ at: '', code: 'api.tokens.too_many', with: { max: MAX_TOKENS } })
  if (found.length > 0) return refusedAll(found)
  const until = new Date(Date.parse(now) + wish.days * 86_400_000).toISOString()
  return done({ id, owner: grant.who, name, scopes: SCOPES.filter((scope) => wish.scopes.includes(scope)), digest, createdAt: now, until, revokedAt: null })
}
