import type { Outcome } from '../../../domain/people/refusal.js'
import type { Note } from '../../../domain/notes/note.js'
import type { AllNotes, InCare, NoteQuery, Notes, Page, QueueQuery, QueueReason, QueueTab, Saved, TagInUse } from '../../../domain/notes/port.js'
import { faceAccess } from '../../../domain/notes/access.js'
import { published } from '../../../domain/notes/note.js'
import { noteAsSeen, type NoteSeen } from '../../../domain/notes/seen.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted, type Grant } from '../../../domain/policy/grant.js'
import { seesNothing } from '../../../domain/policy/access.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import type { Catalog } from './catalog.js'
import { EVERY, MOST_TAGS, orderOf, QUEUE_ORDER, TABS } from '../list-orders.js'
import { listed } from './catalog-lists.js'
import { noteFaces } from '../catalog-note.js'
import { openCounted, queueCounted, queued } from './catalog-queue.js'
import type { NoteDocuments } from './old-revisions.js'
import { Shelf, type Noun, type Surroundings } from './shelf.js'
import { NoSuchDocument } from '../store-errors.js'
import { allOf, oneOf, visibleSql, type Piece } from './visible-sql.js'

/** The most rows one page may hold, whatever a query says. */
const MOST_ROWS = 200

const NOTE: Noun<Note> = { kind: 'note', faces: noteFaces, holds: changesReading }

/** Notes in files under the catalog: lists and counts are SQL under the sight, rows are documents read by id. */
export class NotesStore implements Notes, AllNotes {
  readonly shelf: Shelf<Note>

  constructor(documents: NoteDocuments, private readonly around: Surroundings) {
    this.shelf = new Shelf(documents, NOTE, around)
  }

  async get(id: string, sight: Sight): Promise<NoteSeen | null> {
    // The catalog is asked first: an id that may not be read costs what an unknown one costs, and no file is opened.
    if (!this.around.unlisted.has(id) && !this.isVisible(id, sight)) return null
    const note = await this.shelf.read(id)
    return note ? noteAsSeen(note, sight) : null
  }

  async some(ids: readonly string[], sight: Sight): Promise<readonly NoteSeen[]> {
    const found = await Promise.all(ids.map((id) => this.get(id, sight)))
    return found.filter((note) => note !== null)
  }

  async list(query: NoteQuery, sight: Sight): Promise<Page<NoteSeen>> {
    return this.page(listed(query, sight), orderOf(query), query, sight)
  }

  async rows(query: NoteQuery, sight: Sight): Promise<readonly NoteSeen[]> {
    return this.found(listed(query, sight), orderOf(query), query, sight)
  }

  async count(query: NoteQuery, sight: Sight): Promise<number> {
    return this.counted(listed(query, sight), sight)
  }

  async queue(query: QueueQuery, sight: Sight): Promise<Page<NoteSeen>> {
    if (seesNothing(deskSight(sight).visible)) return { rows: [], total: 0 }
    return this.page(queued(query, sight), QUEUE_ORDER, query, sight)
  }

  async queueCounts(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Promise<Record<QueueTab, number>> {
    const none = Object.fromEntries(TABS.map((tab) => [tab, 0])) as Record<QueueTab, number>
    if (seesNothing(deskSight(sight).visible)) return none
    const counts = this.catalog.one<Record<QueueTab, number>>(queueCounted(query, sight))
    return Object.fromEntries(TABS.map((tab) => [tab, counts?.[tab] ?? 0])) as Record<QueueTab, number>
  }

  async queueOpen(most: number, sight: Sight): Promise<number> {
    if (seesNothing(deskSight(sight).visible)) return 0
    return this.catalog.one<{ open: number }>(openCounted(most, sight))?.open ?? 0
  }

  async queueReasons(query: QueueQuery, sight: Sight): Promise<ReadonlyMap<QueueReason, number>> {
    if (seesNothing(deskSight(sight).visible)) return new Map()
    const { sql, params } = this.whole(queued({ ...query, why: undefined }, sight))
    return new Map(this.catalog.all<{ why: QueueReason; count: number }>({ sql: `SELECT f.item_why AS why, count(*) AS count FROM face f WHERE ${sql} GROUP BY f.item_why`, params })
      .map(({ why, count }) => [why, count]))
  }

  async tagsInUse(sight: Sight, mergedInto: Readonly<Record<string, string>>): Promise<readonly TagInUse[]> {
    if (seesNothing(sight.visible)) return []
    const { sql, params } = this.whole(listed(EVERY, sight))
    return this.catalog.all<TagInUse>({
      sql: `SELECT coalesce(merged.value, tag.tag) AS tag, count(DISTINCT f.row) AS count FROM face f JOIN tag ON tag.row = f.row LEFT JOIN json_each(?) AS merged ON merged.key = tag.tag
        WHERE ${sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_TAGS}`, params: [JSON.stringify(mergedInto), ...params],
    })
  }

  async add(grant: Grant<'note.post'> | Grant<'import.run'>, note: Note): Promise<Saved> {
    granted(grant, note.id)
    return saved(await this.shelf.add(note))
  }

  async change(grant: Grant, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    return this.changed(grant.thing, (note) => {
      granted(grant, note.id)
      return verb(note)
    })
  }

  async read(id: string, _pass: Everything): Promise<Note | null> {
    return (await this.shelf.read(id)) ?? null
  }

  async readSome(ids: readonly string[], _pass: Everything): Promise<readonly Note[]> {
    const notes: Note[] = []
    // One after the other: whoever waits for a page must not wait for all of them.
    for (const id of ids) {
      const note = await this.shelf.read(id)
      if (note) notes.push(note)
    }
    return notes
  }

  async *ids(_pass: Everything): AsyncIterable<string> {
    for (let after = ''; ; ) {
      const rows = this.ofAll({ sql: "kind = 'note' AND id > ? ORDER BY id LIMIT 500", params: [after] })
      yield* rows
      const last = rows[rows.length - 1]
      if (last === undefined) return
      after = last
    }
  }

  changeByClock(id: string, _pass: Everything, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    return this.changed(id, verb)
  }

  async about(customer: string, _pass: Everything): Promise<readonly string[]> {
    return this.things("face = 'published' AND row IN (SELECT row FROM about WHERE customer = ?)", [customer])
  }

  async fallingDue(today: string, limit: number, _pass: Everything): Promise<readonly string[]> {
    return this.things(
      "+face = 'published' AND confidence = 'validated' AND (item_state IS NULL OR item_state = 'lowering') AND review_on IS NOT NULL AND review_on <= ? ORDER BY review_on, thing LIMIT ?",
      [today, limit],
    )
  }

  async inCareOf(person: string, _pass: Everything): Promise<readonly InCare[]> {
    return this.catalog.all<InCare>({
      sql: `SELECT thing AS id, CASE WHEN item_state = 'returned' THEN 'returned' WHEN item_why = 'due' THEN 'due' ELSE 'waiting' END AS state
        FROM face WHERE kind = 'note' AND face = 'review' AND item_state <> 'lowering' AND coalesce(caretaker, item_writer) = ? ORDER BY item_opened, thing`,
      params: [person],
    })
  }

  async *waiting(_pass: Everything): AsyncIterable<string> {
    for (let last: { thing: string; opened: string } | undefined = { thing: '', opened: '' }; last; ) {
      const sql = `SELECT thing, item_opened AS opened FROM face WHERE ${WAITING} AND (item_opened, thing) > (?, ?) ORDER BY item_opened, thing LIMIT 500`
      const rows: (typeof last)[] = this.catalog.all({ sql, params: [last.opened, last.thing] })
      for (const { thing } of rows) yield thing
      last = rows.at(-1)
    }
  }

  async waitingSince(before: string, _pass: Everything): Promise<number> {
    return this.catalog.one<{ count: number }>({ sql: `SELECT count(*) AS count FROM face WHERE ${WAITING} AND item_opened < ?`, params: [before] })?.count ?? 0
  }

  private get catalog(): Catalog {
    return this.around.catalog
  }

  private isVisible(id: string, sight: Sight): boolean {
    const { sql, params } = visibleSql(sight.visible)
    return this.catalog.one({
      sql: `SELECT 1 AS yes FROM face f WHERE f.thing = ? AND +f.kind = 'note' AND ${sql} LIMIT 1`, params: [id, ...params],
    }) !== undefined
  }

  private async page(where: Piece, order: string, part: Pick<NoteQuery, 'page' | 'size'>, sight: Sight): Promise<Page<NoteSeen>> {
    const total = this.counted(where, sight)
    return { rows: await this.found(where, order, part, sight), total }
  }

  private async found(where: Piece, order: string, { page, size }: Pick<NoteQuery, 'page' | 'size'>, sight: Sight): Promise<readonly NoteSeen[]> {
    if (seesNothing(sight.visible)) return []
    const rows = Math.min(Math.max(1, Math.trunc(size)), MOST_ROWS)
    const from = (Math.max(1, Math.trunc(page)) - 1) * rows
    const { sql, params } = this.whole(where)
    const ids = this.catalog.all<{ thing: string }>({
      sql: `SELECT f.thing AS thing FROM face f WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, params: [...params, rows, from],
    })
    const notes = await Promise.all(ids.map(({ thing }) => this.shelf.read(thing)))
    // What was closed between the query and the reading is gone here too: the document is asked last.
    return notes.flatMap((note) => (note && noteAsSeen(note, sight)) ?? [])
  }

  private counted(where: Piece, sight: Sight): number {
    if (seesNothing(sight.visible)) return 0
    const { sql, params } = this.whole(where)
    return this.catalog.one<{ total: number }>({ sql: `SELECT count(*) AS total FROM face f WHERE ${sql}`, params })?.total ?? 0
  }

  /** Without things whose row is older than their file. */
  private whole(where: Piece): Piece {
    const { unlisted } = this.around
    if (unlisted.size === 0) return where
    const { sql, params } = oneOf('f.thing', [...unlisted])
    return allOf([where, { sql: `NOT ${sql}`, params }])
  }

  private async changed(id: string, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    const outcome = await this.shelf.change(id, verb)
    if (!outcome) throw new NoSuchDocument(id)
    return outcome.ok ? { ok: true, value: saved(outcome.value) } : outcome
  }

  private things(where: string, params: Piece['params']): readonly string[] {
    return this.catalog.all<{ thing: string }>({ sql: `SELECT thing FROM face WHERE +kind = 'note' AND ${where}`, params }).map(({ thing }) => thing)
  }

  private ofAll({ sql, params }: Piece): readonly string[] {
    return this.catalog.all<{ id: string }>({ sql: `SELECT id FROM thing WHERE ${sql}`, params }).map(({ id }) => id)
  }
}

/**
 * Whether the index may now show what it must not: another reach of the published face, another published text, or
 * words taken away. Text is never rewritten but by redaction, so any difference in what stands is one.
 */
export function changesReading(before: Note, after: Note): boolean {
  if (JSON.stringify(faceAccess(before)) !== JSON.stringify(faceAccess(after))) return true
  if (published(before).number !== published(after).number) return true
  if (before.redactions?.length !== after.redactions?.length) return true
  const textOf = (note: Note) => new Map(note.revisions.map((r) => [r.number, JSON.stringify([r.title, r.body, r.source, r.about.tags])]))
  const now = textOf(after)
  return [...textOf(before)].some(([number, text]) => now.get(number) !== text)
}

const WAITING = "+kind = 'note' AND face = 'review' AND item_state <> 'lowering'"

function saved({ id, version, revision }: Note): Saved {
  return { id, version, revision }
}
