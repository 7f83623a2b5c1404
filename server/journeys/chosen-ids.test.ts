import t from 'tap'
import { openBank } from './bank.js'

const bank = await openBank(t)
const li = await bank.signIn('li.na')
const wang = await bank.signIn('wang.wei')

async function posted(title: string): Promise<string> {
  const answer = await wang.submit((await wang.get('/notes/new')).form('/notes'), { title, body: `${title}, said at the counter.` })
  if (answer.status !== 303) throw new Error(answer.text.slice(0, 300))
  return answer.location
}

async function customer(): Promise<string> {
  const curator = await bank.signIn('qian.yu')
  const answer = await curator.post('/customers', { kind: 'company', name: 'Quillwort Trading', team: bank.person('li.na').teams[0] as string }, { from: '/customers/new' })
  if (answer.status !== 303) throw new Error(answer.text.slice(0, 300))
  return answer.location
}

const note = await posted('Rates came up twice')
const company = await customer()
const idOf = (path: string) => path.split('/')[2] as string

t.test('whatever id a browser sends with a new note or a draft, what has that id stays where it is', async (t) => {
  for (const path of [note, company]) {
    t.equal((await li.get(path)).status, 200, 'premise: it is there')
    const answer = await li.post('/notes', { draft: idOf(path), title: '', body: 'Something else that a customer said.' }, { from: '/notes/new' })
    t.equal(answer.status, 303)
    t.not(idOf(answer.location), idOf(path), 'the note has an id of its own')
    t.match((await li.get(answer.location)).text, /Something else that a customer said/, 'and is not lost')
    t.equal((await li.post('/drafts', { draft: idOf(path), title: '', body: 'Begun under that id.' }, { from: '/notes/new' })).status, 303)
    t.equal((await li.get(path)).status, 200, `${path} is still there`)
  }
  await bank.restart()
  const again = await bank.signIn('li.na')
  for (const path of [note, company]) t.equal((await again.get(path)).status, 200, `${path}, after a restart`)
})

t.test('a note whose text was saved while it was typed is there after a restart, and its draft is not', async (t) => {
  const who = await bank.signIn('li.na')
  const form = (await who.get('/notes/new')).form('/notes')
  const fields = { title: 'Half a thought', body: 'Half a thought about the new branch.' }
  await who.submit({ ...form, action: '/drafts' }, fields)
  const path = (await who.submit(form, fields)).location
  t.equal((await who.submit(form, fields)).location, path, 'the form sent twice is one note')
  t.match((await who.get(path)).text, /Half a thought about the new branch/, 'premise: posted')
  await bank.restart()
  const again = await bank.signIn('li.na')
  t.equal((await again.get(path)).status, 200)
  t.notMatch((await again.get('/notes?tab=drafts')).text, /Half a thought/)
})

t.test('a draft of somebody else answers as one that is not there', async (t) => {
  const who = await bank.signIn('wang.wei')
  const id = bank.house.ids.next()
  await bank.house.drafts.keep({ schema: 1, id, version: 1, owner: bank.person('li.na').id, savedAt: bank.clock.now(), edits: null, fields: { title: '', body: 'Mine alone' } })
  const answer = await who.post('/drafts', { draft: id, title: '', body: 'Yours now' }, { from: '/notes/new' })
  t.equal(answer.status, 404)
  t.equal((await bank.house.drafts.get(id, bank.person('li.na').id))?.fields['body'], 'Mine alone')
})
