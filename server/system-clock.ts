import type { Clock } from './http/house.js'

/** The machine's own clock, and the bank's day in its time zone. */
export function systemClock(timeZone: string): Clock {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  // Asked several times in every request; no time zone changes its day but on a full minute.
  let minute = -1
  let today = ''
  return {
    now: () => new Date().toISOString(),
    today: () => {
      const now = Date.now()
      if (Math.floor(now / 60_000) !== minute) {
        minute = Math.floor(now / 60_000)
        today = day.format(now)
      }
      return today
    },
  }
}
