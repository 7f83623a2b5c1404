import type { Token, Tokens } from '../../../domain/policy/token.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type Changes } from './room.js'

/** One row a token, in memory in every process; only digests, so a copy of the database is no bunch of keys. */
export async function openTokens(database: Database, around: Around): Promise<Tokens> {
  let byDigest: ReadonlyMap<string, Token> | null = null
  const room = await around.open(new Room<Token>(database, 'tokens', { now: 1 }, () => { byDigest = null }))
  const digests = () => (byDigest ??= new Map([...room.all().values()].map((token) => [token.digest, token])))
  const used = new Map<string, string>()

  return {
    of: (person) => [...room.all().values()].filter(({ owner }) => owner === person).sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    byDigest: (digest) => digests().get(digest),
    add: (token) => room.change(() => new Map([[token.id, token]])),
    revoke: async (id, owner, at) => {
      let found = false
      await room.change((now): Changes<Token> => {
        const token = now.get(id)
        found = token?.owner === owner && token.revokedAt === null
        return found && token ? new Map([[id, { ...token, revokedAt: at }]]) : new Map()
      })
      return found
    },
    used: (id, at) => void used.set(id, at),
    usedAt: (id) => used.get(id) ?? null,
  }
}
