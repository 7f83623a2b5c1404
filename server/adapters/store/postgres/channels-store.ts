import { CHANNEL_SCHEMA, type Channel } from '../../../domain/digests/channel.js'
import type { Channels } from '../../../domain/digests/port.js'
import { granted } from '../../../domain/policy/grant.js'
import { decided } from '../decided.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type Changes } from './room.js'

/** One row a channel, in memory in every process, the oldest first. */
export async function openChannels(database: Database, around: Around): Promise<Channels> {
  const room = await around.open(new Room<Channel>(database, 'channels', { now: CHANNEL_SCHEMA }))

  async function replace(id: string, verb: (channel: Channel) => Channel): Promise<Channel> {
    await room.change((view): Changes<Channel> => {
      const now = view.get(id)
      if (!now) throw new Error(`there is no channel ${id}`)
      const next = verb(now)
      return next === now ? new Map() : new Map([[id, { ...next, version: now.version + 1 }]])
    })
    return room.get(id) as Channel
  }

  return {
    all: () => room.list(),
    get: (id) => room.get(id),
    add: async (grant, channel) => {
      granted(grant, channel.id)
      await room.change((view): Changes<Channel> => (view.get(channel.id) ? new Map() : new Map([[channel.id, channel]])))
      return room.get(channel.id) as Channel
    },
    change: (grant, verb) => decided((make) => replace(grant.thing, make), verb),
    pauseByLink: (link, verb) => replace(link.channel, verb),
  }
}
