import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { MOST_BEHIND } from '../domain/policy/events.js'
import { FACETS } from '../domain/search/entry.js'
import type { Finder, Found } from '../domain/search/port.js'
import { PEOPLE } from '../house/oracle/bank.js'
import type { EmployeeId } from '../house/oracle/principals.js'
import type { Browser } from './browser.js'
import { openBank } from './bank.js'
import { findingKeepsTheLaw } from './finding-law.js'
import { openPlantedBank } from './planted-bank.js'

/** F7 without an engine at the other end: refusing, and hanging. What a real one does is in meilisearch-portal.test.ts. */
t.test('with no engine at all, whoever searches finds what the law allows, and is told that it is a simple look', async (t) => {
  const whole = await openPlantedBank(t, 91, { MEILI_URL: await refusing() })
  const browsers = new Map<EmployeeId, Browser>()
  for (const who of whole.people) browsers.set(who, await whole.bank.signIn((PEOPLE.person(who)?.login ?? who) as never))
  t.match(await whole.bank.house.finder.engines(), [{ state: 'down' }], 'premise')
  await findingKeepsTheLaw(t, whole, browsers)
})

t.test('a teller posts and finds while the engine refuses or hangs, in both languages', async (t) => {
  for (const [trouble, url] of [['refuses', await refusing()], ['hangs', await hanging(t)]] as const) {
    const bank = await openBank(t, { env: { MEILI_URL: url } })
    const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
    const posted = await li.submit((await li.get('/notes/new')).form('/notes'), { body: 'Zibeline cloth is what the treasurer asked about. 客户关心存单到期。' })
    t.equal(posted.status, 303, `${trouble}: posting is as always`)
    const page = await li.get('/search?q=zibeline treasurer')
    t.equal(page.status, 200)
    t.match(page.text, /Search works in a simple way just now: all notes you may read/)
    t.match(page.body, posted.location)
    const chinese = await wang.get('/search?q=存單到期')
    t.match(chinese.text, /简易方式/)
    t.match(chinese.body, posted.location, 'Traditional finds Simplified here too')
    t.match((await li.get('/search?q=-zibeline')).body, /id="results"/)
    t.notMatch((await li.get('/search?q=treasurer -zibeline')).body, posted.location)
    t.match((await li.get('/search?q="asked about"')).body, posted.location)
    t.notMatch((await li.get('/search?q="about asked"')).body, posted.location)
    t.match((await li.get('/search?q=author:li.na')).body, posted.location)
    t.notMatch((await li.get('/search?q=after:2199 zibeline')).body, posted.location)
    t.match((await li.get(`${posted.location}/related`)).status, 200)
    t.match((await li.get('/readyz')).text, /^ready/, 'the portal serves')
    t.match((await li.get('/readyz')).text, /search/, 'and says how search is')
  }
})

t.test('how far an engine is behind is counted to a bound, and said so to the administrator in both languages and to what watches', async (t) => {
  const far = { name: 'embedded', state: 'ready' as const, entries: 7, rebuilding: null, onHold: 0 }
  const engines = async () => [{ ...far, behind: { things: MOST_BEHIND, more: true } }, { ...far, behind: { things: 4_321, more: false } }]
  const bank = await openBank(t, { house: { finder: { engines } as unknown as Finder } })
  const han = await bank.signIn('han.bing')
  t.equal((await han.get('/readyz')).body, 'ready\nsearch 1: ready, 10000+ behind\nsearch 2: ready, 4321 behind\n')
  const page = await han.get('/admin')
  t.match(page.text, /more than 10,000/)
  t.match(page.text, /4,321/)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'han.bing' ? { ...one, language: 'zh' as const } : one)) }))
  const chinese = await (await bank.signIn('han.bing')).get('/admin')
  t.match(chinese.text, /超过 10,000/)
  t.match(chinese.text, /4,321/)
})

t.test('while more than a thousand things are on hold the page names filters without counts, and no total', async (t) => {
  const facets = { ...Object.fromEntries(FACETS.map((name) => [name, []])), confidence: [{ value: 'validated', count: 777 }] } as unknown as Found['facets']
  const found = (onHold: number): Found => ({ hits: [], total: 777, facets, corrected: [], relaxed: false, terms: [], onHold, basic: null })
  for (const [onHold, told] of [[1_001, false], [1_000, true]] as const) {
    const bank = await openBank(t, { house: { finder: { search: async () => found(onHold), suggest: async () => ({ hits: [], words: [] }) } as unknown as Finder } })
    const page = await (await bank.signIn('li.na')).get('/search?q=')
    t.match(page.body, 'id="facet-confidence-validated"', `${onHold}: the filter is there`)
    t.equal(page.text.includes('777'), told, `${onHold} on hold`)
    t.equal(page.text.includes('counts follow in a moment'), !told)
  }
})

/** An address where nobody listens. */
async function refusing(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** A server that takes every connection and says nothing. */
async function hanging(t: { teardown(end: () => unknown): void }): Promise<string> {
  const server = createServer(() => {})
  const open = new Set<import('node:net').Socket>()
  server.on('connection', (socket) => open.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
