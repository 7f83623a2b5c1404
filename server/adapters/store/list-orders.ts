import type { NoteQuery, QueueQuery, QueueTab } from '../../domain/notes/port.js'

/** What every store with SQL says alike of lists: over `face f`, whose columns have the same names in all of them. */
const ORDERS: { readonly [O in NoteQuery['order']]: string } = {
  newest: 'f.written DESC, f.thing DESC',
  posted: 'f.posted DESC, f.thing DESC',
  validated: 'f.validated DESC NULLS LAST, f.thing DESC',
  value: 'f.value DESC, f.written DESC, f.thing DESC',
  reused: 'f.reused DESC, f.written DESC, f.thing DESC',
  trust: "(f.confidence = 'validated') DESC, f.value DESC, f.written DESC, f.thing DESC",
}

export function orderOf(query: NoteQuery): string {
  return ORDERS[query.order]
}

/** All that a sight lists, for counting over it. */
export const EVERY: NoteQuery = { order: 'newest', page: 1, size: 1 }
/** The most tags that anybody chooses from. */
export const MOST_TAGS = 500

/** Urgent first, then by day, within a day the riskiest, then the oldest. */
export const QUEUE_ORDER = `f.item_urgent DESC, substr(f.item_opened, 1, 10),
  CASE f.level WHEN 'restricted' THEN 0 WHEN 'confidential' THEN 1 WHEN 'internal' THEN 2 ELSE 3 END,
  f.item_opened, f.thing`

export const TABS: readonly QueueTab[] = ['open', 'mine', 'returned', 'due', 'flagged']

export const OPEN = { sql: "f.item_state IN ('open', 'claimed', 'lowering')", params: [] } as const

/** `open` holds whatever waits for a decision or a second word, whoever has claimed it; the other tabs are parts of the work. */
export function tabOf(tab: QueueTab, { me, now }: Pick<QueueQuery, 'me' | 'now'>): { readonly sql: string; readonly params: readonly string[] } {
  switch (tab) {
    case 'open':
      return OPEN
    case 'mine':
      return {
        sql: "(f.item_state <> 'returned' AND coalesce(f.item_holder, '') = ? AND coalesce(f.item_until, '') > ?)",
        params: [me, now],
      }
    case 'returned':
      return { sql: "f.item_state = 'returned'", params: [] }
    case 'due':
      return { sql: "(f.item_why = 'due' AND f.item_state <> 'returned')", params: [] }
    case 'flagged':
      return { sql: "(f.item_flagged = 1 AND f.item_state <> 'returned')", params: [] }
  }
}

/** Of what stands in memory. */
export function newestFirst<T extends { readonly at: string; readonly id: string }>(a: T, b: T): number {
  return b.at.localeCompare(a.at) || b.id.localeCompare(a.id)
}
