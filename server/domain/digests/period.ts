import { DateTime, IANAZone } from 'luxon'
import type { Cadence, Channel } from './channel.js'

/** A stretch of time one digest tells of: from inclusive, to exclusive, UTC. */
export interface Period {
  /** the local day it is due, `YYYY-MM-DD`: at most one per channel and day, whatever clocks and settings do */
  readonly key: string
  readonly from: string
  readonly to: string
}

/**
 * The period that is due now: it ends at the last scheduled instant and begins where the last digest ended, so
 * that a server that was down for weeks sends one digest for all of them.
 * @param covered ends of the periods already told of; those in the future (a clock that once ran ahead) do not count
 * @returns null when nothing is due
 */
export function periodDue(channel: Pick<Channel, 'cadence' | 'timeZone' | 'since'>, covered: readonly string[], now: string): Period | null {
  const last = lastScheduled(channel.cadence, channel.timeZone, now)
  const from = newsSince(channel, covered, now)
  return last !== null && from < last.at ? { key: last.key, from, to: last.at } : null
}

/** Where the next digest begins. */
export function newsSince(channel: Pick<Channel, 'cadence' | 'timeZone' | 'since'>, covered: readonly string[], now: string): string {
  const since = channel.since <= now ? channel.since : aCadenceBefore(channel.cadence, now)
  return covered.filter((end) => end <= now).reduce((last, end) => (end > last ? end : last), since)
}

/**
 * The last instant at or before `now` at which the cadence calls for a digest, and its day there.
 * @returns null when there is none: what was kept names a day or a zone that does not exist
 */
export function lastScheduled(cadence: Cadence, timeZone: string, now: string): { readonly key: string; readonly at: string } | null {
  const moment = Date.parse(now)
  const local = DateTime.fromMillis(moment, { zone: timeZone })
  // A day without clocks: stepping back through it never meets a change of clocks.
  let day = DateTime.utc(local.year, local.month, local.day)
  for (let back = 0; back <= FURTHEST_BACK; back += 1) {
    const at = instantOf(day, cadence.hour, timeZone)
    if ((cadence.every === 'day' || day.weekday === cadence.day) && at <= moment) {
      return { key: day.toISODate() as string, at: new Date(at).toISOString() }
    }
    day = day.minus({ days: 1 })
  }
  return null
}

/**
 * When a clock of the zone shows this hour on this day, in ms. An hour that comes twice means the first time; one
 * that is skipped means the moment the clocks jump over it. Luxon decides this by today's offset, which would make
 * one period end at two instants.
 */
function instantOf(day: DateTime, hour: number, timeZone: string): number {
  const zone = IANAZone.create(timeZone)
  const wall = day.toMillis() + hour * HOUR
  const offsets = [zone.offset(wall - DAY), zone.offset(wall + DAY)]
  const candidates = offsets.map((offset) => wall - offset * MINUTE).filter((at, i) => zone.offset(at) === offsets[i])
  return candidates.length > 0 ? Math.min(...candidates) : wall - (offsets[0] as number) * MINUTE
}

function aCadenceBefore(cadence: Cadence, now: string): string {
  return new Date(Date.parse(now) - (cadence.every === 'week' ? 7 : 1) * DAY).toISOString()
}

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
/** days: a week, one whose hour is still to come, and one that a zone once left out */
const FURTHEST_BACK = 9
