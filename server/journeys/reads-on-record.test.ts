import t, { type Test } from 'tap'
import { openBank } from './bank.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const TITLE = 'Quillwort family trust'
const TEXT = 'The Quillwort family moved their savings into a trust because nobody had called before the rate reset in spring.'
const PARTIAL = { 'hx-request': 'true', 'hx-request-type': 'partial' }

/** Posted by a family adviser, and confidential; the curator has agreed. */
async function sensitive(): Promise<string> {
  const [chen, zhao] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const posted = await chen.submit((await chen.get('/notes/new')).form('/notes'), { title: TITLE, body: TEXT, level: 'confidential', audience: 'enterprise' })
  const id = posted.location.split('/')[2] as string
  const form = (await zhao.get(`/queue/${id}`)).form(`/notes/${id}/decision`)
  const decided = await zhao.submit(form, { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept', audience: 'enterprise', level: 'confidential' })
  if (decided.status !== 303) throw new Error(decided.text.slice(0, 300))
  await bank.house.caughtUp()
  return id
}

const id = await sensitive()

/** How many reads of the note by this person stand in the record. */
async function reads(who: string, note = id): Promise<number> {
  return (await bank.house.record.page({ who, kind: 'note', id: note, did: ['thing.read'], limit: 500 })).entries.length
}

/** Does it, and tells how many reads were added; the page must show the title, or there would be nothing to record. */
async function added(t: Test, who: string, act: () => Promise<Page>, status = 200): Promise<number> {
  const before = await reads(who)
  const page = await act()
  t.equal(page.status, status, 'premise: answered')
  t.ok(page.body.includes(TITLE) || page.text.includes(TITLE), 'premise: it stands on the page')
  return (await reads(who)) - before
}

t.test('a title that is shown while somebody types is on record, once for their draft', async (t) => {
  const sun = await bank.signIn('sun.lei')
  const draft = bank.house.ids.next()
  const typing = (body: string, to = draft) => async () => sun.post('/drafts', { draft: to, title: '', body }, { from: '/notes/new', headers: PARTIAL })
  t.equal(await added(t, 'sun-lei', typing(TEXT)), 1)
  t.equal(await added(t, 'sun-lei', typing(`${TEXT} They`)), 0, 'the same draft, a word further')
  t.equal(await added(t, 'sun-lei', typing(TEXT, bank.house.ids.next())), 1, 'another text')
})

t.test('every list that shows its title puts the reading on record', async (t) => {
  const [sun, chen, zhao] = [await bank.signIn('sun.lei'), await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const twin = (await chen.submit((await chen.get('/notes/new')).form('/notes'), { title: 'The trust', body: `${TEXT} Her words.`, level: 'internal', audience: 'team' })).location.split('/')[2] as string
  await bank.house.caughtUp()
  t.equal(await added(t, 'sun-lei', () => sun.get('/')), 1, 'the first page')
  t.equal(await added(t, 'sun-lei', () => sun.get('/search?q=Quillwort')), 1, 'search')
  t.equal(await added(t, 'chen-mei', () => chen.get('/notes?tab=published')), 1, 'my notes')
  t.equal(await added(t, 'chen-mei', () => chen.get(`/notes/${twin}/related`)), 1, 'related notes')
  t.equal(await added(t, 'chen-mei', () => chen.get(`/notes/${twin}/related`, PARTIAL)), 1, 'related notes, on the page')
  t.equal(await added(t, 'zhao-min', () => zhao.get(`/queue/${twin}`)), 1, 'similar notes of a decision')
  t.equal(await added(t, 'zhao-min', () => zhao.get('/queue/desk')), 1, 'the desk')
  t.equal(await added(t, 'zhao-min', () => zhao.get(`/queue/${twin}/merger?q=Quillwort`)), 1, 'what it could be merged with')
})

t.test('a page that comes back refused is a read too', async (t) => {
  const [chen, zhao, qian] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const form = async (who: Browser, from: string, action: string, filled: Fields) => {
    const found = (await who.get(from)).form(action)
    return () => who.submit(found, filled)
  }
  const note = `/notes/${id}`
  t.equal(await added(t, 'chen-mei', await form(chen, note, `${note}/comments`, { text: '' }), 422), 1, 'an empty comment')
  t.equal(await added(t, 'chen-mei', async () => chen.post(`${note}/narrowing`, { audience: 'enterprise', level: 'internal' }, { from: '/me' }), 422), 1, 'opening by narrowing')
  t.equal(await added(t, 'chen-mei', () => chen.get(`${note}/edit`)), 1, 'the form of an edit')
  t.equal(await added(t, 'chen-mei', async () => chen.post(`${note}/revisions`, { title: TITLE, body: 'Mine.', revision: '9' }, { from: '/me' }), 409), 1, 'a conflict')
  const twice = await form(zhao, `${note}/redaction`, `${note}/redaction`, { what: 'words', words: '', reason: '' })
  t.equal(await added(t, 'zhao-min', twice, 422), 1, 'a redaction without words')
  const proposed = await zhao.submit((await zhao.get(`${note}/redaction`)).form(`${note}/redaction`), { what: 'words', words: 'Quillwort', reason: 'personal_identifiers' })
  t.equal(proposed.status, 303, 'premise')
  t.equal(await added(t, 'qian-yu', () => qian.get('/redactions')), 1, 'the list of redactions')
})

t.test('an old text that stays confidential is on record when it is read, whatever the note is now', async (t) => {
  const [chen, zhao] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const path = (await chen.submit((await chen.get('/notes/new')).form('/notes'), { title: TITLE, body: 'They fear for the deposit.', level: 'confidential', audience: 'enterprise' })).location
  const note = path.split('/')[2] as string
  t.equal((await chen.submit((await chen.get(`${path}/edit`)).form(`${path}/revisions`), { body: 'They ask about the deposit.' })).status, 303, 'premise: edited')
  const form = (await zhao.get(`/queue/${note}`)).form(`/notes/${note}/decision`)
  t.equal((await zhao.submit(form, { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept', audience: 'enterprise', level: 'internal' })).status, 303, 'premise: it is internal now')
  const before = await reads('zhao-min', note)
  t.match((await zhao.get(path)).text, /They ask about the deposit/)
  t.equal(await reads('zhao-min', note), before, 'an internal text is not')
  t.match((await zhao.get(`${path}/revisions/1`)).text, /They fear for the deposit/, 'premise: the old text is shown')
  t.equal(await reads('zhao-min', note), before + 1)
})

t.test('a decision on something confidential leaves no title in the browser’s files', async (t) => {
  const [chen, zhao] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const note = (await chen.submit((await chen.get('/notes/new')).form('/notes'), { title: TITLE, body: 'They fear for the deposit too.', level: 'confidential', audience: 'team' })).location.split('/')[2] as string
  const form = (await zhao.get(`/queue/${note}`)).form(`/notes/${note}/decision`)
  const answer = await zhao.submit(form, { verb: 'return', returnCode: 'unclear', returnText: 'Who said so?' })
  t.equal(answer.status, 303, 'premise: returned')
  const said = [answer.headers['set-cookie']].flat().map(String).find((cookie) => cookie.includes('tacit-said=')) ?? ''
  const carried = Buffer.from(decodeURIComponent(said.slice(said.indexOf('=') + 1)).replace(/^said:/, '').split('.')[0] as string, 'base64url').toString('utf8')
  t.match(carried, 'curation.said.returned_sensitive', 'premise: the sentence was read')
  t.notMatch(carried, TITLE)
})
