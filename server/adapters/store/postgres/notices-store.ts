import type { Notices } from '../../../domain/community/notice-port.js'
import { NOTICES_SCHEMA, markedRead, noNotices, unreadIn, withNotices, type NoticeList } from '../../../domain/community/notice.js'
import type { Schema } from '../schema.js'
import type { Database } from './database.js'
import { read, written } from './documents.js'
import { piece, prepared } from './pieces.js'

const SCHEMA: Schema<NoticeList> = {
  now: NOTICES_SCHEMA,
  check: (stored) => {
    if (!Array.isArray(stored['notices'])) throw new Error('no list of notices')
    return stored as unknown as NoticeList
  },
}

/** One row a person, with the number of unread ones beside it: every page asks for that alone. */
export function openNotices(database: Database): Notices {
  async function change(person: string, verb: (list: NoticeList) => NoticeList): Promise<{ before: NoticeList; after: NoticeList }> {
    const { value } = await database.transaction(async (tx) => {
      // There is always a row to lock: two that begin somebody's first list wait for each other.
      await tx.rows(piece('INSERT INTO notice (person, version, unread, doc) VALUES (?, 0, 0, ?::jsonb) ON CONFLICT (person) DO NOTHING', person, written(SCHEMA, noNotices(person))))
      const row = await tx.one<{ doc: string; version: number }>(piece('SELECT doc::text AS doc, version FROM notice WHERE person = ? FOR UPDATE', person))
      const before = listOf(person, row?.doc)
      const after = verb(before)
      if (after === before) tx.drop()
      else await tx.rows(piece('UPDATE notice SET version = version + 1, unread = ?, doc = ?::jsonb WHERE person = ?', unreadIn(after), written(SCHEMA, after), person))
      return { before, after }
    })
    return value
  }

  return {
    of: async (person) => {
      const row = await database.one<{ doc: string }>(piece('SELECT doc::text AS doc FROM notice WHERE person = ?', person))
      return [...listOf(person, row?.doc).notices].reverse()
    },
    unread: async (person) => (await database.one<{ unread: number }>(prepared(piece('SELECT unread FROM notice WHERE person = ?', person))))?.unread ?? 0,
    add: async (person, notices) => {
      const { before, after } = await change(person, (list) => withNotices(list, notices))
      const known = new Set(before.notices.map(({ id }) => id))
      return after.notices.filter(({ id }) => !known.has(id))
    },
    markRead: async (person, ids, at) => void (await change(person, (list) => markedRead(list, ids, at))),
  }
}

function listOf(person: string, doc: string | undefined): NoticeList {
  return doc === undefined ? noNotices(person) : read(SCHEMA, doc, `notices of ${person}`)
}
