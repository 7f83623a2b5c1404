import type { Notice } from './domain/community/notice.js'
import type { House } from './http/house.js'

/** A bank of a year's history tells everybody everything at once: what people would have read by now is marked as read. */
const DAYS_UNREAD = 10
const MOST_UNREAD = 4
const DAY = 86_400_000

/** Leaves each person of the demo bank the few newest notices unread, one of a kind. */
export async function readOldNotices(house: House): Promise<void> {
  await house.caughtUp()
  const now = house.clock.now()
  for (const { id } of house.people.directory().persons.values()) {
    const told = await house.post.notices.of(id)
    const kept = fewNewest(told, new Date(Date.parse(now) - DAYS_UNREAD * DAY).toISOString())
    await house.post.notices.markRead(id, told.filter((notice) => !kept.has(notice)).map((notice) => notice.id), now)
  }
}

/** @param told newest first */
function fewNewest(told: readonly Notice[], since: string): ReadonlySet<Notice> {
  const kept = new Set<Notice>()
  const kinds = new Set<string>()
  for (const notice of told) {
    if (notice.at < since || kept.size === MOST_UNREAD) break
    if (kinds.has(notice.kind)) continue
    kinds.add(notice.kind)
    kept.add(notice)
  }
  return kept
}
