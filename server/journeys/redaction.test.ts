import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import t from 'tap'
import type { Mail } from '../domain/digests/port.js'
import { openBank } from './bank.js'
import { keptFiles } from './kept-files.js'
import type { Browser } from './browser.js'

const folder = await mkdtemp(join(tmpdir(), 'tacit-redaction-'))
const bank = await openBank(t, { folder })
t.teardown(() => rm(folder, { recursive: true, force: true }))

/** Twelve letters that nobody would write by chance. */
const WORD = 'qzvkxwpjtrmh'
const CHINESE = '魑魅張小美'

async function post(who: Browser, fields: Record<string, string>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

/** What the bank keeps, in whichever store, that holds the words, however they are written there. */
async function filesWith(words: readonly string[]): Promise<string[]> {
  const files = await keptFiles(bank.house)
  t.ok(files.size > 20, `premise: ${files.size} files`)
  return [...files].filter(([, bytes]) => {
    const text = bytes.toString('utf8').toLowerCase()
    return words.some((word) => text.includes(word.toLowerCase()))
  }).map(([path]) => basename(path))
}

const [li, wang, zhao, qian, gao] = [
  await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu'), await bank.signIn('gao.yuan'),
]
let upload = ''

/** A file of complaints, looked through and not yet imported. @returns the id of the batch */
async function uploaded(who: Browser, rows: readonly Readonly<Record<string, string>>[]): Promise<string> {
  const header = ['complaint_id', 'date_received', 'product', 'sub_product', 'issue', 'sub_issue', 'narrative', 'company', 'state', 'submitted_via', 'company_response']
  const file = stringify([header, ...rows.map((row) => header.map((name) => ({ date_received: '2025-11-02', product: 'Mortgage', issue: 'Closing on a mortgage', submitted_via: 'Phone', ...row } as Record<string, string>)[name] ?? ''))])
  const fields = { _csrf: await who.token('/imports/new/notes'), mapping: 'complaints', department: 'retail', team: 'families', audience: 'enterprise', level: 'internal' }
  const parts = [...Object.entries(fields).map(([name, value]) => `--e\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`), `--e\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n${file}\r\n--e--\r\n`]
  const answer = await who.request({ method: 'POST', url: '/imports/new/notes', payload: parts.join(''), headers: { 'content-type': 'multipart/form-data; boundary=e' } })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`)
  await bank.house.imports.idle()
  return answer.location.split('/').at(-1) as string
}

const path = await post(li, { title: `Ask ${WORD}`, body: `Her sister ${WORD} said so; also ${CHINESE}.`, tags: `${WORD}, family`, saidBy: WORD })
const id = path.split('/')[2] as string

t.test('words of a note stand in its page, a comment, two drafts, kept mail and the search', async (t) => {
  t.equal((await wang.post(`${path}/comments`, { text: `I met ${WORD.toUpperCase()}` }, { from: path })).status, 303)
  await wang.post('/drafts', { title: '', body: `Call 魑魅张小美 tomorrow` }, { from: '/notes/new' })
  await li.post('/drafts', { edits: id, revision: '1', body: `Her sister ${WORD} and more` }, { from: path })
  const mail: Mail = {
    letter: '01900000-0000-7000-8000-00000000aaaa', kind: 'notice', messageId: '<x@bank.example>', to: 'li.na@bank.example', language: 'en', at: bank.clock.now(),
    subject: `About ${WORD}`, text: `About ${WORD}`, html: `<p>${WORD}</p>`, list: null, about: [id],
  }
  await bank.house.post.mailer.send(mail)
  upload = await uploaded(zhao, [
    { complaint_id: 'c-1', narrative: `They met ${WORD.toUpperCase()} at the counter, and 魑魅张小美 too.`, company: 'Nutmeg Lending' },
    { complaint_id: 'c-2', narrative: 'They lost my papers twice.', company: `${WORD} Holdings` },
    { complaint_id: 'c-3', narrative: 'Nobody called me back about the rate.', company: 'Nutmeg Lending' },
  ])
  await bank.house.caughtUp()
  t.match((await wang.get(path)).text, new RegExp(WORD))
  t.match((await wang.get(`/search?q=${WORD}`)).body, new RegExp(id))
  const held = await filesWith([WORD, CHINESE])
  t.ok(held.includes(upload), 'premise: the upload that waits holds them')
  for (const kind of [/^catalog\.sqlite|^face$/, /\.eml$/, /^index-.*db/]) t.ok(held.some((name) => kind.test(name)), `premise: ${kind} holds them`)
})

t.test('only who curates the note may propose; for others there is no such page', async (t) => {
  t.equal((await gao.get(`${path}/redaction`)).status, 404, 'a curator of another domain')
  t.equal((await gao.post(`${path}/redaction`, { what: 'words', words: WORD, reason: 'secret', revision: '1' }, { from: '/' })).status, 404)
  t.equal((await li.get(`${path}/redaction`)).status, 403, 'its author')
  t.notMatch((await li.get(path)).body, /\/redaction"/)
  const form = (await zhao.get(`${path}/redaction`)).form(`${path}/redaction`)
  const lost = await zhao.submit(form, { what: 'words', words: 'nowhere at all', reason: 'secret' })
  t.equal(lost.status, 422)
  t.match(lost.text, /does not stand anywhere in the note: nowhere at all/)
  t.match(lost.body, /nowhere at all<\/textarea>/, 'what was typed is kept')
  t.equal((await zhao.submit(form, { what: 'words', words: WORD, reason: '' })).status, 422)
})

t.test('the proposer sees every place, and cannot confirm by any request', async (t) => {
  const form = (await zhao.get(`${path}/redaction`)).form(`${path}/redaction`)
  t.equal((await zhao.submit(form, { what: 'words', words: `${WORD}\n魑魅张小美`, reason: 'secret' })).status, 303)
  const page = await zhao.get(`${path}/redaction`)
  t.match(page.text, /cannot confirm your own proposal/)
  t.notMatch(page.body, /redaction\/confirmation/)
  const proposal = page.form(`${path}/redaction/refusal`).fields['proposal'] as readonly string[]
  const own = await zhao.post(`${path}/redaction/confirmation`, { proposal: proposal[0] as string }, { from: path })
  t.equal(own.status, 422)
  t.equal((await gao.post(`${path}/redaction/confirmation`, { proposal: proposal[0] as string }, { from: '/' })).status, 404)
  t.equal((await li.post(`${path}/redaction/confirmation`, { proposal: proposal[0] as string }, { from: path })).status, 403)
  t.equal((await qian.post(`${path}/redaction/confirmation`, { proposal: 'another' }, { from: path })).status, 409)
  t.match((await wang.get(path)).text, new RegExp(WORD), 'nothing has happened yet')
  const waiting = await qian.get('/redactions')
  t.match(waiting.body, new RegExp(`${path}/redaction`))
  t.notMatch((await gao.get('/redactions')).body, new RegExp(id))
})

t.test('a second curator confirms, and the words are nowhere any more', async (t) => {
  const page = await qian.get(`${path}/redaction`)
  t.match(page.text, /共 \d 处/)
  const answer = await qian.submit(page.form(`${path}/redaction/confirmation`))
  t.equal(answer.status, 303)
  for (const who of [li, wang, zhao, qian]) t.notMatch((await who.get(path)).body, new RegExp(WORD, 'i'))
  t.match((await li.get(path)).body, /<span class="removed">removed 2026-03-03: A password, key or other secret<\/span>/)
  t.match((await wang.get(path)).body, /<span class="removed">已抹除 2026-03-03：密码、密钥等机密<\/span>/)
  for (const who of [li, wang, qian]) t.notMatch((await who.get(`/search?q=${WORD}`)).body, new RegExp(id), 'at once, before the index has followed')
  t.notMatch((await wang.get('/notes?tab=drafts')).body, /魑魅/)
  const drafts = await bank.house.drafts.list(bank.person('li.na').id)
  t.equal(drafts.length, 1)
  t.notMatch(JSON.stringify(drafts), new RegExp(WORD))
  await bank.house.redactions.settled()
  t.same((await bank.house.finder.suggest(WORD.slice(0, 4), (await import('../domain/policy/readable.js')).sightOf({ kind: 'person', person: bank.person('wang.wei') }, bank.house.directories(), bank.clock.today()), {})).words, [])
  t.same(await filesWith([WORD, CHINESE, '魑魅张小美', '魑魅']), [], 'in no file, free page or log of the data directory')
})

t.test('an import that waited goes on without the words: a mark in the text, and nobody named by a mark', async (t) => {
  const page = await zhao.get(`/imports/${upload}`)
  t.match(page.text, /3 rows in the file/)
  t.equal((await zhao.post(`/imports/${upload}/run`, {}, { from: `/imports/${upload}` })).status, 303)
  await bank.house.imports.idle()
  const sight = (await import('../domain/policy/readable.js')).sightOf({ kind: 'person', person: bank.person('zhao.min') }, bank.house.directories(), bank.clock.today())
  const { rows } = await bank.house.notes.list({ batch: upload, order: 'posted', page: 1, size: 10 }, sight)
  const bodies = new Map(rows.map((note) => [note.origin?.externalId, note.shown.body]))
  t.match(bodies.get('c-1'), /^They met \[抹除 2026-03-03 secret\] at the counter, and \[抹除 2026-03-03 secret\] too\.$/)
  t.equal(bodies.get('c-2'), 'They lost my papers twice.')
  t.equal(bodies.get('c-3'), 'Nobody called me back about the rate.')
  t.equal(rows.find((note) => note.origin?.externalId === 'c-2')?.shown.about.customers.length, 0)
  t.same((await bank.house.customers.list({ order: 'name', page: 1, size: 10 }, sight)).rows.map(({ name }) => name), ['Nutmeg Lending'])
})

t.test('an edit begun before on the old text does not come back in unseen', async (t) => {
  const late = await li.post(`${path}/revisions`, { body: `Her sister ${WORD}`, revision: '1', edits: id }, { from: path })
  t.equal(late.status, 409)
  t.notMatch((await wang.get(path)).body, new RegExp(WORD))
})

t.test('the record keeps that it happened, by whom and why it was asked for, not what', async (t) => {
  const { entries } = await bank.house.record.page({ kind: 'note', id, limit: 100 })
  t.same(entries.filter(({ did }) => did.startsWith('redaction.')).map(({ did, who }) => [did, who]).reverse(), [['redaction.proposed', 'zhao-min'], ['redaction.done', 'qian-yu']])
  t.match((await zhao.get('/redactions')).text, /Zhao Min · 钱宇/)
  t.notMatch(JSON.stringify(bank.house.redactions.list()), new RegExp(WORD))
})

t.test('a restart changes nothing of it', async (t) => {
  await bank.restart()
  await bank.house.started()
  await bank.house.caughtUp()
  const again = await bank.signIn('wang.wei')
  t.notMatch((await again.get(path)).body, new RegExp(WORD, 'i'))
  t.notMatch((await again.get(`/search?q=${WORD}`)).body, new RegExp(id))
  t.same(await filesWith([WORD, '魑魅']), [])
})

t.test('a kill between the note and its copies is finished at the next start', async (t) => {
  const secret = 'wvbnqpxkjrtz'
  const author = await bank.signIn('li.na')
  const other = await post(author, { title: 'One more', body: `It was ${secret}.` })
  const note = other.split('/')[2] as string
  await author.post('/drafts', { body: `And ${secret} again` }, { from: '/notes/new' })
  const [first, second] = [await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  await first.submit((await first.get(`${other}/redaction`)).form(`${other}/redaction`), { what: 'words', words: secret, reason: 'secret' })
  // The process dies as it reaches the drafts: the note is written, its copies are not.
  const desk = bank.house.redactions as unknown as { seeToCopies: () => Promise<void> }
  desk.seeToCopies = () => Promise.reject(new Error('killed here'))
  const answer = await second.submit((await second.get(`${other}/redaction`)).form(`${other}/redaction/confirmation`))
  t.equal(answer.status, 500, 'premise: it did not end well')
  t.ok((await filesWith([secret])).length > 0, 'premise: a copy is left')
  await bank.restart()
  await bank.house.started()
  await bank.house.caughtUp()
  for (let tries = 0; tries < 1_000 && bank.house.redactions.list().some(({ state }) => state !== 'done'); tries += 1) await new Promise((resolve) => setTimeout(resolve, 25))
  t.same(bank.house.redactions.list().map(({ state }) => state), ['done', 'done'])
  t.same(await filesWith([secret]), [])
  t.match((await (await bank.signIn('wang.wei')).get(`/notes/${note}`)).body, /class="removed"/)
})
