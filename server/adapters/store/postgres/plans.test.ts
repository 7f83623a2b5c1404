import t from 'tap'
import type { Clause } from '../../../domain/policy/access.js'
import type { Sight } from '../../../domain/policy/readable.js'
import type { NoteQuery } from '../../../domain/notes/port.js'
import { depth } from '../lowdb/scratch-store.js'
import { Database } from './database.js'
import { countedAfter } from './feed.js'
import { orderOf, QUEUE_ORDER } from '../list-orders.js'
import { counted, documentsOn, listed } from './note-lists.js'
import { piece, statement, type Piece } from './pieces.js'
import { openCounted, queueCounted, queued } from './queue-lists.js'
import { scratchServer } from './scratch-postgres.js'
import { visibleSql } from './visible-sql.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
/** A million takes minutes to make. With few rows PostgreSQL may rightly read and sort them all: then it is told not to. */
const NOTES = depth(5_000, 1_000_000)

const LEVELS = ['shareable', 'internal', 'confidential'] as const
const READER: readonly Clause[] = [
  { named: ['p:p77', 't:t5', 't:t6'], level: LEVELS },
  { reach: ['all', 'd:d3', 'd:d4', 't:t5', 't:t6'], level: LEVELS },
]
const DESK: Clause = { desk: ['d3', 'd4', 'd5', 'd6'], level: LEVELS }

/** Somebody in two teams and departments; and a curator of four departments. */
const reader = sight([...READER])
const curator = sight([...READER, DESK])

t.test(`the hottest questions of a bank with ${NOTES} notes are answered from indexes`, only, async (t) => {
  if (typeof server === 'string') return
  const database = Database.open({ url: await server.fresh(), patience: { statement: 1_800_000 } })
  t.teardown(() => database.close())
  for (const sql of MADE) await database.run(piece(sql.replaceAll('NOTES', String(NOTES))))
  const { value: plans } = await database.transaction(async (tx) => {
    if (NOTES < 1_000_000) for (const way of ['seqscan', 'sort']) await tx.rows(piece(`SET LOCAL enable_${way} = off`))
    const found: [string, string][] = []
    for (const [name, question] of Object.entries(questions())) {
      const rows = await tx.rows<{ 'QUERY PLAN': string }>({ sql: `EXPLAIN ${question.sql}`, params: question.params })
      found.push([name, rows.map((row) => row['QUERY PLAN']).join('\n')])
    }
    // A connection that is asked them again and again makes one plan for whatever is asked for.
    for (const name of PREPARED) {
      const rows = await tx.rows<{ 'QUERY PLAN': string }>({ sql: `EXPLAIN (GENERIC_PLAN) ${statement(questions()[name] as Piece).text}`, params: [] })
      found.push([`${name}, whatever it is`, rows.map((row) => row['QUERY PLAN']).join('\n')])
    }
    return found
  })
  t.ok(plans.length >= 10, `${plans.length} questions`)
  for (const [name, plan] of plans) {
    t.match(plan, /(Index|Bitmap).* Scan/, `premise: ${name} reads something`)
    t.notMatch(plan, /Seq Scan on (face|thing)/, `${name}:\n${plan}`)
  }
  // A list without a filter must not sort what it does not show.
  for (const order of ['newest', 'posted', 'validated', 'value', 'reused']) {
    t.notMatch(new Map(plans).get(`list ${order}`), /Sort/, order)
  }
  for (const name of ['the queue', 'counts of the queue']) t.match(new Map(plans).get(name), /face_in_review/, name)
  // Whoever imports a hundred thousand notes is the author of all of them.
  t.match(new Map(plans).get('my notes'), /Index Only Scan using face_of_author/)
  t.match(new Map(plans).get('count of my notes'), /Index Only Scan using face_of_author/)
  t.match(new Map(plans).get('what came back to me'), /face_returned/)
  // What is asked every second reads no more than it counts, however far somebody is behind.
  const far = countedAfter(0, 1_001)
  const [row] = await database.rows<{ 'QUERY PLAN': string }>({ sql: `EXPLAIN (ANALYZE, FORMAT JSON) ${far.sql}`, params: far.params })
  const steps = (JSON.parse(row?.['QUERY PLAN'] ?? '[]') as readonly { readonly Plan: Step }[]).flatMap(({ Plan }) => stepsOf(Plan))
  t.ok(steps.some((step) => step['Index Name'] === 'thing_by_seq'), row?.['QUERY PLAN'] ?? '')
  t.equal(Math.max(...steps.map((step) => step['Actual Rows'])), 1_001, 'premise: there are more than that')
})

const PREPARED = ['a note by its id', 'notes by their ids'] as const

interface Step {
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly Plans?: readonly Step[]
}

function stepsOf(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)]
}

function questions(): Readonly<Record<string, Piece>> {
  const page = (query: Partial<NoteQuery>, of = reader): Piece => {
    const whole: NoteQuery = { order: 'newest', page: 1, size: 20, ...query }
    return documentsOn(listed(whole, of), orderOf(whole), 20, 0)
  }
  const count = (query: Partial<NoteQuery>, of = reader): Piece => counted(listed({ order: 'newest', page: 1, size: 20, ...query }, of))
  const law = visibleSql(reader.visible)
  const queue = queued({ tab: 'open', me: 'p78', now: '2026-03-01T00:00:00.000Z', page: 1, size: 20 }, curator)
  return {
    'a note by its id': piece(`SELECT doc FROM thing WHERE id = ? AND EXISTS (SELECT 1 FROM face f WHERE f.thing = thing.id AND ${law.sql})`, 'n000000000501', ...law.params),
    'notes by their ids': piece(`SELECT doc FROM thing WHERE id = ANY(?::text[]) AND EXISTS (SELECT 1 FROM face f WHERE f.thing = thing.id AND ${law.sql})`, ['n000000000501', 'n000000000502'], ...law.params),
    'list newest': page({}),
    'list posted': page({ order: 'posted' }),
    'list validated': page({ order: 'validated' }),
    'list value': page({ order: 'value' }),
    'list reused': page({ order: 'reused' }),
    'count of all': count({}),
    'notes about a customer': page({ order: 'trust', customer: 'c31' }),
    'count about a customer': count({ customer: 'c31' }),
    'notes of a team': page({ team: 't5' }),
    'notes of a topic': page({ topics: ['topic5'] }),
    'notes with a tag': page({ tag: 'tag5' }),
    'my notes': page({ writer: 'p77' }),
    'count of my notes': count({ writer: 'p77' }),
    'what came back to me': page({ writer: 'p77', withItem: 'returned' }),
    'notes of a batch': page({ batch: 'b1' }),
    'the queue': documentsOn([queue], QUEUE_ORDER, 20, 0),
    'how many wait, around every page': openCounted(1_000, curator),
    'counts of the queue': queueCounted({ me: 'p78', now: '2026-03-01T00:00:00.000Z' }, curator),
    'the feed': piece('SELECT id FROM thing WHERE seq > ?::bigint AND seq < (SELECT open_place()) ORDER BY seq LIMIT ?', Math.trunc(NOTES * 0.99), 100),
    'how far the feed is behind': countedAfter(Math.trunc(NOTES * 0.5), 1_001),
    'what was closed': piece('SELECT id, version FROM thing WHERE access_seq >= ?::bigint AND access_seq > 0', Math.trunc(NOTES * 0.99)),
    'falling due': piece("SELECT f.thing FROM face f WHERE f.kind = 'note' AND f.face = 'published' AND f.confidence = 'validated' AND f.item_state IS NULL AND f.review_on IS NOT NULL AND f.review_on <= ? ORDER BY f.review_on, f.thing LIMIT ?", '2026-03-01', 200),
  }
}

function sight(any: readonly Clause[]): Sight {
  return { by: 'p77', visible: { own: [{ author: ['p77'] }], any, hide: Array.from({ length: 1_000 }, (_, n) => `c${n * 97}`) } } as unknown as Sight
}

const AT = "to_char(timestamp '2020-01-01' + i * interval '3 minutes', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
const MADE = [
  "INSERT INTO thing (id, kind, version, seq, access_seq, doc) SELECT 'n' || lpad(i::text, 12, '0'), 'note', 1, i, CASE WHEN mod(i, 40) = 0 THEN i ELSE 0 END, '{}' FROM generate_series(1, NOTES) i",
  `INSERT INTO face (thing, kind, face, author, reach, desk, level, named, stewards, customers, tags, called, confidence, department, team, topic, batch, written, posted, validated, value, reused, item_urgent, item_flagged, review_on)
    SELECT 'n' || lpad(i::text, 12, '0'), 'note', 'published', 'p' || mod(i::bigint * 7919, 50000),
      CASE WHEN mod(i, 10) < 2 THEN 'all' WHEN mod(i, 10) = 2 THEN 'self' WHEN mod(i, 10) < 5 THEN 't:t' || mod(i, 1000) ELSE 'd:d' || mod(i, 200) END,
      'd' || mod(i, 200), CASE WHEN mod(i, 50) = 0 THEN 'restricted' WHEN mod(i, 10) = 5 THEN 'confidential' ELSE 'internal' END,
      CASE WHEN mod(i, 97) = 0 THEN ARRAY['p:p' || mod(i, 50000)] ELSE '{}' END, '{}', ARRAY['c' || mod(i::bigint * 31, 100000)], ARRAY['tag' || mod(i, 5000)], '{}',
      CASE WHEN mod(i, 20) = 0 THEN 'archived' WHEN mod(i, 3) = 0 THEN 'not_validated' ELSE 'validated' END, 'd' || mod(i, 200), 't' || mod(i, 1000), 'topic' || mod(i, 60),
      CASE WHEN mod(i, 30) = 0 THEN 'b' || mod(i, 500) END, ${AT}, ${AT}, CASE WHEN mod(i, 3) > 0 THEN ${AT} END, mod(i, 6), mod(i, 11), 0, 0, '2027-01-01'
    FROM generate_series(1, NOTES) i`,
  `INSERT INTO face (thing, kind, face, author, reach, desk, level, named, stewards, customers, tags, called, confidence, department, topic, value, reused, item_urgent, item_flagged, item_state, item_why, item_opened, item_writer, said)
    SELECT 'n' || lpad(i::text, 12, '0'), 'note', 'review', 'p' || mod(i, 50000), 'self', 'd' || mod(i, 200), 'internal', '{}', '{}', '{}', '{}', '{}', 'not_validated', 'd' || mod(i, 200), 'topic1', 0, 0, 0, 0, 'open', 'posted', ${AT}, 'p1', 'words'
    FROM generate_series(1, NOTES, 100) i`,
  'VACUUM ANALYZE thing',
  'VACUUM ANALYZE face',
]
