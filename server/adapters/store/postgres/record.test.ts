import t, { type Test } from 'tap'
import type { RecordEntry, RecordVerdict } from '../../../domain/policy/record.js'
import { entryNumber, recordContract, type OpenRecord } from '../contract/record.js'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { PostgresRecord } from './record.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const found = (verdict: RecordVerdict) => verdict.problems.map(({ what, n, to }) => (to === undefined ? `${what} ${n}` : `${what} ${n}-${to}`))

await t.test('postgres: the record', only, (t) => recordContract(t, async (t) => {
  if (typeof server === 'string') throw new Error(server)
  const url = await server.fresh()
  const open = (): OpenRecord => {
    const database = Database.open({ url })
    t.teardown(() => database.close())
    return { record: new PostgresRecord(database), reopen: async () => open() }
  }
  return open()
}))

t.test('three processes write one chain: every entry once, none lost', only, async (t) => {
  const { all } = await opened(t, 3)
  await Promise.all(all.flatMap((record, process) => Array.from({ length: 100 }, (_, n) => record.append(entryNumber(process * 100 + n + 1)))))
  t.match(await all[0]?.verify(), { whole: true, entries: 300, problems: [] })
  const { entries } = (await all[1]?.page({ limit: 500 })) as { entries: readonly RecordEntry[] }
  t.equal(new Set(entries.map(({ request }) => request)).size, 300)
})

t.test('nothing can be changed or taken out of the record, not even by who may write in it', only, async (t) => {
  const { record, database } = await opened(t)
  for (let n = 1; n <= 5; n += 1) await record.append(entryNumber(n))
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
    for (let n = 1; n <= 10; n += 1) await record.append(entryNumber(n))
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
  for (let n = 1; n <= 5; n += 1) await record.append(entryNumber(n))
  const mark = await record.mark()
  const other = await opened(t)
  for (let n = 1; n <= 6; n += 1) await other.record.append({ ...entryNumber(n), who: 'cy' })
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
