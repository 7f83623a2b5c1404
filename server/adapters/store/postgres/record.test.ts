import t, { type Test } from 'tap'
import type { RecordEntry, RecordVerdict } from '../../../domain/policy/record.js'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { PostgresRecord } from './record.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const PEOPLE = ['ada', 'bo', 'cy']

function entry(n: number): RecordEntry {
  return {
    at: new Date(Date.UTC(2026, 2, 2, 8) + n * 60_000).toISOString(), who: PEOPLE[n % 3] ?? '', did: n % 4 === 0 ? 'note.reclassified' : 'thing.read',
    thing: { kind: n % 5 === 0 ? 'customer' : 'note', id: `id-${n % 7}` }, ...(n % 4 === 0 && { from: 'internal', to: 'confidential' }), via: 'page', request: `req-${n}`,
  }
}

const found = (verdict: RecordVerdict) => verdict.problems.map(({ what, n, to }) => (to === undefined ? `${what} ${n}` : `${what} ${n}-${to}`))

t.test('three processes write one chain: every entry once, none lost', only, async (t) => {
  const { all } = await opened(t, 3)
  await Promise.all(all.flatMap((record, process) => Array.from({ length: 100 }, (_, n) => record.append(entry(process * 100 + n + 1)))))
  t.match(await all[0]?.verify(), { whole: true, entries: 300, problems: [] })
  const { entries } = (await all[1]?.page({ limit: 500 })) as { entries: readonly RecordEntry[] }
  t.equal(new Set(entries.map(({ request }) => request)).size, 300)
})

t.test('an auditor reads the newest first, page by page, narrowed by person, act, thing and time, from PostgreSQL', only, async (t) => {
  const { record } = await opened(t)
  for (let n = 1; n <= 60; n += 1) await record.append(entry(n))
  const all = (await record.page({ limit: 500 })).entries
  t.strictSame(all.map(({ n }) => n), Array.from({ length: 60 }, (_, i) => 60 - i))
  t.strictSame(all[0], { ...entry(60), n: 60 })
  const paged: number[] = []
  for (let before: number | undefined, pages = 0; pages < 12; pages += 1) {
    const { entries, next } = await record.page({ limit: 7, ...(before !== undefined && { before }) })
    paged.push(...entries.map(({ n }) => n))
    if (next === null) break
    before = next
  }
  t.strictSame(paged, all.map(({ n }) => n), 'no entry twice, none left out')
  for (const query of [{ who: 'bo' }, { did: ['note.reclassified'] as const }, { kind: 'customer' as const }, { kind: 'note' as const, id: 'id-3' }, { from: entry(20).at, until: entry(30).at }, { who: 'ada', from: entry(40).at, before: 55 }]) {
    const expected = all.filter((one) =>
      (query.who === undefined || one.who === query.who) && (query.did === undefined || one.did === 'note.reclassified') && (query.kind === undefined || one.thing?.kind === query.kind)
      && (query.id === undefined || one.thing?.id === query.id) && (query.from === undefined || one.at >= query.from) && (query.until === undefined || one.at < query.until)
      && (query.before === undefined || one.n < query.before))
    t.ok(expected.length > 0 && expected.length < 60)
    t.strictSame((await record.page({ ...query, limit: 500 })).entries, expected, JSON.stringify(query))
  }
  t.strictSame(await record.page({ who: 'nobody' }), { entries: [], next: null })
})

t.test('nothing can be changed or taken out of the record, not even by who may write in it', only, async (t) => {
  const { record, database } = await opened(t)
  for (let n = 1; n <= 5; n += 1) await record.append(entry(n))
  for (const sql of ["UPDATE record_line SET who = 'nobody' WHERE n = 2", 'DELETE FROM record_line WHERE n = 2', 'TRUNCATE record_line']) {
    await t.rejects(database.run(piece(sql)), /only ever added to/, sql)
  }
  t.match(await record.verify(), { whole: true, entries: 5 })
})

t.test('whoever owns the database and switches that off is found out', only, async (t) => {
  const edits: readonly (readonly [string, readonly string[]])[] = [
    ["UPDATE record_line SET line = replace(line, 'bo', 'al') WHERE n = 4", ['edited 4']],
    ['DELETE FROM record_line WHERE n BETWEEN 3 AND 5', ['removed 3-5']],
    ['DELETE FROM record_line WHERE n > 8', ['shortened 9-10']],
    ["UPDATE record_line SET line = (SELECT line FROM record_line WHERE n = 7) WHERE n = 3", ['removed 3-3']],
    ["UPDATE record_line SET who = 'nobody' WHERE n = 6", ['edited 6']],
    ["UPDATE record_line SET thing = NULL WHERE n = 6", ['edited 6']],
    ["UPDATE record_head SET hash = repeat('a', 64)", ['head 10']],
  ]
  for (const [sql, expected] of edits) {
    const { record, database } = await opened(t)
    for (let n = 1; n <= 10; n += 1) await record.append(entry(n))
    t.match(await record.verify(), { whole: true }, 'premise')
    await database.run(piece('ALTER TABLE record_line DISABLE TRIGGER ALL'))
    await database.run(piece(sql))
    const verdict = await record.verify()
    t.equal(verdict.whole, false, sql)
    t.ok(found(verdict).some((one) => expected.includes(one)), `${sql}: ${found(verdict).join(', ')}`)
  }
})

t.test('who rewrites every line and the head is found out by a mark that was kept elsewhere', only, async (t) => {
  const { record } = await opened(t)
  for (let n = 1; n <= 5; n += 1) await record.append(entry(n))
  const mark = await record.mark()
  const other = await opened(t)
  for (let n = 1; n <= 6; n += 1) await other.record.append({ ...entry(n), who: 'cy' })
  t.match(await other.record.verify(), { whole: true }, 'premise: by itself it looks whole')
  t.same(found(await other.record.verify(mark)), ['witness 5'])
})

async function opened(t: Test, processes = 1): Promise<{ readonly record: PostgresRecord; readonly all: readonly PostgresRecord[]; readonly database: Database }> {
  if (typeof server === 'string') throw new Error(server)
  const url = await server.fresh()
  const databases = Array.from({ length: processes }, () => Database.open({ url, patience: { connection: 60_000, lock: 60_000 } }))
  t.teardown(() => Promise.all(databases.map((database) => database.close())))
  const all = databases.map((database) => new PostgresRecord(database))
  return { record: all[0] as PostgresRecord, all, database: databases[0] as Database }
}
