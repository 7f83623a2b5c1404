import t from 'tap'
import { openBank } from './bank.js'

t.test('a fault shows a number that is in the log, and nothing else of it', async (t) => {
  const bank = await openBank(t, {
    plant: (app) =>
      void app.get('/broken', { config: { allow: 'signed-in' } }, async () => {
        throw Object.assign(new Error('cannot read /secret/place/of/notes.json'), { code: 'EACCES' })
      }),
  })
  const li = await bank.signIn('li.na')
  const answer = await li.get('/broken')
  t.equal(answer.status, 500)
  const id = /<code>([0-9a-f-]{36})<\/code>/.exec(answer.body)?.[1] ?? 'none'
  t.ok(bank.log.some((line) => line.includes(id) && line.includes('EACCES')), 'the operator finds it')
  t.notMatch(answer.body, /secret|EACCES|Error|at .*\.ts|node_modules/)
})

t.test('a fault of the page that tells of faults still says nothing', async (t) => {
  const bank = await openBank(t, { house: { banner: () => { throw new Error('secret of the banner') } } })
  const li = await bank.signIn('li.na')
  const answer = await li.get('/me')
  t.equal(answer.status, 500)
  t.match(answer.body, /^500 [0-9a-f-]{36}\n$/)
  t.match(String(answer.headers['content-security-policy']), "default-src 'none'")
})

t.test('the log holds no password, token, cookie, address typed, or words searched for', async (t) => {
  const bank = await openBank(t)
  const browser = await bank.signIn('li.na')
  const cookie = decodeURIComponent(browser.cookies.get('tacit') ?? '').split('.')[0] ?? ''
  const secrets = ['canaryquery', 'canarypassword', 'canarytoken', 'canarytext', 'canaryagent', 'canarylogin']
  await browser.get('/?q=canaryquery', { 'user-agent': 'canaryagent' })
  await browser.get('/password/canarytoken')
  const token = await browser.token('/me')
  await browser.post('/me/password', { present_password: 'canarypassword', new_password: 'canarypassword' }, { token })
  await browser.post('/me/settings', { language: 'en', theme: 'canarytext' }, { token })
  await bank.stranger().post('/sign-in', { login: 'canarylogin', password: 'canarypassword' }, { from: '/sign-in' })
  await browser.request({ method: 'POST', url: '/me/settings', payload: '{"broken canarytext', headers: { 'content-type': 'application/json', 'x-csrf-token': token } })
  const log = bank.log.join('\n')
  t.match(log, '"route":"/password/:token"', 'premise: requests are logged')
  t.match(log, '"person":"li-na"', 'premise: and whose they were')
  for (const secret of [...secrets, cookie, token]) t.notMatch(log, secret)
})

t.test('the log holds no word of a note, a comment, a customer, a draft or a file, also when something breaks over it', async (t) => {
  const bank = await openBank(t, {
    plant: (app) => void app.post('/breaks', { config: { allow: 'signed-in' } }, async (request) => { throw new Error(`it broke over ${Object.keys(request.body as object).length} fields`) }),
  })
  const [zhao, wang] = [await bank.signIn('zhao.min'), await bank.signIn('wang.wei')]
  const words = { title: 'canarytitle', body: 'canarybody', tags: 'canarytag', saidBy: 'canarysource', reference: 'canaryref' }
  const customer = (await zhao.post('/customers', { kind: 'person', name: 'Canaryname', aliases: 'Canaryalias', number: 'CANARYNO', team: 'families' }, { from: '/customers/new' })).location.split('/').at(-1) as string
  await zhao.post('/drafts', { draft: bank.house.ids.next(), ...words, body: 'canarydraft' }, { from: '/notes/new' })
  const posted = await zhao.post('/notes', { ...words, customer, audience: 'enterprise', level: 'internal' }, { from: '/notes/new' })
  t.equal(posted.status, 303, 'premise: a note is there')
  await zhao.post(`${posted.location}/comments`, { text: 'canarycomment', key: '' }, { from: posted.location })
  await zhao.post('/notes', { ...words, body: '' }, { from: '/notes/new' })
  await zhao.get('/search?q=canarysearch&customer=canaryfilter')
  await zhao.get(`/customers?q=canarycustomer`)
  await wang.post(posted.location, { body: 'canarynodoor' }, { from: '/me' })
  t.equal((await zhao.post('/breaks', { ...words, customerText: 'canarytyped' }, { from: '/me' })).status, 500, 'premise: something broke')
  await zhao.request({ method: 'POST', url: '/imports/new/customers', payload: '--e\r\ncontent-disposition: form-data; name="file"; filename="canaryfile.csv"\r\n\r\ncanarycell\r\n--e--', headers: { 'content-type': 'multipart/form-data; boundary=e' } })
  await bank.house.caughtUp()
  const log = bank.log.join('\n')
  t.match(log, 'it broke over', 'premise: the fault is in the log')
  t.match(log, '"route":"/notes/:id/comments"', 'premise: and what was asked for')
  t.same([...new Set(log.match(/canary\w*/gi) ?? [])], [])
})

t.test('a full disk is said in words, and is asked to be tried again', async (t) => {
  const bank = await openBank(t, {
    plant: (app) =>
      void app.get('/full', { config: { allow: 'signed-in' } }, async () => {
        throw Object.assign(new Error('data/people.json: no space left'), { code: 'store.disk_full' })
      }),
  })
  const li = await bank.signIn('li.na')
  const answer = await li.get('/full')
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '5')
  t.match(answer.text, 'The disk is full')
  t.notMatch(answer.body, 'people.json')
})

t.test('while the notes are being read pages say how far it is, in the reader\'s language', async (t) => {
  let readiness = { ready: false, done: 1_200, total: 4_000 }
  const bank = await openBank(t, { house: { readiness: () => readiness } })
  const wang = await bank.signIn('wang.wei')
  const answer = await wang.get('/me')
  t.equal(answer.status, 503)
  t.match(answer.text, '正在读取笔记：1,200 / 4,000')
  t.equal((await bank.stranger().get('/readyz')).body, 'starting, 1200 of 4000\n')
  t.equal((await bank.stranger().get('/readyz')).status, 503)
  t.equal((await bank.stranger().get('/healthz')).status, 200)
  t.equal((await bank.stranger().get('/static/site.css')).status, 200)
  readiness = { ready: true, done: 4_000, total: 4_000 }
  t.equal((await wang.get('/me')).status, 200)
  t.equal((await bank.stranger().get('/readyz')).status, 200)
})

t.test('programs get their refusals as data in one shape', async (t) => {
  const bank = await openBank(t)
  const stranger = await bank.stranger().get('/api/v1/nothing')
  t.equal(stranger.status, 401)
  t.same(JSON.parse(stranger.body), { error: { code: 'errors.signed_out', message: 'You are signed out. What you typed is still on this page.' } })
  const li = await bank.signIn('li.na')
  t.equal((await li.get('/api/v1/nothing')).status, 404)
  t.equal(JSON.parse((await li.get('/api/v1/nothing')).body).error.code, 'errors.missing')
})
