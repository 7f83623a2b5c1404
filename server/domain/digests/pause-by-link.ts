import { done, refused, type Outcome } from '../people/refusal.js'
import type { Channel } from './channel.js'
import { letterId, plannedLetter } from './letter.js'
import { pausedBy } from './pause-channel.js'
import type { PostOffice } from './post-office.js'

/** Whose link it is; looking changes nothing (RFC 8058: scanners follow links). */
export function channelOfLink(post: Pick<PostOffice, 'channels' | 'pauseLinks'>, token: string): Channel | null {
  const link = post.pauseLinks.open(token, post.channels)
  return link ? (post.channels.get(link.channel) ?? null) : null
}

const TOLD_WITHIN = 2 * 86_400_000

/** Pauses the channel for whoever holds a link of its mail, and tells its owner. A second time does nothing more. */
export async function pauseByLink(
  post: Pick<PostOffice, 'channels' | 'pauseLinks' | 'outbox' | 'notices' | 'directories'>, token: string, now: string,
): Promise<Outcome<Channel>> {
  const link = post.pauseLinks.open(token, post.channels)
  if (!link) return refused('', 'digests.pause.link_unknown')
  const channel = await post.channels.pauseByLink(link, (present) => pausedBy(present, null, now))
  if (channel.paused?.at === now) await tellOwner(post, channel, channel.paused.at)
  return done(channel)
}

/**
 * Whoever paused a channel, on a page or by a link: its owner hears of it. Run again and again, it tells once, and
 * makes good what a crash between pausing and telling left out.
 */
export async function tellOwnersOfPaused(post: Pick<PostOffice, 'channels' | 'outbox' | 'notices' | 'directories'>, now: string): Promise<void> {
  for (const channel of post.channels.all()) {
    if (!channel.paused || channel.paused.by === channel.owner) continue
    if (Date.parse(now) - Date.parse(channel.paused.at) < TOLD_WITHIN) await tellOwner(post, channel, channel.paused.at)
  }
}

async function tellOwner(post: Pick<PostOffice, 'outbox' | 'notices' | 'directories'>, channel: Channel, at: string): Promise<void> {
  const owner = post.directories().people.person(channel.owner)
  if (!owner?.active) return
  const event = `channel_paused/${channel.id}/${at}`
  await post.outbox.add(plannedLetter(letterId(event), owner.email, owner.language, { kind: 'channel_paused', person: owner.id, channel: channel.id }, at))
  await post.notices.add(owner.id, [{ id: event, at, kind: 'channel_paused', about: { kind: 'channel', id: channel.id }, by: channel.paused?.by ?? '', with: {}, readAt: null }])
}
