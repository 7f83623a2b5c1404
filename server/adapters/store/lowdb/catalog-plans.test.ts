import Database from 'libsql'
import t from 'tap'
import type { NoteQuery } from '../../../domain/notes/port.js'
import { principal, sightFor } from '../../../house/oracle/bank.js'
import { customersListed, customersNamed } from './catalog-customer.js'
import { orderOf } from '../list-orders.js'
import { listed } from './catalog-lists.js'
import { CATALOG_TABLES } from './catalog-schema.js'
import { countedAfter } from './feed.js'
import { allOf, visibleSql, type Piece } from './visible-sql.js'

/** Which index SQLite starts from decides between a millisecond and a second at 100 000 notes, and a new index can change it. */
t.test('what names few rows is looked up, and what counts all of them fetches none', async (t) => {
  const database = new Database(':memory:')
  database.exec(CATALOG_TABLES)
  t.teardown(() => database.close())
  const sight = sightFor(principal('curator-of-all'))
  const query = (facts: Partial<NoteQuery>): NoteQuery => ({ order: 'newest', page: 1, size: 30, ...facts })
  const plan = ({ sql, params }: Piece, what = 'f.thing', tail = '') => {
    const rows = database.prepare<unknown[]>(`EXPLAIN QUERY PLAN SELECT ${what} FROM face f WHERE ${sql} ${tail}`).all(...params) as { detail: string }[]
    return rows.map(({ detail }) => detail).filter((detail) => / f( |$)/.test(detail)).join()
  }
  const list = (facts: Partial<NoteQuery>) => plan(listed(query(facts), sight), 'f.thing', `ORDER BY ${orderOf(query(facts))} LIMIT 30`)
  t.match(plan(listed(query({}), sight), 'count(*)'), /COVERING INDEX face_by_law/)
  t.match(plan(listed(query({ departments: ['a'], topics: ['b'] }), sight), 'count(*)'), /COVERING INDEX face_by_law/)
  t.match(list({}), /face_by_written/)
  t.match(list({ order: 'posted' }), /face_by_posted/)
  t.match(list({ writer: 'ann' }), /face_by_thing/)
  t.match(list({ batch: 'b' }), /face_by_batch/)
  t.match(list({ order: 'validated', validatedFrom: '2026' }), /face_by_validated/)
  for (const facts of [{ customer: 'c' }, { tag: 't' }]) {
    t.match(list(facts), /INTEGER PRIMARY KEY/)
    t.match(plan(listed(query(facts), sight), 'count(*)'), /INTEGER PRIMARY KEY/)
  }
  const one: Piece = { sql: "f.thing = ? AND +f.kind = 'note'", params: ['x'] }
  t.match(plan(allOf([one, visibleSql(sight.visible)])), /face_by_thing/)
  t.match(plan(customersNamed('x', sight)), /INTEGER PRIMARY KEY/)
  t.match(plan(customersListed({ order: 'name', page: 1, size: 10 }, sight), 'f.thing', 'ORDER BY f.name, f.thing'), /face_by_name/)
})

t.test('how far somebody is behind is counted from the index of places alone, and no further than asked', async (t) => {
  const database = new Database(':memory:')
  database.exec(CATALOG_TABLES)
  t.teardown(() => database.close())
  const question = countedAfter(5, 4)
  const rows = database.prepare<unknown[]>(`EXPLAIN QUERY PLAN ${question.sql}`).all(...question.params) as { detail: string }[]
  const plan = rows.map(({ detail }) => detail).join()
  t.match(plan, /SEARCH thing USING COVERING INDEX thing_by_seq/)
  t.notMatch(plan, /TEMP B-TREE/, 'nothing is sorted, so that it can stop')
  database.exec("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 20) INSERT INTO thing (id, kind, version, seq, access_seq, bytes, modified) SELECT 'n' || n, 'note', 1, n, 0, 0, 0 FROM i")
  t.same(database.prepare<unknown[]>(question.sql).all(...question.params), [{ n: 4 }])
})
