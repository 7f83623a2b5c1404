import type { Outcome } from '../../../domain/people/refusal.js'
import { NOTE_SCHEMA, type Note } from '../../../domain/notes/note.js'
import type { AllNotes, InCare, NoteQuery, Notes, Page, QueueQuery, QueueReason, QueueTab, Saved, TagInUse } from '../../../domain/notes/port.js'
import { noteAsSeen, type NoteSeen } from '../../../domain/notes/seen.js'
import { seesNothing } from '../../../domain/policy/access.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted, type Grant } from '../../../domain/policy/grant.js'
import { deskSight, type Sight } from '../../../domain/policy/readable.js'
import { noteFaces } from '../catalog-note.js'
import { NOTE_FILE } from '../lowdb/note-files.js'
import { changesReading } from '../lowdb/notes-store.js'
import type { Schema } from '../schema.js'
import { NoSuchDocument } from '../store-errors.js'
import type { Database } from './database.js'
import type { PostgresFeed } from './feed.js'
import { EVERY, MOST_TAGS, orderOf, QUEUE_ORDER, TABS } from '../list-orders.js'
import { counted, documentsOn, listed } from './note-lists.js'
import { anyOf, piece, prepared, type Piece } from './pieces.js'
import { openCounted, queueCounted, queued } from './queue-lists.js'
import { Things, type Noun } from './things.js'
import { visibleSql } from './visible-sql.js'

/** The most rows one page may hold, whatever a query says. */
const MOST_ROWS = 200

export const NOTE_DOCUMENT: Schema<Note> = { ...(NOTE_FILE as unknown as Schema<Note>), now: NOTE_SCHEMA }

const NOTE: Noun<Note> = {
  kind: 'note',
  schema: NOTE_DOCUMENT,
  faces: noteFaces,
  holds: changesReading,
}

/** Notes in PostgreSQL: every get, list and count is one statement with the law in it. */
export class NotesStore implements Notes, AllNotes {
  private readonly things: Things<Note>

  constructor(private readonly database: Database, feed: PostgresFeed) {
    this.things = new Things(database, feed, NOTE)
  }

  async get(id: string, sight: Sight): Promise<NoteSeen | null> {
    const { sql, params } = visibleSql(sight.visible)
    const [note] = await this.things.documents(prepared(piece(
      `SELECT id, doc::text AS doc FROM thing WHERE id = ? AND kind = 'note' AND EXISTS (SELECT 1 FROM face f WHERE f.thing = thing.id AND ${sql})`, id, ...params,
    )))
    return note ? noteAsSeen(note, sight) : null
  }

  async some(ids: readonly string[], sight: Sight): Promise<readonly NoteSeen[]> {
    if (ids.length === 0) return []
    const { sql, params } = visibleSql(sight.visible)
    const notes = await this.things.documents(prepared(piece(
      `SELECT id, doc::text AS doc FROM thing WHERE id = ANY(?::text[]) AND kind = 'note' AND EXISTS (SELECT 1 FROM face f WHERE f.thing = thing.id AND ${sql})`, ids, ...params,
    )))
    const known = new Map(notes.map((note) => [note.id, note]))
    return ids.flatMap((id) => {
      const note = known.get(id)
      return (note && noteAsSeen(note, sight)) ?? []
    })
  }

  async list(query: NoteQuery, sight: Sight): Promise<Page<NoteSeen>> {
    return this.page(listed(query, sight), orderOf(query), query, sight)
  }

  async rows(query: NoteQuery, sight: Sight): Promise<readonly NoteSeen[]> {
    return this.chosen(listed(query, sight), orderOf(query), query, sight)
  }

  async count(query: NoteQuery, sight: Sight): Promise<number> {
    return seesNothing(sight.visible) ? 0 : this.counted(listed(query, sight))
  }

  async queue(query: QueueQuery, sight: Sight): Promise<Page<NoteSeen>> {
    if (seesNothing(deskSight(sight).visible)) return { rows: [], total: 0 }
    return this.page([queued(query, sight)], QUEUE_ORDER, query, sight)
  }

  async queueCounts(query: Pick<QueueQuery, 'me' | 'now'>, sight: Sight): Promise<Record<QueueTab, number>> {
    const counts = seesNothing(deskSight(sight).visible) ? undefined : await this.database.one<Record<QueueTab, number>>(queueCounted(query, sight))
    return Object.fromEntries(TABS.map((tab) => [tab, counts?.[tab] ?? 0])) as Record<QueueTab, number>
  }

  async queueOpen(most: number, sight: Sight): Promise<number> {
    if (seesNothing(deskSight(sight).visible)) return 0
    return (await this.database.one<{ open: number }>(openCounted(most, sight)))?.open ?? 0
  }

  async queueReasons(query: QueueQuery, sight: Sight): Promise<ReadonlyMap<QueueReason, number>> {
    if (seesNothing(deskSight(sight).visible)) return new Map()
    const { sql, params } = queued({ ...query, why: undefined }, sight)
    const rows = await this.database.rows<{ why: QueueReason; count: number }>(piece(`SELECT f.item_why AS why, count(*) AS count FROM face f WHERE ${sql} GROUP BY f.item_why`, ...params))
    return new Map(rows.map(({ why, count }) => [why, count]))
  }

  async tagsInUse(sight: Sight, mergedInto: Readonly<Record<string, string>>): Promise<readonly TagInUse[]> {
    if (seesNothing(sight.visible)) return []
    const { sql, params } = anyOf(listed(EVERY, sight))
    return this.database.rows<TagInUse>(piece(
      `SELECT coalesce(merged.value, carried.tag) COLLATE "C" AS tag, count(DISTINCT f.thing) AS count FROM face f CROSS JOIN unnest(f.tags) AS carried (tag)
        LEFT JOIN jsonb_each_text(?::jsonb) AS merged (key, value) ON merged.key = carried.tag WHERE ${sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_TAGS}`,
      JSON.stringify(mergedInto), ...params,
    ))
  }

  async add(grant: Grant<'note.post'> | Grant<'import.run'>, note: Note): Promise<Saved> {
    granted(grant, note.id)
    return saved(await this.things.add(note))
  }

  async change(grant: Grant, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    return this.changed(grant.thing, (note) => {
      granted(grant, note.id)
      return verb(note)
    })
  }

  async read(id: string, _pass: Everything): Promise<Note | null> {
    return (await this.things.read(id)) ?? null
  }

  readSome(ids: readonly string[], _pass: Everything): Promise<readonly Note[]> {
    return this.things.documents(piece("SELECT id, doc::text AS doc FROM thing WHERE id = ANY(?::text[]) AND kind = 'note'", ids))
  }

  ids(_pass: Everything): AsyncIterable<string> {
    return this.things.ids()
  }

  changeByClock(id: string, _pass: Everything, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    return this.changed(id, verb)
  }

  async about(customer: string, _pass: Everything): Promise<readonly string[]> {
    return this.found(piece("f.face = 'published' AND f.customers @> ?::text[]", [customer]))
  }

  async fallingDue(today: string, limit: number, _pass: Everything): Promise<readonly string[]> {
    return this.found(piece(
      "f.face = 'published' AND f.confidence = 'validated' AND (f.item_state IS NULL OR f.item_state = 'lowering') AND f.review_on IS NOT NULL AND f.review_on <= ? ORDER BY f.review_on, f.thing LIMIT ?", today, limit,
    ))
  }

  async inCareOf(person: string, _pass: Everything): Promise<readonly InCare[]> {
    return this.database.rows<InCare>(piece(
      `SELECT thing AS id, CASE WHEN item_state = 'returned' THEN 'returned' WHEN item_why = 'due' THEN 'due' ELSE 'waiting' END AS state
        FROM face WHERE kind = 'note' AND face = 'review' AND item_state <> 'lowering' AND coalesce(caretaker, item_writer) = ? ORDER BY item_opened, thing`, person,
    ))
  }

  async *waiting(_pass: Everything): AsyncIterable<string> {
    for (let last: { thing: string; opened: string } | undefined = { thing: '', opened: '' }; last; ) {
      const rows: (typeof last)[] = await this.database.rows(piece(
        `SELECT f.thing, f.item_opened AS opened FROM face f WHERE ${WAITING} AND (f.item_opened, f.thing) > (?, ?) ORDER BY f.item_opened, f.thing LIMIT 500`, last.opened, last.thing,
      ))
      for (const { thing } of rows) yield thing
      last = rows.at(-1)
    }
  }

  async waitingSince(before: string, _pass: Everything): Promise<number> {
    return this.counted([piece(`${WAITING} AND f.item_opened < ?`, before)])
  }

  private async page(cases: readonly Piece[], order: string, part: Pick<NoteQuery, 'page' | 'size'>, sight: Sight): Promise<Page<NoteSeen>> {
    if (seesNothing(sight.visible)) return { rows: [], total: 0 }
    const [total, rows] = await Promise.all([this.counted(cases), this.chosen(cases, order, part, sight)])
    return { rows, total }
  }

  private async chosen(cases: readonly Piece[], order: string, { page, size }: Pick<NoteQuery, 'page' | 'size'>, sight: Sight): Promise<readonly NoteSeen[]> {
    if (seesNothing(sight.visible)) return []
    const rows = Math.min(Math.max(1, Math.trunc(size)), MOST_ROWS)
    const from = (Math.max(1, Math.trunc(page)) - 1) * rows
    const notes = await this.things.documents(documentsOn(cases, order, rows, from))
    // Between two statements something may have closed: the document is asked last.
    return notes.flatMap((note) => noteAsSeen(note, sight) ?? [])
  }

  private async counted(cases: readonly Piece[]): Promise<number> {
    return (await this.database.one<{ total: number }>(counted(cases)))?.total ?? 0
  }

  private async changed(id: string, verb: (note: Note) => Outcome<Note>): Promise<Outcome<Saved>> {
    const outcome = await this.things.change(id, verb)
    if (!outcome) throw new NoSuchDocument(id)
    return outcome.ok ? { ok: true, value: saved(outcome.value) } : outcome
  }

  private async found({ sql, params }: Piece): Promise<readonly string[]> {
    return (await this.database.rows<{ thing: string }>(piece(`SELECT f.thing FROM face f WHERE f.kind = 'note' AND ${sql}`, ...params))).map(({ thing }) => thing)
  }
}

const WAITING = "f.kind = 'note' AND f.face = 'review' AND f.item_state <> 'lowering'"

function saved({ id, version, revision }: Note): Saved {
  return { id, version, revision }
}
