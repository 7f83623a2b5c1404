import t from 'tap'
import { grantFor } from '../adapters/store/contract/subject.js'
import type { Note } from '../domain/notes/note.js'
import { done } from '../domain/people/refusal.js'
import { openBank } from './bank.js'
import type { Browser, Page } from './browser.js'

const bank = await openBank(t)

/** The section that a page says one is in; '' for none. */
function current(page: Page): string {
  const marked = [...page.body.matchAll(/<a class="section" [^>]*aria-current="page"[^>]*data-section="([a-z]+)"/g)].map(([, key]) => key)
  if (marked.length > 1) throw new Error(`several sections at once: ${marked.join()}`)
  return marked[0] ?? ''
}

async function post(who: Browser, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), { body: 'She asked twice about the rate reset.', ...fields })
  return answer.location.split('/')[2] as string
}

t.test('each page says which section one is in, and a note says none', async (t) => {
  const [li, zhao, han, olivia] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('han.bing'), await bank.signIn('olivia.grant')]
  const id = await post(li)
  for (const [who, path, section] of [
    [li, '/', 'find'], [li, '/search?q=rate', 'find'], [li, '/notes', 'mine'], [li, '/notes/new', 'mine'], [li, `/notes/${id}`, ''], [li, `/notes/${id}/edit`, ''],
    [li, '/customers', 'customers'], [li, '/customers/new', 'customers'], [li, '/channels', ''], [li, '/glossary', ''], [li, '/me/mail', ''],
    [zhao, '/queue', 'queue'], [zhao, `/queue/${id}`, 'queue'], [zhao, '/queue/cover', 'queue'], [zhao, '/vocabulary', 'queue'], [zhao, '/redactions', 'queue'],
    [zhao, '/imports', 'queue'], [zhao, '/imports/new/notes', 'queue'], [zhao, `/notes/${id}/redaction`, 'queue'], [zhao, '/gaps', 'insights'],
    [han, '/admin', 'admin'], [han, '/admin/cover', 'admin'], [han, '/admin/mail', 'admin'], [han, '/me/mail', ''], [olivia, '/record', 'record'],
  ] as const) {
    const page = await who.get(path)
    t.equal(page.status, 200, `premise: ${path}`)
    t.equal(current(page), section, path)
  }
})

t.test('what is refused stays in the section it was tried in', async (t) => {
  const [li, zhao, han] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('han.bing')]
  const id = await post(li)
  const revision = '1'
  for (const [who, path, fields, from, status, section] of [
    [zhao, `/notes/${id}/decision`, { verb: 'accept', revision }, `/queue/${id}`, 422, 'queue'],
    [zhao, `/notes/${id}/decision`, { verb: 'accept', revision: '7', correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing' }, `/queue/${id}`, 409, 'queue'],
    [zhao, `/notes/${id}/decision`, { verb: 'return', revision, returnCode: '', returnText: '' }, `/queue/${id}`, 422, 'queue'],
    [zhao, `/notes/${id}/redaction`, { scope: 'words', words: '', code: '' }, `/notes/${id}/redaction`, 409, 'queue'],
    [zhao, '/vocabulary/topics', { key: '', en: '', zh: '' }, '/vocabulary/topics/new', 409, 'queue'],
    [zhao, '/queue/cover', { from: 'x', until: 'y', deputy: '' }, '/queue/cover', 422, 'queue'],
    [li, '/notes', { body: '' }, '/notes/new', 422, 'mine'],
    [li, `/notes/${id}/revisions`, { body: 'Another text.', revision: '9' }, `/notes/${id}/edit`, 409, ''],
    [li, '/customers', { kind: 'person', name: '' }, '/customers/new', 422, 'customers'],
    [han, '/admin/people', { login: '' }, '/admin/people/new', 422, 'admin'],
  ] as const) {
    const page = await who.post(path, fields, { from })
    t.equal(page.status, status, `premise: ${path} ${page.text.slice(0, 120)}`)
    t.equal(current(page), section, path)
  }
})

t.test('switching the language on a refused form leads back to the form, and never to another site', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const id = await post(await bank.signIn('li.na'))
  const refused = await zhao.post(`/notes/${id}/decision`, { verb: 'accept', revision: '1' }, { from: `/queue/${id}`, headers: { referer: `http://localhost/queue/${id}?tab=mine` } })
  t.equal(refused.status, 422, 'premise')
  const switched = await zhao.submit(refused.form('/me/language'))
  t.equal(switched.location, `/queue/${id}?tab=mine`)
  t.equal((await zhao.get(switched.location)).status, 200)
  for (const referer of ['http://localhost//elsewhere.example/x', 'javascript:alert(1)', 'nonsense']) {
    const page = await zhao.post(`/notes/${id}/decision`, { verb: 'accept', revision: '1' }, { from: `/queue/${id}`, headers: { referer } })
    t.match((await zhao.submit(page.form('/me/language'))).location, /^\/$|^\/[^/]/, referer)
  }
})

t.test('whoever imports files finds the way from the queue, and nobody else is shown it', async (t) => {
  const [zhao, han, he] = [await bank.signIn('zhao.min'), await bank.signIn('han.bing'), await bank.signIn('he.jun')]
  t.match((await zhao.get('/queue')).body, 'href="/imports"')
  t.match((await he.get('/queue')).body, 'href="/imports"')
  const admin = await han.get('/admin')
  t.match(admin.body, 'href="/admin/people/import"', 'the file of staff is theirs')
  t.notMatch(admin.body, 'href="/imports"', 'an administrator imports no notes by being one')
  t.equal((await han.get('/imports')).status, 403, 'premise')
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'han.bing' ? { ...one, roles: ['employee', 'curator', 'admin'], domain: ['corporate'] } : one)) }))
  const both = await bank.signIn('han.bing')
  t.match((await both.get('/admin')).body, 'href="/imports"')
  t.equal((await both.get('/imports')).status, 200)
})

t.test('what waits is told to the last one up to a thousand, and as more than that beyond, around every page', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const waits = async (): Promise<string> => /data-section="queue">.*?<span class="tally">([^<]*)<\/span>/.exec((await zhao.get('/customers')).body)?.[1] ?? '0'
  const { house } = bank
  const first = await post(await bank.signIn('li.na'))
  let note: Note | undefined
  await house.notes.change(grantFor('note.edit', first), (now) => done(note = now))
  const model = note as Note | undefined
  if (!model) throw new Error('no note to go by')
  const before = Number(await waits())
  const add = (many: number) => Promise.all(Array.from({ length: many }, async () => {
    const id = house.ids.next()
    await house.notes.add(grantFor('note.post', id, 'author'), { ...model, id, item: model.item && { ...model.item, id: house.ids.next() } })
  }))
  await add(3)
  t.equal(await waits(), String(before + 3))
  await add(999 - before - 3)
  t.equal(await waits(), '999')
  await add(2)
  t.equal(await waits(), '999+')
  t.match((await zhao.get('/queue')).body, /<span class="tally">1,001<\/span>/, 'the queue itself knows how many')
})
