/** When somebody looked in, so that they are shown what came since the last time. */
export interface Visit {
  /** end of the visit before: what came later is new; UTC ISO-8601 with ms */
  readonly since: string
  /** when they last looked */
  readonly seen: string
  /** nobody had seen them before */
  readonly first: boolean
}

const HOUR = 3_600_000
/** Whoever comes back sooner is still on the same visit: what was new when they came stays new until they have read it. */
const PAUSE_HOURS = 2
const FIRST_DAYS = 7

/** @param before what is known of them, null at the first visit, which shows the last seven days */
export function visitNow(before: Visit | null, now: string): Visit {
  if (!before) return { since: new Date(Date.parse(now) - FIRST_DAYS * 24 * HOUR).toISOString(), seen: now, first: true }
  if (Date.parse(now) - Date.parse(before.seen) < PAUSE_HOURS * HOUR) return { ...before, seen: now }
  return { since: before.seen, seen: now, first: false }
}
