import { createHash } from 'node:crypto'
import { simpleParser } from 'mailparser'
import t from 'tap'
import type { Door } from '../http/guard.js'
import { crawl, pageDoors, type Found } from './crawl.js'
import { EYES, openDemoBank, type Eyes } from './demo-bank.js'
import { keptFiles } from './kept-files.js'
import type { Browser, Page } from './browser.js'

/**
 * Every door of the portal over the demo bank, knocked at in every way that has ever opened the wrong one elsewhere.
 * Addresses come from following links, so that each holds a real thing.
 */
/** the record of who looked, the counts of readers, sessions, how far consumers have read, and what can be made anew */
const DERIVED = /^(?:audit|record|tables|search[^/\\]*)[/\\]|^(?:reads|catalog)\.sqlite|^sessions|^(?:feed|reindex)\.json$/

const bank = await openDemoBank(t)
const { doors } = bank.app
const browsers = new Map<Eyes, Browser>()
const seen = new Map<Eyes, readonly Found[]>()
const headersSeen: { where: string; page: Page }[] = []
const before = await kept()
for (const who of Object.keys(EYES) as Eyes[]) {
  const browser = await bank.enter(who)
  browsers.set(who, browser)
  const start = pageDoors(doors).map(({ url }) => url).filter((url) => !url.includes(':'))
  seen.set(who, await crawl(browser, doors, start, 3, (path, page) => void headersSeen.push({ where: `GET ${path} as ${who}`, page })))
}
/** an id of each kind, for doors that take one and show nothing by themselves */
const ids: Readonly<Record<string, string>> = Object.fromEntries(
  ['notes', 'customers', 'queue', 'channels', 'imports', 'mail', 'admin/people'].flatMap((room) => {
    const found = [...seen.values()].flat().find(({ door, status }) => door === `/${room}/:id` && status === 200)
    return found ? [[room, found.path.split('?')[0]?.split('/').at(-1) as string]] : []
  }),
)

/** What the portal keeps, by content; not its record of who looked, its counts of readers, or what is derived. */
async function kept(): Promise<Record<string, string>> {
  const files = [...(await keptFiles(bank.house))].filter(([name]) => !DERIVED.test(name))
  return Object.fromEntries(files.map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]))
}

/** An address behind a door that holds a real thing, as far as there is one. */
function addressOf({ url }: Door): string {
  const room = /^\/(admin\/people|[a-z]+)\/:id/.exec(url)?.[1] ?? ''
  return url.replace(':id', ids[room] ?? ids['notes'] ?? 'x').replace(':number', '1').replace(/:\w+/g, 'x')
}

const unsafe = doors.filter(({ method }) => method !== 'GET')

t.test('the sweep has something to sweep', async (t) => {
  t.ok(unsafe.length > 30, `${unsafe.length} doors that change something`)
  t.ok(pageDoors(doors).length > 25)
  t.ok(Object.keys(before).length > 100, `${Object.keys(before).length} files`)
  for (const room of ['notes', 'customers', 'admin/people', 'queue']) t.ok(ids[room], room)
  for (const [who, found] of seen) t.ok(found.filter(({ status }) => status === 200).length > 30, who)
})

t.test('looking changes nothing: every page opened twice by each kind of person leaves every file as it was', async (t) => {
  for (const [who, found] of seen) for (const { path } of found) await (browsers.get(who) as Browser).get(path)
  await bank.house.caughtUp()
  t.same(differences(before, await kept()), [])
  t.ok((await bank.house.record.page({ did: ['thing.read'] })).entries.length > 0, 'premise: the reads themselves are on record')
})

t.test('no page breaks, whoever looks', async (t) => {
  t.same([...seen].flatMap(([who, found]) => found.filter(({ status }) => ![200, 303, 403, 404].includes(status)).map(({ path, status }) => `${who} ${path} ${status}`)), [])
})

t.test('every answer of every door carries the headers, and says nothing about the server', async (t) => {
  const stranger = bank.stranger()
  for (const door of doors) {
    const path = addressOf(door)
    headersSeen.push({ where: `${door.method} ${path} as a stranger`, page: await stranger.request({ method: door.method as 'GET', url: path }) })
    if (door.method !== 'GET') headersSeen.push({ where: `${door.method} ${path} as li.na`, page: await (browsers.get('li.na') as Browser).request({ method: door.method as 'POST', url: path }) })
  }
  t.ok(headersSeen.length > 200, `premise: ${headersSeen.length} answers`)
  const wrong: string[] = []
  for (const { where, page: { headers } } of headersSeen) {
    const asset = where.includes('/static/')
    const expected: Record<string, RegExp> = {
      'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/, 'x-content-type-options': /^nosniff$/, 'referrer-policy': /^same-origin$/, 'cross-origin-opener-policy': /^same-origin$/,
      'cache-control': asset ? /./ : /no-store/,
    }
    for (const [name, value] of Object.entries(expected)) if (!value.test(String(headers[name]))) wrong.push(`${where}: ${name} is ${headers[name]}`)
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) if (headers[name] !== undefined) wrong.push(`${where}: ${name}`)
    if (/unsafe|\*|https?:/.test(String(headers['content-security-policy']))) wrong.push(`${where}: a policy with a hole`)
  }
  t.same(wrong, [])
})

t.test('no door that changes something opens with a token of another person, a made-up one, or for another site', async (t) => {
  const at = await kept()
  const wrong: string[] = []
  const foreign = await (browsers.get('olivia.grant') as Browser).token('/me')
  for (const who of ['he.jun', 'han.bing'] as const) {
    const browser = browsers.get(who) as Browser
    const own = await browser.token('/me')
    for (const door of unsafe.filter(({ tokenless }) => tokenless === null)) {
      const url = addressOf(door)
      for (const [how, token, site] of [['a foreign token', foreign, 'none'], ['a made-up token', `${own.slice(0, -2)}AA`, 'none'], ['its own token from another site', own, 'cross-site'], ['its own token from a neighbour', own, 'same-site']] as const) {
        const answer = await browser.request({ method: door.method as 'POST', url, payload: new URLSearchParams({ _csrf: token }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': site } })
        if (answer.status !== 403) wrong.push(`${door.method} ${url} with ${how} answers ${answer.status} to ${who}`)
        if (answer.headers['set-cookie'] !== undefined && /tacit=/.test(String(answer.headers['set-cookie']))) wrong.push(`${url} with ${how} touches the session`)
      }
    }
    t.equal((await browser.get('/me')).status, 200, `${who} is still signed in`)
  }
  t.same(wrong, [])
  t.same(differences(at, await kept()), [])
})

t.test('no spelling of an address opens what the plain one keeps shut', async (t) => {
  const wrong: string[] = []
  const li = browsers.get('li.na') as Browser
  const shut = doors.filter(({ method, url }) => method === 'GET' && !url.startsWith('/static/'))
  let tried = 0
  for (const door of shut) {
    const plain = addressOf(door)
    const closed = (await li.get(plain)).status === 403
    for (const path of spellingsOf(plain)) {
      tried += 1
      const stranger = await bank.stranger().get(path)
      // Doors open to everybody may answer; what they show is the same for everybody.
      if (door.allow !== 'public' && ![303, 401].includes(stranger.status)) wrong.push(`${path} answers ${stranger.status} to a stranger`)
      if (!closed) continue
      const answer = await li.get(path)
      if (![400, 403, 404].includes(answer.status)) wrong.push(`${path} answers ${answer.status} to li.na`)
    }
  }
  t.ok(tried > 300, `premise: ${tried} spellings`)
  t.same(wrong, [])
})

/** Spellings of content types under which other servers take a body past its checks. */
const TYPES: readonly string[] = [
  'application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;', ' application/json', 'application/vnd.api+json', 'text/json', 'text/plain', 'text/plain; charset=utf-16',
  'application/x-www-form-urlencoded-x', 'application/x-www-form-urlencoded, application/json', 'multipart/mixed; boundary=edge', 'multipart/form-data', 'application/octet-stream', 'application/csp-report', 'x', '',
]

t.test('no door takes a body in a spelling of another content type, token or not', async (t) => {
  const at = await kept()
  const wrong: string[] = []
  const tokens = new Map<Eyes, string>()
  for (const [who, browser] of browsers) tokens.set(who, await browser.token('/me'))
  for (const door of unsafe.filter(({ tokenless }) => tokenless === null)) {
    const who = mayKnock(door)
    const token = tokens.get(who) as string
    const fields = { _csrf: token, language: 'zh', active: 'no', body: 'x', text: 'x', name: 'x', parent: 'x', verb: 'accept' }
    for (const type of TYPES) {
      const payload = /json/i.test(type) ? JSON.stringify(fields) : new URLSearchParams(fields).toString()
      const { status } = await (browsers.get(who) as Browser).request({ method: door.method as 'POST', url: addressOf(door), payload, headers: { 'content-type': type, 'x-csrf-token': token } })
      if (![400, 403, 404, 406, 415].includes(status)) wrong.push(`${door.method} ${door.url} as ${JSON.stringify(type)} answers ${status} to ${who}`)
    }
  }
  t.same(wrong, [])
  t.same(differences(at, await kept()), [])
})

const QUERIES: readonly string[] = ['q=a&q=b', 'page=1&page=2', 'q[]=a', 'q[a]=b', '__proto__=x', '__proto__[x]=y', 'constructor=x', 'constructor.prototype.x=y', 'page=-1', 'page=1e99', 'page=NaN', 'sort=__proto__', 'tab=constructor', 'topic=__proto__', 'lang=__proto__', 'customer=%00', 'into=x&into=y', 'draft=__proto__']
const FORMS: readonly string[] = ['text=a&text=b', 'body=a&body=b', 'revision=__proto__&audience=constructor&level=toString', 'note=__proto__&customer=hasOwnProperty']
/** Names of fields that would reach into objects. */
const REACHING: readonly string[] = ['__proto__=x', 'constructor=x', 'prototype=x', '__proto__=x&__proto__=y']
/** Doors that need no field to act: a strange one added does not stop them, and the sweep has to go on afterwards. */
const CHANGES_MUCH = /sign-out|closure|activity|password|archival|removal|withdrawal|restoration|acceptance|run$|pause|deliveries/

/** Whoever gets past the door, so that what lies behind it is tried. */
function mayKnock({ allow }: Door): Eyes {
  return allow === 'people.administer' || allow === 'health.read' ? 'han.bing' : allow === 'record.read' ? 'olivia.grant' : 'he.jun'
}

function spellingsOf(path: string): string[] {
  const [, first = '', ...rest] = path.split('/')
  const hex = `%${first.charCodeAt(0).toString(16)}`
  const tail = rest.length > 0 ? `/${rest.join('/')}` : ''
  const own = first === '' ? [] : [`/${hex}${first.slice(1)}${tail}`, `/${hex.toUpperCase()}${first.slice(1)}${tail}`, `/${first.toUpperCase()}${tail}`]
  return [...own, `/${path}`, `/.${path}`, `${path};x`, `${path}%2f`, `${path}%00`, `${path}/`, `/x/..${path}`, `${path}%20`, `${path}%3fx`, `${path}%5c`]
}

t.test('repeated and listed parameters and names that reach into objects are refused or plain, at every door', async (t) => {
  const wrong: string[] = []
  const tokens = new Map<Eyes, string>()
  for (const [who, browser] of browsers) tokens.set(who, await browser.token('/me'))
  for (const door of [...pageDoors(doors), ...unsafe]) {
    const who = mayKnock(door)
    const browser = browsers.get(who) as Browser
    const url = addressOf(door)
    const asked = door.method === 'GET' ? QUERIES : [...REACHING, ...(CHANGES_MUCH.test(url) ? [] : FORMS)]
    for (const text of asked) {
      const { status } = door.method === 'GET'
        ? await browser.get(`${url}?${text}`)
        : await browser.request({ method: door.method as 'POST', url, payload: `${text}&_csrf=${encodeURIComponent(tokens.get(who) as string)}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      if (status >= 500 || (REACHING.includes(text) && ![400, 401, 403, 404, 415].includes(status))) wrong.push(`${door.method} ${url} with ${text} answers ${status} to ${who}`)
    }
  }
  t.same(wrong, [])
  t.equal(({} as Record<string, unknown>)['x'], undefined)
})

t.test('the name a request is sent to is never on a page, in a header or in a mail', async (t) => {
  const wrong: string[] = []
  for (const [who, found] of seen) {
    for (const { path } of found.filter((_, i) => i % 2 === 0)) {
      const page = await (browsers.get(who) as Browser).get(path, { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' })
      if (/evil\.example/.test(page.body + JSON.stringify(page.headers))) wrong.push(`${who} ${path}`)
    }
  }
  t.same(wrong, [])
  const admin = browsers.get('han.bing') as Browser
  const sent = await admin.post('/admin/people/li.na/password-link', {}, { from: '/admin/people/li.na', headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })
  t.equal(sent.status, 303)
  await bank.house.runJobs('outbox')
  const mail = await Promise.all([...(await keptFiles(bank.house))].filter(([name]) => /^mail\/.*\.eml$/.test(name)).map(async ([, raw]) => {
    const { text, html } = await simpleParser(raw)
    return `${raw.toString()}\n${text}\n${html}`
  }))
  t.ok(mail.some((text) => text.includes(`${bank.house.config.baseUrl}/password/`)), 'premise: a mail with a link was kept')
  t.notMatch(mail.join('\n'), /evil\.example/)
})

function differences(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name])
}
