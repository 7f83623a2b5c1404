import t from 'tap'
import { isActive } from '../domain/notes/item.js'
import { CUSTOMER_IDS, PEOPLE } from '../house/oracle/bank.js'
import type { NoteFacts } from '../house/oracle/objects.js'
import type { EmployeeId } from '../house/oracle/principals.js'
import { publishedText, reads, readsAsCurator } from '../house/oracle/table.js'
import type { Browser } from './browser.js'
import { findingKeepsTheLaw } from './finding-law.js'
import { asPrincipal, openPlantedBank } from './planted-bank.js'

/**
 * The law over HTTP: every principal looks at every page that shows anything, and no page may hold a word of anything
 * that the hand-written table says they do not read. (V10, the same for programs, is in api-pairs.test.ts.)
 */
const DEEP = process.env['TACIT_DEPTH'] === 'deep'
const whole = await openPlantedBank(t, DEEP ? 23 : 61)
const { bank, canaries, planted, people, customers: CUSTOMER, allowed, leaks } = whole
const browsers = new Map<EmployeeId, Browser>()
for (const who of people) browsers.set(who, await bank.signIn((PEOPLE.person(who)?.login ?? who) as never))

t.test('the sample holds both answers', async (t) => {
  t.ok(planted.length >= 40, `${planted.length} notes`)
  t.ok(people.length >= 25, `${people.length} people`)
})

t.test('every person opens every note: 200 as the table says, otherwise the page of a missing one, and never a foreign word', async (t) => {
  let opened = 0
  let closed = 0
  const wrong: string[] = []
  for (const who of people) {
    const browser = browsers.get(who) as Browser
    const missing = (await browser.get('/notes/01900000-0000-7000-8000-00000000dead')).body
    for (const { facts, note } of planted) {
      const page = await browser.get(`/notes/${note.id}?stay=1`)
      const reader = facts.texts.some((text) => reads(asPrincipal(who), facts, text))
      if (reader) opened++
      else closed++
      if (page.status !== (reader ? 200 : 404)) wrong.push(`${who} gets ${page.status} for ${facts.name}`)
      if (!reader && page.body !== missing) wrong.push(`${who} can tell ${facts.name} from a missing note`)
      wrong.push(...leaks(who, page.body + JSON.stringify(page.headers)))
    }
  }
  t.ok(opened > 200 && closed > 200, `premise: ${opened} opened, ${closed} closed`)
  t.same(wrong.slice(0, 10), [])
})

t.test('no list, queue, form or other surface shows anybody a word of what they may not read', async (t) => {
  const wrong: string[] = []
  let seen = 0
  const lists = [
    '/', '/notes', ...['returned', 'waiting', 'published', 'taken_back', 'archived'].map((tab) => `/notes?tab=${tab}`), '/notes/new', '/search?q=', '/search?q=&archived=1', '/search?q=title', '/search?q=body&sort=value',
    `/search?q=&customer=${CUSTOMER_IDS.restricted}`, '/customers', `/customers/${CUSTOMER_IDS.plain}`, `/customers/${CUSTOMER_IDS.restricted}`, `/customers/${CUSTOMER_IDS.plain}/print`, '/queue', ...['mine', 'returned', 'due', 'flagged'].map((tab) => `/queue?tab=${tab}`),
    '/queue/desk', '/gaps', '/me',
  ]
  for (const who of people) {
    const browser = browsers.get(who) as Browser
    for (const path of lists) {
      const page = await browser.get(path)
      if (page.status >= 500) wrong.push(`${path} answers ${page.status} to ${who}: ${bank.log.filter((line) => line.includes('failed')).at(-1)?.slice(0, 700)}`)
      seen += canaries.seenIn(page.body).length
      wrong.push(...leaks(who, page.body + JSON.stringify(page.headers)).map((leak) => `${path}: ${leak}`))
    }
  }
  t.ok(seen > 300, `premise: the lists show something (${seen} words)`)
  t.same(wrong.slice(0, 10), [])
})

t.test('edit forms, old revisions, related notes and decision pages follow the same law', async (t) => {
  const wrong: string[] = []
  for (const { note } of planted.filter((_, i) => i % (DEEP ? 1 : 5) === 0)) {
    const paths = [`/notes/${note.id}/edit`, `/notes/${note.id}/related`, `/queue/${note.id}`, `/queue/${note.id}/merger`, ...note.revisions.map((r) => `/notes/${note.id}/revisions/${r.number}`)]
    for (const who of people) {
      for (const path of paths) {
        const page = await (browsers.get(who) as Browser).get(path)
        if (page.status >= 500) wrong.push(`${path} answers ${page.status} to ${who}: ${bank.log.filter((line) => line.includes('failed')).at(-1)?.slice(0, 700)}`)
        wrong.push(...leaks(who, page.body).map((leak) => `${path}: ${leak}`))
      }
    }
  }
  t.same(wrong.slice(0, 10), [])
})

await findingKeepsTheLaw(t, whole, browsers)

t.test('the queue counts what the table counts', async (t) => {
  for (const who of people) {
    const browser = browsers.get(who) as Browser
    const queue = await browser.get('/queue')
    if (queue.status !== 200) continue
    const waiting = planted.filter(({ facts, note }) => isActive(note.item) && note.confidence !== 'archived' && facts.underReview !== null && readsAsCurator(asPrincipal(who), facts, facts.texts[facts.underReview] as NoteFacts['texts'][number]))
    const tab = Number(/aria-current="page">[^<]*<span class="tally">(\d+)/.exec(queue.body.slice(queue.body.indexOf('class="tabs"')))?.[1] ?? -1)
    t.equal(tab, waiting.length, `${who}: queue`)
  }
})

t.test('no beginning of a closed customer’s name suggests it to anybody outside its circle', async (t) => {
  const wrong: string[] = []
  let offered = 0
  for (const who of people) {
    const browser = browsers.get(who) as Browser
    const token = await browser.token('/notes/new')
    for (let length = 1; length <= 4; length++) {
      const typed = CUSTOMER.restricted.slice(0, length)
      const page = await browser.post('/notes/form?part=customers', { customerText: typed, body: '' }, { token, headers: { 'hx-request': 'true', 'hx-request-type': 'partial' } })
      const shown = page.body.includes(CUSTOMER.restricted)
      if (shown) offered++
      if (shown && !allowed(who, { word: '', object: 'customer restricted', field: 'name' })) wrong.push(`${who} is offered it for ${typed}`)
      wrong.push(...leaks(who, (await browser.get(`/search?q=${typed}`)).body))
    }
  }
  t.ok(offered > 0, 'premise: its own circle is offered it')
  t.same(wrong.slice(0, 10), [])
})

t.test('a right taken away is gone on the next click, everywhere', async (t) => {
  const who: EmployeeId = 'same-team-restricted'
  const browser = browsers.get(who) as Browser
  const mine = planted.filter(({ facts }) => reads(asPrincipal(who), facts, publishedText(facts)) && facts.home === 'own team' && publishedText(facts).by !== who)
  t.ok(mine.length > 2, 'premise')
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((p) => (p.id === who ? { ...p, department: 'south', teams: [] } : p)) }))
  for (const { facts, note } of mine) {
    const closed = facts.audience !== 'enterprise' && !note.rights.named.includes(`p:${who}`)
    if (!closed) continue
    t.equal((await browser.get(`/notes/${note.id}?stay=1`)).status, 404, facts.name)
    t.notOk((await browser.get('/search?q=')).body.includes(note.id), `${facts.name} in search`)
  }
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((p) => (p.id === who ? (PEOPLE.person(who) as typeof p) : p)) }))
})
