import { performance } from 'node:perf_hooks'
import { CHANNEL_SCHEMA, NO_FILTER, type Channel } from '../../server/domain/digests/channel.js'
import { gatherDigest } from '../../server/domain/digests/gather-digest.js'
import { sightOf } from '../../server/domain/policy/readable.js'
import type { House } from '../../server/http/house.js'

/** as far apart as the seed sets them, in ms */
const APART = 600

/** Gathers and composes a digest over about a thousand newly validated notes. */
export async function digestOfThousand(house: House): Promise<{ readonly ms: number; readonly notes: number }> {
  const now = house.clock.now()
  const person = house.people.directory().personByLogin('reader-0')
  if (!person) throw new Error('the data directory was not seeded')
  const channel: Channel = {
    schema: CHANNEL_SCHEMA, id: house.ids.next(), version: 1, name: 'bench', address: 'team-retail@bank.example', team: 'team-retail', owner: person.id, filter: NO_FILTER,
    cadence: { every: 'day', hour: 8 }, timeZone: 'Asia/Shanghai', language: 'en', ceiling: 'internal', paused: null, createdAt: now, createdBy: person.id, since: now, events: [],
  } as unknown as Channel
  const newest = await house.notes.list({ confidences: ['validated'], order: 'validated', page: 1, size: 1 }, sightOf({ kind: 'person', person }, house.directories(), house.clock.today()))
  const last = Date.parse(newest.rows[0]?.rating?.at ?? now)
  const period = { key: 'bench', from: new Date(last - 1_300 * APART).toISOString(), to: new Date(last + 1).toISOString() } as Parameters<typeof gatherDigest>[2]
  const at = performance.now()
  const digest = await gatherDigest(house.post, channel, period, now)
  return { ms: Math.round(performance.now() - at), notes: digest?.total ?? 0 }
}
