import type { QueueQuery } from '../../../domain/notes/port.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { folded } from '../catalog-rows.js'
import { OPEN, TABS, tabOf } from '../list-orders.js'
import { allOf, oneOf, visibleSql, type Piece } from './visible-sql.js'

/** The review faces in a curator's queue, under the curator's part of the sight alone. */
export function queued(query: QueueQuery, sight: Sight): Piece {
  const found = [inReview(sight), tabOf(query.tab, query)]
  if (query.departments) found.push(oneOf('f.department', query.departments))
  if (query.why !== undefined) found.push({ sql: 'f.item_why = ?', params: [query.why] })
  if (query.topics !== undefined) found.push(oneOf('f.topic', query.topics))
  if (query.level !== undefined) found.push({ sql: 'f.level = ?', params: [query.level] })
  for (const word of folded(query.text ?? '').split(/\s+/).filter((w) => w !== '')) {
    found.push({ sql: 'f.row IN (SELECT row FROM said WHERE instr(text, ?) > 0)', params: [word] })
  }
  return allOf(found)
}

/** One row with a count for each tab. */
export function queueCounted(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Piece {
  const tabs = TABS.map((tab) => ({ tab, piece: tabOf(tab, query) }))
  const where = inReview(sight)
  return {
    sql: `SELECT ${tabs.map(({ tab, piece }) => `coalesce(sum(${piece.sql}), 0) AS ${tab}`).join(', ')} FROM face f WHERE ${where.sql}`,
    params: [...tabs.flatMap(({ piece }) => piece.params), ...where.params],
  }
}

/** One row: how many are open, `most` at most. */
export function openCounted(most: number, sight: Sight): Piece {
  const { sql, params } = allOf([inReview(sight), OPEN])
  return { sql: `SELECT count(*) AS open FROM (SELECT 1 FROM face f WHERE ${sql} LIMIT ?) AS counted`, params: [...params, most] }
}

function inReview(sight: Sight): Piece {
  return allOf([{ sql: "f.kind = 'note' AND f.face = 'review'", params: [] }, visibleSql(deskSight(sight).visible)])
}
