import { connect } from 'node:net'
import t from 'tap'
import { z } from 'zod'
import { fieldsOf } from '../http/form.js'
import { openBank, type Bank } from './bank.js'
import { unescaped } from './browser.js'

/** Sends bytes as they are and waits for what comes back until the server closes. */
async function raw(bank: Bank, parts: readonly (string | number)[]): Promise<string> {
  const port = Number(new URL(bank.app.listeningOrigin).port)
  const socket = connect(port, '127.0.0.1')
  let got = ''
  socket.setEncoding('utf8').on('data', (chunk) => (got += chunk)).on('error', () => {})
  const closed = new Promise((done) => socket.once('close', done))
  for (const part of parts) {
    if (typeof part === 'number') await new Promise((done) => setTimeout(done, part))
    else if (!socket.destroyed) socket.write(part)
  }
  await closed
  return got
}

t.test('every answer tells the browser what it may do, and nothing about the server', async (t) => {
  const bank = await openBank(t, { plant: (app) => void app.get('/broken', { config: { allow: 'public' } }, async () => { throw new Error('x') }) })
  const li = await bank.signIn('li.na')
  const answers = {
    page: await li.get('/me'),
    'sign-in': await bank.stranger().get('/sign-in'),
    redirect: await bank.stranger().get('/me'),
    missing: await li.get('/nowhere'),
    broken: await li.get('/broken'),
    refused: await li.post('/me/settings', {}, { token: null, headers: { 'sec-fetch-site': 'cross-site' } }),
    asset: await bank.stranger().get('/static/site.css'),
    health: await bank.stranger().get('/healthz'),
  }
  t.equal(answers.broken.status, 500, 'premise')
  for (const [name, { headers }] of Object.entries(answers)) {
    const policy = String(headers['content-security-policy'])
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "object-src 'none'"]) {
      t.ok(policy.split(';').includes(rule), `${name}: ${rule}`)
    }
    t.notMatch(policy, /unsafe|\*|https?:/, name)
    t.equal(headers['x-content-type-options'], 'nosniff', name)
    t.equal(headers['referrer-policy'], 'same-origin', name)
    t.equal(headers['cross-origin-opener-policy'], 'same-origin', name)
    t.equal(headers['x-powered-by'], undefined, name)
    t.equal(headers['server'], undefined, name)
    t.equal(headers['cache-control'], name === 'asset' ? 'no-cache' : 'no-store', name)
  }
})

t.test('style and scripts are kept for ever under an address that changes with them', async (t) => {
  const bank = await openBank(t)
  const page = await bank.stranger().get('/sign-in')
  const href = /href="([^"]*site\.css[^"]*)"/.exec(page.body)?.[1]?.replace('&#x3D;', '=') ?? ''
  t.match(href, /^\/static\/site\.css\?v=[\w-]{10}$/)
  const asset = await bank.stranger().get(href)
  t.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable')
  t.match(String(asset.headers['content-type']), /^text\/css/)
  t.equal((await bank.stranger().get('/static/site.css?v=someoldone')).headers['cache-control'], 'no-cache')
  t.equal((await bank.stranger().get('/static/htmx.min.js')).status, 200)
  for (const path of ['/static/..%2fpackage.json', '/static/%2e%2e/package.json', '/static/package.json', '/static/nothing.css']) {
    t.not((await bank.stranger().get(path)).status, 200, path)
  }
})

t.test('style, scripts and icons are fetched once: each address carries a print of its content', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const pages = [
    await li.get('/'), await li.get('/notes'), await li.get('/search?q=nothingofthekind'), await bank.stranger().get('/sign-in'), await li.get('/nowhere'),
    await li.get('/search?q=nothingofthekind', { 'hx-request': 'true', 'hx-request-type': 'partial' }),
  ]
  const addresses = new Set(pages.flatMap(({ body }) => [...body.matchAll(/(?:href|src)="(\/static\/[^"]*)/g)].map(([, address]) => unescaped(address ?? '').replace(/#.*$/, ''))))
  t.same([...addresses].map((address) => address.replace(/\?.*$/, '')).sort(), ['/static/favicon.svg', '/static/htmx.min.js', '/static/icons.svg', '/static/site.css', '/static/site.js'])
  for (const address of addresses) {
    const answer = await bank.stranger().get(address)
    t.equal(answer.status, 200, address)
    t.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable', address)
  }
})

t.test('pages are compressed for browsers that can take it', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const page = await li.get('/me', { 'accept-encoding': 'gzip, br' })
  t.match(String(page.headers['content-encoding']), /^(br|gzip)$/)
  t.match(String(page.headers['vary']), /HX-Request-Type/)
})

t.test('a list where one value is meant, and names that reach into objects, are refused', async (t) => {
  const seen: unknown[] = []
  const bank = await openBank(t, {
    plant: (app) => {
      app.get('/asked', { config: { allow: 'signed-in', many: ['topic'] } }, async (request) => {
        seen.push(request.query)
        return 'ok'
      })
      app.post('/asked', { config: { allow: 'signed-in' } }, async (request) => {
        seen.push(fieldsOf(request, z.object({ title: z.string() })))
        return 'ok'
      })
    },
  })
  const li = await bank.signIn('li.na')
  const bad = ['q=a&q=b', '__proto__=x', 'constructor=x', 'prototype=x', '__proto__=a&__proto__=b']
  for (const query of bad) t.equal((await li.get(`/asked?${query}`)).status, 400, query)
  const token = await li.token('/me')
  for (const fields of [{ title: ['a', 'b'] }, { title: 'a', __proto__x: 'b', constructor: 'b' }, { nothing: 'x' }] as const) {
    t.equal((await li.post('/asked', fields, { token })).status, 400, JSON.stringify(fields))
  }
  t.equal(seen.length, 0)
  t.equal((await li.get('/asked?q=a&topic=b&topic=c&a.__proto__.b=x')).status, 200, 'a declared list and a strange name are plain data')
  t.same(seen, [{ q: 'a', topic: ['b', 'c'], 'a.__proto__.b': 'x' }])
  t.equal(({} as Record<string, unknown>)['b'], undefined)
})

t.test('a form is a form: no other content type gets past it, however it is spelt', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  const types = ['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded-x', 'Application/JSON', 'application/csp-report', 'text/json', '', 'x']
  for (const type of types) {
    const answer = await li.request({
      method: 'POST', url: '/me/language', payload: JSON.stringify({ _csrf: token, language: 'zh' }), headers: { 'content-type': type, 'x-csrf-token': token },
    })
    t.equal(answer.status, 415, type)
  }
  const shouted = await li.request({
    method: 'POST', url: '/me/language', payload: new URLSearchParams({ _csrf: token, language: ['zh', 'x'].join() }).toString(), headers: { 'content-type': 'APPLICATION/X-WWW-FORM-URLENCODED' },
  })
  t.equal(shouted.status, 400, 'and the fields are checked in whatever spelling the type came')
  t.equal(bank.person('li.na').language, 'en')
})

t.test('what is too large or too long is refused before it is read', async (t) => {
  const bank = await openBank(t)
  await bank.app.listen({ port: 0, host: '127.0.0.1' })
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  t.equal((await li.post('/me/settings', { theme: 'x'.repeat(600_000) }, { token })).status, 413)
  const claimed = await raw(bank, ['POST /sign-in HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99999999\r\n\r\n'])
  t.match(claimed, /^HTTP\/1\.1 413 /, 'the length alone is enough')
  t.equal((await li.get(`/me?q=${'x'.repeat(9_000)}`)).status, 414)
  const headers = await raw(bank, [`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`])
  t.match(headers, /^HTTP\/1\.1 431 /)
  t.match(headers, 'nosniff')
})

t.test('a client that sends too slowly is cut off, and others are served meanwhile', async (t) => {
  const bank = await openBank(t, { env: { HEADER_SECONDS: '1', REQUEST_SECONDS: '2' } })
  await bank.app.listen({ port: 0, host: '127.0.0.1' })
  const drip = Array.from({ length: 16 }, () => ['x', 300] as const).flat()
  const slow = [
    raw(bank, ['GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ', ...drip]),
    raw(bank, ['POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\n', ...drip]),
  ]
  const answer = await fetch(`${bank.app.listeningOrigin}/healthz`)
  t.equal(answer.status, 200)
  for (const got of await Promise.all(slow)) t.match(got, /^HTTP\/1\.1 408 /)
})

t.test('addresses in headers are believed from the proxy alone', async (t) => {
  const seen: string[] = []
  const bank = await openBank(t, {
    env: { TRUST_PROXY: '10.0.0.1' },
    plant: (app) => {
      app.get('/who', { config: { allow: 'public' } }, async (request) => {
        seen.push(`${request.ip} ${request.protocol} ${request.host}`)
        return 'ok'
      })
    },
  })
  const forged = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', host: 'tacit.bank.example' }
  for (const address of ['10.0.0.1', '10.0.0.2']) {
    const browser = bank.stranger()
    browser.address = address
    await browser.get('/who', forged)
  }
  t.same(seen, ['192.0.2.7 https evil.example', '10.0.0.2 http tacit.bank.example'])
})

t.test('looking changes nothing: every page opened twice leaves the data as it was', async (t) => {
  const bank = await openBank(t)
  const pages = bank.app.doors.filter(({ method, url }) => method === 'GET' && !url.includes(':'))
  t.ok(pages.length >= 5, 'premise')
  for (const login of ['li.na', 'he.jun', 'han.bing', 'olivia.grant'] as const) {
    const browser = await bank.signIn(login)
    const before = JSON.stringify([bank.house.people.directory(), [...bank.house.people.directory().persons]])
    for (const { url } of [...pages, ...pages]) await browser.get(url)
    t.equal(JSON.stringify([bank.house.people.directory(), [...bank.house.people.directory().persons]]), before, login)
    t.equal(bank.house.sessions.openOf(bank.person(login).id).length, 1)
  }
})
