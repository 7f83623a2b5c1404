import t from 'tap'
import { sightOf } from '../domain/policy/readable.js'
import type { NoteSeen } from '../domain/notes/seen.js'
import { openBank } from './bank.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const FIFTY = Array.from({ length: 50 }, (_, n) => n)

async function posted(who: Browser, body: string): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), { body })
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

async function noteAt(path: string): Promise<NoteSeen> {
  const note = await bank.house.notes.get(path.split('/').at(-1) as string, sightOf({ kind: 'person', person: bank.person('li.na') }, bank.house.directories(), bank.clock.today()))
  if (!note) throw new Error(`nothing at ${path}`)
  return note
}

const statuses = (pages: readonly Page[]) => Object.fromEntries([...new Set(pages.map(({ status }) => status))].sort().map((status) => [status, pages.filter((page) => page.status === status).length]))

t.test('of fifty edits of one revision one wins, forty-nine get 409 with their own text, and in the end every text is there', async (t) => {
  const li = await bank.signIn('li.na')
  const path = await posted(li, 'The first text of all.')
  const token = await li.token('/notes/new')
  const text = (n: number) => `What number ${n} knows of the Chens.`
  const send = (n: number, revision: number) => li.post(`${path}/revisions`, { body: text(n), revision: String(revision) }, { token })
  const answers = await Promise.all(FIFTY.map((n) => send(n, 1)))
  t.same(statuses(answers), { 303: 1, 409: 49 })
  for (const [n, answer] of answers.entries()) if (answer.status === 409) t.ok(answer.text.includes(text(n)), `number ${n} has their text on the page`)
  t.equal((await noteAt(path)).revision, 2)
  // Each of them looks at what changed and sends again.
  for (const n of FIFTY.filter((n) => answers[n]?.status === 409)) t.equal((await send(n, (await noteAt(path)).revision)).status, 303)
  const { revisions } = await noteAt(path)
  t.same(revisions.map(({ body }) => body).sort(), ['The first text of all.', ...FIFTY.map(text)].sort(), 'each once, none lost')
  t.equal((await li.post(`${path}/revisions`, { body: 'Without saying which.' }, { token })).status, 409, 'and a text that names no revision overwrites nothing')
})

t.test('of fifty comments, fifty reuses and fifty flags at once every one is there', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const path = await posted(li, 'A text that many add to.')
  const token = await wang.token(path)
  const add = (to: string, fields: Fields) => wang.post(`${path}/${to}`, { key: '', ...fields }, { token })
  const answers = await Promise.all(FIFTY.flatMap((n) => [
    add('comments', { text: `comment ${n}.` }), add('reuses', { outcome: 'helped', text: `reuse ${n}.` }), add('flags', { reason: 'wrong', text: `flag ${n}.` }),
  ]))
  t.same(statuses(answers), { 303: 150 })
  await bank.restart()
  const note = await noteAt(path)
  for (const [kind, lines] of [['comment', note.comments], ['reuse', note.reuses], ['flag', note.flags]] as const) {
    t.same(lines.map((line) => line.text).sort(), FIFTY.map((n) => `${kind} ${n}.`).sort(), `every ${kind}, once, after a restart too`)
  }
})

t.test('one form sent fifty times at once is one note, and one line is one line', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const form = (await li.get('/notes/new')).form('/notes')
  const answers = await Promise.all(FIFTY.map(() => li.submit(form, { body: 'Pressed far too often.' })))
  t.same(statuses(answers), { 303: 50 })
  t.equal(new Set(answers.map(({ location }) => location)).size, 1)
  const path = answers[0]?.location as string
  t.equal((await li.get('/notes?tab=waiting')).body.split(path).length - 1, 1, 'and one in the list')
  const token = await wang.token(path)
  for (const [to, fields] of [['comments', { text: 'once' }], ['reuses', { outcome: 'helped', text: 'once' }], ['flags', { reason: 'wrong', text: 'once' }]] as const) {
    const key = bank.house.ids.next()
    await Promise.all(FIFTY.map(() => wang.post(`${path}/${to}`, { key, ...fields }, { token })))
  }
  const note = await noteAt(path)
  t.same([note.comments.length, note.reuses.length, note.flags.length, note.revisions.length], [1, 1, 1, 1])
})
