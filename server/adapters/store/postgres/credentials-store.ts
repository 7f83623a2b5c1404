import { noCredential, type Credential } from '../../../domain/people/credential.js'
import type { Credentials } from '../../../domain/people/port.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room } from './room.js'

/** In a room of their own: nothing that lists people ever holds a password's hash. */
export async function openCredentials(database: Database, around: Around): Promise<Credentials> {
  let byLink: ReadonlyMap<string, Credential> | null = null
  const room = await around.open(new Room<Credential>(database, 'credentials', { now: 1 }, () => { byLink = null }))
  const links = () => (byLink ??= new Map([...room.all().values()].flatMap((one) => (one.link ? [[one.link.digest, one] as const] : []))))

  return {
    of: (person) => room.get(person) ?? noCredential(person),
    byLink: (digest) => links().get(digest),
    change: async (person, next) => {
      await room.change((now) => {
        const before = now.get(person) ?? noCredential(person)
        const after = next(before)
        return after === before ? new Map() : new Map([[person, after]])
      })
      return room.get(person) ?? noCredential(person)
    },
  }
}
