import t from 'tap'
import { sightOf } from '../domain/policy/readable.js'
import type { Login } from './bank-people.js'
import { openBank } from './bank.js'
import type { Browser, Fields } from './browser.js'

const bank = await openBank(t)
const TEXT = 'Mrs Chen moved her deposits because nobody called before the rate reset.'
const RATED: Fields = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' }

const idOf = (path: string) => path.split('/')[2] as string
const seen = async (id: string, login: Login = 'zhao.min') =>
  bank.house.notes.get(id, sightOf({ kind: 'person', person: bank.person(login) }, bank.house.directories(), bank.clock.today()))

async function post(who: Browser, fields: Fields = {}): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), { body: TEXT, ...fields })
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
  return idOf(answer.location)
}

async function accept(who: Browser, id: string, fields: Fields = {}): Promise<void> {
  const answer = await who.submit((await who.get(`/queue/${id}`)).form(`/notes/${id}/decision`), { ...RATED, ...fields })
  if (answer.status !== 303) throw new Error(`accepting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
}

t.test('a curator reads two notes side by side, takes over a paragraph, and somebody else decides on it', async (t) => {
  const [li, wang, zhao, qian, sun] = await Promise.all((['li.na', 'wang.wei', 'zhao.min', 'qian.yu', 'sun.lei'] as const).map((login) => bank.signIn(login))) as [Browser, Browser, Browser, Browser, Browser]
  const into = await post(li, { body: 'The Chens left because nobody called.', title: 'Why the Chens left' })
  await accept(zhao, into)
  const away = await post(wang, { body: 'The Chens left.\n\nTheir son got a mortgage next door the same day.', title: 'The Chens and the mortgage', level: 'internal' })
  await bank.house.caughtUp()
  const found = await zhao.get(`/queue/${away}/merger?q=Chens`)
  t.match(found.text, /Why the Chens left/)
  const byAddress = await zhao.get(`/queue/${away}/merger?q=${encodeURIComponent(`http://bank.example/notes/${into}`)}`)
  t.match(byAddress.body, `into=${into}`)
  const both = await zhao.get(`/queue/${away}/merger?into=${into}`)
  t.match(both.text, /Merged away.*Their son got a mortgage.*Stays.*nobody called/)
  const done = await zhao.submit(both.form(`/notes/${away}/merger`), { take: ['1'], text: 'One story.' })
  t.equal(done.status, 303)
  t.match((await seen(into))?.pending, { body: 'The Chens left because nobody called.\n\nTheir son got a mortgage next door the same day.', by: 'zhao-min' })
  t.match(await seen(away), { confidence: 'archived', mergedInto: into })
  t.notMatch((await sun.get(`/notes/${into}`)).text, /mortgage next door/, 'readers keep the published text')
  t.equal((await zhao.post(`/notes/${into}/decision`, { ...RATED, revision: String((await seen(into))?.revision) })).status, 403, 'who took it over does not decide')
  await accept(qian, into)
  t.match((await sun.get(`/notes/${into}`)).text, /mortgage next door/)
  t.equal((await zhao.get(`/notes/${away}`)).location, `/notes/${into}`, 'whoever may read both is led on')
  t.equal((await sun.get(`/notes/${away}`)).status, 404, 'the others get what their own right gives')
  t.notMatch((await wang.get(`/notes/${away}?stay=1`)).body, into, 'and neither page names the other')
})

t.test('text taken over makes the other note as confidential as its source until it is decided', async (t) => {
  const [li, chen, zhao] = [await bank.signIn('li.na'), await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const into = await post(li, { body: 'The Lis travel in May.' })
  await accept(zhao, into)
  const away = await post(chen, { body: 'The Lis travel in May because of an illness.', level: 'confidential' })
  const sun = await bank.signIn('li.na')
  t.equal((await sun.get(`/notes/${into}`)).status, 200, 'premise')
  const page = await zhao.get(`/queue/${away}/merger?into=${into}`)
  t.match(page.text, /Until then the note that stays is Confidential/)
  await zhao.submit(page.form(`/notes/${away}/merger`), { take: ['0'] })
  t.equal((await seen(into))?.rights.level, 'confidential')
  const wang = await bank.signIn('wang.wei')
  t.equal((await wang.get(`/notes/${into}`)).status, 404, 'a colleague without the clearance')
})

t.test('a merge into what is unknown, unreadable, archived, itself or changed meanwhile does nothing', async (t) => {
  const [li, sun, zhao] = [await bank.signIn('li.na'), await bank.signIn('sun.lei'), await bank.signIn('zhao.min')]
  const away = await post(li)
  const into = await post(li)
  const foreign = await post(sun, { body: 'Hongda hedges in March.' })
  t.equal(await seen(foreign), null, 'premise: the curator may not read it')
  const [revision, intoRevision] = [String((await seen(away))?.revision), String((await seen(into))?.revision)]
  const before = JSON.stringify([await seen(away), await seen(into), await seen(foreign, 'sun.lei')])
  for (const id of [foreign, '01900000-0000-7000-8000-000000000001', 'x', '']) {
    const answer = await zhao.post(`/notes/${away}/merger`, { into: id, revision, intoRevision: '1', take: ['0'] })
    t.equal(answer.status, 422)
    t.match(answer.text, /There is no such note/)
  }
  t.equal((await zhao.get(`/queue/${away}/merger?into=${foreign}`)).text, (await zhao.get(`/queue/${away}/merger?into=01900000-0000-7000-8000-000000000001`)).text)
  for (const fields of [{ into: away, intoRevision: revision }, { into }, { into, intoRevision: '9' }, { into, intoRevision, revision: '9' }, { into, intoRevision, revision: '' }]) {
    const answer = await zhao.post(`/notes/${away}/merger`, { revision, take: ['0'], ...fields })
    t.ok([409, 422].includes(answer.status), `${answer.status} ${JSON.stringify(fields)}`)
  }
  t.equal(JSON.stringify([await seen(away), await seen(into), await seen(foreign, 'sun.lei')]), before)
  await li.post(`/notes/${into}/archival`, {})
  t.equal((await zhao.post(`/notes/${away}/merger`, { into, revision, intoRevision, take: [] })).status, 422)
  t.equal((await seen(away))?.mergedInto, null)
})

t.test('many notes get a topic and tags at once; each outcome is told, and accepting stays one at a time', async (t) => {
  const [li, sun, zhao] = [await bank.signIn('li.na'), await bank.signIn('sun.lei'), await bank.signIn('zhao.min')]
  const [first, second] = [await post(li, { tags: 'old' }), await post(li, { tags: 'old, kept' })]
  const foreign = await post(sun, { body: 'Hongda hedges in April.' })
  const page = await zhao.get('/queue')
  t.match(page.body, `form="bulk" name="note" value="${first}"`)
  const done = await zhao.submit(page.form('/queue/classification'), { note: [first, second], setTopic: 'fees', addTags: 'Counter，费用', removeTags: 'old' })
  t.equal(done.location, '/queue')
  t.match((await zhao.get('/queue')).text, /2 notes classified/)
  t.match((await seen(first))?.shown.about, { topic: 'fees', tags: ['counter', '费用'] })
  t.match((await seen(second))?.shown.about, { topic: 'fees', tags: ['kept', 'counter', '费用'] })
  t.equal((await seen(first))?.confidence, 'not_validated')
  const before = JSON.stringify(await seen(foreign, 'sun.lei'))
  const some = await zhao.post('/queue/classification', { note: [first, foreign, 'nonsense'], addTags: 'third', back: '/queue' })
  t.equal(some.status, 200)
  t.match(some.text, /1 note was classified.*2 marked notes are not there any more/)
  t.equal(JSON.stringify(await seen(foreign, 'sun.lei')), before, 'a note of another domain stays as it was')
  t.match((await zhao.post('/queue/classification', { note: [first], setTopic: 'made-up', back: '/queue' })).text, /No note was classified/)
  t.equal((await zhao.post('/queue/classification', { note: [first], back: 'https://evil.example/' })).location, '/')
  t.equal((await li.post('/queue/classification', { note: [first], addTags: 'x' })).status, 403)
})

t.test('a curator finds every note of their domain in one list, whether it waits or not', async (t) => {
  const [li, zhao, gao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('gao.yuan')]
  const id = await post(li, { title: 'Umbrellas at the counter', tags: 'umbrella' })
  await accept(zhao, id)
  t.match((await zhao.get('/queue/desk?tag=umbrella')).text, /Umbrellas at the counter/)
  t.match((await zhao.get('/queue/desk?confidence=not_validated&tag=umbrella')).text, /No note found/)
  t.equal((await gao.get(`/notes/${id}`)).status, 200, 'premise: he reads it')
  t.notMatch((await gao.get('/queue/desk')).text, /Umbrellas at the counter/, 'but it is not of his domain')
})

t.test('a curator leaves a note for later and gets the one after it, until nothing further down waits', async (t) => {
  const [li, zhao, qian] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const ids: string[] = []
  for (const nth of ['first', 'second', 'third']) ids.push(await post(li, { body: `Parked for later, the ${nth}.` }))
  const order = [...(await zhao.get('/queue?q=Parked')).body.matchAll(/id="row-([^"]+)"/g)].map((found) => found[1] as string)
  t.same([...order].sort(), [...ids].sort(), 'premise')
  const [one, two, three] = order as [string, string, string]
  const before = JSON.stringify(await Promise.all(ids.map((id) => seen(id))))
  t.equal((await zhao.get(`/queue/${one}?q=Parked&skip=1`)).location, `/queue/${two}?q=Parked`)
  t.equal((await zhao.get(`/queue/${two}?q=Parked&skip=1`)).location, `/queue/${three}?q=Parked`)
  t.equal((await zhao.get(`/queue/${three}?q=Parked&skip=1`)).location, '/queue?q=Parked')
  t.match((await zhao.get('/queue?q=Parked')).text, /Nothing further down waits for you/)
  t.equal(JSON.stringify(await Promise.all(ids.map((id) => seen(id)))), before, 'and nothing was written')
  await qian.submit((await qian.get('/queue?q=Parked')).form(`/notes/${two}/claim`))
  t.equal((await zhao.get(`/queue/${one}?q=Parked&skip=1`)).location, `/queue/${three}?q=Parked`, 'what a colleague holds is passed over')
  t.equal((await zhao.get('/queue?q=Parked&page=7')).location, '/queue?q=Parked', 'a page that has run empty leads to the first')
  t.equal((await (await bank.signIn('sun.lei')).get(`/queue/${one}?skip=1`)).status, 403, 'and it opens nothing to anybody else')
})

t.test('a curator moves a note home, and what was said before stays with those who heard it until it is cleared', async (t) => {
  const [li, wang, zhao, chen] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min'), await bank.signIn('chen.mei')]
  const id = await post(li, { audience: 'team' })
  await wang.post(`/notes/${id}/comments`, { text: 'Between us at the counter.' })
  t.equal((await chen.get(`/notes/${id}`)).status, 404, 'premise')
  t.equal((await zhao.post(`/notes/${id}/rehoming`, { department: 'nowhere', team: '' })).status, 303)
  t.equal((await seen(id))?.home.department, 'east-counter', 'not to where there is nothing')
  await zhao.post(`/notes/${id}/rehoming`, { department: 'retail', team: 'families' })
  const moved = await chen.get(`/notes/${id}`)
  t.equal(moved.status, 200)
  t.notMatch(moved.text, /Between us at the counter/)
  const page = await zhao.get(`/queue/${id}`)
  t.match(page.text, /Kept closed from earlier/)
  const comment = (await seen(id))?.comments[0]?.id as string
  await zhao.post(`/notes/${id}/clearing`, { comment })
  t.match((await chen.get(`/notes/${id}`)).text, /Between us at the counter/)
  t.equal((await li.post(`/notes/${id}/clearing`, { comment })).status, 403)
})

t.test('a curator names a deputy, who gets the domain for those days and never the clearance', async (t) => {
  const [li, chen, zhao, wang] = [await bank.signIn('li.na'), await bank.signIn('chen.mei'), await bank.signIn('zhao.min'), await bank.signIn('wang.wei')]
  const id = await post(li)
  const sensitive = await post(chen, { body: 'An illness in the Li family.', level: 'confidential' })
  t.equal((await wang.get('/queue')).status, 403, 'premise')
  const form = (await zhao.get('/queue/cover')).form('/queue/cover')
  for (const [fields, said] of [
    [{ from: '2026-03-10', until: '2026-03-05', deputy: 'wang-wei' }, /last day comes before the first/],
    [{ from: '2026-03-04', until: '2026-03-05', deputy: 'zhao-min' }, /cannot stand in for yourself/],
    [{ from: '2026-03-04', until: '2026-03-05', deputy: 'jiang-bo' }, /Choose a deputy/],
    [{ from: '2026-03-04', until: '2026-03-05', deputy: 'nobody' }, /Choose a deputy/],
    [{ from: '2026-03-01', until: '2026-03-02', deputy: 'wang-wei' }, /passed already/],
    [{ from: '2026-03-04', until: '2027-03-04', deputy: 'wang-wei' }, /More than 180 days/],
    [{ from: '', until: '2026-03-05', deputy: 'wang-wei' }, /on which day it begins/],
  ] as const) {
    const answer = await zhao.post('/queue/cover', fields)
    t.equal(answer.status, 422, JSON.stringify(fields))
    t.match(answer.text, said)
  }
  t.equal(bank.person('zhao.min').absence, null)
  const today = bank.clock.today()
  t.equal((await zhao.submit({ ...form, fields: { _csrf: form.fields['_csrf'] as string } }, { from: today, until: '2026-03-20', deputy: 'wang-wei' })).status, 303)
  t.match((await zhao.get('/queue/cover')).text, /王伟 stands in for you/)
  const queue = await wang.get('/queue')
  t.equal(queue.status, 200)
  t.match(queue.body, `/queue/${id}`)
  t.notMatch(queue.body, sensitive, 'the clearance does not pass')
  t.equal((await wang.get(`/queue/${sensitive}`)).status, 404)
  await accept(wang, id)
  t.equal((await seen(id))?.rating?.by, 'wang-wei')
  const told = await bank.house.post.notices.of('wang-wei')
  t.match(told[0], { kind: 'rights_changed', by: 'zhao-min' })
  t.ok((await bank.house.post.notices.of('qian-yu')).some((notice) => notice.by === 'zhao-min'), 'and the curator beside them')
  const { entries } = await bank.house.record.page({ did: ['person.absence_changed'] })
  t.match(entries[0], { who: 'zhao-min', thing: { kind: 'person', id: 'zhao-min' }, to: `${today},2026-03-20,p:wang-wei` })
  await zhao.post('/queue/cover', { back: 'yes' })
  t.equal((await wang.get('/queue')).status, 403, 'from the next click on')
})

t.test('cover ends by itself on its last day, and nobody but a curator has a domain to hand on', async (t) => {
  const [zhao, wang, li] = [await bank.signIn('zhao.min'), await bank.signIn('wang.wei'), await bank.signIn('li.na')]
  await zhao.post('/queue/cover', { from: bank.clock.today(), until: bank.clock.today(), deputy: 'wang-wei' })
  const own = await wang.post('/queue/cover', { from: bank.clock.today(), until: bank.clock.today(), deputy: 'li-na' })
  t.equal(own.status, 422, 'a deputy cannot pass it on')
  t.equal((await li.get('/queue/cover')).status, 403)
  t.equal((await li.post('/queue/cover', { from: '2026-03-04', until: '2026-03-05', deputy: 'wang-wei' })).status, 403)
  bank.clock.advance({ days: 1 })
  t.equal((await (await bank.signIn('wang.wei')).get('/queue')).status, 403)
})

t.test('what waits two days goes to the department above, once; what nobody may decide goes at once, and admins see a number', async (t) => {
  const far = await openBank(t)
  const li = await far.signIn('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  const id = idOf((await li.submit(form, { body: TEXT })).location)
  const lines = async () => (await far.house.notes.get(id, sightOf({ kind: 'person', person: far.person('he.jun') }, far.house.directories(), far.clock.today())))?.timeline.filter((line) => line.what === 'escalated') ?? []
  await far.house.runJobs('escalation')
  t.same(await lines(), [], 'premise: it may wait')
  far.clock.advance({ days: 2, minutes: 1 })
  await far.house.runJobs('escalation')
  await far.house.runJobs('escalation')
  t.equal((await lines()).length, 1)
  t.match((await lines())[0], { with: { department: 'head' }, by: '' })
  await far.house.caughtUp()
  t.ok((await far.house.post.notices.of('he-jun')).some((notice) => notice.kind === 'escalated' && notice.about.id === id))
  const he = await far.signIn('he.jun')
  t.match((await he.get(`/queue/${id}`)).text, /went to the curators of Head Office/)

  const admin = await far.signIn('han.bing')
  const number = async () => /(\d+)\s+items that nobody may decide/.exec((await admin.get('/admin/cover')).text)?.[1]
  t.equal(await number(), '0')
  // Head office has one curator, and it is he who wrote it.
  await he.submit((await he.get('/notes/new')).form('/notes'), { body: 'A quiet word.', audience: 'private' })
  t.equal(await number(), '1')
  const page = await admin.get('/admin/cover')
  t.notMatch(page.text, /A quiet word|Mrs Chen/)
  t.match(page.text, /Departments without two curators.*Head Office.*He Jun/)
  t.equal((await he.get('/admin/cover')).status, 403)
})
