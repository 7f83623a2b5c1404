import { performance } from 'node:perf_hooks'
import { NO_FILTER, CHANNEL_SCHEMA, type Channel } from '../../server/domain/digests/channel.js'
import { gatherDigest } from '../../server/domain/digests/gather-digest.js'
import type { House } from '../../server/http/house.js'

/** Gathers and composes a digest over about a thousand newly validated notes. */
export async function previewOf(house: House): Promise<{ readonly ms: number; readonly notes: number }> {
  const now = house.clock.now()
  const channel: Channel = {
    schema: CHANNEL_SCHEMA, id: house.ids.next(), version: 1, name: 'bench', address: 'team-retail@bank.example', team: 'team-retail', owner: 'reader-0', filter: NO_FILTER,
    cadence: { every: 'day', hour: 8 }, timeZone: 'Asia/Shanghai', language: 'en', ceiling: 'internal', paused: null, createdAt: now, createdBy: 'reader-0', since: now, events: [],
  } as unknown as Channel
  const newest = await house.notes.list({ confidences: ['validated'], order: 'validated', page: 1, size: 1 }, (await import('../../server/domain/policy/readable.js')).sightOf({ kind: 'person', person: house.people.directory().personByLogin('reader-0') as NonNullable<ReturnType<ReturnType<House['people']['directory']>['personByLogin']>> }, house.directories(), house.clock.today()))
  const to = newest.rows[0]?.rating?.at ?? now
  const from = new Date(Date.parse(to) - 1_000 * 600 * 1.1).toISOString()
  const at = performance.now()
  const digest = await gatherDigest(house.post, channel, { key: 'bench', from, to: new Date(Date.parse(to) + 1).toISOString() } as Parameters<typeof gatherDigest>[2], now)
  return { ms: performance.now() - at, notes: digest ? digest.topics.reduce((sum, topic) => sum + topic.entries.length + ((topic as { more?: number }).more ?? 0), 0) : 0 }
}
