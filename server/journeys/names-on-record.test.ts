import t from 'tap'
import { sightOf } from '../domain/policy/readable.js'
import { openBank } from './bank.js'
import type { Browser, Page } from './browser.js'

const bank = await openBank(t)
const NAME = 'Gukarovsky household'
const PARTIAL = { 'hx-request': 'true', 'hx-request-type': 'partial' }
const qian = await bank.signIn('qian.yu')
const gu = await restricted()

/** Known to its team and to the curator appointed on it. */
async function restricted(): Promise<string> {
  const answer = await qian.post('/customers', { kind: 'household', name: NAME, number: 'C-0099', team: 'families', segment: 'private_client', restricted: 'yes', curators: 'zhao-min' }, { from: '/customers/new' })
  if (answer.status !== 303) throw new Error(answer.text.slice(0, 300))
  await bank.house.caughtUp()
  return answer.location.split('/').at(-1) as string
}

async function reads(who: string): Promise<number> {
  return (await bank.house.record.page({ who, kind: 'customer', id: gu, did: ['thing.read'], limit: 500 })).entries.length
}

const typing = (browser: Browser, customerText: string, more: object = {}) => browser.post('/notes/form?part=customers', { draft: bank.house.ids.next(), title: '', body: '', customerText, ...more }, { from: '/notes/new', headers: PARTIAL })

/** How many reads of the name this adds, for somebody whom it is shown to. */
async function added(who: string, act: () => Promise<Page>): Promise<number> {
  bank.clock.advance({ minutes: 20 })
  const before = await reads(who)
  const page = await act()
  if (!`${page.body} ${page.text}`.replace(/<\/?mark>/g, '').includes('Gukarovsky')) throw new Error(`premise: the name is on the page, which answered ${page.status}: ${page.text.slice(0, 400)}`)
  return (await reads(who)) - before
}

t.test('a restricted customer’s name that comes up while somebody types is on record, once, not with every letter', async (t) => {
  const chen = await bank.signIn('chen.mei')
  const appended: unknown[] = []
  const { record } = bank.house
  const append = record.append.bind(record)
  record.append = async (line) => { appended.push(line); return append(line) }
  t.teardown(() => { record.append = append })
  t.equal(await added('chen-mei', () => typing(chen, 'Gu')), 1)
  const pages = await Promise.all(['Guk', 'Guka', 'Gukar', 'Gukaro'].map((text) => typing(chen, text)))
  t.ok(pages.every((page) => page.body.includes(NAME)), 'premise: shown each time')
  t.equal(appended.length, 1, 'nothing is written for the letters that follow')
  bank.clock.advance({ minutes: 16 })
  await Promise.all(['Guk', 'Guka', 'Gukar'].map((text) => typing(chen, text)))
  t.equal(appended.length, 2, 'later it is another read, of several letters at once too')
  t.equal(await added('zhao-min', async () => typing(await bank.signIn('zhao.min'), 'Gu')), 1, 'and of somebody else always')
})

t.test('wherever else its name is shown, the read is on record', async (t) => {
  const chen = await bank.signIn('chen.mei')
  const posted = await chen.post('/notes', { body: 'They look at a house.', customer: gu, audience: 'team', level: 'internal' }, { from: '/notes/new' })
  t.equal(posted.status, 303, 'premise')
  await bank.house.caughtUp()
  const id = posted.location.split('/').at(-1) as string
  t.equal(await added('chen-mei', () => typing(chen, '', { customer: gu })), 1, 'chosen in a form')
  t.equal(await added('chen-mei', () => chen.get('/search?q=Gukarovsky', PARTIAL)), 1, 'search as one types')
  t.equal(await added('chen-mei', () => chen.get('/search?q=house')), 1, 'beside a hit, and as a facet')
  t.equal(await added('chen-mei', () => chen.get(`/notes/${id}`)), 1, 'on a note')
  t.equal(await added('chen-mei', () => chen.get('/notes')), 1, 'among my notes')
  t.equal(await added('zhao-min', async () => (await bank.signIn('zhao.min')).get(`/queue/${id}`)), 1, 'on a decision')
  t.equal(await added('qian-yu', () => qian.post('/customers', { kind: 'household', name: NAME, team: 'families' }, { from: '/customers/new' })), 1, 'as the namesake of a new one')
})

t.test('while the record cannot be written the name is not shown, and shown names are not forgotten by that', async (t) => {
  const chen = await bank.signIn('chen.mei')
  bank.clock.advance({ minutes: 20 })
  await chen.token('/notes/new')
  const { record } = bank.house
  const append = record.append.bind(record)
  record.append = () => Promise.reject(new Error('no space'))
  const refused = await typing(chen, 'Guk')
  record.append = append
  t.equal(refused.status, 500)
  t.notMatch(refused.body, 'Gukarovsky')
  const before = await reads('chen-mei')
  t.match((await typing(chen, 'Guk')).body, 'Gukarovsky')
  t.equal(await reads('chen-mei'), before + 1, 'the one that failed does not count as written')
})

t.test('of a customer everybody may know nothing is written', async (t) => {
  const li = await bank.signIn('li.na')
  await li.post('/customers', { kind: 'person', name: 'Plainly Known', team: 'families' }, { from: '/customers/new' })
  t.match((await typing(li, 'Plain')).body, 'Plainly Known', 'premise')
  t.equal((await bank.house.record.page({ who: 'li-na', did: ['thing.read'] })).entries.length, 0)
})

t.test('somebody who used a note names only a customer of it that they may know of', async (t) => {
  const chen = await bank.signIn('chen.mei')
  const open = await chen.post('/customers', { kind: 'person', name: 'Openly Known', team: 'families' }, { from: '/customers/new' })
  const known = open.location.split('/').at(-1) as string
  const posted = await chen.post('/notes', { body: 'They compare our rates.', customer: [gu, known], audience: 'team', level: 'internal' }, { from: '/notes/new' })
  const id = posted.location.split('/').at(-1) as string
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === 'chen-mei' ? { ...one, teams: [] } : one)) }))
  t.teardown(() => bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === 'chen-mei' ? { ...one, teams: ['families'] } : one)) })))
  t.equal((await chen.get(`/customers/${gu}`)).status, 404, 'premise: she left the team and wrote the note')
  const use = (customer: string) => chen.post(`/notes/${id}/reuses`, { outcome: 'helped', customer, text: '', key: bank.house.ids.next() }, { from: `/notes/${id}` })
  const [hidden, missing] = [await use(gu), await use('0199c0de-0000-7000-8000-00000000dead')]
  t.same([hidden.status, missing.status], [422, 422])
  const form = (page: Page) => page.text.replace(/\d+ (seconds?|minutes?) ago/g, '')
  t.equal(form(hidden), form(missing), 'one that is hidden and one that is not there are alike')
  t.match(hidden.text, /Choose a customer of this note/)
  t.equal((await use(known)).status, 303, 'premise: the other one she may name')
  const note = await bank.house.notes.get(id, sightOf({ kind: 'person', person: bank.person('chen.mei') }, bank.house.directories(), bank.clock.today()))
  t.same(note?.reuses.map(({ customer }) => customer), [known], 'and nothing else was written')
})

t.test('whom somebody used a note for is any customer they may know: found by initials or typed in full, but a restricted one only on its own notes', async (t) => {
  const [li, chen, wang] = [await bank.signIn('li.na'), await bank.signIn('chen.mei'), await bank.signIn('wang.wei')]
  for (const name of ['周晓明', '周小梅']) t.equal((await li.post('/customers', { kind: 'person', name, team: 'families' }, { from: '/customers/new' })).status, 303, 'premise')
  const posted = await qian.post('/notes', { body: 'Whoever asks for the fee table wants to be called back.', audience: 'enterprise', level: 'internal' }, { from: '/notes/new' })
  const path = `/notes/${posted.location.split('/').at(-1)}`
  t.equal((await chen.get(path)).status, 200, 'premise: she reads it, and it is about nobody')
  const form = (await chen.get(path)).form(`${path}/reuses`)
  const part = (customerText: string) => chen.post(`${path}/reuses?part=customers`, { ...form.fields, customerText }, { from: path, headers: PARTIAL })
  const found = await part('zxm')
  t.match(found.text, /周晓明.*周小梅|周小梅.*周晓明/)
  t.match((await part('周晓明')).body, /value="[0-9a-f-]{36}" checked/, 'the only one there is chosen')
  t.equal((await chen.get(`/customers/${gu}`)).status, 200, 'premise: she knows of the restricted one')
  t.notMatch((await part('Gukarovsky')).body, 'Gukarovsky household')
  for (const fields of [{ customer: gu }, { customerText: NAME }]) {
    const refused = await chen.submit(form, { outcome: 'helped', text: 'What came of it.', ...fields })
    t.equal(refused.status, 422)
    t.match(refused.body, /value="What came of it\."/, 'what was typed is kept')
  }
  t.match((await chen.submit(form, { outcome: 'helped', customerText: '周' })).text, /Which customer is “周”\?.*周晓明/, 'and of several she chooses')
  t.equal((await chen.submit(form, { outcome: 'helped', customerText: '周晓明', text: 'Called back.' })).status, 303)
  t.match((await qian.get(path)).text, /周晓明.*Called back/)
  t.equal((await wang.post(`${path}/reuses?part=customers`, { customerText: '周' }, { from: '/me', headers: PARTIAL })).status, 404, 'who cannot read the note gets no list either')
})
