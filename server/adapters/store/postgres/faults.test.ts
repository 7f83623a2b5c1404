import t from 'tap'
import { done } from '../../../domain/people/refusal.js'
import { openNote } from '../contract/lists.js'
import { PASS, grantFor, post } from '../contract/subject.js'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'
import { openProcesses } from './scratch-processes.js'
import { StoreAway } from './store-away.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const commented = (text: string) => (note: ReturnType<typeof openNote>) =>
  done({ ...note, comments: [...note.comments.filter(({ id }) => id !== text), { id: text, by: 'author', at: '2026-03-01T00:00:00.000Z', text, on: 1, floor: note.rights }] })

t.test('a write whose connection is killed before its commit is refused as not now, and did not happen (F9)', only, async (t) => {
  if (typeof server === 'string') return
  const [one] = await openProcesses(t, server, 1)
  if (!one) return t.fail('there is a process')
  await post(one.store, openNote(1))
  const held = one.database.holdNextWrite()
  const write = one.store.notes.change(grantFor('note.comment', openNote(1).id), commented('lost'))
  const refused = t.rejects(write, StoreAway)
  await held.begun
  await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tacit' AND state = 'idle in transaction'")
  held.letGo()
  await refused
  t.same((await one.store.allNotes.read(openNote(1).id, PASS))?.version, 1)
  t.match(await one.store.notes.change(grantFor('note.comment', openNote(1).id), commented('again')), { ok: true, value: { version: 2 } })
  t.same([...one.store.feed.onHold()], [])
})

t.test('while PostgreSQL is down every question is refused as not now; when it is back everything goes on by itself (F9)', only, async (t) => {
  if (typeof server === 'string') return
  const [one, two] = await openProcesses(t, server, 2)
  if (!one || !two) return t.fail('there are two processes')
  await post(one.store, openNote(1))
  await server.down()
  try {
    await t.rejects(one.store.around.fresh(), StoreAway, 'whoever cannot know what changed shows nothing')
    await t.rejects(one.store.allNotes.read(openNote(1).id, PASS), StoreAway)
    await t.rejects(post(one.store, openNote(2)), StoreAway)
    await t.rejects(one.store.notes.change(grantFor('note.comment', openNote(1).id), commented('down')), StoreAway)
  } finally {
    await server.up()
  }
  await one.store.around.fresh()
  t.equal((await one.store.allNotes.read(openNote(1).id, PASS))?.version, 1)
  t.equal(await one.store.allNotes.read(openNote(2).id, PASS), null)
  await post(two.store, openNote(2))
  await post(one.store, openNote(2))
  t.equal((await one.store.feed.after(0, 10, PASS)).length, 2, 'nothing was written twice')
})

t.test('when all connections are taken whoever comes is told within the time set, and nobody before them fails (F9)', only, async (t) => {
  if (typeof server === 'string') return
  const small = Database.open({ url: await server.fresh(), connections: 1, patience: { connection: 1_000 } })
  t.teardown(() => small.close())
  t.same(await small.one(piece('SELECT 1 AS n')), { n: 1 }, 'premise: it is connected')
  let letGo: () => void = () => {}
  const going = new Promise<void>((resolve) => (letGo = resolve))
  const busy = small.transaction(async (tx) => {
    await going
    return tx.one<{ n: number }>(piece('SELECT 1 AS n'))
  })
  await t.rejects(small.one(piece('SELECT 1')), StoreAway)
  letGo()
  t.same((await busy).value, { n: 1 })
  t.same(await small.one(piece('SELECT 1 AS n')), { n: 1 }, 'and then it goes on')
})

t.test('a question that takes longer than the time set, or waits too long for a row, is ended', only, async (t) => {
  if (typeof server === 'string') return
  const url = await server.fresh()
  const database = Database.open({ url, patience: { statement: 300, lock: 200 } })
  t.teardown(() => database.close())
  await t.rejects(database.one(piece('SELECT pg_sleep(20)')), StoreAway)
  const held = database.transaction(async (tx) => {
    await tx.rows(piece("INSERT INTO fact (key, value) VALUES ('a', 'b')"))
    await t.rejects(database.run(piece("INSERT INTO fact (key, value) VALUES ('a', 'c')")), StoreAway)
  })
  await held
  t.same(await database.one(piece("SELECT value FROM fact WHERE key = 'a'")), { value: 'b' })
})

t.test('a mistake of ours is no excuse: it is not told as the database being away', only, async (t) => {
  if (typeof server === 'string') return
  const database = Database.open({ url: await server.fresh() })
  t.teardown(() => database.close())
  const error = await database.one(piece('SELECT no_such_column FROM thing')).then(() => null, (one: unknown) => one)
  t.ok(error instanceof Error && !(error instanceof StoreAway))
  await t.rejects(database.transaction(async () => { throw new Error('planted') }), /planted/)
  t.same(await database.one(piece('SELECT 1 AS n')), { n: 1 })
})
