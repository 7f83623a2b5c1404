import t, { type Test } from 'tap'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { Room } from './room.js'
import { counted, scratchServer } from './scratch-postgres.js'

interface Word {
  readonly said: string
}
const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const changes = (from: number, to: number, document: Word | null) => new Map(Array.from({ length: to - from }, (_, n) => [`word-${String(from + n).padStart(5, '0')}`, document]))

async function several(t: Test, count: number): Promise<{ readonly database: Database; readonly rooms: readonly Room<Word>[] }> {
  if (typeof server === 'string') throw new Error(server)
  const database = Database.open({ url: await server.fresh(), patience: { connection: 60_000, statement: 60_000, lock: 60_000 } })
  t.teardown(() => database.close())
  const rooms = Array.from({ length: count }, () => new Room<Word>(database, 'words', { now: 1 }))
  for (const room of rooms) await room.load()
  return { database, rooms }
}

t.test('what was removed is forgotten by everybody: those who heard of it, those who slept over it, and those who come later', only, async (t) => {
  const { database, rooms: [here, there, asleep] } = await several(t, 3) as { database: Database; rooms: [Room<Word>, Room<Word>, Room<Word>] }
  await here.change(() => changes(0, 20, { said: 'first' }))
  await asleep.follow()
  t.equal(asleep.all().size, 20, 'premise')
  await here.change(() => changes(0, 12, null))
  for (let n = 0; n < 1_001; n += 1) await here.change(() => changes(19, 20, { said: `time ${n}` }))
  await there.follow()
  t.equal(await counted(database, "kept WHERE room = 'words' AND doc IS NULL"), 12, 'premise: each is told by a row')
  await here.forget()
  t.equal(await counted(database, "kept WHERE room = 'words' AND doc IS NULL"), 1, 'one mark is left of them')
  t.equal(await counted(database, "kept WHERE room = 'words' AND doc IS NOT NULL"), 8)

  const kept = [...changes(12, 20, null).keys()]
  await there.follow()
  t.same([...there.all().keys()], kept)
  await asleep.follow()
  t.same([...asleep.all().keys()], kept, 'who slept has nothing left of what is gone')
  t.same(asleep.get('word-00019'), { said: 'time 1000' })
  t.equal(asleep.known, here.known)
  const later = new Room<Word>(database, 'words', { now: 1 })
  await later.load()
  t.same([...later.all().keys()], kept)
  t.equal(later.known, here.known)

  await asleep.change(() => changes(3, 4, { said: 'again' }))
  await later.follow()
  t.same([asleep.get('word-00003'), later.get('word-00003')], [{ said: 'again' }, { said: 'again' }], 'and what was removed once may come back')
  await here.forget()
  await here.follow()
  t.same(here.get('word-00003'), { said: 'again' })
})

t.test('somebody who slept and writes first has forgotten it too before they are asked what to write', only, async (t) => {
  const { rooms: [here, asleep] } = await several(t, 2) as { database: Database; rooms: [Room<Word>, Room<Word>] }
  await here.change(() => changes(0, 5, { said: 'first' }))
  await asleep.follow()
  await here.change(() => changes(0, 4, null))
  for (let n = 0; n < 1_001; n += 1) await here.change(() => changes(9, 10, { said: `time ${n}` }))
  await here.forget()
  let seen: readonly string[] = []
  await asleep.change((now) => {
    seen = [...now.all().keys()]
    return new Map()
  })
  t.same(seen, ['word-00004', 'word-00009'])
})

t.test('the last changes are still told one by one, so nobody who is a moment behind reads all anew', only, async (t) => {
  const { database, rooms: [here, there] } = await several(t, 2) as { database: Database; rooms: [Room<Word>, Room<Word>] }
  await here.change(() => changes(0, 5, { said: 'first' }))
  await there.follow()
  await here.change(() => changes(0, 4, null))
  await here.forget()
  t.equal(await counted(database, "kept WHERE room = 'words' AND doc IS NULL"), 4)
  await there.follow()
  t.same([...there.all().keys()], ['word-00004'])
})

t.test('a room is in the order of ids, whatever came first, and its list is another one after each change', only, async (t) => {
  const { rooms: [room] } = await several(t, 1) as { database: Database; rooms: [Room<Word>] }
  await room.change(() => changes(5, 8, { said: 'later' }))
  const before = room.list()
  t.equal(room.list(), before)
  await room.change(() => changes(0, 2, { said: 'sooner' }))
  t.same([...room.all().keys()], ['word-00000', 'word-00001', 'word-00005', 'word-00006', 'word-00007'])
  await room.change(() => changes(7, 8, null))
  await room.change(() => changes(6, 7, { said: 'other' }))
  t.same(room.list().map(({ said }) => said), ['sooner', 'sooner', 'later', 'other'])
  t.equal(before.length, 3, 'and the one before is as it was')
})

t.test('an answer that comes after a newer one takes nothing back', only, async (t) => {
  const { database, rooms: [here, there] } = await several(t, 2) as { database: Database; rooms: [Room<Word>, Room<Word>] }
  await there.change(() => changes(0, 1, { said: 'first' }))
  const late = await database.rows<{ id: string; n: number; doc: string | null }>(piece("SELECT id, n, doc::text AS doc FROM kept WHERE room = 'words'"))
  t.equal(late.length, 1, 'premise')
  await here.change(() => changes(0, 1, { said: 'second' }))
  here.take(late)
  t.same(here.get('word-00000'), { said: 'second' })
  await here.change(() => changes(0, 1, null))
  here.take(late)
  t.equal(here.get('word-00000'), undefined)
})

t.test('whoever cannot read a change does not go on as if they knew it: not even what they could read of it', only, async (t) => {
  const { database, rooms: [here] } = await several(t, 1) as { database: Database; rooms: [Room<Word>] }
  const older = new Room<Word>(database, 'words', {
    now: 1,
    check: (stored) => {
      if (stored['said'] === 'of a later release') throw new Error('unknown')
      return stored as unknown as Word
    },
  })
  await here.change(() => changes(0, 3, { said: 'first' }))
  await older.load()
  await here.change(() => new Map([['word-00000', { said: 'of a later release' }], ['word-00001', null]]))
  await t.rejects(older.follow(), /word-00000/)
  await t.rejects(older.follow(), /word-00000/, 'it is no matter of asking once more')
  t.ok(older.known < here.known)
  await here.change(() => changes(0, 1, { said: 'mended' }))
  await older.follow()
  t.same([...older.all()], [...here.all()])
  t.equal(older.get('word-00001'), undefined, 'what was taken away with it is gone')
})
