import type { Directory } from '../people/directory.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { channelChanged, type Channel } from './channel.js'

/** Gives a channel to another member of its team; nothing else about it changes, its ceiling least of all. */
export function handOverChannel(channel: Channel, grant: Grant<'channel.manage'>, from: string, to: string, people: Directory, at: string): Outcome<Channel> {
  granted(grant, channel.id)
  if (channel.owner !== from) return refused('', 'handover.not_theirs')
  if (!people.members(channel.team).some(({ id }) => id === to)) return refused('', 'digests.owner.not_in_team')
  return done(channelChanged({ ...channel, owner: to }, { at, by: grant.who, what: 'changed' }))
}
