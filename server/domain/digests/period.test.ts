import t from 'tap'
import { lastScheduled, periodDue } from './period.js'
import type { Cadence } from './channel.js'

const daily = (hour: number): Cadence => ({ every: 'day', hour })
const weekly = (day: number, hour: number): Cadence => ({ every: 'week', day, hour })
const SHANGHAI = 'Asia/Shanghai'
const NEW_YORK = 'America/New_York'

t.test('a daily digest is due at its hour on the clock of its own zone', async (t) => {
  t.same(lastScheduled(daily(8), SHANGHAI, '2026-11-21T00:00:00.000Z'), { key: '2026-11-21', at: '2026-11-21T00:00:00.000Z' })
  t.same(lastScheduled(daily(8), SHANGHAI, '2026-11-20T23:59:59.999Z'), { key: '2026-11-20', at: '2026-11-20T00:00:00.000Z' })
})

t.test('a weekly digest is due on its day, also over the end of a year', async (t) => {
  t.same(lastScheduled(weekly(1, 8), SHANGHAI, '2027-01-03T12:00:00.000Z'), { key: '2026-12-28', at: '2026-12-28T00:00:00.000Z' })
  t.same(lastScheduled(weekly(5, 0), SHANGHAI, '2026-12-31T16:00:00.000Z'), { key: '2027-01-01', at: '2026-12-31T16:00:00.000Z' })
  t.same(lastScheduled(weekly(7, 23), NEW_YORK, '2027-01-04T04:00:00.000Z'), { key: '2027-01-03', at: '2027-01-04T04:00:00.000Z' })
})

t.test('when clocks change, each local day still has one digest, whenever it is asked for', async (t) => {
  for (const [hour, days] of [[1, '2026-11-01'], [2, '2026-03-08'], [8, '2026-03-08'], [0, '2026-11-01']] as const) {
    const instants = new Map<string, Set<string>>()
    const start = Date.parse(`${days}T00:00:00Z`) - 2 * 86_400_000
    for (let at = start; at < start + 5 * 86_400_000; at += 15 * 60_000) {
      const { key, at: due } = lastScheduled(daily(hour), NEW_YORK, new Date(at).toISOString()) ?? { key: '', at: '' }
      instants.set(key, (instants.get(key) ?? new Set()).add(due))
      t.ok(due <= new Date(at).toISOString(), 'never in the future')
    }
    t.ok(instants.size >= 5)
    t.ok([...instants.values()].every((found) => found.size === 1), `hour ${hour} around ${days}: one instant a day`)
  }
})

t.test('an hour that comes twice means the first time, one that is skipped means the jump', async (t) => {
  t.equal(lastScheduled(daily(1), NEW_YORK, '2026-11-01T12:00:00.000Z')?.at, '2026-11-01T05:00:00.000Z')
  t.equal(lastScheduled(daily(2), NEW_YORK, '2026-03-08T12:00:00.000Z')?.at, '2026-03-08T07:00:00.000Z')
})

t.test('digests in a row leave no moment out and tell none twice, through a whole year of two changes of clocks', async (t) => {
  const channel = { cadence: daily(2), timeZone: NEW_YORK, since: '2026-01-01T00:00:00.000Z' }
  const covered: string[] = []
  const keys = new Set<string>()
  let last = channel.since
  for (let at = Date.parse('2026-01-01T00:30:00Z'); at < Date.parse('2027-01-10T00:00:00Z'); at += 3_600_000) {
    const period = periodDue(channel, covered, new Date(at).toISOString())
    if (!period) continue
    t.equal(period.from, last)
    t.notOk(keys.has(period.key), period.key)
    keys.add(period.key)
    covered.push(period.to)
    last = period.to
  }
  t.equal(keys.size, 374)
})

t.test('after three weeks without a server one digest tells of all of them', async (t) => {
  const channel = { cadence: daily(8), timeZone: SHANGHAI, since: '2026-01-01T00:00:00.000Z' }
  const period = periodDue(channel, ['2026-11-01T00:00:00.000Z'], '2026-11-22T05:00:00.000Z')
  t.same(period, { key: '2026-11-22', from: '2026-11-01T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' })
  t.equal(periodDue(channel, ['2026-11-01T00:00:00.000Z', '2026-11-22T00:00:00.000Z'], '2026-11-22T06:00:00.000Z'), null)
})

t.test('a clock that ran years ahead and was set right does not silence a channel until then', async (t) => {
  const channel = { cadence: daily(8), timeZone: SHANGHAI, since: '2026-01-01T00:00:00.000Z' }
  const covered = ['2026-11-20T00:00:00.000Z', '2031-05-05T00:00:00.000Z']
  t.same(periodDue(channel, covered, '2026-11-21T01:00:00.000Z'), { key: '2026-11-21', from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' })
  const born = periodDue({ ...channel, since: '2031-05-05T00:00:00.000Z' }, [], '2026-11-21T01:00:00.000Z')
  t.same(born, { key: '2026-11-21', from: '2026-11-20T01:00:00.000Z', to: '2026-11-21T00:00:00.000Z' })
})

t.test('a clock that goes back sends nothing again', async (t) => {
  const channel = { cadence: daily(8), timeZone: SHANGHAI, since: '2026-01-01T00:00:00.000Z' }
  t.equal(periodDue(channel, ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'], '2026-11-20T23:00:00.000Z'), null)
})

t.test('a channel whose day, hour or zone was kept wrong is never due, and nobody waits for it for ever', async (t) => {
  const now = '2026-11-21T01:00:00.000Z'
  const wrong: readonly (readonly [unknown, string])[] = [
    [{ every: 'week', hour: 8 }, SHANGHAI], [{ every: 'week', day: 8, hour: 8 }, SHANGHAI], [{ every: 'month', day: null, hour: 8 }, SHANGHAI], [{ every: 'day' }, SHANGHAI],
    [daily(8), 'Nowhere/At_All'], [daily(8), ''],
  ]
  for (const [cadence, timeZone] of wrong) t.equal(periodDue({ cadence: cadence as Cadence, timeZone, since: '2026-01-01T00:00:00.000Z' }, [], now), null, JSON.stringify([cadence, timeZone]))
  t.not(periodDue({ cadence: weekly(7, 23), timeZone: SHANGHAI, since: '2026-01-01T00:00:00.000Z' }, [], now), null, 'premise: one that was kept right is')
})

t.test('a day that a zone left out is stepped over', async (t) => {
  t.same(lastScheduled(weekly(5, 23), 'Pacific/Apia', '2012-01-06T09:00:00.000Z')?.at, '2012-01-06T09:00:00.000Z')
  t.match(lastScheduled(weekly(5, 23), 'Pacific/Apia', '2012-01-05T09:00:00.000Z'), { key: '2011-12-30' })
})

t.test('ends of periods that are no times do not count', async (t) => {
  const channel = { cadence: daily(8), timeZone: SHANGHAI, since: '2026-01-01T00:00:00.000Z' }
  const covered = [undefined, null, '', 'yesterday', 7] as unknown as string[]
  t.same(periodDue(channel, covered, '2026-11-21T01:00:00.000Z'), { key: '2026-11-21', from: channel.since, to: '2026-11-21T00:00:00.000Z' })
})
