import type { QueueQuery } from '../../../domain/notes/port.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { folded } from '../catalog-rows.js'
import { OPEN, TABS, tabOf } from '../list-orders.js'
import { allOf, oneOf, piece, type Piece } from './pieces.js'
import { visibleSql } from './visible-sql.js'

/** The review faces in a curator's queue, under the curator's part of the sight alone. */
export function queued(query: QueueQuery, sight: Sight): Piece {
  const found = [inReview(sight), tabOf(query.tab, query)]
  if (query.departments) found.push(oneOf('f.department', query.departments))
  if (query.why !== undefined) found.push(piece('f.item_why = ?', query.why))
  if (query.topics !== undefined) found.push(oneOf('f.topic', query.topics))
  if (query.level !== undefined) found.push(piece('f.level = ?', query.level))
  return allOf([...found, ...wordsIn('f.said', query.text)])
}

/** Every word of the text stands somewhere in the column. */
export function wordsIn(column: string, text = ''): readonly Piece[] {
  return folded(text).split(/\s+/).filter((word) => word !== '').map((word) => piece(`strpos(${column}, ?) > 0`, word))
}

/** One row with a count for each tab. */
export function queueCounted(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Piece {
  const tabs = TABS.map((tab) => ({ tab, where: tabOf(tab, query) }))
  const all = inReview(sight)
  return {
    sql: `SELECT ${tabs.map(({ tab, where }) => `count(*) FILTER (WHERE ${where.sql}) AS ${tab}`).join(', ')} FROM face f WHERE ${all.sql}`,
    params: [...tabs.flatMap(({ where }) => where.params), ...all.params],
  }
}

/** One row: how many are open, `most` at most. */
export function openCounted(most: number, sight: Sight): Piece {
  const { sql, params } = allOf([inReview(sight), OPEN])
  return { sql: `SELECT count(*) AS open FROM (SELECT 1 FROM face f WHERE ${sql} LIMIT ?) AS counted`, params: [...params, most] }
}

function inReview(sight: Sight): Piece {
  return allOf([piece("f.kind = 'note'"), piece("f.face = 'review'"), visibleSql(deskSight(sight).visible)])
}
