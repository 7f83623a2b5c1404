import type { OpenSession, Sessions } from '../../../domain/people/port.js'
import type { Session } from '../../../domain/people/session.js'
import { keyOf } from '../lowdb/session-store.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type Changes } from './room.js'

/**
 * From sign-in to sign-out, whichever process answers: a session ended in one is over in the next request to any.
 * Rows are named by a digest of the id, so a copy of the database is no bunch of cookies. When somebody was last
 * seen, each process knows for itself.
 */
export async function openSessions(database: Database, around: Around, now: string): Promise<Sessions> {
  const room = await around.open(new Room<Session>(database, 'sessions', { now: 1 }))
  const seen = new Map<string, string>()

  /** Those that are there, whoever asked to end them before. */
  async function close(chosen: (key: string, session: Session) => boolean): Promise<number> {
    let count = 0
    await room.change((view) => {
      const gone = new Map<string, null>()
      for (const [key, session] of view.all()) if (chosen(key, session)) gone.set(key, null)
      count = gone.size
      return gone
    })
    for (const key of seen.keys()) if (!room.get(key)) seen.delete(key)
    return count
  }

  const sessions: Sessions = {
    keep: (id, session) => room.change(() => new Map([[keyOf(id), session]])),
    find: (id) => room.get(keyOf(id)),
    seen: (id, at) => {
      if (room.get(keyOf(id))) seen.set(keyOf(id), at)
    },
    end: (id) => room.change((view): Changes<Session> => (view.get(keyOf(id)) ? new Map([[keyOf(id), null]]) : new Map())),
    openOf: (person): OpenSession[] =>
      [...room.all()].filter(([, session]) => session.person === person).map(([key, session]) => ({ key, session, seenAt: seen.get(key) ?? session.startedAt })),
    endOf: (person, except) => {
      const kept = except === undefined ? undefined : keyOf(except)
      return close((key, session) => session.person === person && key !== kept)
    },
    sweep: async (at) => {
      const count = await close((_, session) => session.until <= at)
      await room.forget()
      return count
    },
  }
  await sessions.sweep(now)
  return sessions
}
