import t from 'tap'
import type { Login } from './bank-people.js'
import { openBank } from './bank.js'
import type { Browser } from './browser.js'

const bank = await openBank(t)
const post = async (browser: Browser, body: string, fields: Readonly<Record<string, string>> = {}): Promise<string> => {
  const form = (await browser.get('/notes/new')).form('/notes')
  const { location } = await browser.submit(form, { body, ...fields })
  return location?.match(/[0-9a-f-]{36}/)?.[0] ?? ''
}
/** A working day ends every session, so that people come in anew. */
const all = async <const L extends readonly Login[]>(...logins: L) => (await Promise.all(logins.map((login) => bank.signIn(login)))) as unknown as { [K in keyof L]: Browser }
const accept = async (browser: Browser, id: string) => {
  const form = (await browser.get(`/queue/${id}`)).form(`/notes/${id}/decision`)
  return browser.submit(form, { verb: 'accept', topic: 'pricing', value: '4', correctness: '2', reliability: 'B', ease: '3', audience: 'enterprise', level: 'internal' })
}

t.test('somebody who comes back is shown what is new to them, however often they look, and then what was there before', async (t) => {
  let [li, wang, zhao, sun] = await all('li.na', 'wang.wei', 'zhao.min', 'sun.lei')
  const nothing = await wang.get('/')
  t.match(nothing.text, /最近七天/, 'a first visit')
  t.match(nothing.text, /还没有已核实的笔记/)

  const old = await post(li, 'Payroll customers ask for salary certificates at the end of the month.')
  t.equal((await accept(zhao, old)).status, 303)
  bank.clock.advance({ minutes: 5 })
  t.match((await wang.get('/')).text, /salary certificates/)
  bank.clock.advance({ days: 1 })
  ;[li, wang, zhao, sun] = await all('li.na', 'wang.wei', 'zhao.min', 'sun.lei')
  const undecided = await post(li, 'The dentist practice opens a second branch next spring.')
  const own = await post(wang, 'Mr Wu prefers to be called after four.')
  t.ok(undecided && own)

  for (const look of ['first', 'second']) {
    const home = await wang.get('/')
    t.match(home.text, /上次访问：/, look)
    const [fresh = '', earlier = ''] = home.text.split('更早的内容')
    t.match(fresh, /dentist practice/, `${look}: the team's, not validated yet`)
    t.notMatch(fresh, /salary certificates/, `${look}: what was there last time`)
    t.notMatch(fresh, /Mr Wu/, `${look}: what they wrote themselves is no news`)
    t.match(earlier, /salary certificates/, look)
    bank.clock.advance({ minutes: 30 })
  }
  t.notMatch((await sun.get('/')).text, /dentist practice|Mr Wu/, 'what another team alone may read')

  bank.clock.advance({ hours: 3 })
  t.match((await wang.get('/')).text, /此后没有您可以查阅的新内容/)
  await bank.restart()
  bank.clock.advance({ hours: 3 })
  t.match((await (await bank.signIn('wang.wei')).get('/')).text, /此后没有您可以查阅的新内容/, 'a restart forgets nobody')
})

t.test('what is new is counted only as far as somebody may read it, and each one\'s visit is their own', async (t) => {
  await (await bank.signIn('sun.lei')).get('/')
  bank.clock.advance({ days: 1 })
  const [li, zhao, sun] = await all('li.na', 'zhao.min', 'sun.lei')
  for (let n = 1; n <= 22; n += 1) {
    const id = await post(li, `Customer habit number ${n} at the counter.`)
    if (n <= 21) t.equal((await accept(zhao, id)).status, 303)
  }
  const closed = await post(li, 'A rumour about the harbour project.', { audience: 'private' })
  t.equal((await accept(zhao, closed)).status, 303)
  const home = await sun.get('/')
  t.equal(home.text.match(/Customer habit number/g)?.length, 20)
  t.match(home.text, /One more: all notes, newest first/, 'twenty-one validated ones, and neither the undecided nor the closed one is counted')
  t.notMatch(home.text, /harbour|number 22/)
  t.match((await li.get('/')).text, /harbour/, 'its writer sees it')
})

t.test('a note of one line stands once among what is found, a longer one with the words around what was looked for', async (t) => {
  const [li] = await all('li.na')
  const said = async (words: string) => (await li.get(`/search?q=${words}`)).text.replaceAll('\n', ' ').split('Tourmaline').length - 1
  await post(li, 'Tourmaline rings are what the jeweller insures.')
  await bank.house.caughtUp()
  t.equal(await said('jeweller'), 1)
  await post(li, 'Tourmaline again\n\nThe Tourmaline stones come by courier, says the goldsmith.')
  await bank.house.caughtUp()
  t.equal(await said('goldsmith'), 3, 'its title, and its text, which says it twice')
})
