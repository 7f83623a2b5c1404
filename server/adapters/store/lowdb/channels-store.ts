import { CHANNEL_SCHEMA, type Channel } from '../../../domain/digests/channel.js'
import type { Channels } from '../../../domain/digests/port.js'
import { granted } from '../../../domain/policy/grant.js'
import { decided } from '../decided.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

export interface KeptChannels {
  readonly channels: readonly Channel[]
}

export const CHANNELS_FILE: Schema<KeptChannels> = {
  now: CHANNEL_SCHEMA,
  check: (stored) => {
    if (!Array.isArray(stored['channels'])) throw new Error('no list of channels')
    return stored as unknown as KeptChannels
  },
}

/** All channels in one document, in memory. */
export async function openChannels(keeping: Keeping): Promise<Channels> {
  const document = await Document.open<KeptChannels>(keeping, { name: 'channels', schema: CHANNELS_FILE, empty: () => ({ channels: [] }) })
  const get = (id: string) => document.read().channels.find((channel) => channel.id === id)

  async function replace(id: string, verb: (channel: Channel) => Channel): Promise<Channel> {
    await document.change(({ channels }) => {
      const now = channels.find((channel) => channel.id === id)
      if (!now) throw new Error(`there is no channel ${id}`)
      const next = verb(now)
      if (next === now) return document.read()
      return { channels: channels.map((channel) => (channel === now ? { ...next, version: now.version + 1 } : channel)) }
    })
    return get(id) as Channel
  }

  return {
    all: () => document.read().channels,
    get,
    add: async (grant, channel) => {
      granted(grant, channel.id)
      await document.change((now) => (now.channels.some(({ id }) => id === channel.id) ? now : { channels: [...now.channels, channel] }))
      return get(channel.id) as Channel
    },
    change: (grant, verb) => decided((make) => replace(grant.thing, make), verb),
    pauseByLink: (link, verb) => replace(link.channel, verb),
  }
}
