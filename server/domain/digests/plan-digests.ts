import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import type { Viewer } from '../policy/viewer.js'
import { mayManageChannelsOf, type Channel } from './channel.js'
import type { Digest } from './compose.js'
import { deliver, drainOutbox, type Round } from './deliver.js'
import { gatherDigest } from './gather-digest.js'
import { letterId, plannedLetter, type DigestLetter, type Letter } from './letter.js'
import { tellOwnersOfPaused } from './pause-by-link.js'
import { newsSince, periodDue, type Period } from './period.js'
import type { Past } from './port.js'
import { dayAt, type PostOffice } from './post-office.js'

/** Plans what is due at this instant and hands it over. */
export async function sendDue(post: PostOffice, now: string, stopped?: () => boolean): Promise<Round> {
  await tellOwnersOfPaused(post, now)
  const troubles = await planDue(post, now)
  const round = await drainOutbox(post, now, stopped)
  return { letters: round.letters, troubles: [...troubles, ...round.troubles] }
}

/**
 * One delivery record for each channel and period, made once: its id is computed from both. A channel whose last
 * digest is still under way waits; its next one will tell of both periods, unless the first arrives.
 */
export async function planDue(post: PostOffice, now: string): Promise<Round['troubles']> {
  const troubles: { letter: string; error: unknown }[] = []
  const running = post.channels.all().filter(({ paused }) => paused === null)
  const pasts = await post.outbox.pasts(running.map(({ id }) => id), now)
  for (const channel of running) {
    const past = pasts.get(channel.id)
    if (past?.underWay) continue
    const period = periodDue(channel, past?.covered ?? [], now)
    if (!period) continue
    const id = letterId('digest', channel.id, period.key)
    try {
      await post.outbox.add(plan(channel, id, period, null, now))
    } catch (error) {
      troubles.push({ letter: id, error })
    }
  }
  return troubles
}

/** Everything new since the last digest, at once; the next one begins where this one ends. */
export async function sendNow(post: PostOffice, channel: Channel, grant: Grant<'channel.manage'>, now: string): Promise<Outcome<Letter>> {
  granted(grant, channel.id)
  const person = post.directories().people.person(grant.who)
  const today = dayAt(now, post.settings.timeZone)
  if (!person || !mayManageChannelsOf(channel.team, person, post.directories().people, today)) return refused('', 'digests.channel.not_yours')
  if (channel.paused) return refused('', 'digests.channel.is_paused')
  const past = await pastOf(post, channel, now)
  const period: Period = { key: `now ${now}`, from: newsSince(channel, past?.covered ?? [], now), to: now }
  const letter = past?.underWay ?? (await post.outbox.add(plan(channel, letterId('digest', channel.id, period.key), period, grant.who, now)))
  await deliver(post, letter.id, now, true)
  return done((await post.outbox.get(letter.id)) ?? letter)
}

/** What would go out now, as far as the viewer may read it too. */
export async function previewDigest(post: PostOffice, channel: Channel, viewer: Viewer, now: string): Promise<Digest | null> {
  const past = await pastOf(post, channel, now)
  const period: Period = { key: 'preview', from: newsSince(channel, past?.covered ?? [], now), to: now }
  return gatherDigest(post, channel, period, now, viewer)
}

function plan(channel: Channel, id: string, period: Period, askedBy: string | null, now: string): DigestLetter {
  return plannedLetter(id, channel.address, channel.language, { kind: 'digest', channel: channel.id, period, askedBy, said: null }, now)
}

async function pastOf(post: PostOffice, { id }: Channel, now: string): Promise<Past | undefined> {
  return (await post.outbox.pasts([id], now)).get(id)
}
