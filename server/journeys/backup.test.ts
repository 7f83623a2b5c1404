import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { openFileMailer } from '../adapters/mail/file/file-mailer.js'
import { copyOfDatabase } from '../adapters/store/lowdb/backup-database.js'
import { leaveWord } from '../adapters/store/lowdb/backup-noted.js'
import { readArchive } from '../adapters/store/lowdb/backup-archive.js'
import { restoreBackup, type RestoreOptions } from '../adapters/store/lowdb/backup-restore.js'
import { makeBackup } from '../adapters/store/lowdb/backup.js'
import { mailFolderOn } from '../adapters/store/lowdb/mail-folder.js'
import { fold } from '../domain/search/fold.js'
import type { Note } from '../domain/notes/note.js'
import { sightOf } from '../domain/policy/readable.js'
import type { House } from '../http/house.js'
import { openBank } from './bank.js'
import type { Browser } from './browser.js'

const scratch = await mkdtemp(join(tmpdir(), 'tacit-backup-'))
const folder = join(scratch, 'data')
// Files, whatever other journeys run over: what is made from a database is in adapters/store/postgres/backup.test.ts.
const env = { DATABASE_URL: '' }
const bank = await openBank(t, { folder, env })
t.teardown(() => rm(scratch, { recursive: true, force: true }))

const SECRET = 'hqvzkwpxjtrm'
const CLOCK = '2026-03-03T05:00:00.000Z'
const backup = (name: string) => makeBackup({ root: folder, archive: join(scratch, name), made: bank.clock.now(), release: '0.1.0', copyOf: copyOfDatabase })
const restore = (name: string, into: string, more: Partial<RestoreOptions> = {}) => restoreBackup({
  archive: join(scratch, name), into: join(scratch, into), clock: () => CLOCK, means: { fold, digest: (text) => createHash('sha256').update(text).digest('hex') },
  mailIn: (data) => openFileMailer(data.path('mail'), mailFolderOn(data.disk), 'tacit@bank.example'), ...more,
})

async function post(who: Browser, fields: Record<string, string>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location.split('/')[2] as string
}

/** Who may read what, by the law, and in which version: everybody of the bank against every note. */
async function reading(house: House, ids: readonly string[]): Promise<Map<string, { version: number; by: string }>> {
  const seen = new Map<string, { version: number; by: string }>()
  for (const id of ids) {
    const readers: string[] = []
    let version = 0
    for (const person of house.people.directory().persons.values()) {
      const note = await house.notes.get(id, sightOf({ kind: 'person', person }, house.directories(), house.clock.today()))
      if (!note) continue
      version = note.version
      readers.push(`${person.id} ${note.face} ${note.asCurator} ${note.revisions.map((r) => r.number).join()} ${note.comments.length}`)
    }
    seen.set(id, { version, by: readers.join('\n') })
  }
  return seen
}

const [li, wang, zhao, qian] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]

t.test('a backup made while everybody writes restores to the same portal with the same rights', async (t) => {
  const ids: string[] = []
  for (let n = 0; n < 12; n += 1) ids.push(await post(n % 2 ? li : wang, { title: `Before ${n}`, body: `Text ${n} about the rate reset.`, level: n % 3 === 0 ? 'confidential' : 'internal', audience: n % 4 === 0 ? 'team' : 'enterprise' }))
  let writing = true
  let written = 0
  const load = [li, wang, li, wang].map(async (who, at) => {
    for (let n = at; writing; n += 4) {
      if (n % 3 === 0) ids.push(await post(who, { title: `During ${n}`, body: `Posted while a backup was made, ${n}.` }))
      await who.post(`/notes/${ids[n % ids.length]}/comments`, { text: `Line ${n}` }, { from: '/notes/new' })
      // Rights change too, for a while: a backup is whole only when they were still for a moment.
      if (n < 60 && who === li) await who.post(`/notes/${ids[n % 12]}/narrowing`, { audience: 'private', level: 'internal' }, { from: '/notes/new' })
      written += 1
    }
  })
  await until(() => written > 4)
  const before = written
  const made = await backup('load.gz')
  const during = written - before
  writing = false
  await Promise.all(load)
  t.ok(during > 0, `premise: ${during} rounds of writing went on meanwhile`)
  t.ok((made.counts['notes'] ?? 0) >= 12)

  const now = await reading(bank.house, ids)
  const { files } = await restore('load.gz', 'restored')
  t.equal(files, made.files)
  const other = await openBank(t, { folder: join(scratch, 'restored'), env })
  await other.house.started()
  await other.house.caughtUp()
  const then = await reading(other.house, ids)
  const same = ids.filter((id) => then.get(id)?.version === now.get(id)?.version)
  t.ok(same.length >= 8, `premise: ${same.length} notes did not change after they were copied`)
  t.same(same.map((id) => then.get(id)), same.map((id) => now.get(id)), 'the same people read the same texts')
  t.same(other.house.people.directory().persons, bank.house.people.directory().persons)
  t.equal((await other.house.record.verify()).whole, true)
  t.equal((await other.house.record.page({ did: ['backup.restored'] })).entries.length, 1)

  const again = await other.signIn('wang.wei')
  t.match((await again.get('/search?q=rate+reset')).text, /rate reset/i, 'the index was made anew')
  const old = other.stranger()
  for (const [name, value] of li.cookies) old.cookies.set(name, value)
  t.equal((await old.get('/notes')).status, 303, 'nobody is signed in any more')
})

t.test('a change of rights while it is made costs another look, and is in the backup; a comment costs none', async (t) => {
  const id = await post(li, { title: 'Looked at twice', body: 'Who reads it changes.' })
  const between = (name: string, act: () => Promise<unknown>) =>
    makeBackup({ root: folder, archive: join(scratch, name), made: bank.clock.now(), release: '0.1.0', between: async (round) => { if (round === 1) await act() } })
  t.equal((await between('quiet.gz', async () => {})).rounds, 2)
  t.equal((await between('comment.gz', () => wang.post(`/notes/${id}/comments`, { text: 'Seen' }, { from: '/notes/new' }))).rounds, 2)
  t.equal((await between('narrowed.gz', () => li.post(`/notes/${id}/narrowing`, { audience: 'private', level: 'internal' }, { from: '/notes/new' }))).rounds, 3)
  t.equal((await between('people.gz', () => bank.house.people.change((now) => ({ ...now, persons: now.persons.map((p) => (p.id === 'sun-lei' ? { ...p, clearance: 'internal' as const } : p)) })))).rounds, 3)
  const kept = new Map<string, string>()
  await readArchive(join(scratch, 'narrowed.gz'), { file: async (path, bytes) => void kept.set(path, bytes.toString('utf8')) })
  t.equal(JSON.parse(kept.get(`notes/${id.slice(-2)}/${id}.json`) ?? '{}').rights?.audience, 'private')
})

t.test('a link to choose a password is void after a restore', async (t) => {
  const token = { digest: 'a'.repeat(64), until: '2027-01-01T00:00:00.000Z' }
  await bank.house.credentials.change('wang-wei', (now) => ({ ...now, link: token }))
  await backup('links.gz')
  await restore('links.gz', 'links')
  const kept = await readFile(join(scratch, 'links', 'credentials.json'), 'utf8')
  t.match(kept, /wang-wei/)
  t.notMatch(kept, /aaaa/)
})

t.test('words redacted after the backup are taken away again, in note, draft and mail', async (t) => {
  const id = await post(li, { title: 'Sister', body: `Her sister is ${SECRET}, they say.` })
  await li.post('/drafts', { edits: id, revision: '1', body: `Her sister ${SECRET}!` }, { from: `/notes/${id}` })
  await bank.house.post.mailer.send({
    letter: '01900000-0000-7000-8000-00000000bbbb', kind: 'notice', messageId: '<y@bank.example>', to: 'li.na@bank.example', language: 'en', at: bank.clock.now(),
    subject: 'News', text: SECRET, html: `<p>${SECRET}</p>`, list: null, about: [id],
  })
  await backup('before.gz')
  await zhao.submit((await zhao.get(`/notes/${id}/redaction`)).form(`/notes/${id}/redaction`), { what: 'words', words: SECRET, reason: 'secret' })
  t.equal((await qian.submit((await qian.get(`/notes/${id}/redaction`)).form(`/notes/${id}/redaction/confirmation`))).status, 303)
  await bank.house.redactions.settled()

  await restore('before.gz', 'without')
  t.match(await everythingIn('without'), new RegExp(SECRET), 'premise: without the list the words are back')
  const { redacted } = await restore('before.gz', 'with', { redactions: folder })
  t.equal(redacted, 1)
  t.notMatch(await everythingIn('with'), new RegExp(SECRET))
  const note = JSON.parse(await readFile(join(scratch, 'with', 'notes', id.slice(-2), `${id}.json`), 'utf8')) as Note
  t.equal(note.revisions[0].body, 'Her sister is [抹除 2026-03-03 secret], they say.', 'cut in the same place')
  t.match(await readFile(join(scratch, 'with', 'redactions.json'), 'utf8'), new RegExp(id), 'and it is on the list of the restored portal')

  await backup('after.gz')
  t.equal((await restore('after.gz', 'later', { redactions: join(folder, 'redactions.json') })).redacted, 0, 'a newer backup has it already')
})

t.test('of what strangers had typed or sent before, only what was looked at and held none of the words comes back', async (t) => {
  const word = 'ztqkhwpvxjrm'
  const [copied, own, later] = [bank.house.ids.next(), bank.house.ids.next(), bank.house.ids.next()]
  const draft = (id: string, body: string) => wang.post('/drafts', { draft: id, title: '', body }, { from: '/notes/new' })
  const note = await post(li, { title: 'Aunt', body: `Her aunt is ${word}, they say.` })
  await draft(copied, `A stranger heard of ${word} too.`)
  await draft(own, 'A stranger writes about fees at the counter.')
  const sent = await uploaded(`They asked for ${word} twice.`)
  const kept = await uploaded('They asked for a loan.')
  await backup('strangers.gz')
  // Neither holds the words any more when they are redacted, so nobody finds them there.
  await draft(copied, 'A stranger heard of somebody.')
  await draft(later, 'Begun after the backup.')
  await zhao.post(`/imports/${sent}/removal`, {}, { from: `/imports/${sent}` })
  await zhao.submit((await zhao.get(`/notes/${note}/redaction`)).form(`/notes/${note}/redaction`), { what: 'words', words: word, reason: 'secret' })
  t.equal((await qian.submit((await qian.get(`/notes/${note}/redaction`)).form(`/notes/${note}/redaction/confirmation`))).status, 303)
  await bank.house.redactions.settled()

  await restore('strangers.gz', 'strangers-without')
  t.match(await everythingIn('strangers-without'), new RegExp(word), 'premise: without the list the words are back')
  const { leftOut } = await restore('strangers.gz', 'strangers', { redactions: folder })
  t.notMatch(await everythingIn('strangers'), new RegExp(word))
  const drafts = (await readdir(join(scratch, 'strangers', 'drafts'), { recursive: true })).join()
  t.notMatch(drafts, copied)
  t.match(drafts, own, 'a draft that was looked at and is the same comes back')
  const uploads = await readdir(join(scratch, 'strangers', 'import-files'))
  t.same(uploads, [kept], 'and so does an upload')
  t.equal(leftOut, 2)

  const other = await openBank(t, { folder: join(scratch, 'strangers'), env })
  await other.house.started()
  const curator = await other.signIn('zhao.min')
  await curator.post(`/imports/${sent}/run`, {}, { from: `/imports/${sent}` })
  await other.house.imports.idle()
  t.match((await curator.get(`/imports/${sent}`)).text, /The uploaded file is not there any more\. Upload it again\./)
})

t.test('a damaged, cut off or foreign archive is refused with its name, and nothing is written', async (t) => {
  await backup('whole.gz')
  const bytes = await readFile(join(scratch, 'whole.gz'))
  const text = gunzipSync(bytes).toString('utf8')
  const lines = text.trimEnd().split('\n')
  const damages: Record<string, Buffer> = {
    'cut.gz': bytes.subarray(0, bytes.length - 200),
    'bit.gz': Buffer.from(bytes).fill(bytes[5000] === 7 ? 8 : 7, 5000, 5001),
    'word.gz': gzipSync(text.replace('Zhao Min', 'Zhao Mia')),
    'short.gz': gzipSync(lines.slice(0, -1).join('\n')),
    'less.gz': gzipSync([...lines.slice(0, 1), ...lines.slice(3)].join('\n')),
    'path.gz': gzipSync(text.replace('"file":"customers/', '"file":"../../etc/').replace('"file":"people.json"', '"file":"../people.json"')),
    'empty.gz': Buffer.alloc(0),
    'none.gz': Buffer.from('not an archive at all'),
  }
  for (const [name, damaged] of Object.entries(damages)) {
    await writeFile(join(scratch, name), damaged)
    await t.rejects(restore(name, 'nothing'), { code: 'backup.archive_damaged', message: new RegExp(`^${name} cannot be restored: .+Nothing was written`) }, name)
    t.notOk(existsSync(join(scratch, 'nothing')), `${name} left nothing`)
  }
  await t.rejects(restore('nowhere.gz', 'nothing'), { code: 'backup.archive_missing' })
  t.same((await readdir(scratch)).filter((name) => name.includes('restoring')), [])
  t.resolves(readArchive(join(scratch, 'whole.gz')), 'premise: the one that was not damaged is read')
})

t.test('nothing is ever overwritten, neither an archive nor a folder', async (t) => {
  await t.rejects(backup('whole.gz'), { code: 'backup.archive_exists' })
  await t.rejects(restore('whole.gz', 'with'), { code: 'backup.not_empty' })
  await t.rejects(makeBackup({ root: join(scratch, 'no such'), archive: join(scratch, 'x.gz'), made: bank.clock.now(), release: '0' }), { code: 'backup.nothing_to_back_up' })
  t.notOk(existsSync(join(scratch, 'x.gz')))
})

t.test('a backup leaves word, and the server puts it on record', async (t) => {
  await leaveWord(folder, 'whole.gz', bank.clock.now())
  await bank.house.runJobs('backups')
  const { entries } = await bank.house.record.page({ did: ['backup.made'] })
  t.same(entries.map(({ thing }) => thing), [{ kind: 'backup', id: 'whole.gz' }])
  await bank.house.runJobs('backups')
  t.equal((await bank.house.record.page({ did: ['backup.made'] })).entries.length, 1, 'once')
})

async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A file of one complaint, looked through and not yet imported. @returns the id of the batch */
async function uploaded(narrative: string): Promise<string> {
  const file = `complaint_id,date_received,product,sub_product,issue,sub_issue,narrative,company,state,submitted_via,company_response\nc-1,2025-11-02,Mortgage,,Closing on a mortgage,,${narrative},Nutmeg Lending,,Phone,\n`
  const fields = { _csrf: await zhao.token('/imports/new/notes'), mapping: 'complaints', department: 'retail', team: 'families', audience: 'enterprise', level: 'internal' }
  const parts = [...Object.entries(fields).map(([name, value]) => `--e\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`), `--e\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n${file}\r\n--e--\r\n`]
  const answer = await zhao.request({ method: 'POST', url: '/imports/new/notes', payload: parts.join(''), headers: { 'content-type': 'multipart/form-data; boundary=e' } })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`)
  await bank.house.imports.idle()
  return answer.location.split('/').at(-1) as string
}

async function everythingIn(name: string): Promise<string> {
  const files = (await readdir(join(scratch, name), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  t.ok(files.length > 10, `premise: ${files.length} files`)
  return (await Promise.all(files.map(async (file) => (await readFile(join(file.parentPath, file.name))).toString('utf8')))).join('\n')
}
