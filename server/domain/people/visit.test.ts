import t from 'tap'
import { visitNow, type Visit } from './visit.js'

const at = (hour: string) => `2026-03-03T${hour}:00.000Z`

t.test('whoever comes for the first time is shown the last seven days', async (t) => {
  t.same(visitNow(null, at('09:00')), { since: '2026-02-24T09:00:00.000Z', seen: at('09:00'), first: true })
})

t.test('what was new stays new while somebody looks again and again, and ends with a pause of two hours', async (t) => {
  const before: Visit = { since: '2026-02-27T17:00:00.000Z', seen: '2026-03-02T17:30:00.000Z', first: false }
  const morning = visitNow(before, at('09:00'))
  t.same(morning, { since: '2026-03-02T17:30:00.000Z', seen: at('09:00'), first: false })
  const again = visitNow(visitNow(morning, at('10:59')), at('12:58'))
  t.equal(again.since, morning.since, 'each look keeps the visit going')
  const later = visitNow(again, at('14:58'))
  t.equal(later.since, at('12:58'), 'two hours without a look')
})

t.test('a first visit that goes on is still the first', async (t) => {
  const first = visitNow(null, at('09:00'))
  t.same(visitNow(first, at('09:10')), { ...first, seen: at('09:10') })
  t.equal(visitNow(visitNow(first, at('09:10')), at('17:00')).first, false)
})
