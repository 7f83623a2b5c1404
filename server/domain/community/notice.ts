export const NOTICES_SCHEMA = 1
/** Kept for each person; older ones fall away. */
export const NOTICES_KEPT = 500

/** What people are told of. Shown through the string keys `notices.<kind>` and `mail.notice.<kind>`. */
export const NOTICE_KINDS = [
  'accepted', 'returned', 'declined', 'merged', 'still_true', 'widening_offered', 'widening_agreed', 'widening_refused',
  'lowering_asked', 'lowering_refused', 'resubmitted', 'replied', 'claim_taken_over', 'says_too_much', 'due', 'escalated',
  'commented', 'reused', 'narrowed', 'withheld', 'rehomed', 'archived', 'restored', 'redaction_proposed', 'redacted', 'rights_changed', 'staff_imported', 'department_moved', 'handed_over', 'channel_paused',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/**
 * One thing told to one person. It holds ids and codes, never a title, text or name: those are read when it is
 * shown, under the reader's rights of that moment.
 */
export interface Notice {
  /** computed from what it tells of, so that telling twice adds nothing */
  readonly id: string
  readonly at: string
  readonly kind: NoticeKind
  readonly about: { readonly kind: 'note' | 'channel' | 'person' | 'import'; readonly id: string }
  /** who did it; empty for the clock or a link */
  readonly by: string
  readonly with: Readonly<Record<string, string | number>>
  readonly readAt: string | null
}

/** What one person was told, oldest first. */
export interface NoticeList {
  readonly schema: typeof NOTICES_SCHEMA
  /** the person's */
  readonly id: string
  readonly version: number
  readonly notices: readonly Notice[]
  /** when the newest notice that fell away happened: nothing as old is added again */
  readonly forgottenUntil: string
}

export function noNotices(person: string): NoticeList {
  return { schema: NOTICES_SCHEMA, id: person, version: 1, notices: [], forgottenUntil: '' }
}

/** Adds what is not there yet; the same list when that is nothing. */
export function withNotices(list: NoticeList, more: readonly Notice[]): NoticeList {
  const known = new Set(list.notices.map((notice) => notice.id))
  const fresh = more.filter((notice) => !known.has(notice.id) && notice.at > list.forgottenUntil)
  if (fresh.length === 0) return list
  const all = [...list.notices, ...fresh].sort((a, b) => a.at.localeCompare(b.at))
  const dropped = all.slice(0, Math.max(0, all.length - NOTICES_KEPT))
  return {
    ...list,
    notices: all.slice(dropped.length),
    forgottenUntil: dropped[dropped.length - 1]?.at ?? list.forgottenUntil,
  }
}

/** @param ids null for all of them */
export function markedRead(list: NoticeList, ids: readonly string[] | null, at: string): NoticeList {
  const reads = (notice: Notice) => notice.readAt === null && (ids === null || ids.includes(notice.id))
  if (!list.notices.some(reads)) return list
  return { ...list, notices: list.notices.map((notice) => (reads(notice) ? { ...notice, readAt: at } : notice)) }
}

export function unreadIn(list: NoticeList): number {
  return list.notices.filter((notice) => notice.readAt === null).length
}
