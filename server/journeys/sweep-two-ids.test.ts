import t from 'tap'
import type { Browser } from './browser.js'
import { openDemoBank } from './demo-bank.js'
import { keptFiles } from './kept-files.js'

/**
 * A door that takes two ids must look at both: one's own thing in front must not carry a foreign one in behind it.
 * Every door with an id in its address is given, in every field that could name a second thing, something the sender
 * may not know of; and the other way round.
 */
const bank = await openDemoBank(t)
const atFirst = await keptFiles(bank.house)
const idsIn = (room: string) => [...atFirst.keys()].flatMap((name) => (name.startsWith(`${room}/`) ? (/([0-9a-f-]{36})\.json$/.exec(name)?.[1] ?? []) : []))
const noteIds = idsIn('notes')
const customerIds = idsIn('customers')

/** Fields that name a second thing, in any form. */
const NOTE_FIELDS = ['into', 'edits', 'note', 'to', 'target', 'replyTo', 'duplicate'] as const
const CUSTOMER_FIELDS = ['customer', 'addCustomer'] as const
/** With these most doors would do their work, were it not for the second id. */
const FILLED = {
  text: 'A line that means no harm', body: 'A text that means no harm', title: 'No harm', outcome: 'solved', reason: 'wrong', verb: 'accept', agrees: 'yes', revision: '1', intoRevision: '1', take: '0', setTopic: 'pricing', helpful: 'yes', value: '3',
  correctness: '2', reliability: 'B', ease: '2', audience: 'team', level: 'internal',
}

interface Eye {
  readonly who: string
  readonly browser: Browser
  readonly own: { readonly note: string; readonly customer: string }
  readonly foreign: { readonly note: string; readonly customer: string; readonly words: readonly string[] }
}

async function eyeOf(who: string): Promise<Eye> {
  const sight = bank.sightOf(who)
  const readable = await bank.house.notes.list({ order: 'newest', page: 1, size: 200 }, sight)
  const open = await Promise.all(noteIds.map((id) => bank.house.notes.get(id, sight)))
  const closed = noteIds.filter((_, i) => open[i] === null)
  const known = await bank.house.customers.some(customerIds, sight)
  const hidden = customerIds.filter((id) => !known.has(id))
  const own = readable.rows.find((note) => note.item !== null && note.asCurator) ?? readable.rows.find((note) => note.author === bank.personCalled(who).id)
  if (!own || closed.length === 0 || hidden.length === 0) throw new Error(`premise: something is open and something closed to ${who}: ${closed.length} notes, ${hidden.length} customers`)
  const note = closed[0] as string
  const customer = hidden[0] as string
  const words = [wordsOf(`notes/${note.slice(-2)}/${note}.json`, 'title'), wordsOf(`customers/${customer.slice(-2)}/${customer}.json`, 'name')].flat()
  return { who, browser: await bank.enter(who), own: { note: own?.id as string, customer: [...known.keys()][0] as string }, foreign: { note, customer, words } }
}

function wordsOf(file: string, field: string): string[] {
  return [...String(atFirst.get(file)).matchAll(new RegExp(`"${field}":\\s*"([^"]{2,})"`, 'g'))].map(([, value]) => value as string)
}

/** Every file that names the id, and what the id's own file holds. */
async function traces(id: string): Promise<Record<string, string>> {
  const files = [...(await keptFiles(bank.house))].filter(([name]) => /\.json$/.test(name) && !/^(?:record|search[^/]*|sessions)\//.test(name))
  return Object.fromEntries(files.flatMap(([name, bytes]) => {
    const text = bytes.toString('utf8')
    return name.includes(id) ? [[name, text]] : text.includes(id) ? [[name, 'names it']] : []
  }))
}

const eyes = [await eyeOf('li.na'), await eyeOf('gao.yuan'), await eyeOf('liang.hong')]
const behind = bank.app.doors.filter(({ url, tokenless }) => /^\/(?:notes|queue|customers|drafts)\/:id/.test(url) && tokenless === null)

for (const { who, browser, own, foreign } of eyes) {
  t.test(`${who} cannot reach a closed note or customer through any door that an open one opens`, async (t) => {
    t.ok(behind.length > 25, `premise: ${behind.length} doors`)
    const before = { note: await traces(foreign.note), customer: await traces(foreign.customer) }
    const token = await browser.token('/me')
    const wrong: string[] = []
    let opened = 0
    const seconds = [...NOTE_FIELDS.map((field) => [field, foreign.note] as const), ...CUSTOMER_FIELDS.map((field) => [field, foreign.customer] as const)]
    for (const { method, url } of behind) {
      const first = url.startsWith('/customers') ? own.customer : own.note
      const path = url.replace(':id', first).replace(':number', '1')
      for (const [field, second] of seconds) {
        const query = new URLSearchParams({ [field]: second }).toString()
        const answer = method === 'GET'
          ? await browser.get(`${path}?${query}`)
          : await browser.request({ method: 'POST', url: path, payload: new URLSearchParams({ ...FILLED, [field]: second, _csrf: token }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
        if (answer.status === 200) opened += 1
        if (answer.status >= 500) wrong.push(`${method} ${path} with ${field} answers ${answer.status}`)
        const shown = foreign.words.filter((word) => answer.text.includes(word))
        if (shown.length > 0) wrong.push(`${method} ${path} with ${field} shows ${shown.join()}`)
        if (answer.location.includes(second)) wrong.push(`${method} ${path} with ${field} leads to ${answer.location}`)
      }
    }
    t.ok(opened > 5, `premise: ${opened} answers were pages`)
    t.same(wrong, [])
    await bank.house.caughtUp()
    t.same({ note: await traces(foreign.note), customer: await traces(foreign.customer) }, before, 'nothing that is kept names either, and both are as they were')
  })

  t.test(`${who} gets the page of what is not there for every door of a closed note or customer, whatever comes second`, async (t) => {
    const token = await browser.token('/me')
    const missing = '01900000-0000-7000-8000-00000000dead'
    const before = await traces(foreign.note)
    const wrong: string[] = []
    // A draft is removed without a word whether or not there was one.
    for (const { method, url } of behind.filter(({ url }) => url !== '/drafts/:id/removal')) {
      const [closed, second] = url.startsWith('/customers') ? [foreign.customer, own.customer] : [foreign.note, own.note]
      const ask = (id: string) => {
        const path = url.replace(':id', id).replace(':number', '1')
        const fields = new URLSearchParams({ ...FILLED, into: second, note: second, customer: own.customer, _csrf: token }).toString()
        return method === 'GET' ? browser.get(`${path}?into=${second}`) : browser.request({ method: 'POST', url: path, payload: fields, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      }
      const [there, nowhere] = [await ask(closed), await ask(missing)]
      if (there.status !== nowhere.status || there.body.replaceAll(closed, '') !== nowhere.body.replaceAll(missing, '')) wrong.push(`${method} ${url}: ${there.status}, but ${nowhere.status} for a missing one`)
      // A role that may not knock is told so first.
      if (![403, 404].includes(there.status)) wrong.push(`${method} ${url} answers ${there.status}`)
    }
    t.same(wrong, [])
    t.same(await traces(foreign.note), before)
  })
}

t.test('a form that names somebody else’s draft leaves that draft alone, and shows nothing of it', async (t) => {
  const [li] = eyes
  const owner = bank.personCalled('wang.qiang')
  const id = bank.house.ids.next()
  await bank.house.drafts.keep({ schema: 1, id, version: 1, owner: owner.id, savedAt: bank.clock.now(), edits: null, fields: { title: '', body: 'Only for my own eyes', customer: [] } })
  const token = await (li as Eye).browser.token('/me')
  for (const [url, fields] of [['/drafts', { draft: id, body: 'Mine now' }], [`/drafts/${id}/removal`, {}], ['/notes/form', { draft: id }], ['/notes/preview', { draft: id }]] as const) {
    const answer = await (li as Eye).browser.post(url, { ...fields }, { token })
    t.notMatch(answer.body, 'Only for my own eyes', url)
    t.equal((await bank.house.drafts.get(id, owner.id))?.fields['body'], 'Only for my own eyes', url)
  }
  t.notMatch((await (li as Eye).browser.get(`/notes/new?draft=${id}`)).body, 'Only for my own eyes')
})

t.test('a new note about a customer one may not know of is refused, and nothing is written', async (t) => {
  const [li] = eyes
  const before = await traces((li as Eye).foreign.customer)
  const answer = await (li as Eye).browser.submit((await (li as Eye).browser.get('/notes/new')).form('/notes'), { body: 'They will move everything in May.', customer: (li as Eye).foreign.customer })
  t.equal(answer.status, 422)
  for (const word of (li as Eye).foreign.words) t.notOk(answer.text.includes(word), word)
  t.same(await traces((li as Eye).foreign.customer), before)
})
