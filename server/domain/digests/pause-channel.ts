import type { Directory } from '../people/directory.js'
import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { channelChanged, mayManageChannelsOf, type Channel } from './channel.js'

export function pauseChannel(channel: Channel, grant: Grant<'channel.manage'>, people: Directory, today: string, at: string): Outcome<Channel> {
  const barred = notYours(channel, grant, people, today)
  if (barred) return barred
  return done(pausedBy(channel, grant.who, at))
}

/** What was validated during the pause is not sent afterwards: a digest is news. */
export function resumeChannel(channel: Channel, grant: Grant<'channel.manage'>, people: Directory, today: string, at: string): Outcome<Channel> {
  const barred = notYours(channel, grant, people, today)
  if (barred) return barred
  if (!channel.paused) return done(channel)
  return done(channelChanged({ ...channel, paused: null, since: at }, { at, by: grant.who, what: 'resumed' }))
}

/** @param by null for the link in a mail. A second time changes nothing. */
export function pausedBy(channel: Channel, by: string | null, at: string): Channel {
  if (channel.paused) return channel
  return channelChanged({ ...channel, paused: { at, by } }, { at, by, what: 'paused' })
}

function notYours(channel: Channel, grant: Grant<'channel.manage'>, people: Directory, today: string): ReturnType<typeof refused> | null {
  granted(grant, channel.id)
  const person = people.person(grant.who)
  return person && mayManageChannelsOf(channel.team, person, people, today) ? null : refused('', 'digests.channel.not_yours')
}
