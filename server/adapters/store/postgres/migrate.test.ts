import t, { type Test } from 'tap'
import { Database } from './database.js'
import { SchemaTooNew, migrate, migrations } from './migrate.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

t.test('three processes that start at once over an empty database make its schema once', only, async (t) => {
  const url = await emptyAddress()
  const all = [open(t, url), open(t, url), open(t, url)]
  const taken = await Promise.all(all.map((database) => migrate(database)))
  const names = (await migrations()).map(({ name }) => name)
  t.ok(names.length > 1, 'premise: there are steps')
  t.same(taken.flat().sort(), names)
  t.same(await migrate(all[0] as Database), [], 'and nothing is left to do')
})

t.test('a database of a later release is refused with a sentence that says what to do', only, async (t) => {
  const database = open(t, await emptyAddress())
  await migrate(database)
  const { length } = await migrations()
  await database.run(piece("INSERT INTO schema_step (number, name) VALUES (?, 'later.sql')", length + 1))
  await t.rejects(migrate(database), new SchemaTooNew(length + 1, length))
  await t.rejects(migrate(database), /Start the release that made it, or restore a backup/)
})

t.test('a step that fails half-way leaves nothing of itself, and the one before stands', only, async (t) => {
  const database = open(t, await emptyAddress())
  const real = await migrations()
  const broken = { number: real.length + 1, name: 'broken.sql', sql: 'CREATE TABLE half (id text); SELECT no_such_function()' }
  await t.rejects(migrate(database, [...real, broken]), /no_such_function/)
  t.same(await database.rows(piece("SELECT to_regclass('half') AS half, to_regclass('thing')::text AS thing")), [{ half: null, thing: 'thing' }])
  t.same(await migrate(database), [])
})

t.test('places go on rising in a database that was restored where transactions have smaller numbers', only, async (t) => {
  const database = open(t, await emptyAddress())
  await migrate(database)
  await database.run(piece("INSERT INTO thing (id, kind, version, seq, doc) VALUES ('old', 'note', 1, ?::bigint, '{}')", 5_000_000_000))
  await migrate(database)
  const next = await database.one<{ place: number; open: number }>(piece('SELECT next_place() AS place, open_place() AS open'))
  t.ok((next?.place ?? 0) > 5_000_000_000 && (next?.open ?? 0) > 5_000_000_000, JSON.stringify(next))
  await migrate(database)
  t.ok(((await database.one<{ place: number }>(piece('SELECT next_place() AS place')))?.place ?? 0) < 5_000_000_000 * 1.5, 'once is enough')
})

async function emptyAddress(): Promise<string> {
  if (typeof server === 'string') throw new Error(server)
  return server.empty()
}

function open(t: Test, url: string): Database {
  const database = Database.open({ url })
  t.teardown(() => database.close())
  return database
}
