import { readFile, readdir, rm, stat, utimes, writeFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'libsql'
import t, { type Test } from 'tap'
import type { Note } from '../../../domain/notes/note.js'
import { done } from '../../../domain/people/refusal.js'
import { PEOPLE, principal, sightFor } from '../../../house/oracle/bank.js'
import { openNote } from '../contract/lists.js'
import { PASS, addCustomer, grantFor, idNumber, post } from '../contract/subject.js'
import { Catalog } from './catalog.js'
import { CountedFiles } from './counted-files.js'
import { FaultyFiles } from './faulty-files.js'
import { realFiles, type Files } from './files.js'
import { openReal } from './scratch-store.js'
import { openStore, type Store } from './store.js'

const ALL = { order: 'newest', page: 1, size: 50 } as const
const reader = () => sightFor(principal('colleague-in-alpha'))

t.test('a catalog that is lost, or no catalog at all, is made anew from the files', async (t) => {
  const bank = await scratch(t)
  const first = await bank.open()
  for (let at = 0; at < 40; at += 1) await post(first, openNote(at))
  const before = await first.notes.list(ALL, reader())
  t.equal(before.total, 40)
  await bank.close()
  const file = join(bank.root, 'catalog.sqlite')
  for (const harm of [() => rm(file), () => writeFile(file, 'not a database'), () => writeFile(file, ''), () => otherVersion(file)]) {
    await harm()
    const store = await bank.open()
    t.same(store.progress(), { done: 40, total: 40, ready: true })
    t.same(await store.notes.list(ALL, reader()), before)
    t.ok(store.feed.lowWater() >= 40, 'numbers go on')
    await bank.close()
  }
})

t.test('with its catalog a store starts without reading a single note', async (t) => {
  const bank = await scratch(t)
  const first = await bank.open()
  for (let at = 0; at < 40; at += 1) await post(first, openNote(at))
  await bank.close()
  const files = new CountedFiles()
  const store = await bank.open(files)
  const reads = files.reads
  t.equal(store.progress().total, 0)
  t.equal((await store.notes.list({ ...ALL, size: 1 }, reader())).total, 40)
  t.equal(files.reads, reads + 1, 'the one on the page')
})

t.test('a note that was put back from a backup has the rights its file says', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  await post(store, openNote(2))
  await bank.close()
  const file = noteFile(bank.root, 1)
  const kept = JSON.parse(await readFile(file, 'utf8')) as Note
  await writeFile(file, JSON.stringify({ ...kept, rights: { ...kept.rights, audience: 'private' } }))
  const again = await bank.open()
  t.equal(again.progress().total, 1, 'only that one was read')
  t.same((await again.notes.list(ALL, reader())).rows.map(({ id }) => id), [openNote(2).id])
  t.equal(await again.notes.get(openNote(1).id, reader()), null)
})

t.test('after the machine went down the catalog is not believed; after a killed process it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-catalog-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'catalog.sqlite')
  const opens = (boot: string | null) => Catalog.open(realFiles, path, { boot })
  t.equal((await opens('monday')).fresh, true)
  const sameRun = await opens('monday')
  t.equal(sameRun.fresh, false, 'killed, and started again')
  const closed = await opens('tuesday')
  t.equal(closed.fresh, true, 'the machine was restarted while it was open')
  closed.close()
  const later = await opens('wednesday')
  t.equal(later.fresh, false, 'it had been closed')
  t.equal((await opens(null)).fresh, true, 'nobody knows')
})

t.test('one damaged note is set aside and stops nobody', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  for (const n of [1, 2, 3]) await post(store, openNote(n))
  await bank.close()
  await writeFile(noteFile(bank.root, 2), '{"schema":1,"id"')
  const again = await bank.open()
  t.same((await again.notes.list(ALL, reader())).rows.map(({ id }) => id).sort(), [openNote(1).id, openNote(3).id].sort())
  t.equal(await again.notes.get(openNote(2).id, reader()), null)
  t.ok(bank.said.some((words) => words.includes('set aside')), 'and it was said')
  t.equal((await readdir(join(bank.root, 'quarantine'))).length, 2, 'the file and its report')
  await t.rejects(post(again, openNote(2)), /quarantine/, 'never started anew over it')
})

t.test('a note whose file is gone is reported and in no list', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  for (const n of [1, 2]) await post(store, openNote(n))
  await bank.close()
  await rm(noteFile(bank.root, 1))
  const again = await bank.open()
  t.equal((await again.notes.list(ALL, reader())).total, 1)
  t.ok(bank.said.some((words) => words.includes('files are missing')))
})

t.test('when a customer\'s file is lost, notes about it are closed until it is back', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await addCustomer(store, { id: idNumber(1), restricted: true, team: 'relationship', curators: ['appointed'] })
  await post(store, about(1, idNumber(1)))
  await bank.close()
  const file = join(bank.root, 'customers', idNumber(1).slice(-2), `${idNumber(1)}.json`)
  const text = await readFile(file, 'utf8')
  for (const harm of [() => rm(file), () => writeFile(file, text.slice(0, 100))]) {
    await harm()
    await rm(join(bank.root, 'catalog.sqlite'))
    const again = await bank.open()
    const sight = (name: string) => sightFor(principal(name), { people: PEOPLE, restricted: again.customers.restricted() })
    t.equal(await again.notes.count(ALL, sight('second-steward')), 0)
    t.equal(await again.notes.get(openNote(1).id, sight('colleague-in-alpha')), null)
    t.not(await again.notes.get(openNote(1).id, sight('author')), null, 'one\'s own words stay')
    await bank.close()
    await writeFile(file, text)
  }
})

t.test('a file of a later release is refused by name', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  await bank.close()
  const text = await readFile(noteFile(bank.root, 1), 'utf8')
  await writeFile(noteFile(bank.root, 1), text.replace('"schema":1', '"schema":999'))
  await t.rejects(bank.open(), new RegExp(`${openNote(1).id}.json: its schema is 999`))
  t.match(await readFile(noteFile(bank.root, 1), 'utf8'), /"schema":999/, 'and left as it is')
})

t.test('places in the feed that are just being written are on disk before a store is closed', async (t) => {
  const bank = await scratch(t)
  let [slow, renaming] = [false, false]
  const files: Files = {
    ...realFiles,
    rename: async (from, to) => {
      renaming = slow
      if (slow) await pause(300)
      await realFiles.rename(from, to)
    },
  }
  const store = await bank.open(files)
  await post(store, openNote(1))
  slow = true
  await store.feed.moveCursor('search', 1)
  await until(() => renaming)
  await bank.close()
  t.match(JSON.parse(await readFile(join(bank.root, 'feed.json'), 'utf8')), { cursors: { search: 1 } })
})

t.test('whichever operation of a write fails, memory, disk and catalog say the same, and the next write works', async (t) => {
  const bank = await scratch(t)
  const { id } = openNote(1)
  let failed = 0
  for (let n = 1; ; n += 1) {
    const files = new FaultyFiles(realFiles, { at: Infinity, code: 'EIO' })
    const store = await bank.open(files)
    await post(store, openNote(1))
    const before = await store.allNotes.read(id, PASS)
    const mark = store.feed.lowWater()
    const held = [...store.feed.onHold()]
    const open = before?.rights.audience === 'enterprise'
    files.plant(n)
    const outcome = await store.notes.change(grantFor('note.narrow', id), (note) => {
      return done({ ...note, rights: { ...note.rights, audience: open ? 'private' : 'enterprise' } })
    }).then(() => 'answered', () => 'failed')
    const operation = files.failed
    files.heal()
    const memory = await store.allNotes.read(id, PASS)
    const disk = JSON.parse(await readFile(noteFile(bank.root, 1), 'utf8')) as Note
    const at = `operation ${n}, ${operation ?? 'none'}`
    t.equal(memory?.version, disk.version, `${at}: memory is disk`)
    // A row that could not be made because its file could not be looked at is tried again.
    await until(() => store.feed.lowWater() > mark)
    const listed = (await store.notes.list(ALL, reader())).rows.some((note) => note.id === id)
    t.equal(listed, memory?.rights.audience === 'enterprise', `${at}: the catalog too`)
    if (outcome === 'answered') t.equal(memory?.version, (before?.version ?? 0) + 1, `${at}: what was answered is there`)
    else if (memory?.version === before?.version) t.same([...store.feed.onHold()], held, `${at}: nothing is on hold for a write that was not`)
    if (outcome === 'failed') failed += 1
    const writable = await post(store, openNote(1000 + n)).then(() => true, () => false)
    t.ok(writable || operation?.includes('sync folder'), `${at}: the next write`)
    await bank.close()
    if (operation === null) break
  }
  t.ok(failed > 3, `${failed} operations failed`)
})

t.test('a thing that the catalog did not take is shown in no list until it has, and nothing is lost', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  const mark = store.feed.lowWater()
  const other = new Database(join(bank.root, 'catalog.sqlite'))
  other.exec('BEGIN IMMEDIATE')
  const narrowed = await store.notes.change(grantFor('note.narrow', openNote(1).id), (note) => done({ ...note, rights: { ...note.rights, audience: 'private' } }))
  t.match(narrowed, { ok: true, value: { version: 2 } }, 'it is on disk')
  await post(store, openNote(2))
  t.equal(await store.notes.count(ALL, reader()), 0, 'neither the old row nor a new one')
  t.equal(await store.notes.get(openNote(1).id, reader()), null, 'closed is closed')
  t.not(await store.notes.get(openNote(2).id, reader()), null, 'and who wrote it can open it')
  t.equal(store.feed.lowWater(), mark, 'nobody reads past it')
  other.exec('ROLLBACK')
  other.close()
  await until(() => store.feed.lowWater() >= mark + 2)
  t.same((await store.notes.list(ALL, reader())).rows.map(({ id }) => id), [openNote(2).id])
  t.same((await store.feed.after(mark, 10, PASS)).map(({ id }) => id), [openNote(1).id, openNote(2).id])
})

t.test('a note whose old texts are lost is closed, and its neighbours are not', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  await post(store, openNote(2))
  for (let n = 2; n <= 8; n += 1) {
    await store.notes.change(grantFor('note.edit', openNote(1).id), (note) => done({
      ...note, revision: n, revisions: [...note.revisions, { ...note.revisions[0], number: n, body: '字'.repeat(16_000) + 'x'.repeat(40_000) }],
    }))
  }
  await bank.close()
  const old = noteFile(bank.root, 1).replace('.json', '.old.json')
  t.ok((await stat(noteFile(bank.root, 1))).size < 500_000, 'the note itself stays small')
  t.ok((await stat(old)).size > 100_000)
  await rm(old)
  await rm(join(bank.root, 'catalog.sqlite'))
  const again = await bank.open()
  t.same((await again.notes.list(ALL, reader())).rows.map(({ id }) => id), [openNote(2).id])
  t.equal(await again.notes.get(openNote(1).id, reader()), null)
})

t.test('a write that stops half-way leaves a long note with every one of its old texts', async (t) => {
  const bank = await scratch(t)
  const first = await bank.open()
  const { id } = openNote(1)
  await post(first, openNote(1))
  const longer = (note: Note) => done<Note>({
    ...note, revision: note.revision + 1,
    revisions: [...note.revisions, { ...note.revisions[0], number: note.revision + 1, body: `${note.revision + 1}`.padEnd(50_000, 'x') }],
  })
  for (let n = 0; n < 8; n += 1) await first.notes.change(grantFor('note.edit', id), longer)
  t.ok((await readdir(join(bank.root, 'notes', id.slice(-2)))).includes(`${id}.old.json`))
  await bank.close()
  let failed = 0
  for (let n = 1; ; n += 1) {
    const files = new FaultyFiles(realFiles, { at: Infinity, code: 'EIO' })
    const store = await bank.open(files)
    const before = await store.allNotes.read(id, PASS)
    files.plant(n)
    const answered = await store.notes.change(grantFor('note.edit', id), longer).then(() => true, () => false)
    const operation = files.failed
    files.heal()
    await bank.close()
    const again = await bank.open()
    const after = await again.allNotes.read(id, PASS)
    const at = `operation ${n}, ${operation ?? 'none'}`
    t.ok(after && after.revision >= (before?.revision ?? 0) + (answered ? 1 : 0), at)
    t.same(after?.revisions.map((r) => r.number), Array.from({ length: after?.revision ?? 0 }, (_, r) => r + 1), `${at}: all texts are there`)
    await bank.close()
    if (!answered) failed += 1
    if (operation === null) break
  }
  t.ok(failed > 8, `${failed} operations failed`)
})

t.test('a file that was only touched is read again and nothing else happens', async (t) => {
  const bank = await scratch(t)
  const store = await bank.open()
  await post(store, openNote(1))
  await bank.close()
  await utimes(noteFile(bank.root, 1), new Date(), new Date(Date.now() + 5_000))
  const again = await bank.open()
  t.same(again.progress(), { done: 1, total: 1, ready: true })
  t.same(await again.allNotes.read(openNote(1).id, PASS), openNote(1))
})

function about(n: number, customer: string): Note {
  return openNote(n, (note) => ({ ...note, revisions: [{ ...note.revisions[0], about: { ...note.revisions[0].about, customers: [customer] } }] }))
}

function noteFile(root: string, n: number): string {
  const { id } = openNote(n)
  return join(root, 'notes', id.slice(-2), `${id}.json`)
}

async function otherVersion(file: string): Promise<void> {
  const database = new Database(file)
  database.exec("UPDATE meta SET value = '0' WHERE key = 'version'")
  database.close()
}

/** Without a bound of our own: the runner's is generous, and no assertion is about time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}

async function scratch(t: Test) {
  const root = await mkdtemp(join(tmpdir(), 'tacit-store-'))
  const said: string[] = []
  let close = async () => {}
  t.teardown(async () => {
    await close()
    await rm(root, { recursive: true })
  })
  const note = (_facts: unknown, words: string) => void said.push(words)
  return {
    root,
    said,
    close: () => close(),
    open: async (files?: Files): Promise<Store> => {
      const data = await openReal(root, files)
      const store = await openStore(data, { log: { warn: note, error: note } })
      close = async () => {
        close = async () => {}
        await store.close()
        await data.close()
      }
      await store.ready.catch(async (error: unknown) => {
        await close()
        throw error
      })
      return store
    },
  }
}
