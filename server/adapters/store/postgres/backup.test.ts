import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openBank } from '../../../journeys/bank.js'
import type { Browser } from '../../../journeys/browser.js'
import { sightOf } from '../../../domain/policy/readable.js'
import { fold } from '../../../domain/search/fold.js'
import type { House } from '../../../http/house.js'
import { openFileMailer } from '../../mail/file/file-mailer.js'
import { restoreBackup } from '../lowdb/backup-restore.js'
import { mailFolderOn } from '../lowdb/mail-folder.js'
import { backUpDatabase } from './backup.js'
import { Database } from './database.js'
import { FILLED } from './move-in.js'
import { piece } from './pieces.js'
import { restoreToDatabase, type RestoreToDatabase } from './restore.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const scratch = await mkdtemp(join(tmpdir(), 'tacit-pg-backup-'))
t.teardown(() => rm(scratch, { recursive: true, force: true }))
const url = typeof server === 'string' ? '' : await server.fresh()
const bank = typeof server === 'string' ? null : await openBank(t, { env: { DATABASE_URL: url } })
const database = typeof server === 'string' ? null : Database.open({ url })
t.teardown(() => database?.close())
const SECRET = 'hqvzkwpxjtrm'

function made<T>(it: T | null): T {
  if (it === null) throw new Error('there is no PostgreSQL here')
  return it
}
const house = () => made(bank).house
const backup = (name: string) => backUpDatabase({ database: made(database), archive: join(scratch, name), made: made(bank).clock.now(), release: '0.1.0', name })
const means = {
  clock: () => '2026-03-03T05:00:00.000Z', means: { fold, digest: (text: string) => createHash('sha256').update(text).digest('hex') },
  mailIn: (data: Parameters<RestoreToDatabase['mailIn']>[0]) => openFileMailer(data.path('mail'), mailFolderOn(data.disk), 'tacit@bank.example'),
}

/** @returns the address of a fresh database that holds the portal of the archive */
async function restored(name: string, more: Partial<RestoreToDatabase> = {}): Promise<string> {
  if (typeof server === 'string') throw new Error(server)
  const into = await server.fresh()
  const target = Database.open({ url: into })
  try {
    await restoreToDatabase({ ...means, database: target, archive: join(scratch, name), by: join(scratch, 'by'), ...more })
  } finally {
    await target.close()
  }
  return into
}

async function post(who: Browser, fields: Record<string, string>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location.split('/')[2] as string
}

/** Everybody of the bank against every note, by the law. */
async function reading(of: House, ids: readonly string[]): Promise<ReadonlyMap<string, { readonly version: number; readonly by: string }>> {
  const seen = new Map<string, { version: number; by: string }>()
  for (const id of ids) {
    const readers: string[] = []
    let version = 0
    for (const person of of.people.directory().persons.values()) {
      const note = await of.notes.get(id, sightOf({ kind: 'person', person }, of.directories(), of.clock.today()))
      if (!note) continue
      version = note.version
      readers.push(`${person.id} ${note.face} ${note.asCurator} ${note.revisions.map(({ number }) => number).join()} ${note.comments.length}`)
    }
    seen.set(id, { version, by: readers.join('\n') })
  }
  return seen
}

t.test('a backup made from PostgreSQL while everybody writes is of one moment, and restores into both stores with the same rights (F11)', only, async (t) => {
  const [li, wang] = [await made(bank).signIn('li.na'), await made(bank).signIn('wang.wei')]
  const ids: string[] = []
  for (let n = 0; n < 12; n += 1) ids.push(await post(n % 2 ? li : wang, { title: `Before ${n}`, body: `Text ${n} about the rate reset.`, level: n % 3 === 0 ? 'confidential' : 'internal', audience: n % 4 === 0 ? 'team' : 'enterprise' }))
  let writing = true
  let written = 0
  const load = [li, wang].map(async (who, at) => {
    for (let n = at; writing; n += 2) {
      if (n % 5 === 0) ids.push(await post(who, { title: `During ${n}`, body: `Posted while a backup was made, ${n}.` }))
      await who.post(`/notes/${ids[n % ids.length]}/comments`, { text: `Line ${n}` }, { from: '/notes/new' })
      if (who === li) await who.post(`/notes/${ids[n % 12]}/narrowing`, { audience: 'private', level: 'internal' }, { from: '/notes/new' })
      written += 1
    }
  })
  while (written < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  const before = written
  await backup('load.gz')
  while (written < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
  writing = false
  await Promise.all(load)

  const now = await reading(house(), ids)
  const folder = join(scratch, 'files')
  await restoreBackup({ ...means, archive: join(scratch, 'load.gz'), into: folder })
  const others = [await openBank(t, { env: { DATABASE_URL: await restored('load.gz') } }), await openBank(t, { folder, env: { DATABASE_URL: '' } })]
  for (const other of others) {
    await other.house.started()
    const then = await reading(other.house, ids)
    const same = ids.filter((id) => then.get(id)?.version === now.get(id)?.version && now.get(id)?.version !== 0)
    t.ok(same.length >= 3, `premise: ${same.length} notes did not change after they were copied`)
    t.same(same.map((id) => then.get(id)), same.map((id) => now.get(id)), 'the same people read the same texts')
    t.same(other.house.people.directory().persons, house().people.directory().persons)
    t.equal((await other.house.record.verify()).whole, true)
    t.equal((await other.house.record.page({ did: ['backup.restored'] })).entries.length, 1)
    await other.house.caughtUp()
    t.match((await (await other.signIn('wang.wei')).get('/search?q=rate+reset')).text, /rate reset/i, 'the index was made anew')
    const old = other.stranger()
    for (const [name, value] of li.cookies) old.cookies.set(name, value)
    t.equal((await old.get('/notes')).status, 303, 'nobody is signed in any more')
  }
  t.equal((await house().record.page({ did: ['backup.made'] })).entries.length, 1, 'and that it was made is on the record')
})

t.test('while a backup reads its one moment the feed goes on', only, async (t) => {
  const feeds = await made(database).snapshot(async (tx) => {
    const seen = await tx.one<{ n: number }>(piece('SELECT count(*) AS n FROM thing'))
    await post(await made(bank).signIn('li.na'), { body: 'Xylophone music was heard in the branch.' })
    await house().caughtUp()
    t.match((await (await made(bank).signIn('li.na')).get('/search?q=Xylophone')).body, /<mark>/, 'written and found meanwhile')
    return { before: seen?.n, after: (await tx.one<{ n: number }>(piece('SELECT count(*) AS n FROM thing')))?.n }
  })
  t.equal(feeds.after, feeds.before, 'and not in the backup')
})

t.test('words redacted after the backup are taken away again, a link to choose a password is void', only, async (t) => {
  const [li, zhao, qian] = [await made(bank).signIn('li.na'), await made(bank).signIn('zhao.min'), await made(bank).signIn('qian.yu')]
  const id = await post(li, { title: 'Sister', body: `Her sister is ${SECRET}, they say.` })
  await li.post('/drafts', { edits: id, revision: '1', body: `Her sister ${SECRET}!` }, { from: `/notes/${id}` })
  await house().post.mailer.send({
    letter: '01900000-0000-7000-8000-00000000bbbb', kind: 'notice', messageId: '<y@bank.example>', to: 'li.na@bank.example', language: 'en', at: made(bank).clock.now(),
    subject: 'News', text: SECRET, html: `<p>${SECRET}</p>`, list: null, about: [id],
  })
  await house().credentials.change('wang-wei', (now) => ({ ...now, link: { digest: 'a'.repeat(64), until: '2027-01-01T00:00:00.000Z' } }))
  await backup('before.gz')
  await zhao.submit((await zhao.get(`/notes/${id}/redaction`)).form(`/notes/${id}/redaction`), { what: 'words', words: SECRET, reason: 'secret' })
  t.equal((await qian.submit((await qian.get(`/notes/${id}/redaction`)).form(`/notes/${id}/redaction/confirmation`))).status, 303)
  await house().redactions.settled()
  await backup('after.gz')
  t.match(await everythingIn(await restored('before.gz')), new RegExp(SECRET), 'premise: without the list the words are back')
  const everything = await everythingIn(await restored('before.gz', { redactions: join(scratch, 'after.gz') }))
  t.notMatch(everything, new RegExp(SECRET), 'a newer backup has the list')
  t.match(everything, /Her sister is \[抹除 2026-03-03 secret\], they say\./)
  t.match(everything, /wang-wei/)
  t.notMatch(everything, /aaaaaaaaaaaa/)
})

t.test('a damaged archive is refused before anything is written, and so is a database that holds anything', only, async (t) => {
  if (typeof server === 'string') return
  const whole = await readFile(join(scratch, 'after.gz'))
  await writeFile(join(scratch, 'cut.gz'), whole.subarray(0, whole.length - 200))
  await writeFile(join(scratch, 'bit.gz'), Buffer.from(whole).fill(whole[2000] === 7 ? 8 : 7, 2000, 2001))
  const target = Database.open({ url: await server.fresh() })
  t.teardown(() => target.close())
  for (const name of ['cut.gz', 'bit.gz']) {
    await t.rejects(restoreToDatabase({ ...means, database: target, archive: join(scratch, name), by: join(scratch, 'by') }), { code: 'backup.archive_damaged' }, name)
    for (const table of FILLED) t.equal((await target.rows(piece(`SELECT 1 FROM ${table}`))).length, 0, table)
  }
  t.same(await readdir(join(scratch, 'by')).catch(() => []), [], 'and nothing is left on the way')
  await t.rejects(restoreToDatabase({ ...means, database: made(database), archive: join(scratch, 'after.gz'), by: join(scratch, 'by') }), { code: /^move\.(portal_runs|not_empty)$/ })
  await t.rejects(backup('after.gz'), { code: 'backup.archive_exists' })
  t.notOk(existsSync(join(scratch, 'after.gz.partial')))
})

/** All that the tables say, with mail and uploads as text. */
async function everythingIn(address: string): Promise<string> {
  const target = Database.open({ url: address })
  try {
    const texts = await Promise.all(['thing', 'face', 'kept', 'draft', 'notice', 'import_batch', 'record_line'].map(async (table) => (await target.rows<{ text: string }>(piece(`SELECT ${table}::text AS text FROM ${table}`))).map(({ text }) => text).join('\n')))
    const bytes = await target.rows<{ bytes: Buffer }>(piece('SELECT bytes FROM mail_file UNION ALL SELECT bytes FROM import_file'))
    return [...texts, ...bytes.map((row) => row.bytes.toString('utf8'))].join('\n')
  } finally {
    await target.close()
  }
}
