import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { done } from '../../../domain/people/refusal.js'
import { sightOf } from '../../../domain/policy/readable.js'
import { openBank, sessionCookie, type Bank } from '../../../journeys/bank.js'
import type { Login } from '../../../journeys/bank-people.js'
import { Browser } from '../../../journeys/browser.js'
import { grantFor } from '../contract/subject.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
let portals: readonly Bank[] = []
let here: Bank

t.test('three portals open over one database, one after the other and each in a folder of its own', only, async (t_) => {
  if (typeof server === 'string') return
  const env = { DATABASE_URL: await server.fresh() }
  portals = [await openBank(t, { env }), await openBank(t, { env }), await openBank(t, { env })]
  here = portals[0] as Bank
  t_.equal(new Set(portals.map(({ house }) => house.config.dataDir)).size, 3)
  t_.equal(new Set(portals.map(({ house }) => house.secret)).size, 1, 'a cookie of one is good at all')
})

/** A browser behind a plain round-robin proxy: each request goes to the next portal. */
function round(): Browser {
  let turn = 0
  return new Browser((request) => (portals[turn++ % portals.length] as Bank).app.inject(request) as unknown as Promise<LightMyRequestResponse>)
}

async function signedIn(login: Login, at: Browser = round()): Promise<Browser> {
  const { name, value } = await sessionCookie(here.house, here.person(login))
  at.cookies.set(name, value)
  return at
}

async function post(who: Browser, fields: Record<string, string>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

t.test('a person works behind a round-robin proxy as with one portal: writes, reads, finds', only, async (t) => {
  const [li, wang, sun] = [await signedIn('li.na'), await signedIn('wang.wei'), await signedIn('sun.lei')]
  const path = await post(li, { body: 'Zibeline cloth is what the treasurer asked about.' })
  for (const _ of portals) t.match((await wang.get(path)).text, /Zibeline cloth/)
  for (const _ of portals) t.equal((await sun.get(path)).status, 404)
  await Promise.all(portals.map(({ house }) => soon(async () => (await house.finder.engines()).every(({ state }) => state === 'ready') && (await found(house, li, 'Zibeline')))))
  for (const _ of portals) t.match((await wang.get('/search?q=Zibeline')).text, /Zibeline cloth/)
  for (const _ of portals) t.notMatch((await sun.get('/search?q=Zibeline')).text, /cloth is what/)
})

t.test('a right taken away at one portal is gone on the next click at every other', only, async (t) => {
  const wang = await signedIn('wang.wei')
  const path = await post(await signedIn('li.na'), { body: 'Vermilion is the colour of the account book.' })
  for (const _ of portals) t.equal((await wang.get(path)).status, 200)
  await here.house.people.change((now) => ({ ...now, persons: now.persons.map((one) => (one.login === 'wang.wei' ? { ...one, teams: [], department: 'corporate' } : one)) }))
  for (const _ of portals) t.equal((await wang.get(path)).status, 404)
  await here.house.people.change((now) => ({ ...now, persons: now.persons.map((one) => (one.login === 'wang.wei' ? { ...one, active: false } : one)) }))
  for (const _ of portals) t.match(await wang.get(path), { status: 303, location: /^\/sign-in/ })
})

t.test('what is closed at one portal is gone from page, list and search of all on the next click', only, async (t) => {
  const [li, colleague] = [await signedIn('li.na'), await signedIn('zhao.min')]
  const path = await post(li, { body: 'Quarry slate covers the roof of the branch.' })
  const { house } = here
  await soon(() => found(house, colleague, 'Quarry'))
  await house.notes.change(grantFor('note.narrow', path.split('/')[2] as string), (note) => done({ ...note, rights: { ...note.rights, audience: 'private', level: 'restricted' } }))
  for (const _ of portals) {
    t.equal((await colleague.get(path)).status, 404)
    t.notMatch((await colleague.get('/search?q=Quarry')).text, /Quarry slate/)
  }
})

t.test('signing out at one portal is signing out of all', only, async (t) => {
  const li = await signedIn('li.na')
  t.equal((await li.get('/')).status, 200)
  t.equal(await portals[2]?.house.sessions.endOf('li-na') !== 0, true)
  for (const _ of portals) t.equal((await li.get('/me')).status, 303)
})

t.test('guesses of a password are counted over all portals', only, async (t) => {
  const stranger = round()
  const statuses: number[] = []
  for (let guess = 0; guess < 14; guess += 1) {
    const form = (await stranger.get('/sign-in')).form('/sign-in')
    statuses.push((await stranger.submit(form, { login: 'sun.lei', password: `guess ${guess}` })).status)
  }
  t.ok(statuses.every((status) => status === 422 || status === 429 || status === 401), statuses.join())
  for (const { house } of portals) t.equal(await house.throttle.isBlocked('sun.lei', '127.0.0.1', true), true)
})

t.test('two people edit one revision at two portals: the second gets 409 with both texts (C1)', only, async (t) => {
  const [li, zhao] = [await signedIn('li.na'), await signedIn('zhao.min')]
  const path = await post(li, { body: 'The first text of all.' })
  const forms = [(await li.get(`${path}/edit`)).form(`${path}/revisions`), (await zhao.get(`${path}/edit`)).form(`${path}/revisions`)] as const
  const answers = await Promise.all([li.submit(forms[0], { body: 'The teller added a date.' }), zhao.submit(forms[1], { body: 'The curator made it sharper.' })])
  t.same(answers.map(({ status }) => status).sort(), [303, 409])
  const late = answers.find(({ status }) => status === 409)
  // The words of one stand in the form, those of the other in the difference, where marks stand between them.
  for (const word of [/teller/, /sharper/]) t.match(late?.text, word)
})

t.test('of two curators claiming at two portals at once one has it, and the other reads who (C4)', only, async (t) => {
  const id = (await post(await signedIn('li.na'), { body: 'Who claims this first?' })).split('/')[2] as string
  const [zhao, qian] = [await signedIn('zhao.min'), await signedIn('qian.yu')]
  await Promise.all([zhao.post(`/notes/${id}/claim`, {}), qian.post(`/notes/${id}/claim`, {})])
  const claims = await Promise.all(portals.map(async ({ house }) => (await house.notes.get(id, sightOf({ kind: 'person', person: here.person('zhao.min') }, house.directories(), house.clock.today())))?.item?.claim?.by))
  t.equal(new Set(claims).size, 1)
  t.ok(claims[0] === 'zhao-min' || claims[0] === 'qian-yu', claims.join())
  const other = claims[0] === 'zhao-min' ? qian : zhao
  t.match((await other.get('/queue')).text, claims[0] === 'zhao-min' ? /Zhao Min ?已认领。/ : /钱宇 has claimed it\./)
})

t.test('every job at three portals at once: each letter is handed over once', only, async (t) => {
  const ids = ['li.na', 'sun.lei', 'chen.mei'] as const
  for (const login of ids) await here.house.mailPasswordLink(here.person(login), 'token', 'forgotten')
  await Promise.all(portals.map(({ house }) => house.fresh()))
  await Promise.all(portals.map(({ house }) => house.runJobs('outbox')))
  await Promise.all(portals.map(({ house }) => house.fresh()))
  for (const { house } of portals) {
    const { rows } = await house.post.outbox.list({ kind: 'password_link', page: 1, size: 50 })
    t.equal(rows.length, 3)
    for (const { state, tries, log } of rows) t.same([state, tries, log.length], [rows[0]?.state, 1, rows[0]?.log.length])
  }
})

t.test('PostgreSQL away: 503 with a time to come back, nothing shown, and afterwards everything as it was (F9)', only, async (t) => {
  if (typeof server === 'string') return
  const li = await signedIn('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  await server.down()
  try {
    for (const url of ['/', '/notes', '/search?q=Quarry', '/sign-in']) {
      const answer = await li.get(url)
      t.equal(answer.status, 503, url)
      t.equal(answer.headers['retry-after'], '5', url)
      t.notMatch(answer.text, /ECONNREFUSED|postgres|terminat/i)
    }
    t.equal((await li.submit(form, { body: 'Written while nothing answers.' })).status, 503)
    t.equal((await li.get('/healthz')).status, 200, 'the portal itself is alive')
    t.equal((await li.get('/readyz')).status, 503)
  } finally {
    await server.up()
  }
  for (const { house } of portals) await soon(async () => house.readiness().ready)
  t.equal((await li.get('/readyz')).status, 200)
  // The same form once more, and once more: it was never written before and is written once now.
  const [first, second] = [await li.submit(form, { body: 'Written while nothing answers.' }), await li.submit(form, { body: 'Written while nothing answers.' })]
  t.equal(first.status, 303)
  t.equal(first.location, second.location)
})

async function found(house: Bank['house'], who: Browser, word: string): Promise<boolean> {
  await house.caughtUp()
  return (await who.get(`/search?q=${word}`)).body.includes('<mark>')
}

async function soon(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}
