import t from 'tap'
import { DOCUMENT, ENDPOINTS } from '../http/api/endpoints.js'
import { PER_MINUTE } from '../http/api/bearer.js'
import { CUSTOMER, CUSTOMERS, ERROR, MADE, NOTE, RESULTS } from '../http/api/shapes.js'
import { openBank, type Bank } from './bank.js'
import type { Login } from './bank-people.js'
import type { Page } from './browser.js'


/** A token made on the page, as a person makes it. */
async function tokenOf(bank: Bank, login: Login, scopes: readonly string[] = ['read', 'write']): Promise<string> {
  const browser = await bank.signIn(login)
  const page = await browser.post('/me/tokens', { name: 'CRM widget', scopes, days: '90' }, { from: '/me/tokens' })
  const secret = /<code id="secret">([^<]+)</.exec(page.body)?.[1]
  if (!secret) throw new Error(`${page.status}: ${page.text.slice(0, 300)}`)
  return secret
}

/** A program: no cookies, no browser's headers. */
async function ask(bank: Bank, token: string | null, method: 'GET' | 'POST', url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Page & { readonly json: any }> {
  const program = bank.stranger()
  delete program.headers['sec-fetch-site']
  const page = await program.request({
    method, url, ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  })
  return Object.assign(page, { json: page.body === '' ? null : JSON.parse(page.body) })
}

const NOBODYS = '0199c0de-0000-7000-8000-00000000dead'

t.test('a program posts a note as its owner, and its owner finds it on the page', async (t) => {
  const bank = await openBank(t)
  const token = await tokenOf(bank, 'chen.mei')
  const chen = await bank.signIn('chen.mei')
  const customer = (await chen.post('/customers', { kind: 'person', name: '陈国华', number: 'C-1', team: 'families' }, { from: '/customers/new' })).location.split('/').at(-1) ?? ''
  const posted = await ask(bank, token, 'POST', '/api/v1/notes', { body: 'Prefers a call\r\nbefore noon', customers: [customer], topic: 'deposits', tags: ['Calls'], source: { touchpoint: 'visit', firsthand: true, observedOn: '2026-03-01' } })
  t.equal(posted.status, 201)
  MADE.parse(posted.json)
  t.equal(posted.headers.location, `/api/v1/notes/${posted.json.id}`)
  t.match((await chen.get(`/notes/${posted.json.id}`)).text, /Prefers a call.*陈国华/)
  const read = await ask(bank, token, 'GET', `/api/v1/notes/${posted.json.id}`)
  t.equal(read.status, 200)
  t.match(NOTE.parse(read.json), { body: 'Prefers a call\nbefore noon', confidence: 'not_validated', author: { id: 'chen-mei' }, customers: [{ id: customer, name: '陈国华' }], topic: 'deposits', tags: ['calls'] })
  const list = CUSTOMERS.parse((await ask(bank, token, 'GET', '/api/v1/customers?q=cgh')).json)
  t.match(list, { total: 1, customers: [{ name: '陈国华', notes: 1, team: { id: 'families' } }] })
  t.match(CUSTOMER.parse((await ask(bank, token, 'GET', `/api/v1/customers/${customer}`)).json), { name: '陈国华', restricted: false })
  await bank.house.caughtUp()
  t.match(RESULTS.parse((await ask(bank, token, 'GET', '/api/v1/search?q=noon')).json), { total: 1, hits: [{ note: { id: posted.json.id } }], facets: { topic: [{ value: 'deposits', count: 1 }] } })
  t.match((await bank.house.record.page({ did: ['token.created'] })).entries, [{ who: 'chen-mei', to: 'read,write' }])
})

t.test('what is wrong is said in one shape, field by field, and nothing is posted', async (t) => {
  const bank = await openBank(t)
  const token = await tokenOf(bank, 'li.na')
  const before = (await bank.house.record.page({ did: ['note.posted'] })).entries.length
  const tries: readonly (readonly [unknown, number, string])[] = [
    [{}, 400, 'body'], [{ body: 1 }, 400, 'body'], [{ body: 'x', author: 'han-bing' }, 400, ''], [{ body: 'x', confidence: 'validated' }, 400, ''], [{ body: 'x', customers: 'y' }, 400, 'customers'], [[], 400, ''],
    [{ body: '  ' }, 422, 'body'], [{ body: 'x', topic: 'no_such' }, 422, 'topic'], [{ body: 'x', customers: [NOBODYS] }, 422, 'customers'], [{ body: 'x', team: 'families' }, 422, 'team'],
    [{ body: 'call 13812345678' }, 422, 'body'], [{ body: 'x', level: 'restricted' }, 422, 'stewards'], [{ body: 'x', title: 'y'.repeat(200) }, 422, 'title'],
  ]
  for (const [body, status, at] of tries) {
    const answer = await ask(bank, token, 'POST', '/api/v1/notes', body)
    t.equal(answer.status, status, JSON.stringify(body))
    const { error } = ERROR.parse(answer.json)
    if (at !== '') t.ok(error.fields?.some((field) => field.at === at && field.message !== ''), `${JSON.stringify(body)}: ${JSON.stringify(error)}`)
  }
  t.equal((await bank.house.record.page({ did: ['note.posted'] })).entries.length, before)
  const kept = await ask(bank, token, 'POST', '/api/v1/notes', { body: 'call 13812345678', keepIdentifiers: true })
  t.equal(kept.status, 201)
  t.match((await ask(bank, token, 'GET', `/api/v1/notes/${kept.json.id}`)).json, { audience: 'enterprise' })
})

t.test('only JSON is taken, under every spelling, and keys that reach into objects are refused', async (t) => {
  const bank = await openBank(t)
  const token = await tokenOf(bank, 'li.na')
  const body = JSON.stringify({ body: 'x', author: 'y' })
  for (const type of ['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset=x', ' application/json']) {
    t.equal((await ask(bank, token, 'POST', '/api/v1/notes', body, { 'content-type': type })).status, 400, `${type}: the shape is checked`)
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'text/json', 'application/vnd.api+json', 'application/csp-report', 'x']) {
    t.equal((await ask(bank, token, 'POST', '/api/v1/notes', JSON.stringify({ body: 'x' }), { 'content-type': type })).status, 415, type)
  }
  for (const poison of ['{"body":"x","__proto__":{"admin":true}}', '{"body":"x","source":{"constructor":{"prototype":{}}}}', '{"body":', 'null', '']) t.equal((await ask(bank, token, 'POST', '/api/v1/notes', poison)).status, 400, poison)
  t.equal((await ask(bank, token, 'POST', '/api/v1/notes', JSON.stringify({ body: 'x'.repeat(600 * 1024) }))).status, 413)
  for (const query of ['q=a&q=b', 'page=0', 'size=1000', 'sort=best', 'topic[]=x', 'nobody=1', '__proto__=1']) t.equal((await ask(bank, token, 'GET', `/api/v1/search?${query}`)).status, 400, query)
})

t.test('a token is worth what its owner is worth at this moment, and never more than its scopes', async (t) => {
  const bank = await openBank(t)
  const both = await tokenOf(bank, 'chen.mei')
  const reads = await tokenOf(bank, 'chen.mei', ['read'])
  const writes = await tokenOf(bank, 'chen.mei', ['write'])
  const posted = await ask(bank, writes, 'POST', '/api/v1/notes', { body: 'Written by a token that cannot read' })
  t.equal(posted.status, 201)
  t.equal((await ask(bank, reads, 'POST', '/api/v1/notes', { body: 'x' })).status, 403)
  for (const url of [`/api/v1/notes/${posted.json.id}`, '/api/v1/customers', '/api/v1/search?q=token']) {
    t.equal((await ask(bank, writes, 'GET', url)).status, 403, url)
    t.equal((await ask(bank, reads, 'GET', url)).status, 200, url)
  }
  for (const wrong of ['', 'x', both.slice(0, -1), `${both}x`, both.replace('tacit_', ''), both.toUpperCase()]) t.equal((await ask(bank, wrong, 'GET', '/api/v1/customers')).status, 401, wrong.slice(0, 8))
  const set = (change: object) => bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'chen.mei' ? { ...one, ...change } : one)) }))
  await set({ active: false })
  t.equal((await ask(bank, both, 'GET', '/api/v1/customers')).status, 401, 'a disabled owner')
  await set({ active: true })
  t.equal((await ask(bank, both, 'GET', '/api/v1/customers')).status, 200)
  bank.clock.advance({ days: 91 })
  t.equal((await ask(bank, both, 'GET', '/api/v1/customers')).status, 401, 'a token ends by itself')
})

t.test('a revoked token is worth nothing on the next request, and nobody revokes another\'s', async (t) => {
  const bank = await openBank(t)
  const token = await tokenOf(bank, 'li.na')
  const [kept] = bank.house.tokens.of('li-na')
  t.notMatch(JSON.stringify(kept), token.slice(6), 'the secret itself is not kept')
  const wang = await bank.signIn('wang.wei')
  t.equal((await wang.post(`/me/tokens/${kept?.id}/revocation`, {}, { from: '/me/tokens' })).status, 404)
  t.notMatch((await wang.get('/me/tokens')).text, 'CRM widget')
  const li = await bank.signIn('li.na')
  t.notMatch((await li.get('/me/tokens')).body, token, 'shown once')
  t.equal((await ask(bank, token, 'GET', '/api/v1/customers')).status, 200)
  t.equal((await li.post(`/me/tokens/${kept?.id}/revocation`, {}, { from: '/me/tokens' })).status, 303)
  t.equal((await ask(bank, token, 'GET', '/api/v1/customers')).status, 401)
  await bank.restart()
  t.equal((await ask(bank, token, 'GET', '/api/v1/customers')).status, 401)
  t.match((await bank.house.record.page({ did: ['token.revoked'] })).entries, [{ who: 'li-na' }])
  for (const wrong of [{ name: '' }, { scopes: [] }, { days: '9999' }, { scopes: ['admin'] }]) t.equal((await li.post('/me/tokens', { name: 'x', scopes: ['read'], days: '30', ...wrong }, { from: '/me/tokens' })).status, 422, JSON.stringify(wrong))
})

t.test('a signed-in browser is nobody to the API, so no other site can make it ask', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  for (const url of ['/api/v1/customers', '/api/v1/search', `/api/v1/notes/${NOBODYS}`]) t.equal((await li.get(url)).status, 401, url)
  t.equal((await li.request({ method: 'POST', url: '/api/v1/notes', payload: '{"body":"x"}', headers: { 'content-type': 'application/json' } })).status, 401)
  t.equal((await li.get(DOCUMENT)).status, 200, 'only what the API can do is for people too')
  const answers = await Promise.all([...Object.values(ENDPOINTS).map(({ method, url }) => ask(bank, null, method, url.replace(':id', NOBODYS))), ask(bank, null, 'GET', DOCUMENT)])
  t.same([...new Set(answers.map(({ status, body }) => `${status} ${body}`))].length, 1, 'strangers get one answer')
  t.equal(answers[0]?.headers['www-authenticate'], 'Bearer')
})

t.test('the API lets through exactly what the pages let through, for everybody and every note', async (t) => {
  const bank = await openBank(t)
  const qian = await bank.signIn('qian.yu')
  const gu = (await qian.post('/customers', { kind: 'household', name: 'Gu', number: '', team: 'families', segment: '', restricted: 'yes', curators: 'zhao-min' }, { from: '/customers/new' })).location.split('/').at(-1) ?? ''
  const open = (await qian.post('/customers', { kind: 'household', name: 'Open', number: '', team: 'families', segment: '' }, { from: '/customers/new' })).location.split('/').at(-1) ?? ''
  const notes: string[] = []
  for (const [login, fields] of [
    ['li.na', { body: 'counter, team', audience: 'team' }], ['li.na', { body: 'counter, private', audience: 'private' }], ['chen.mei', { body: 'confidential', level: 'confidential' }],
    ['chen.mei', { body: 'about Gu', customer: gu }], ['sun.lei', { body: 'corporate', audience: 'enterprise' }], ['sun.lei', { body: 'named', audience: 'private', named: 'p:li-na' }],
  ] as const) {
    const answer = await (await bank.signIn(login)).post('/notes', { audience: 'enterprise', level: 'internal', ...fields }, { from: '/notes/new' })
    t.equal(answer.status, 303, fields.body)
    notes.push(answer.location.split('/').at(-1) ?? '')
  }
  await bank.house.caughtUp()
  let seen = 0
  for (const login of ['li.na', 'wang.wei', 'chen.mei', 'sun.lei', 'zhao.min', 'qian.yu', 'gao.yuan', 'he.jun', 'han.bing', 'olivia.grant'] as const) {
    const [browser, token] = [await bank.signIn(login), await tokenOf(bank, login, ['read'])]
    const readable = new Set<string>()
    for (const note of [...notes, NOBODYS, 'x']) {
      const [page, program] = [await browser.get(`/notes/${note}`), await ask(bank, token, 'GET', `/api/v1/notes/${note}`)]
      t.equal(program.status, page.status, `${login} ${note}`)
      if (program.status === 200) readable.add(note)
      seen += program.status === 200 ? 1 : 0
    }
    for (const customer of [gu, open, NOBODYS]) t.equal((await ask(bank, token, 'GET', `/api/v1/customers/${customer}`)).status, (await browser.get(`/customers/${customer}`)).status, `${login} customer ${customer}`)
    const list = CUSTOMERS.parse((await ask(bank, token, 'GET', '/api/v1/customers?size=100')).json)
    t.equal(list.customers.some(({ id }) => id === gu), (await browser.get('/customers')).body.includes(gu), `${login} list`)
    t.equal(list.total, list.customers.length)
    const found = RESULTS.parse((await ask(bank, token, 'GET', '/api/v1/search?size=100')).json)
    t.same(new Set(found.hits.map(({ note }) => note.id)), new Set([...readable]), `${login} search`)
    t.equal(found.total, readable.size)
    t.equal(JSON.stringify(found.facets).includes(gu), (await browser.get(`/customers/${gu}`)).status === 200 && readable.has(notes[3] ?? ''), `${login} facets`)
    for (const { note } of found.hits) for (const { id } of note.customers) t.equal((await browser.get(`/customers/${id}`)).status, 200, 'no name of a customer one may not know')
  }
  t.ok(seen > 10 && seen < 50, `premise: some are readable and some are not (${seen})`)
  const foreign = await ask(bank, await tokenOf(bank, 'li.na'), 'POST', '/api/v1/notes', { body: 'x', customers: [gu] })
  const missing = await ask(bank, await tokenOf(bank, 'li.na'), 'POST', '/api/v1/notes', { body: 'x', customers: [NOBODYS] })
  t.equal(`${foreign.status} ${foreign.body}`, `${missing.status} ${missing.body}`)
})

t.test('what is not there and what one may not know are the same answer, byte for byte', async (t) => {
  const bank = await openBank(t)
  const posted = await (await bank.signIn('sun.lei')).post('/notes', { body: 'corporate', audience: 'team', level: 'internal' }, { from: '/notes/new' })
  const token = await tokenOf(bank, 'li.na')
  const answers = await Promise.all([posted.location.split('/').at(-1), NOBODYS, 'x', '%00'].map((id) => ask(bank, token, 'GET', `/api/v1/notes/${id}`)))
  t.same(answers.map(({ status }) => status), [404, 404, 404, 404])
  t.equal(new Set(answers.map(({ body }) => body)).size, 1)
})

t.test('the same idempotency key makes one note, however often and however many at once', async (t) => {
  const bank = await openBank(t)
  const token = await tokenOf(bank, 'li.na')
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(bank, token, 'POST', '/api/v1/notes', { body: 'once' }, { 'idempotency-key': 'k-1' })))
  t.same([...new Set(answers.map(({ status }) => status))], [201])
  t.equal(new Set(answers.map(({ json }) => json.id)).size, 1)
  const other = await ask(bank, await tokenOf(bank, 'wang.wei'), 'POST', '/api/v1/notes', { body: 'once' }, { 'idempotency-key': 'k-1' })
  t.not(other.json.id, answers[0]?.json.id, 'another person\'s key is another')
  t.match((await (await bank.signIn('li.na')).get('/notes')).text, 'once')
  t.equal((await (await bank.signIn('li.na')).get('/notes?tab=waiting')).body.match(/data-row>/g)?.length, 1)
  for (const key of ['', 'x y', 'ü', 'x'.repeat(201)]) t.equal((await ask(bank, token, 'POST', '/api/v1/notes', { body: 'x' }, { 'idempotency-key': key })).status, 400, key)
})

t.test('a token that asks too often waits, and others do not wait with it', async (t) => {
  const bank = await openBank(t)
  const [busy, other] = [await tokenOf(bank, 'li.na'), await tokenOf(bank, 'wang.wei')]
  for (let n = 0; n < PER_MINUTE; n += 1) if ((await ask(bank, busy, 'GET', DOCUMENT)).status !== 200) t.fail(`refused at ${n}`)
  const over = await ask(bank, busy, 'GET', '/api/v1/customers')
  t.equal(over.status, 429)
  t.ok(Number(over.headers['retry-after']) > 0)
  ERROR.parse(over.json)
  t.equal((await ask(bank, other, 'GET', '/api/v1/customers')).status, 200)
})

t.test('the OpenAPI document names every route of the API and no other', async (t) => {
  const bank = await openBank(t)
  const document = (await ask(bank, await tokenOf(bank, 'li.na'), 'GET', DOCUMENT)).json
  t.equal(document.openapi, '3.1.0')
  const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`))
  const served = bank.app.doors.filter(({ url }) => url.startsWith('/api/') && url !== DOCUMENT).map(({ method, url }) => `${method} ${url}`)
  t.ok(served.length >= 5, 'premise')
  t.same(described.sort(), served.sort())
  for (const door of bank.app.doors.filter(({ url }) => url.startsWith('/api/'))) t.equal(door.tokenless, 'bearer', door.url)
  t.notMatch(JSON.stringify(document), /"\$ref":"#\/(?!components\/schemas\/Error)/, 'every reference leads somewhere')
})

t.test('reading something confidential by a program is on record like reading it on the page', async (t) => {
  const bank = await openBank(t)
  const posted = await (await bank.signIn('chen.mei')).post('/notes', { body: 'worry', level: 'confidential', audience: 'team' }, { from: '/notes/new' })
  const id = posted.location.split('/').at(-1) ?? ''
  const token = await tokenOf(bank, 'zhao.min')
  await ask(bank, token, 'GET', `/api/v1/notes/${id}`)
  await bank.house.caughtUp()
  await ask(bank, token, 'GET', '/api/v1/search?q=worry')
  t.match((await bank.house.record.page({ who: 'zhao-min', did: ['thing.read'] })).entries, [{ thing: { id }, via: 'api' }, { thing: { id }, via: 'api' }])
})
