import type { FastifyRequest } from 'fastify'
import type { ChannelRoom } from '../domain/digests/change-channel.js'
import { mayManageChannelsOf, type Channel, type Filter } from '../domain/digests/channel.js'
import { Missing } from './faults.js'
import { idIn } from './note-room.js'
import { me } from './session.js'

/** @throws Missing for an unknown id and for a channel of a team that is none of this person's business, alike */
export function channelOf(request: FastifyRequest, id = idIn(request)): Channel {
  const { house } = request
  const channel = house.post.channels.get(id)
  if (!channel || !mayManageChannelsOf(channel.team, me(request), house.people.directory(), house.clock.today())) throw new Missing()
  return channel
}

/** The channel as it is by now, after somebody else changed it. */
export function channelNow(request: FastifyRequest, channel: Channel): Channel {
  return request.house.post.channels.get(channel.id) ?? channel
}

/** What is true around somebody who is about to open or change a channel. @param customers ids of the filter */
export async function channelRoom(request: FastifyRequest, customers: readonly string[]): Promise<ChannelRoom> {
  const { house } = request
  const known = await house.customers.some(customers, request.sight())
  return {
    people: house.people.directory(),
    vocabulary: house.vocabularies.vocabulary(),
    // No digest ever speaks of a restricted customer, so none can be asked for.
    knownCustomers: new Set([...known.values()].filter(({ restricted }) => !restricted).map(({ id }) => id)),
    domains: house.post.settings.domains,
    today: house.clock.today(),
    now: house.clock.now(),
  }
}

/** Customers that stand in the filter already and are hidden from this person stay in it: they were not on the form to be kept. */
export async function withHiddenCustomers(request: FastifyRequest, channel: Channel, typed: Filter): Promise<Filter> {
  const seen = await request.house.customers.some(channel.filter.customers, request.sight())
  const hidden = channel.filter.customers.filter((id) => !seen.has(id))
  return { ...typed, customers: [...typed.customers.filter((id) => !hidden.includes(id)), ...hidden] }
}
