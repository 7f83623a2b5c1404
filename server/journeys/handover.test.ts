import t from 'tap'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const RATED: Fields = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' }
const RETURNED: Fields = { verb: 'return', returnCode: 'needs_source', returnText: 'Who said so?' }
const OVER = '/admin/people/li-na/handover'

async function post(who: Browser, fields: Fields): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), { team: 'east-desk', ...fields })
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location.split('/')[2] as string
}

async function decide(id: string, fields: Fields, by: Login = 'zhao.min'): Promise<Page> {
  const who = await bank.signIn(by)
  return who.submit((await who.get(`/queue/${id}`)).form(`/notes/${id}/decision`), fields)
}

async function returned(fields: Fields): Promise<string> {
  const id = await post(await bank.signIn('li.na'), fields)
  if ((await decide(id, RETURNED)).status !== 303) throw new Error('not returned')
  return id
}

async function handOver(fields: Fields, by: Login = 'han.bing', from = OVER): Promise<Page> {
  return (await bank.signIn(by)).post(from, fields, { from })
}

t.test('an administrator sees how much somebody leaves behind, and not a word of it', async (t) => {
  const li = await bank.signIn('li.na')
  await returned({ title: 'Quillwort returned', body: 'One.' })
  await post(li, { title: 'Quillwort waiting', body: 'Two.' })
  const due = await post(li, { title: 'Quillwort due', body: 'Three.' })
  await decide(due, { ...RATED, reviewOn: '2026-03-10' })
  bank.clock.advance({ days: 8 })
  await bank.house.runJobs('due')
  const page = await (await bank.signIn('han.bing')).get(OVER)
  t.equal(page.status, 200)
  t.match(page.text, /Returned to them 1 Due to be verified again 1 Waiting for a decision 1/)
  t.notMatch(page.body, /Quillwort/)
  t.equal((await (await bank.signIn('zhao.min')).get(OVER)).status, 403, 'nobody else sees even that')
})

t.test('a successor answers the return in the writer\'s place, and the words stay the writer\'s', async (t) => {
  const wang = await bank.signIn('wang.wei')
  const id = await returned({ title: 'Why the Chens left', body: 'Nobody called.' })
  t.notMatch((await wang.get(`/notes/${id}`)).text, /Who said so/, 'premise: the reason is between the writer and the curators')
  t.equal((await wang.post(`/notes/${id}/revisions`, { body: 'x', revision: '1' }, { from: '/me' })).status, 403, 'premise: it is not his to answer')
  const answer = await handOver({ notes: 'wang-wei' })
  t.equal(answer.location, OVER)
  await bank.house.caughtUp()
  const page = await wang.get(`/notes/${id}`)
  t.match(page.text, /Who said so\?/)
  t.match(page.text, /Li Na/, 'still hers')
  t.match((await wang.get('/notices')).text, /Han Bing将这条笔记移交给您/)
  t.match((await wang.get('/notes?tab=in_care')).text, /由我接手.*Why the Chens left/)
  const form = (await wang.get(`/notes/${id}/edit`)).form(`/notes/${id}/revisions`)
  t.equal((await wang.submit(form, { body: 'Nobody called. The manager said so.' })).status, 303)
  const after = await (await bank.signIn('li.na')).get(`/notes/${id}`)
  t.match(after.text, /The manager said so/)
  t.match(after.text, /王伟 resubmitted it/)
  t.equal(after.text.includes('handed it over to 王伟'), true, 'the timeline tells it')
  t.equal((await (await bank.signIn('sun.lei')).get(`/notes/${id}`)).status, 404, 'nobody reads more than before')
})

t.test('what the successor may not read stays with the curators, and only its number is said', async (t) => {
  const id = await returned({ title: 'Behind closed doors', body: 'Four.', level: 'confidential' })
  const answer = await handOver({ notes: 'wang-wei' })
  t.equal(answer.status, 303)
  t.match(answer.location, OVER)
  t.match((await (await bank.signIn('han.bing')).get(OVER)).text, /Returned to them 1 Due to be verified again 0 Waiting for a decision 0/)
  const wang = await bank.signIn('wang.wei')
  t.equal((await wang.get(`/notes/${id}`)).status, 404, 'a handover opens nothing')
  t.notMatch((await wang.get('/notes?tab=in_care')).text, /Behind closed doors/)
})

t.test('whoever took over does not decide on the note, curator or not', async (t) => {
  const id = await post(await bank.signIn('chen.mei'), { title: 'For the curator', body: 'Five.', team: 'families' })
  const from = '/admin/people/chen-mei/handover'
  t.equal((await handOver({ notes: 'qian-yu' }, 'han.bing', from)).status, 303)
  const qian = await bank.signIn('qian.yu')
  t.equal((await qian.post(`/notes/${id}/decision`, { ...RATED, revision: '1' }, { from: `/notes/${id}` })).status, 403)
  t.equal((await decide(id, RATED)).status, 303, 'another one does')
})

t.test('twenty notes handed over are told one by one in the portal and by one mail', async (t) => {
  const li = await bank.signIn('li.na')
  for (let i = 0; i < 5; i += 1) await post(li, { title: `Many ${i}`, body: `Body ${i}.` })
  const mails = async () => (await bank.house.post.outbox.list({ person: 'wang-wei', kind: 'notice', page: 1, size: 1 })).total
  const before = await mails()
  bank.clock.advance({ minutes: 5 })
  await handOver({ notes: 'wang-wei' })
  await bank.house.caughtUp()
  t.ok((await bank.house.post.notices.of('wang-wei')).filter(({ kind, at }) => kind === 'handed_over' && at === bank.clock.now()).length >= 5)
  t.equal(await mails(), before + 1)
})

t.test('restricted customers get another appointed curator, whom everybody concerned hears of', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const made = await zhao.post('/customers', { kind: 'person', name: 'Ms Nightingale', segment: '', team: 'onboarding', restricted: 'yes', curators: ['zhao-min', 'he-jun'] }, { from: '/customers/new' })
  const id = made.location.split('/')[2] as string
  const from = '/admin/people/zhao-min/handover'
  const qian = await bank.signIn('qian.yu')
  t.equal((await qian.get(`/customers/${id}`)).status, 404, 'premise')
  const page = await (await bank.signIn('han.bing')).get(from)
  t.match(page.text, /Appointed as curator on 1 restricted customer/)
  t.notMatch(page.body, new RegExp(`Nightingale|${id}`))
  for (const unfit of ['li-na', 'gao-yuan', 'jiang-bo']) t.equal((await handOver({ customers: unfit }, 'han.bing', from)).status, 422, unfit)
  t.match(bank.house.customers.restricted()?.find((one) => one.id === id)?.curators, ['zhao-min', 'he-jun'], 'nobody unfit was appointed')
  t.equal((await handOver({ customers: 'qian-yu' }, 'han.bing', from)).status, 303)
  t.equal((await qian.get(`/customers/${id}`)).status, 200)
  t.equal((await zhao.get(`/customers/${id}`)).status, 404, 'gone with the next click')
  t.match((await qian.get('/notices')).text, /Han Bing指定您接替Zhao Min，担任1 位限知客户的知识管理员/)
  t.match((await (await bank.signIn('he.jun')).get('/notices')).text, /Han Bing appointed 钱宇 curator of 1 restricted customer in place of Zhao Min/)
  t.match((await bank.house.record.page({ kind: 'customer', id, did: ['customer.restricted_changed'] })).entries, [{ who: 'han-bing', to: 'restricted,t:onboarding,p:he-jun,p:qian-yu' }])
})

t.test('a channel gets an owner from its team', async (t) => {
  const li = await bank.signIn('li.na')
  const opened = await li.post('/channels', { name: 'Hers', team: 'east-desk', owner: 'li-na', address: 'east.desk@bank.example', every: 'day', hour: '8', timeZone: 'Asia/Shanghai', language: 'en' }, { from: '/channels/new' })
  const id = opened.location.split('/')[2] as string
  t.match((await (await bank.signIn('han.bing')).get(OVER)).text, /Team digests .*Hers East counter team/)
  t.equal((await handOver({ [`channel-${id}`]: 'sun-lei' })).status, 422)
  t.equal(bank.house.post.channels.get(id)?.owner, 'li-na', 'not somebody outside of the team')
  t.equal((await handOver({ [`channel-${id}`]: 'wang-wei' })).status, 303)
  t.equal(bank.house.post.channels.get(id)?.owner, 'wang-wei')
  t.match((await (await bank.signIn('wang.wei')).get('/notices')).text, /Han Bing将该简报组移交给您负责/)
})

t.test('nobody hands over to themselves, to nobody, or to somebody who left', async (t) => {
  for (const [notes, sentence] of [['han-bing', /Nobody hands anything over to themselves/], ['jiang-bo', /not active any more/], ['made-up', /not active any more/], ['li-na', /not active any more/], ['', /Choose somebody for at least one part/]] as const) {
    const answer = await handOver({ notes })
    t.equal(answer.status, 422, notes)
    t.match(answer.text, sentence, notes)
  }
  t.equal((await (await bank.signIn('zhao.min')).post(OVER, { notes: 'zhao-min' }, { from: '/me' })).status, 403)
  t.equal((await handOver({ notes: 'wang-wei' }, 'han.bing', '/admin/people/li-na/handover?x=1')).status, 303)
  t.equal((await (await bank.signIn('han.bing')).get('/admin/people/nobody/handover')).status, 404)
  t.match((await bank.house.record.page({ kind: 'person', id: 'li-na', did: ['person.handed_over'] })).entries[0]?.to, /^p:wang-wei,\d+,\d+,\d+$/)
})
