// Long because one bank with something of every kind is made once and moved in every way.
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openDemoBank } from '../../../journeys/demo-bank.js'
import { openBank } from '../../../journeys/bank.js'
import { sightOf } from '../../../domain/policy/readable.js'
import { ROOT } from '../../../root.js'
import type { House } from '../../../http/house.js'
import { itemsInFolder } from '../lowdb/folder-items.js'
import { KINDS, type ItemKind } from '../portal-items.js'
import { Database } from './database.js'
import { CLOCK, documentsIn, fillBank, fillDocuments, notesIn, withFolder } from './scratch-full-bank.js'
import { moveIn } from './move-in.js'
import { moveOut } from './move-out.js'
import { piece } from './pieces.js'
import { PostgresRecord } from './record.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const scratch = await mkdtemp(join(tmpdir(), 'tacit-moving-'))
const folder = join(scratch, 'data')
t.teardown(() => rm(scratch, { recursive: true, force: true }))

/** Who may read what, by the law: everybody of the bank against every note, customer and draft. */
async function rightsIn(house: House, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rights = new Map<string, string>()
  for (const person of house.people.directory().persons.values()) {
    const sight = sightOf({ kind: 'person', person }, house.directories(), house.clock.today())
    for (const id of ids) {
      const note = await house.notes.get(id, sight)
      if (note) rights.set(`${person.id} ${id}`, `${note.version} ${note.face} ${note.asCurator} ${note.revisions.map(({ number, body }) => `${number}:${body.length}`).join()} ${note.comments.length}`)
    }
    rights.set(person.id, `${(await house.notes.list({ order: 'newest', page: 1, size: 1 }, sight)).total} notes, ${(await house.customers.list({ order: 'name', page: 1, size: 1 }, sight)).total} customers, ${(await house.drafts.list(person.id)).length} drafts, ${await house.post.notices.unread(person.id)} unread`)
  }
  return rights
}

let ids: readonly string[] = []
let before: ReadonlyMap<string, string> = new Map()

t.test('a bank in files with something of every kind', only, async (t) => {
  const bank = await openDemoBank(null, { folder, env: { DATABASE_URL: '' } })
  await fillBank(bank)
  ids = await notesIn(folder)
  const again = await openBank(null, { folder, env: { DATABASE_URL: '' } })
  await again.house.started()
  await again.house.caughtUp()
  before = await rightsIn(again.house, ids)
  await again.close()
  await fillDocuments(folder, ids[0] as string)
  const kinds = new Map<ItemKind, number>()
  await withFolder(folder, async (data) => { for await (const { kind } of itemsInFolder(data)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1) })
  t.same(KINDS.filter((kind) => !kinds.get(kind)), [], 'premise: nothing is missing that could be lost on the way')
  t.ok((await readdir(join(folder, 'notes'), { recursive: true })).some((name) => name.endsWith('.old.json')), 'premise: a note has more revisions than fit into one file')
})

t.test('moved to PostgreSQL the same people read the same texts, everything is there, and the record is whole', only, async (t) => {
  const url = await fresh()
  const database = Database.open({ url })
  const { kinds, before: already } = await withFolder(folder, (data) => moveIn({ database, data }))
  t.equal(already, false)
  t.ok((kinds.get('note')?.count ?? 0) >= 20)
  t.match(await new PostgresRecord(database).verify(), { whole: true, entries: kinds.get('record')?.count })
  t.equal((await withFolder(folder, (data) => moveIn({ database, data }))).before, true, 'once more, and nothing is done')
  await database.close()
  const bank = await openBank(null, { env: { DATABASE_URL: url } })
  try {
    await bank.house.started()
    t.equal(bank.house.people.directory().persons.size > 10, true)
    t.same(await rightsIn(bank.house, ids), before)
    await bank.house.caughtUp()
    const li = await bank.signIn('li.na' as never)
    t.match((await li.get('/search?q=Strange+letters')).body, /<mark>/, 'the index was made anew')
    // Places go on above those that came along: what is written now is heard of.
    const answer = await li.submit((await li.get('/notes/new')).form('/notes'), { title: 'After the move', body: 'Quagga stripes were seen at the counter.' })
    t.equal(answer.status, 303)
    await bank.house.caughtUp()
    t.match((await li.get('/search?q=Quagga')).body, /<mark>/)
    t.equal((await bank.house.record.verify()).whole, true)
  } finally {
    await bank.close()
  }
})

t.test('moved to PostgreSQL and back the documents are the same, all of them', only, async (t) => {
  const database = Database.open({ url: await fresh() })
  t.teardown(() => database.close())
  await withFolder(folder, (data) => moveIn({ database, data }))
  const back = join(scratch, 'back')
  await moveOut({ database, into: back, clock: CLOCK, rehearsal: true })
  const [one, other] = [await documentsIn(folder), await documentsIn(back)]
  t.same([...other.keys()], [...one.keys()], 'the same files')
  t.ok(one.size > 60, `premise: ${one.size} files`)
  for (const [name, document] of one) t.strictSame(other.get(name), document, name)
  const bank = await openBank(null, { folder: back, env: { DATABASE_URL: '' } })
  await bank.house.started()
  t.same(await rightsIn(bank.house, ids), before)
  t.equal((await bank.house.record.verify()).whole, true)
  await bank.close()
  await t.rejects(moveOut({ database, into: back, clock: CLOCK, rehearsal: true }), { code: 'backup.not_empty' })
})

t.test('a database that holds anything, or that a portal serves, takes nobody else in', only, async (t) => {
  const url = await fresh()
  const bank = await openBank(null, { env: { DATABASE_URL: url } })
  await bank.house.started()
  const database = Database.open({ url })
  t.teardown(() => database.close())
  await t.rejects(withFolder(folder, (data) => moveIn({ database, data })), { code: 'move.portal_runs' })
  await t.rejects(moveOut({ database, into: join(scratch, 'served'), clock: CLOCK, rehearsal: true }), { code: 'move.portal_runs' })
  const people = bank.house.people.directory().persons.size
  await bank.close()
  await t.rejects(withFolder(folder, (data) => moveIn({ database, data })), { code: 'move.not_empty' })
  t.equal((await database.one<{ n: number }>(piece("SELECT count(*) AS n FROM kept WHERE room = 'people' AND id LIKE 'person:%'")))?.n, people, 'and nothing of it was touched')
})

t.test('killed in the middle the move goes on when it is run again, and no portal opens half a bank', { ...only, timeout: 180_000 }, async (t) => {
  const url = await fresh()
  const many = join(scratch, 'many')
  await cp(folder, many, { recursive: true })
  await multiply(many, 700)
  const killed = await move(many, url, (said) => /notes 200 of/.test(said))
  t.match(killed, /notes 200 of/)
  t.notMatch(killed, /holds the same/, 'premise: it was killed before its end')
  const database = Database.open({ url })
  t.teardown(() => database.close())
  const half = (await database.one<{ n: number }>(piece("SELECT count(*) AS n FROM thing WHERE kind = 'note'")))?.n ?? 0
  t.ok(half >= 200 && half < 700, `premise: ${half} notes were there`)
  await t.rejects(openBank(null, { env: { DATABASE_URL: url } }), { code: 'move.under_way' })
  const rest = await move(many, url)
  t.match(rest, /holds the same as the files, by count and hash/)
  t.notMatch(rest, new RegExp(`notes ${half} of`), 'what was there did not come again')
  t.match(await move(many, url), /All of it was moved before/)
  const back = join(scratch, 'many-back')
  await moveOut({ database, into: back, clock: CLOCK, rehearsal: true })
  const [one, other] = [await documentsIn(many), await documentsIn(back)]
  t.same([...other.keys()], [...one.keys()])
  t.same([...one].filter(([name, document]) => JSON.stringify(other.get(name)) !== JSON.stringify(document)).map(([name]) => name), [])
  await t.rejects(openBank(null, { folder: many, env: { DATABASE_URL: '' } }), { code: 'move.went_elsewhere' }, 'whoever starts the old files by mistake is told')
})

t.test('when the files changed after a move was stopped, it begins anew', only, async (t) => {
  const changed = join(scratch, 'changed')
  // Made anew from the files, and whoever closes it takes a part of it away.
  await cp(folder, changed, { recursive: true, filter: (path) => !path.includes('catalog.sqlite') })
  const database = Database.open({ url: await fresh() })
  t.teardown(() => database.close())
  const stopped = new Error('stopped here')
  await t.rejects(withFolder(changed, (data) => moveIn({ database, data, told: (kind) => { if (kind === 'draft') throw stopped } })), stopped)
  const bank = await openBank(null, { folder: changed, env: { DATABASE_URL: '' } })
  await bank.house.started()
  const li = await bank.signIn('li.na' as never)
  t.equal((await li.submit((await li.get('/notes/new')).form('/notes'), { title: 'Meanwhile', body: 'Written between two moves.' })).status, 303)
  await bank.close()
  const { kinds } = await withFolder(changed, (data) => moveIn({ database, data }))
  t.equal(kinds.get('note')?.count, ids.length + 1)
})

t.test('a move that brings something else than it read says so and stays closed', only, async (t) => {
  const url = await fresh()
  const database = Database.open({ url })
  t.teardown(() => database.close())
  await database.run(piece("CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.doc = jsonb_set(NEW.doc, '{fields,title}', '\"\"'); RETURN NEW; END $$"))
  await database.run(piece('CREATE TRIGGER forgets BEFORE INSERT ON draft FOR EACH ROW EXECUTE FUNCTION forget()'))
  await t.rejects(withFolder(folder, (data) => moveIn({ database, data })), { code: 'move.not_the_same', message: /draft \(\d+ in the files, \d+ in the database\)/ })
  await t.rejects(openBank(null, { env: { DATABASE_URL: url } }), { code: 'move.under_way' })
  await database.run(piece('DROP TRIGGER forgets ON draft'))
  await withFolder(folder, (data) => moveIn({ database, data }))
})

async function fresh(): Promise<string> {
  if (typeof server === 'string') throw new Error(server)
  return server.fresh()
}

/** Copies of one note under other names, as files, until there are so many. */
async function multiply(root: string, count: number): Promise<void> {
  const [first = ''] = await notesIn(root)
  const note = JSON.parse(await readFile(join(root, 'notes', first.slice(-2), `${first}.json`), 'utf8')) as object
  for (let n = 0; n < count; n += 1) {
    const id = `01900000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`
    await mkdir(join(root, 'notes', id.slice(-2)), { recursive: true })
    await writeFile(join(root, 'notes', id.slice(-2), `${id}.json`), JSON.stringify({ ...note, id, seq: 100_000 + n }))
  }
}

/** `npm run move -- --to`, in a process of its own. @param until kills it as soon as it said so @returns what it said */
async function move(root: string, url: string, until: (said: string) => boolean = () => false): Promise<string> {
  const own = extname(import.meta.filename)
  const script = fileURLToPath(new URL(`../../../../scripts/move${own}`, import.meta.url))
  const child = spawn(process.execPath, [...(own === '.ts' ? ['--import=@tapjs/typescript/import'] : []), script, '--to', url], { cwd: ROOT, env: { PATH: process.env['PATH'], DATA_DIR: root, TS_NODE_TRANSPILE_ONLY: '1', TSIMP_DIAG: 'ignore' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => {
    said += String(text)
    if (until(said)) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return said
}
