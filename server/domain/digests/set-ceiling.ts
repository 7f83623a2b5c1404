import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { CEILINGS, channelChanged, type Ceiling, type Channel } from './channel.js'

/** How far the channel may see; only a curator of its team's department holds the grant. */
export function setCeiling(channel: Channel, grant: Grant<'channel.ceiling'>, ceiling: Ceiling, at: string): Outcome<Channel> {
  granted(grant, channel.id)
  if (!CEILINGS.includes(ceiling)) return refused('ceiling', 'digests.ceiling.not_by_mail')
  if (ceiling === channel.ceiling) return done(channel)
  return done(channelChanged(
    { ...channel, ceiling, ceilingSetBy: grant.who },
    { at, by: grant.who, what: 'ceiling_changed', with: { from: channel.ceiling, to: ceiling } },
  ))
}
