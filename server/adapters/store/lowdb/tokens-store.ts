import type { Token, Tokens } from '../../../domain/policy/token.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

export interface KeptTokens {
  readonly tokens: readonly Token[]
}

export const TOKENS_FILE: Schema<KeptTokens> = {
  now: 1,
  check: (stored) => {
    if (!Array.isArray(stored['tokens'])) throw new Error('no list of tokens')
    return stored as unknown as KeptTokens
  },
}

/** All tokens in one document, in memory; only digests, so a copy of the data directory is no bunch of keys. */
export async function openTokens(keeping: Keeping): Promise<Tokens> {
  const document = await Document.open<KeptTokens>(keeping, { name: 'tokens', schema: TOKENS_FILE, empty: () => ({ tokens: [] }) })
  const used = new Map<string, string>()
  let byDigest = index(document.read())

  async function change(next: (now: KeptTokens) => KeptTokens): Promise<void> {
    byDigest = index(await document.change(next))
  }

  return {
    of: (person) => document.read().tokens.filter(({ owner }) => owner === person).sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    byDigest: (digest) => byDigest.get(digest),
    add: (token) => change(({ tokens }) => ({ tokens: [...tokens, token] })),
    revoke: async (id, owner, at) => {
      let found = false
      await change((now) => {
        found = now.tokens.some((token) => token.id === id && token.owner === owner && token.revokedAt === null)
        return found ? { tokens: now.tokens.map((token) => (token.id === id ? { ...token, revokedAt: at } : token)) } : now
      })
      return found
    },
    used: (id, at) => void used.set(id, at),
    usedAt: (id) => used.get(id) ?? null,
  }
}

function index({ tokens }: KeptTokens): ReadonlyMap<string, Token> {
  return new Map(tokens.map((token) => [token.digest, token]))
}
