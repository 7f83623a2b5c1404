import t from 'tap'
import { sayDate, sayNumber, type Here } from './say-date.js'

const EN: Here = { language: 'en', timeZone: 'Asia/Shanghai', now: '2026-03-03T01:00:00.000Z' }
const ZH: Here = { ...EN, language: 'zh' }

t.test('a moment is said in the bank\'s time zone', async (t) => {
  t.equal(sayDate('2026-03-02T17:05:00.000Z', 'full', EN), '3 Mar 2026, 01:05')
  t.equal(sayDate('2026-03-02T17:05:00.000Z', 'full', ZH), '2026年3月3日 01:05')
  t.equal(sayDate('2026-03-02T17:05:00.000Z', 'day', { ...EN, timeZone: 'Europe/London' }), '2 Mar 2026')
  t.equal(sayDate('2026-03-02T16:00:00.000Z', 'time', EN), '00:00')
})

t.test('a day is the same day everywhere', async (t) => {
  for (const timeZone of ['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Auckland']) {
    t.equal(sayDate('2026-05-20', 'day', { ...EN, timeZone }), '20 May 2026')
  }
})

t.test('what was lately is said as a distance, what is long past as a date', async (t) => {
  t.equal(sayDate('2026-03-03T00:48:00.000Z', 'ago', EN), '12 minutes ago')
  t.equal(sayDate('2026-03-03T00:48:00.000Z', 'ago', ZH), '12分钟前')
  t.equal(sayDate('2026-02-19T01:00:00.000Z', 'ago', EN), '12 days ago')
  t.equal(sayDate('2026-03-02T01:00:00.000Z', 'ago', ZH), '昨天')
  t.equal(sayDate('2026-03-05T01:00:00.000Z', 'ago', EN), 'in 2 days')
  t.equal(sayDate('2025-10-03T01:00:00.000Z', 'ago', EN), '3 Oct 2025')
})

t.test('text that is no date stays what it is', async (t) => {
  t.equal(sayDate('soon', 'day', EN), 'soon')
})

t.test('numbers are grouped as the reader expects', async (t) => {
  t.equal(sayNumber(1_204_000, 'en'), '1,204,000')
  t.equal(sayNumber(1_204_000, 'zh'), '1,204,000')
})
