import { isDue, type DigestLetter, type Letter, type LetterState } from '../../../domain/digests/letter.js'
import type { Outbox, OutboxQuery, Past } from '../../../domain/digests/port.js'
import { LETTER_FILE, rowOf } from '../letter-rows.js'
import type { Database } from './database.js'
import { read, written } from './documents.js'
import { allOf, piece, type Piece } from './pieces.js'

/** Separates these locks from those of others in the same database. */
const LETTERS = 727_1002

/**
 * One row a letter. Who handles one holds a lock of its session: whoever dies lets go of it, and of nothing that was
 * not saved.
 */
export function openOutbox(database: Database): Outbox {
  const inHand = new Set<string>()

  const get = async (id: string): Promise<Letter | undefined> => {
    const row = await database.one<Row>(piece('SELECT id, doc::text AS doc FROM letter WHERE id = ?', id))
    return row && letterOf(row)
  }

  return {
    add: async (letter) => {
      for (;;) {
        const first = { ...letter, version: 1 }
        // The letter is there, or its channel has a digest under way: both are ways of being known.
        if ((await database.run(piece('INSERT INTO letter (id, doc) VALUES (?, ?::jsonb) ON CONFLICT DO NOTHING', letter.id, written(LETTER_FILE, first)))) > 0) return first
        const known = (await get(letter.id)) ?? (letter.kind === 'digest' ? await underWay(database, letter.channel) : undefined)
        // Settled between the two questions: there is room for it now.
        if (known) return known
      }
    },
    get,
    due: async (now) => {
      const rows = await database.rows<{ id: string; state: LetterState; nextTryAt: string | null }>(piece(
        `SELECT id, state, next_try_at AS "nextTryAt" FROM letter WHERE ${UNDER_WAY} ORDER BY next_try_at NULLS FIRST, at`))
      return rows.filter((row) => isDue(row, now) && !inHand.has(row.id)).map(({ id }) => id)
    },
    ofChannel: async (channel, page, size) => {
      const { rows, total } = await pageOf(database, piece("channel = ? AND kind = 'digest'", channel), page, size)
      return { rows: rows as readonly DigestLetter[], total }
    },
    pasts: async (channels, now) => {
      const rows = await database.rows<{ channel: string; last: string; underWay: string | null; told: string | null }>(piece(
        `SELECT c.channel, last.doc::text AS last, way.doc::text AS "underWay", told.told_until AS told FROM unnest(?::text[]) AS c (channel)
          JOIN LATERAL (SELECT doc FROM letter WHERE channel = c.channel AND kind = 'digest' ORDER BY at DESC, id DESC LIMIT 1) AS last ON TRUE
          LEFT JOIN LATERAL (SELECT doc FROM letter WHERE channel = c.channel AND kind = 'digest' AND ${UNDER_WAY} LIMIT 1) AS way ON TRUE
          LEFT JOIN LATERAL (SELECT told_until FROM letter WHERE channel = c.channel AND kind = 'digest' AND state <> 'failed' AND told_until <= ? ORDER BY told_until DESC LIMIT 1) AS told ON TRUE`,
        channels, now))
      return new Map(rows.map(({ channel, last, underWay: way, told }): [string, Past] =>
        [channel, { last: digestOf(channel, last), underWay: way === null ? null : digestOf(channel, way), covered: told === null ? [] : [told] }]))
    },
    list: async (query) => {
      const { rows, total } = await pageOf(database, wanted(query), query.page, query.size)
      return { rows: rows.map(rowOf), total }
    },
    counts: async () => {
      const row = await database.one<{ waiting: number; failed: number }>(piece(
        "SELECT count(*) FILTER (WHERE state <> 'failed') AS waiting, count(*) FILTER (WHERE state = 'failed') AS failed FROM letter WHERE state IN ('planned', 'handed_over', 'failed')"))
      return row ?? { waiting: 0, failed: 0 }
    },
    handle: async (id, act) => {
      if (inHand.has(id)) return false
      inHand.add(id)
      try {
        let there = false
        const mine = await database.exclusively(LETTERS, id, async () => {
          // Read under the lock: whoever had it before may have settled it a moment ago.
          const letter = await get(id)
          if (!letter) return
          there = true
          let { version } = letter
          await act(letter, async (next) => {
            const saved = { ...next, version: (version += 1) }
            await database.run(piece('UPDATE letter SET doc = ?::jsonb WHERE id = ?', written(LETTER_FILE, saved), id))
            return saved
          })
        })
        return mine && there
      } finally {
        inHand.delete(id)
      }
    },
    sweep: async (before) => {
      // What processes of the release before wrote went over, and nobody settles it there.
      await database.run(piece("DELETE FROM kept WHERE room = 'outbox' AND doc IS NOT NULL"))
      return database.run(piece(`DELETE FROM letter WHERE kind <> 'digest' AND NOT (${UNDER_WAY}) AND at < ?`, before))
    },
  }
}

const UNDER_WAY = "state IN ('planned', 'handed_over')"

async function underWay(database: Database, channel: string): Promise<Letter | undefined> {
  const row = await database.one<Row>(piece(`SELECT id, doc::text AS doc FROM letter WHERE channel = ? AND kind = 'digest' AND ${UNDER_WAY}`, channel))
  return row && letterOf(row)
}

async function pageOf(database: Database, where: Piece, page: number, size: number): Promise<{ readonly rows: readonly Letter[]; readonly total: number }> {
  const [rows, counted] = await Promise.all([
    database.rows<Row>(piece(`SELECT id, doc::text AS doc FROM letter WHERE ${where.sql} ORDER BY at DESC, id DESC LIMIT ?::bigint OFFSET ?::bigint`, ...where.params, size, (page - 1) * size)),
    database.one<{ n: number }>(piece(`SELECT count(*) AS n FROM letter WHERE ${where.sql}`, ...where.params)),
  ])
  return { rows: rows.map(letterOf), total: counted?.n ?? 0 }
}

function wanted({ kind, state, person, channel, text }: OutboxQuery): Piece {
  return allOf([
    ...(kind === undefined ? [] : [piece('kind = ?', kind)]), ...(state === undefined ? [] : [piece('state = ?', state)]),
    ...(person === undefined ? [] : [piece('person = ?', person)]), ...(channel === undefined ? [] : [piece('channel = ?', channel)]),
    ...(text === undefined ? [] : [piece('strpos(lower(recipient), lower(?)) > 0', text.trim())]),
  ])
}

interface Row {
  readonly id: string
  readonly doc: string
}

function letterOf({ id, doc }: Row): Letter {
  return read(LETTER_FILE, doc, `letter ${id}`)
}

function digestOf(channel: string, doc: string): DigestLetter {
  return read(LETTER_FILE, doc, `digest of ${channel}`) as DigestLetter
}
