import t from 'tap'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const RATED: Fields = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' }
const CHANNEL: Fields = { name: 'East counter daily', team: 'east-desk', owner: 'li-na', address: 'east.desk@bank.example', every: 'day', hour: '8', timeZone: 'Asia/Shanghai', language: 'en' }

/** A note that a curator validated for these readers. */
async function knowledge(title: string, fields: Fields = {}, writer: Login = 'li.na'): Promise<string> {
  const [who, zhao] = [await bank.signIn(writer), await bank.signIn('zhao.min')]
  const posted = await who.submit((await who.get('/notes/new')).form('/notes'), { title, body: `What stands behind it: ${title}.`, ...fields })
  const id = posted.location.split('/')[2] as string
  const answer = await zhao.submit((await zhao.get(`/queue/${id}`)).form(`/notes/${id}/decision`), RATED)
  if (answer.status !== 303) throw new Error(`deciding answered ${answer.status}: ${answer.text.slice(0, 600)}`)
  bank.clock.advance({ minutes: 1 })
  return id
}

async function open(who: Browser, fields: Fields = {}): Promise<Page> {
  return who.submit((await who.get('/channels/new')).form('/channels'), { ...CHANNEL, ...fields })
}

/** Opens one and lets an hour pass, so that what comes now is news. */
async function opened(fields: Fields = {}): Promise<string> {
  const answer = await open(await bank.signIn('li.na'), fields)
  if (answer.status !== 303) throw new Error(`opening answered ${answer.status}: ${answer.text.slice(0, 600)}`)
  bank.clock.advance({ hours: 1 })
  return answer.location
}

const mailTo = async (channel: string) => (await bank.house.post.outbox.ofChannel(channel.split('/')[2] as string, 1, 100)).rows
const tokenOf = (channel: string) => bank.house.post.pauseLinks.tokenFor(bank.house.post.channels.get(channel.split('/')[2] as string) as never)

t.test('a teller opens a channel for her team, sees the next digest, sends it, and reads in the log how it went', async (t) => {
  const li = await bank.signIn('li.na')
  const channel = await opened({ name: 'First digest' })
  await knowledge('Why the Chens left')
  const page = await li.get(channel)
  t.equal(page.status, 200)
  t.match(page.text, /The next digest .* 1 new note for First digest .* Why the Chens left/)
  t.match(page.text, /Every day at 08:00/)
  const sent = await li.submit(page.form(`${channel}/deliveries`))
  t.equal(sent.location, channel)
  const after = await li.get(channel)
  t.match(after.text, /Sent\. .*Nothing new that you and the channel may both read/)
  t.match(after.text, /Sent .* 1 note .*sent by Li Na .*The mail server took it/)
  const letter = (await mailTo(channel))[0]
  t.match((await bank.house.keptMail?.read(letter?.id ?? ''))?.text, /Why the Chens left/)
  t.match((await (await bank.signIn('wang.wei')).get(`/mail/${letter?.id}`)).text, /Why the Chens left/, 'her colleague opens the digest of their team')
  t.equal((await (await bank.signIn('sun.lei')).get(`/mail/${letter?.id}`)).status, 404)
})

t.test('the list holds channels of one\'s teams, of one\'s domain, and for an admin all of them', async (t) => {
  await opened({ name: 'Listed' })
  const names = async (login: Login) => /Listed/.test((await (await bank.signIn(login)).get('/channels')).text)
  t.equal(await names('wang.wei'), true, 'a member')
  t.equal(await names('zhao.min'), true, 'the curator of the department')
  t.equal(await names('han.bing'), true, 'an admin')
  t.equal(await names('sun.lei'), false)
  t.equal(await names('gao.yuan'), false, 'a curator of another department')
})

t.test('a channel of others is not there for a stranger, whatever they send', async (t) => {
  const sun = await bank.signIn('sun.lei')
  const channel = await opened({ name: 'Not yours' })
  const missing = await sun.get('/channels/01900000-0000-7000-8000-000000000001')
  t.equal((await sun.get(channel)).body, missing.body)
  for (const [path, fields] of [['', CHANNEL], ['/pause', {}], ['/resumption', {}], ['/deliveries', {}]] as const) {
    t.equal((await sun.post(`${channel}${path}`, { version: '1', ...fields }, { from: '/me' })).status, 404, path)
  }
  t.equal((await sun.get(`${channel}/edit`)).status, 404)
  t.equal((await sun.post(`${channel}/ceiling`, { ceiling: 'confidential' }, { from: '/me' })).status, 403)
  t.equal((await (await bank.signIn('gao.yuan')).post(`${channel}/ceiling`, { ceiling: 'confidential' }, { from: '/me' })).status, 404, 'a curator of another department')
  t.same(bank.house.post.channels.get(channel.split('/')[2] as string)?.history.length, 1, 'nothing happened to it')
})

t.test('only a curator of the team\'s department raises the ceiling; not its owner, not an admin', async (t) => {
  const channel = await opened({ name: 'Ceiling' })
  const id = channel.split('/')[2] as string
  const [li, han, zhao] = [await bank.signIn('li.na'), await bank.signIn('han.bing'), await bank.signIn('zhao.min')]
  for (const who of [li, han]) {
    t.notMatch((await who.get(channel)).body, `${channel}/ceiling`)
    t.equal((await who.post(`${channel}/ceiling`, { ceiling: 'confidential' }, { from: channel })).status, 403)
  }
  t.equal((await zhao.post(`${channel}/ceiling`, { ceiling: 'restricted' }, { from: channel })).status, 422)
  t.equal(bank.house.post.channels.get(id)?.ceiling, 'internal')
  t.equal((await zhao.submit((await zhao.get(channel)).form(`${channel}/ceiling`), { ceiling: 'confidential' })).status, 303)
  t.match((await li.get(channel)).text, /Confidential set by Zhao Min In effect “Internal”: 2 members are cleared for no more/)
  const { entries } = await bank.house.record.page({ kind: 'channel', id, did: ['channel.ceiling_changed'] })
  t.match(entries, [{ who: 'zhao-min', from: 'internal', to: 'confidential' }])
})

t.test('an admin gives a channel only the team\'s own mailbox, and sees none of its content by being admin', async (t) => {
  const han = await bank.signIn('han.bing')
  const channel = await opened({ name: 'For the admin' })
  await knowledge('Team secret of the counter', { audience: 'team' })
  t.match((await (await bank.signIn('wang.wei')).get(channel)).text, /Team secret of the counter/, 'premise: it is news for the team')
  t.notMatch((await han.get(channel)).body, /Team secret/)
  const edit = (await han.get(`${channel}/edit`)).form(`${channel}`)
  const answer = await han.submit(edit, { ...CHANNEL, address: 'han.bing@bank.example' })
  t.equal(answer.status, 422)
  t.match(answer.text, /You are not in this team, so the channel can only write to the team's own mailbox/)
})

t.test('a preview holds only what both the channel and the one who looks may read', async (t) => {
  const channel = await opened({ name: 'Both' })
  await knowledge('Only for the counter team', { audience: 'team' })
  const zhao = await bank.signIn('zhao.min')
  t.match((await (await bank.signIn('li.na')).get(channel)).text, /Only for the counter team/)
  t.notMatch((await zhao.get(channel)).text, /Only for the counter team/, 'a curator reads it in the queue, not as a reader of the team')
})

t.test('two people change a channel at once: the second is told and loses nothing', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const channel = await opened({ name: 'At once' })
  const [first, second] = [(await li.get(`${channel}/edit`)).form(channel), (await wang.get(`${channel}/edit`)).form(channel)]
  t.equal((await li.submit(first, { ...CHANNEL, name: 'Hers' })).status, 303)
  const answer = await wang.submit(second, { ...CHANNEL, name: 'His' })
  t.equal(answer.status, 409)
  t.match(answer.body, /value="His"/)
  t.equal((await wang.submit(answer.form(channel), { ...CHANNEL, name: 'His' })).status, 303, 'and saves it after looking')
})

t.test('everything wrong with a form is said at once and what was typed stays', async (t) => {
  const li = await bank.signIn('li.na')
  const answer = await open(li, { name: ' ', owner: 'sun-lei', hour: '25', timeZone: 'Mars/Base', topics: ['pricing', 'made-up'], address: 'a@bank.example, b@bank.example' })
  t.equal(answer.status, 422)
  t.match(answer.text, /Give the channel a name.*owner must be a member.*Give one mail address.*time zone is not known.*hour from 0 to 23.*One of these topics does not exist/s)
  t.match(answer.body, /value="Mars\/Base"/)
  t.match(answer.body, /value="pricing" checked/)
})

t.test('customers of the filter are found under the sight of whoever types, and a restricted one never', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const add = async (fields: Fields) => (await zhao.post('/customers', { kind: 'person', segment: '', team: 'east-desk', ...fields }, { from: '/customers/new' })).location.split('/')[2] as string
  const plain = await add({ name: 'Quillby Traders', curators: 'zhao-min' })
  const closed = await add({ name: 'Quillby Hidden', restricted: 'yes', curators: 'zhao-min' })
  t.ok(plain && closed, 'premise')
  t.match((await li.get('/customers?q=Quillby')).text, /Quillby Hidden/, 'premise: she belongs to its team and knows it')
  const form = (await li.get('/channels/new')).form('/channels')
  const offered = await li.submit({ action: '/channels/form', fields: form.fields }, { ...CHANNEL, name: 'Typed before', customerText: 'Quillby' })
  t.match(offered.body, /Quillby Traders/)
  t.notMatch(offered.body, /Quillby Hidden/)
  t.match(offered.body, /value="Typed before"/, 'nothing typed is lost')
  const chosen = await li.submit({ action: '/channels/form', fields: form.fields }, { ...CHANNEL, customerText: 'Quillby', addCustomer: plain })
  t.match(chosen.body, new RegExp(`name="customer" form="channel" value="${plain}"`))
  for (const foreign of [closed, '01900000-0000-7000-8000-000000000001']) {
    t.match((await open(li, { customer: [plain, foreign] })).text, /One of these customers does not exist/)
  }
  t.equal((await open(li, { name: 'About Quillby', customer: [plain] })).status, 303)
})

t.test('a filter keeps a customer that became restricted since, and shows it to nobody who may not know', async (t) => {
  const [zhao, wang] = [await bank.signIn('zhao.min'), await bank.signIn('wang.wei')]
  const customer = (await zhao.post('/customers', { kind: 'person', name: 'Once Open', segment: '', team: 'families', curators: 'zhao-min' }, { from: '/customers/new' })).location.split('/')[2] as string
  const channel = await opened({ name: 'Keeps it', customer: [customer] })
  const edit = (await zhao.get(`/customers/${customer}/edit`)).form(`/customers/${customer}`)
  t.equal((await zhao.submit(edit, { segment: '', team: 'families', restricted: 'yes', curators: ['zhao-min'] })).status, 303)
  for (const path of [channel, `${channel}/edit`]) t.notMatch((await wang.get(path)).body, new RegExp(`Once Open|${customer}`), path)
  t.equal((await wang.submit((await wang.get(`${channel}/edit`)).form(channel), { ...CHANNEL, name: 'Renamed' })).status, 303)
  t.same(bank.house.post.channels.get(channel.split('/')[2] as string)?.filter.customers, [customer])
})

t.test('the link in a digest shows on GET and pauses on POST, without sign-in, and the owner hears of it', async (t) => {
  const channel = await opened({ name: 'Too much mail' })
  const path = `/channels/pause/${encodeURIComponent(tokenOf(channel))}`
  const id = channel.split('/')[2] as string
  const stranger = bank.stranger()
  const looked = await stranger.get(path)
  t.equal(looked.status, 200)
  t.match(looked.text, /Pause these digests\? “Too much mail”/)
  t.equal(bank.house.post.channels.get(id)?.paused, null, 'a scanner that follows links pauses nothing')
  const oneClick = await stranger.request({
    method: 'POST', url: path, payload: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
  })
  t.equal(oneClick.status, 200)
  t.ok(bank.house.post.channels.get(id)?.paused)
  t.match(await bank.house.post.notices.of('li-na'), [{ kind: 'channel_paused', about: { kind: 'channel', id } }])
  t.match((await (await bank.signIn('li.na')).get('/notices')).text, /Somebody who used the link in a digest paused the digests of your channel/)
  t.equal((await bank.house.post.outbox.list({ kind: 'channel_paused', channel: id, page: 1, size: 5 })).total, 1)
  t.match((await bank.house.record.page({ kind: 'channel', id, did: ['channel.paused'] })).entries, [{ who: 'nobody' }])
  const edge = await stranger.request({
    method: 'POST', url: path, payload: '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n', headers: { 'content-type': 'multipart/form-data; boundary=x' },
  })
  t.equal(edge.status, 200, 'mail programs may send it as multipart, and a second time')
  t.equal((await bank.house.record.page({ kind: 'channel', id, did: ['channel.paused'] })).entries.length, 1)
})

t.test('a made-up link, or one of another address, opens nothing', async (t) => {
  const li = await bank.signIn('li.na')
  const channel = await opened({ name: 'Old address' })
  const path = `/channels/pause/${encodeURIComponent(tokenOf(channel))}`
  t.equal((await li.submit((await li.get(`${channel}/edit`)).form(channel), { ...CHANNEL, address: 'other@bank.example' })).status, 303)
  const stranger = bank.stranger()
  for (const made of [path, `${path}x`, '/channels/pause/x', `/channels/pause/${channel.split('/')[2]}`]) {
    t.equal((await stranger.get(made)).status, 404, made)
    t.equal((await stranger.request({ method: 'POST', url: made, payload: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 404, made)
  }
  t.equal(bank.house.post.channels.get(channel.split('/')[2] as string)?.paused, null)
})

t.test('a member pauses and resumes; paused, nothing is sent, and the owner hears of it', async (t) => {
  const wang = await bank.signIn('wang.wei')
  const channel = await opened({ name: 'Rest' })
  await knowledge('During the rest')
  t.equal((await wang.submit((await wang.get(channel)).form(`${channel}/pause`))).status, 303)
  const page = await wang.get(channel)
  t.notMatch(page.body, `${channel}/deliveries`)
  t.equal((await wang.post(`${channel}/deliveries`, {}, { from: channel })).status, 422, 'a hand-made request either')
  t.equal((await mailTo(channel)).length, 0)
  t.ok((await bank.house.post.notices.of('li-na')).some((notice) => notice.kind === 'channel_paused' && notice.by === 'wang-wei'))
  bank.clock.advance({ hours: 1 })
  t.equal((await wang.submit(page.form(`${channel}/resumption`))).status, 303)
  t.notMatch((await wang.get(channel)).text, /During the rest/, 'what was validated meanwhile is no news afterwards')
})

t.test('forms from elsewhere and without a token change nothing', async (t) => {
  const li = await bank.signIn('li.na')
  const channel = await opened({ name: 'Guarded' })
  for (const path of [`${channel}/pause`, `${channel}/deliveries`, channel]) {
    t.equal((await li.post(path, {}, { token: null, headers: { 'sec-fetch-site': 'cross-site' } })).status, 403, path)
    t.equal((await li.post(path, {}, { token: 'made-up', headers: { 'sec-fetch-site': 'none' } })).status, 403, path)
  }
  t.equal(bank.house.post.channels.get(channel.split('/')[2] as string)?.paused, null)
})
