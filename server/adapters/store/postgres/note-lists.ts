import type { NoteQuery } from '../../../domain/notes/port.js'
import { checkedVisible } from '../../../domain/policy/access.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { NONE, allOf, anyOf, oneOf, piece, type Piece } from './pieces.js'
import { visibleSql } from './visible-sql.js'

/** What the orders of lists look at (list-orders.ts), and what they choose. */
const ORDERED = 'f.thing, f.written, f.posted, f.validated, f.value, f.reused, f.confidence'

/**
 * The documents of so many of the faces, in this order. The rows are chosen before any document is fetched: a document
 * is a hundred times as large. Chosen by themselves, too: with their number beside them all of them would be sorted first.
 * @param cases no face is in two of them; of each the first rows are found by an index of its own
 */
export function documentsOn(cases: readonly Piece[], order: string, rows: number, from: number): Piece {
  const chosen = anyFirst(cases, order, rows + from)
  return piece(
    `SELECT thing.id, thing.doc::text AS doc
      FROM unnest(ARRAY(SELECT f.thing FROM ${chosen.sql} ORDER BY ${order} LIMIT ? OFFSET ?)) WITH ORDINALITY AS chosen(thing, at)
      JOIN thing ON thing.id = chosen.thing ORDER BY chosen.at`, ...chosen.params, rows, from,
  )
}

function anyFirst(cases: readonly Piece[], order: string, most: number): Piece {
  const [only = NONE] = cases
  if (cases.length < 2) return piece(`face f WHERE ${only.sql}`, ...only.params)
  const each = cases.map(({ sql }) => `(SELECT ${ORDERED} FROM face f WHERE ${sql} ORDER BY ${order} LIMIT ?)`)
  return piece(`(${each.join(' UNION ALL ')}) f`, ...cases.flatMap(({ params }) => [...params, most]))
}

/** How many faces there are in all cases together, as `total`. */
export function counted(cases: readonly Piece[]): Piece {
  const each = cases.map(({ sql }) => `(SELECT count(*) FROM face f WHERE ${sql})`)
  return piece(`SELECT ${each.join(' + ')} AS total`, ...cases.flatMap(({ params }) => params))
}

/**
 * The faces a list shows, each as a condition after WHERE on `face f`; no face is in two of them. The query's own
 * filters can only narrow.
 */
export function listed(query: NoteQuery, sight: Sight): readonly Piece[] {
  // To find one's own words by a customer one may not know would tell that a curator attached it.
  if (query.customer !== undefined && sight.visible.hide.includes(query.customer)) return [NONE]
  const from = query.writer === undefined ? [publishedFaces(sight)] : facesBy(query.writer, sight)
  return from.map((faces) => allOf([piece("f.kind = 'note'"), faces, ...filters(query, sight)]))
}

function publishedFaces(sight: Sight): Piece {
  return allOf([piece("f.face = 'published'"), visibleSql(sight.visible)])
}

/**
 * Notes of which this person wrote a text that the sight shows: the published face where it may be read, else
 * their own words. Never both, so nothing is counted twice. Three cases beside each other, since each is found by an
 * index: with what they share taken out of them, all of somebody's notes were looked up one by one (decision 33).
 */
function facesBy(writer: string, sight: Sight): readonly Piece[] {
  const theirs = writtenBy(writer, sight, 'w')
  const alsoWrote = piece(`f.thing = ANY(ARRAY(SELECT w.thing FROM face w WHERE w.face = 'writer' AND ${theirs.sql}))`, ...theirs.params)
  const shown = visibleSql(sight.visible, 'p')
  const notShown = piece(`NOT EXISTS (SELECT 1 FROM face p WHERE p.thing = f.thing AND p.face = 'published' AND ${shown.sql})`, ...shown.params)
  return [
    allOf([piece("f.face = 'published'"), writtenBy(writer, sight, 'f')]),
    allOf([publishedFaces(sight), alsoWrote]),
    allOf([piece("f.face = 'writer'"), writtenBy(writer, sight, 'f'), notShown]),
  ]
}

/** What this person wrote, as far as the sight shows it. Everybody reads their own words: the rest of the law has nothing to add then, and need not be looked up. */
function writtenBy(writer: string, { visible }: Sight, face: string): Piece {
  const wrote = piece(`${face}.author = ?`, writer)
  checkedVisible(visible)
  const ownWords = visible.own.some((clause) => Object.keys(clause).length === 1 && clause.author?.includes(writer))
  return ownWords ? wrote : allOf([wrote, visibleSql(visible, face)])
}

function filters(query: NoteQuery, sight: Sight): Piece[] {
  const found: Piece[] = []
  const is = (column: string, value: string | undefined, sign = '=') => {
    if (value !== undefined) found.push(piece(`f.${column} ${sign} ?`, value))
  }
  const isOneOf = (column: string, values: readonly string[] | undefined) => {
    if (values !== undefined) found.push(values.length === 0 ? NONE : oneOf(`f.${column}`, values))
  }
  if (query.confidences) isOneOf('confidence', query.confidences)
  else found.push(piece("f.confidence <> 'archived'"))
  if (query.customer !== undefined) found.push(piece('f.customers @> ?::text[]', [query.customer]))
  if (query.tag !== undefined) found.push(piece('f.tags @> ?::text[]', [query.tag]))
  is('author', query.exceptBy, '<>')
  is('caretaker', query.caretaker)
  is('team', query.team)
  is('direction', query.direction)
  is('nature', query.nature)
  is('batch', query.batch)
  isOneOf('department', query.departments)
  isOneOf('topic', query.topics)
  isOneOf('segment', query.segments)
  isOneOf('level', query.levels)
  is('validated', query.validatedFrom, '>=')
  is('validated', query.validatedBefore, '<')
  is('posted', query.postedFrom, '>=')
  if (query.withItem) found.push(withItem(query.withItem, sight))
  return found
}

/** A review item is for the writer of what is under review and its curators: nobody else may filter by it. */
function withItem(which: 'active' | 'returned', sight: Sight): Piece {
  const curators = visibleSql(deskSight(sight).visible, 'r')
  return allOf([
    piece(which === 'returned' ? "f.item_state = 'returned'" : "f.item_state <> 'lowering'"),
    anyOf([
      piece('f.item_writer = ?', sight.by),
      piece(`f.thing IN (SELECT r.thing FROM face r WHERE r.face = 'review' AND ${curators.sql})`, ...curators.params),
    ]),
  ])
}
