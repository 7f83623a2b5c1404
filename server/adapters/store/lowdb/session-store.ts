import { createHash } from 'node:crypto'
import type { OpenSession, Sessions } from '../../../domain/people/port.js'
import type { Session } from '../../../domain/people/session.js'
import { DocumentFolder, type Kept } from './document-folder.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

interface KeptSession extends Kept, Session {}

const SCHEMA: Schema<KeptSession> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['person'] !== 'string' || typeof stored['until'] !== 'string') throw new Error('no session')
    return stored as unknown as KeptSession
  },
}

interface Open {
  readonly session: Session
  seenAt: string
}

/**
 * One small document from sign-in to sign-out; when somebody was last seen is in memory only. Files are named by a
 * digest of the id, so a copy of the data directory is no bunch of cookies.
 */
export async function openSessions(keeping: Keeping, now: string): Promise<Sessions> {
  const folder = await DocumentFolder.open<KeptSession>(keeping, { name: 'sessions', schema: SCHEMA, cacheBytes: 64_000, urgent: true })
  const open = new Map<string, Open>()
  for (const { id } of await folder.list()) {
    const kept = await folder.read(id)
    if (!kept) continue
    if (kept.until <= now) await folder.remove(id)
    else open.set(id, { session: sessionOf(kept), seenAt: kept.startedAt })
  }

  async function close(keys: readonly string[]): Promise<number> {
    // Out of memory first: whatever the disk says, the next request finds no session.
    for (const key of keys) open.delete(key)
    await Promise.all(keys.map((key) => folder.remove(key)))
    return keys.length
  }
  const keysOf = (wanted: (one: Open) => boolean): string[] => [...open].filter(([, one]) => wanted(one)).map(([key]) => key)

  return {
    keep: async (id, session) => {
      const key = keyOf(id)
      await folder.put({ ...session, id: key, version: 1 })
      open.set(key, { session, seenAt: session.startedAt })
    },
    find: (id) => open.get(keyOf(id))?.session,
    seen: (id, at) => {
      const found = open.get(keyOf(id))
      if (found) found.seenAt = at
    },
    end: async (id) => void (open.has(keyOf(id)) && (await close([keyOf(id)]))),
    openOf: (person): OpenSession[] =>
      [...open].filter(([, { session }]) => session.person === person).map(([key, { session, seenAt }]) => ({ key, session, seenAt })),
    endOf: (person, except) => {
      const kept = except === undefined ? undefined : keyOf(except)
      return close([...open].filter(([key, { session }]) => session.person === person && key !== kept).map(([key]) => key))
    },
    sweep: (at) => close(keysOf(({ session }) => session.until <= at)),
  }
}

function sessionOf({ person, rights, password, startedAt, until, agent, address }: KeptSession): Session {
  return { person, rights, password, startedAt, until, agent, address }
}

/** 144 bits in hex: enough never to meet by chance, and the length the folder asks of a name. */
export function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 36)
}
