import t from 'tap'
import type { Sight } from '../domain/policy/readable.js'
import { sightOf } from '../domain/policy/readable.js'
import type { Login } from './bank-people.js'
import { openBank } from './bank.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const TEXT = 'Mrs Chen moved her deposits because nobody called before the rate reset.'

const idOf = (path: string) => path.split('/')[2] as string
const sight = (login: Login): Sight => sightOf({ kind: 'person', person: bank.person(login) }, bank.house.directories(), bank.clock.today())
const seen = async (id: string, login: Login = 'zhao.min') => bank.house.notes.get(id, sight(login))

async function post(who: Browser, fields: Fields = {}): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), { body: TEXT, ...fields })
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
  return idOf(answer.location)
}

const RATED: Fields = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' }

/** Opens the decision page and sends its form with these choices. */
async function decide(who: Browser, id: string, fields: Fields): Promise<Page> {
  return who.submit(formOn(await who.get(`/queue/${id}`), id), fields)
}

const formOn = (page: Page, id: string) => page.form(`/notes/${id}/decision`)

t.test('a curator finds what waits, claims it, rates and accepts it, and the next item opens', async (t) => {
  const [li, zhao, sun] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('sun.lei')]
  const first = await post(li, { title: 'Why the Chens left' })
  const second = await post(li, { title: 'What calmed Mr Wu' })
  const queue = await zhao.get('/queue')
  t.equal(queue.status, 200)
  t.match(queue.text, /Why the Chens left/)
  t.match(queue.text, /Open 2/)
  t.match(queue.body, /data-section="queue"[^>]*>(?:(?!<\/a>).)*<span class="tally">2</s, 'the section says how many wait')
  const claimed = await zhao.submit(queue.form(`/notes/${first}/claim`))
  t.equal(claimed.location, '/queue')
  t.match((await zhao.get('/queue')).text, /yours, 4 h left/)
  t.match((await zhao.get('/queue?tab=mine')).text, /Why the Chens left/)
  const page = await zhao.get(`/queue/${first}`)
  t.match(page.text, /Is it true\? Correctness.*From whom\?.*How valuable\?.*Can it stand alone\?.*Who may read it\?.*Classify/)
  t.match(page.text, /Still to choose before accepting: Correctness, Source reliability, Value, Ease of sharing, Topic/)
  t.equal((await sun.get(`/notes/${first}`)).status, 404, 'premise: not yet for the whole bank')
  const accepted = await decide(zhao, first, RATED)
  t.equal(accepted.status, 303)
  t.equal(accepted.location, `/queue/${second}`)
  t.match((await zhao.get(accepted.location)).text, /Accepted: “Why the Chens left”\. Here is the next one\./)
  t.equal((await sun.get(`/notes/${first}`)).status, 200)
  t.match((await sun.get(`/notes/${first}`)).text, /Validated/)
  await decide(zhao, second, RATED)
})

t.test('the sentence at the end says what will happen, with and without JavaScript', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li, { audience: 'team' })
  const form = formOn(await zhao.get(`/queue/${id}`), id)
  const partial = await zhao.post(`/queue/${id}/outcome`, { ...form.fields, ...RATED, audience: 'enterprise', nature: 'data' }, { headers: { 'hx-request': 'true', 'hx-request-type': 'partial' } })
  t.equal(partial.status, 200)
  t.notMatch(partial.body, '<html')
  t.match(partial.text, /Published: East counter team\. Li Na is asked first; then: All staff\. Review on 1 Jun 2026; Li Na will be told\./)
  t.match(partial.body, /value="2026-06-01"/, 'the review date follows the nature while nobody chose another')
  const whole = await zhao.submit({ action: `/queue/${id}/outcome`, fields: form.fields }, { ...RATED, reviewOn: '2026-12-24' })
  t.match(whole.text, /Published: East counter team\. Review on 24 Dec 2026/)
  t.equal((await seen(id))?.confidence, 'not_validated', 'asking decides nothing')
})

t.test('an incomplete decision comes back with what was chosen and what is missing', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  const answer = await decide(zhao, id, { ...RATED, correctness: '', value: '', topic: '', text: 'Well observed.' })
  t.equal(answer.status, 422)
  t.match(answer.text, /Say how true it is\..*Say how valuable it is\..*Choose a topic\./, 'in the order of the form')
  t.match(answer.body, /name="reliability" value="B" checked/)
  t.match(answer.body, /Well observed\./)
})

t.test('a return needs a coded reason and a sentence; the author reads both, resubmits, and sees it through', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  const bare = await decide(zhao, id, { verb: 'return', returnText: 'Who said so?' })
  t.equal(bare.status, 422)
  t.match(bare.text, /Choose a reason/)
  t.match(bare.body, /Who said so\?/, 'the sentence is kept')
  t.equal((await decide(zhao, id, { verb: 'return', returnCode: 'needs_source', returnText: 'Who said so?' })).status, 303)
  const own = await li.get(`/notes/${id}`)
  t.match(own.text, /Who said it, and how do we know\?/)
  t.match(own.text, /Who said so\?/)
  t.match((await zhao.get('/queue?tab=returned')).text, /Mrs Chen/)
  const item = (await seen(id))?.item?.id
  const edited = await li.submit((await li.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`), { body: `${TEXT} She told me herself.` })
  t.equal(edited.status, 303)
  t.equal((await seen(id))?.item?.id, item, 'the same item goes on')
  const again = await zhao.get(`/queue/${id}`)
  t.match(again.text, /Changed since it was returned/)
  t.match(again.body, /<ins>[^]*She told me herself\.[^]*<\/ins>/)
})

t.test('"says too much" hides the note from its team at once, until it is accepted', async (t) => {
  const [li, wang, zhao] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min')]
  const id = await post(li)
  t.equal((await wang.get(`/notes/${id}`)).status, 200, 'premise')
  await decide(zhao, id, { verb: 'return', returnCode: 'says_too_much', returnText: 'Leave out the illness.' })
  t.equal((await wang.get(`/notes/${id}`)).status, 404)
})

t.test('a declined note goes back to its writer alone', async (t) => {
  const [li, wang, zhao] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min')]
  const id = await post(li)
  t.equal((await decide(zhao, id, { verb: 'decline', declineCode: 'not_true', declineText: 'I asked her.' })).status, 303)
  t.equal((await wang.get(`/notes/${id}`)).status, 404)
  t.match((await li.get(`/notes/${id}`)).text, /I asked her\./)
})

t.test('nobody decides on their own text, whatever they send', async (t) => {
  const [zhao, qian] = [await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const id = await post(zhao)
  const page = await zhao.get(`/queue/${id}`)
  t.equal(page.status, 200)
  t.match(page.text, /You wrote part of this text, so somebody else decides/)
  t.notMatch(page.body, `action="/notes/${id}/decision"`)
  const revision = String((await seen(id))?.revision)
  for (const [path, fields] of [
    ['decision', { ...RATED, revision }], ['claim', {}], ['verification', { revision, reviewOn: '2027-01-01' }], ['merger', { revision, into: id, intoRevision: revision }],
    ['decision', { verb: 'return', revision, returnCode: 'needs_source', returnText: 'x' }], ['decision', { verb: 'decline', revision, declineCode: 'not_true', declineText: 'x' }],
  ] as const) t.equal((await zhao.post(`/notes/${id}/${path}`, fields)).status, 403, path)
  t.equal((await seen(id))?.confidence, 'not_validated')
  t.equal((await decide(qian, id, RATED)).status, 303, 'a second curator does')
})

t.test('a curator who edits the body becomes its author and cannot decide', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  await zhao.submit((await zhao.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`), { body: `${TEXT} Twice.` })
  t.equal((await zhao.post(`/notes/${id}/decision`, { ...RATED, revision: String((await seen(id))?.revision) })).status, 403)
})

t.test('a decision without the revision seen is refused, and nothing is decided', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  for (const revision of [undefined, '', '0', '-1', 'latest', '1e3', '999999999999']) {
    const answer = await zhao.post(`/notes/${id}/decision`, { ...RATED, ...(revision !== undefined && { revision }), reviewOn: '2027-01-01', audience: 'team', level: 'internal' })
    t.equal(answer.status, 409, String(revision))
    t.match(answer.text, /does not say which revision/)
  }
  t.equal((await seen(id))?.item?.state, 'open')
})

t.test('when the author edits while the curator decides, the decision waits: a fresh look, with every choice kept', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  const form = formOn(await zhao.get(`/queue/${id}`), id)
  await li.submit((await li.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`), { body: `${TEXT} The son told me.` })
  const answer = await zhao.submit(form, { ...RATED, text: 'Well observed.', tags: 'rates, family' })
  t.equal(answer.status, 409)
  t.match(answer.text, /This changed while you were reading/)
  t.match(answer.text, /Li Na changed the text/)
  t.match(answer.body, /<ins>[^]*The son told me\.[^]*<\/ins>/)
  t.match(answer.body, /name="correctness" value="2" checked/)
  t.match(answer.body, /value="rates, family"/)
  t.match(answer.body, /Well observed\./)
  t.equal((await seen(id))?.confidence, 'not_validated')
  const again = await zhao.submit(formOn(answer, id), { verb: 'accept', topic: 'pricing' })
  t.equal(again.status, 303, 'the second look decides on what it showed')
  t.equal((await seen(id))?.rating?.revision, 2)
})

t.test('accepting and editing at the same moment has one outcome, and whoever was later is told', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  for (let round = 0; round < 6; round++) {
    const id = await post(li)
    const decision = formOn(await zhao.get(`/queue/${id}`), id)
    const edit = (await li.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`)
    const both = [() => zhao.submit(decision, RATED), () => li.submit(edit, { body: `${TEXT} Round ${round}.` })] as const
    const [accepted, edited] = round % 2 === 0 ? await Promise.all([both[0](), both[1]()]) : (await Promise.all([both[1](), both[0]()])).reverse() as [Page, Page]
    const statuses = [accepted.status, edited.status]
    t.ok(statuses.includes(303), `one of them did it: ${statuses}`)
    const note = await seen(id)
    if (accepted.status === 303) t.equal(note?.rating?.revision, 1, 'the decision is on the text that was read')
    else t.equal(accepted.status, 409)
    if (edited.status !== 303) t.match(edited.body, `Round ${round}`, 'the text is still in the form')
  }
})

t.test('of two curators claiming at once one has it, and the other reads who', async (t) => {
  const [li, zhao, qian] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const id = await post(li)
  await Promise.all([zhao.post(`/notes/${id}/claim`, {}), qian.post(`/notes/${id}/claim`, {})])
  const holder = (await seen(id))?.item?.claim?.by
  t.ok(holder === 'zhao-min' || holder === 'qian-yu')
  const other = holder === 'zhao-min' ? qian : zhao
  t.match((await other.get('/queue')).text, holder === 'zhao-min' ? /Zhao Min ?已认领。/ : /钱宇 has claimed it\./)
  t.match((await other.get(`/queue/${id}`)).body, /<button class="button" form="deciding" name="verb" value="claim"/, 'it can be taken over by name')
})

t.test('what another curator holds cannot be decided; taken over by name, it can, and the former holder is told', async (t) => {
  const [li, zhao, he] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('he.jun')]
  const id = await post(li)
  await zhao.post(`/notes/${id}/claim`, {})
  const revision = String((await seen(id))?.revision)
  const barred = await he.post(`/notes/${id}/decision`, { ...RATED, revision, audience: 'team', level: 'internal', reviewOn: '2027-01-01' })
  t.equal(barred.status, 409)
  t.match(barred.text, /Zhao Min has claimed it/)
  t.match(barred.body, /name="correctness" value="2" checked/, 'what was chosen is kept')
  await he.post(`/notes/${id}/claim`, { from: 'qian-yu' })
  t.equal((await seen(id))?.item?.claim?.by, 'zhao-min', 'not from somebody who does not hold it')
  const taken = await he.submit(formOn(barred, id), { verb: 'claim', from: 'zhao-min' })
  t.equal(taken.status, 200)
  t.match(taken.body, /name="correctness" value="2" checked/)
  t.equal((await seen(id))?.item?.claim?.by, 'he-jun')
  await bank.house.caughtUp()
  t.ok((await bank.house.post.notices.of('zhao-min')).some((notice) => notice.kind === 'claim_taken_over' && notice.about.id === id))
  t.equal((await decide(he, id, RATED)).status, 303)
})

t.test('a claim runs out after four hours', async (t) => {
  const [li, zhao, qian] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const id = await post(li)
  await zhao.post(`/notes/${id}/claim`, {})
  bank.clock.advance({ hours: 4, minutes: 1 })
  t.equal((await decide(qian, id, RATED)).status, 303)
})

t.test('a decision cannot widen beyond the author\'s proposal until the author agrees', async (t) => {
  const [li, zhao, sun] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('sun.lei')]
  const id = await post(li, { audience: 'team' })
  const answer = await decide(zhao, id, { ...RATED, audience: 'enterprise', named: ['p:sun-lei'] })
  t.equal(answer.status, 303)
  t.match((await zhao.get(answer.location)).text, /Its author is asked about the wider audience/)
  t.equal((await sun.get(`/notes/${id}`)).status, 404, 'neither by audience nor by name')
  t.equal((await zhao.post(`/notes/${id}/agreement`, { agrees: 'yes' })).status, 403, 'the curator cannot agree for the author')
  await li.post(`/notes/${id}/agreement`, { agrees: 'yes' })
  t.equal((await sun.get(`/notes/${id}`)).status, 200)
})

t.test('closing takes effect with the decision', async (t) => {
  const [li, zhao, wang] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('wang.wei')]
  const id = await post(li)
  await decide(zhao, id, { ...RATED, audience: 'team', level: 'confidential' })
  t.equal((await wang.get(`/notes/${id}`)).status, 404, 'the team is not cleared')
})

t.test('for a curator of another domain the item is not there, and a reader is told it is not theirs to decide', async (t) => {
  const [li, zhao, gao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('gao.yuan')]
  const id = await post(li)
  const missing = '01900000-0000-7000-8000-000000000001'
  const paths = ['decision', 'claim', 'release', 'verification', 'classification', 'rehoming', 'clearing', 'lowering', 'merger']
  t.equal((await gao.get(`/queue/${id}`)).body, (await gao.get(`/queue/${missing}`)).body)
  t.equal((await gao.get(`/queue/${id}/merger`)).status, 404)
  for (const path of paths) t.equal((await gao.post(`/notes/${id}/${path}`, { ...RATED, revision: '1' })).status, 404, path)
  t.notMatch((await gao.get('/queue')).text, /Mrs Chen/)
  await decide(zhao, id, RATED)
  t.equal((await gao.get(`/notes/${id}`)).status, 200, 'premise: now everybody reads it')
  t.equal((await gao.get(`/queue/${id}`)).status, 403)
  for (const path of paths) t.equal((await gao.post(`/notes/${id}/${path}`, { ...RATED, revision: '1' })).status, 403, path)
  for (const path of paths) t.equal((await li.post(`/notes/${id}/${path}`, { revision: '1' })).status, 403, `an employee: ${path}`)
  t.equal((await li.get('/queue')).status, 403)
  t.notMatch((await li.get('/')).body, 'href="/queue"')
})

t.test('foreign ids in a decision are refused and nothing is written', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  const hidden = await secretCustomer()
  const before = JSON.stringify(await seen(id))
  for (const fields of [
    { customer: [hidden] }, { customer: ['01900000-0000-7000-8000-000000000001'] }, { named: ['p:nobody'] }, { named: ['t:nowhere'] }, { product: ['made-up'] },
    { topic: 'made-up' }, { topic: 'suspicious_transactions' }, { segment: 'made-up' }, { reviewOn: '2020-01-01' }, { reviewOn: 'soon' },
    { level: 'restricted', steward: ['p:zhao-min', 'p:gao-yuan'] }, { level: 'restricted' }, { returnCode: 'made_up', returnText: 'x', verb: 'return' },
    { declineCode: 'needs_source', declineText: 'x', verb: 'decline' }, { verb: 'publish' },
  ]) t.equal((await decide(zhao, id, { ...RATED, ...fields })).status, 422, JSON.stringify(fields))
  t.equal(JSON.stringify(await seen(id)), before)
  const unknown = await decide(zhao, id, { ...RATED, customer: ['01900000-0000-7000-8000-000000000001'] })
  const secret = await decide(zhao, id, { ...RATED, customer: [hidden] })
  t.equal(bare(secret.body), bare(unknown.body), 'a customer one may not know answers like one there is not')
})

t.test('a restricted note needs two able curators, is decided by one named on it, and lowered by two', async (t) => {
  const [li, zhao, qian, he, sun] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu'), await bank.signIn('he.jun'), await bank.signIn('sun.lei')]
  const id = await post(li, { level: 'restricted', steward: ['p:zhao-min', 'p:qian-yu'], audience: 'enterprise' })
  t.equal((await he.get(`/queue/${id}`)).status, 404, 'a curator who is not named on it')
  t.equal((await decide(zhao, id, { ...RATED, steward: ['p:zhao-min'] })).status, 422)
  t.equal((await decide(zhao, id, RATED)).status, 303)
  t.equal((await seen(id))?.rights.level, 'restricted')
  const edit = (await li.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`)
  await li.submit(edit, { body: `${TEXT} It is known now.` })
  const lowered = await decide(zhao, id, { ...RATED, level: 'internal', audience: 'enterprise' })
  t.equal(lowered.status, 303)
  t.equal((await seen(id))?.rights.level, 'restricted', 'one curator alone does not lower it')
  t.equal((await sun.get(`/notes/${id}`)).status, 404)
  const waiting = await qian.get('/queue?why=lowering')
  t.equal(waiting.body.match(/data-row id="row-/g)?.length, 1, 'the second one finds it in the queue')
  t.match(waiting.body, new RegExp(`row-${id}`))
  t.match(waiting.text, /降低保密级别（1）/)
  t.match((await zhao.get('/queue?why=lowering')).text, /You asked for it; a second curator agrees/)
  t.notMatch((await he.get('/queue')).body, new RegExp(id), 'nobody else hears of it')
  t.match((await qian.get(`/queue/${id}`)).body, new RegExp(`action="/notes/${id}/lowering"`))
  await zhao.post(`/notes/${id}/lowering`, { agrees: 'yes' })
  t.equal((await seen(id))?.rights.level, 'restricted', 'nor the same one twice')
  t.match((await zhao.get('/queue')).text, /It takes a second curator/)
  const agreed = await qian.submit((await qian.get(`/queue/${id}?why=lowering`)).form(`/notes/${id}/lowering`), { agrees: 'yes' })
  t.equal(agreed.location, '/queue?why=lowering', 'and goes on with their part of the queue')
  t.notMatch((await qian.get('/queue')).body, new RegExp(`row-${id}`))
  t.equal((await seen(id))?.rights.level, 'internal')
  t.equal((await sun.get(`/notes/${id}`)).status, 200)
})

t.test('a due note is verified again in one click, on the revision that was seen', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li)
  await decide(zhao, id, { ...RATED, reviewOn: '2026-04-01' })
  bank.clock.advance({ days: 40 })
  await bank.house.runJobs('due')
  const late = await bank.signIn('zhao.min')
  t.match((await late.get('/queue?tab=due')).text, /Mrs Chen/)
  const page = await late.get(`/queue/${id}`)
  t.match(page.text, /Is it still true\?/)
  t.match(page.body, /name="correctness" value="2" checked/, 'the last ratings are there')
  const form = page.form(`/notes/${id}/verification`)
  await late.submit(form, { revision: '' })
  await late.submit(form, { reviewOn: '2026-01-01' })
  await late.submit(form, { revision: '99' })
  t.equal((await seen(id))?.item?.state, 'open', 'not without the revision, not into the past, not on another revision')
  const done = await late.submit(form)
  t.equal(done.status, 303)
  t.equal((await seen(id))?.item?.state, 'accepted')
  t.ok(((await seen(id))?.reviewOn ?? '') > bank.clock.today())
})

t.test('the filters narrow the queue, and words typed into an address are only words', async (t) => {
  const [li, chen, zhao] = [await bank.signIn('li.na'), await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  await post(li, { title: 'Fees at the counter', topic: 'fees' })
  await post(chen, { title: 'A family and its trust', topic: 'family' })
  const titles = async (query: string) => (await zhao.get(`/queue?${query}`)).text
  t.match(await titles('department=east-counter'), /Fees at the counter/)
  t.notMatch(await titles('department=east-counter'), /A family and its trust/)
  t.match(await titles('topic=family'), /A family and its trust/)
  t.notMatch(await titles('topic=family'), /Fees at the counter/)
  t.match(await titles('q=fees'), /Fees at the counter/)
  t.notMatch(await titles('q=fees'), /A family and its trust/)
  t.match(await titles('level=restricted'), /Nothing here under these filters/)
  for (const query of ["q='%20OR%201=1--", 'q=%25', 'department=%27', 'level=*', 'tab=everything', 'page=-1', 'page=1e9']) t.equal((await zhao.get(`/queue?${query}`)).status, 200, query)
  t.notMatch(await titles('q=%25'), /Fees at the counter/)
  t.equal((await zhao.get('/queue?topic=a&topic=b')).status, 400)
})

t.test('a sensitive title in the queue, the page of its decision and the decision itself are on record', async (t) => {
  const [chen, zhao] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const id = await post(chen, { level: 'confidential' })
  const deeds = async () => (await bank.house.record.page({ kind: 'note', id, who: 'zhao-min' })).entries.map(({ did, to }) => `${did} ${to ?? ''}`.trim())
  t.same(await deeds(), [], 'premise')
  await zhao.get('/queue?level=confidential')
  t.same(await deeds(), ['thing.read list'])
  const page = await zhao.get(`/queue/${id}`)
  t.same(await deeds(), ['thing.read', 'thing.read list'])
  await zhao.post(`/notes/${id}/decision`, { verb: 'accept' })
  t.equal((await deeds())[0], 'thing.read', 'a refused form shows it too')
  await zhao.submit(formOn(page, id), RATED)
  t.ok((await deeds()).includes('note.accepted'))
})

/** Without what differs in every answer. */
function bare(html: string): string {
  return html.replace(/value="[^"]*"/g, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '').replace(/"x-csrf-token":"[^"]*"/g, '')
}

async function secretCustomer(): Promise<string> {
  const id = bank.house.ids.next()
  const { permit } = await import('../domain/policy/grant.js')
  const { standingApart } = await import('../domain/policy/rules.js')
  const permission = permit({ kind: 'person', person: bank.person('sun.lei') }, 'customer.create', standingApart(id))
  if (!permission.ok) throw new Error('cannot make a customer')
  const at = bank.clock.now()
  await bank.house.customers.add(permission.grant, {
    schema: 1, id, version: 1, kind: 'company', name: 'Quiet Holdings', aliases: [], number: '', segment: null, team: 'corporate-east', restricted: true, curators: [],
    createdAt: at, createdBy: 'sun-lei', updatedAt: at, history: [], origin: null,
  })
  return id
}

