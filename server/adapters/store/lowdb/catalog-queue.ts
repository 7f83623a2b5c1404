import type { QueueQuery, QueueTab } from '../../../domain/notes/port.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { folded } from './catalog-rows.js'
import { allOf, oneOf, visibleSql, type Piece } from './visible-sql.js'

/** The review faces in a curator's queue, under the curator's part of the sight alone. */
export function queued(query: QueueQuery, sight: Sight): Piece {
  const found = [inReview(sight), tabOf(query.tab, query)]
  if (query.departments) found.push(oneOf('f.department', query.departments))
  if (query.topics !== undefined) found.push(oneOf('f.topic', query.topics))
  if (query.level !== undefined) found.push({ sql: 'f.level = ?', params: [query.level] })
  for (const word of folded(query.text ?? '').split(/\s+/).filter((w) => w !== '')) {
    found.push({ sql: 'f.row IN (SELECT row FROM said WHERE instr(text, ?) > 0)', params: [word] })
  }
  return allOf(found)
}

/** Urgent first, then by day, within a day the riskiest, then the oldest. */
export const QUEUE_ORDER = `f.item_urgent DESC, substr(f.item_opened, 1, 10),
  CASE f.level WHEN 'restricted' THEN 0 WHEN 'confidential' THEN 1 WHEN 'internal' THEN 2 ELSE 3 END,
  f.item_opened, f.thing`

export const TABS: readonly QueueTab[] = ['open', 'mine', 'returned', 'due', 'flagged']

/** One row with a count for each tab. */
export function queueCounted(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Piece {
  const tabs = TABS.map((tab) => ({ tab, piece: tabOf(tab, query) }))
  const where = inReview(sight)
  return {
    sql: `SELECT ${tabs.map(({ tab, piece }) => `coalesce(sum(${piece.sql}), 0) AS ${tab}`).join(', ')} FROM face f WHERE ${where.sql}`,
    params: [...tabs.flatMap(({ piece }) => piece.params), ...where.params],
  }
}

function inReview(sight: Sight): Piece {
  return allOf([{ sql: "f.kind = 'note' AND f.face = 'review'", params: [] }, visibleSql(deskSight(sight).visible)])
}

/** `open` holds whatever waits for a decision, whoever has claimed it; the other tabs are parts of the work. */
function tabOf(tab: QueueTab, { me, now }: Pick<QueueQuery, 'me' | 'now'>): Piece {
  switch (tab) {
    case 'open':
      return { sql: "f.item_state IN ('open', 'claimed')", params: [] }
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
