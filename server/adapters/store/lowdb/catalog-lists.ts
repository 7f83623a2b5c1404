import type { NoteQuery } from '../../../domain/notes/port.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { NONE, allOf, anyOf, oneOf, visibleSql, type Piece } from './visible-sql.js'

/** The faces a list shows, as the condition after WHERE on `face f`. The query's own filters can only narrow. */
export function listed(query: NoteQuery, sight: Sight): Piece {
  // To find one's own words by a customer one may not know would tell that a curator attached it.
  if (query.customer !== undefined && sight.visible.hide.includes(query.customer)) return NONE
  const few = [query.writer, query.customer, query.tag, query.batch, query.validatedFrom].some((one) => one !== undefined)
  const notes: Piece = { sql: few ? "+f.kind = 'note'" : "f.kind = 'note'", params: [] }
  const from = query.writer === undefined ? publishedFaces(sight, few) : facesBy(query.writer, sight)
  return allOf([notes, from, ...filters(query, sight)])
}

/** @param few something else names few rows: the plus keeps SQLite from starting with all notes */
function publishedFaces(sight: Sight, few: boolean): Piece {
  return allOf([{ sql: few ? "+f.face = 'published'" : "f.face = 'published'", params: [] }, visibleSql(sight.visible)])
}

/**
 * Notes of which this person wrote a text that the sight shows: the published face where it may be read, else
 * their own words. Never both, so nothing is counted twice.
 */
function facesBy(writer: string, sight: Sight): Piece {
  const wrote: Piece = { sql: 'f.author = ?', params: [writer] }
  const theirs = visibleSql(sight.visible, { face: 'w', party: 'party', about: 'about' })
  const alsoWrote: Piece = {
    sql: `f.thing IN (SELECT w.thing FROM face w WHERE w.author = ? AND w.face = 'writer' AND ${theirs.sql})`,
    params: [writer, ...theirs.params],
  }
  const shown = visibleSql(sight.visible, { face: 'p', party: 'party', about: 'about' })
  const notShown: Piece = {
    sql: `NOT EXISTS (SELECT 1 FROM face p WHERE p.thing = f.thing AND p.face = 'published' AND ${shown.sql})`,
    params: shown.params,
  }
  const candidates: Piece = { sql: 'f.thing IN (SELECT thing FROM face WHERE author = ?)', params: [writer] }
  return allOf([
    candidates,
    anyOf([
      allOf([publishedFaces(sight, true), anyOf([wrote, alsoWrote])]),
      allOf([{ sql: "f.face = 'writer'", params: [] }, wrote, visibleSql(sight.visible), notShown]),
    ]),
  ])
}

function filters(query: NoteQuery, sight: Sight): Piece[] {
  const found: Piece[] = []
  const is = (column: string, value: string | undefined) => {
    if (value !== undefined) found.push({ sql: `f.${column} = ?`, params: [value] })
  }
  const isOneOf = (column: string, values: readonly string[] | undefined) => {
    if (values !== undefined) found.push(values.length === 0 ? NONE : oneOf(`f.${column}`, values))
  }
  if (query.confidences) isOneOf('confidence', query.confidences)
  else found.push({ sql: "f.confidence <> 'archived'", params: [] })
  if (query.exceptBy !== undefined) found.push({ sql: 'f.author <> ?', params: [query.exceptBy] })
  if (query.caretaker !== undefined) found.push({ sql: 'f.caretaker = ?', params: [query.caretaker] })
  if (query.customer !== undefined) {
    found.push({ sql: 'f.row IN (SELECT row FROM about WHERE customer = ?)', params: [query.customer] })
  }
  if (query.tag !== undefined) found.push({ sql: 'f.row IN (SELECT row FROM tag WHERE tag = ?)', params: [query.tag] })
  is('team', query.team)
  is('direction', query.direction)
  is('nature', query.nature)
  is('batch', query.batch)
  isOneOf('department', query.departments)
  isOneOf('topic', query.topics)
  isOneOf('segment', query.segments)
  isOneOf('level', query.levels)
  if (query.validatedFrom !== undefined) found.push({ sql: 'f.validated >= ?', params: [query.validatedFrom] })
  if (query.validatedBefore !== undefined) found.push({ sql: 'f.validated < ?', params: [query.validatedBefore] })
  if (query.postedFrom !== undefined) found.push({ sql: 'f.posted >= ?', params: [query.postedFrom] })
  if (query.withItem) found.push(withItem(query.withItem, sight))
  return found
}

/** A review item is for the writer of what is under review and its curators: nobody else may filter by it. */
function withItem(which: 'active' | 'returned', sight: Sight): Piece {
  const curators = visibleSql(deskSight(sight).visible, { face: 'r', party: 'party', about: 'about' })
  return allOf([
    { sql: which === 'returned' ? "f.item_state = 'returned'" : "f.item_state <> 'lowering'", params: [] },
    anyOf([
      { sql: 'f.item_writer = ?', params: [sight.by] },
      {
        sql: `f.thing IN (SELECT r.thing FROM face r WHERE r.face = 'review' AND ${curators.sql})`,
        params: curators.params,
      },
    ]),
  ])
}
