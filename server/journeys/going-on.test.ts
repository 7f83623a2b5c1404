import t from 'tap'
import { openBank } from './bank.js'
import type { Browser, Fields } from './browser.js'

const bank = await openBank(t)

async function post(who: Browser, fields: Fields): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

t.test('whoever adds a line to a note goes on where it stands', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const path = await post(li, { body: 'The optician closes on Mondays.' })
  await wang.submit((await wang.get(path)).form(`${path}/comments`), { text: 'Tuesdays too.' })
  const answer = await li.submit((await li.get(path)).form(`${path}/comments`), { text: 'Not in August.' })
  const [page, anchor = ''] = answer.location.split('#')
  t.equal(page, path)
  t.match((await li.get(path)).body, new RegExp(`<li class="comment" id="${anchor}">(?:(?!</li>).)*Not in August`, 's'))
  const said = await li.submit((await li.get(path)).form(`${path}/replies`), { text: 'I asked them myself.' })
  t.match((await li.get(path)).body, new RegExp(`<li class="comment" id="${said.location.split('#')[1]}">(?:(?!</li>).)*I asked them`, 's'), 'of the review thread too')
})

t.test('what somebody asked for is not asked for again: the page says that and when it was', async (t) => {
  const [li, wang, zhao] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min')]
  const url = '/search?q=ferry+leasing'
  const before = await li.get(url)
  t.match(before.body, /action="\/gaps"/)
  const asked = await li.submit(before.form('/gaps'))
  t.equal(asked.location, '/search?q=ferry%20leasing')
  bank.clock.advance({ hours: 3 })
  const after = await li.get('/search?q=Ferry++Leasing')
  t.notMatch(after.body, /action="\/gaps"/)
  t.match(after.text, /You asked for this\..*3 hours ago/)
  t.match((await wang.get(url)).body, /action="\/gaps"/, 'a colleague may ask as well, and is not told of her')
  await li.post('/gaps', { q: 'ferry leasing' }, { from: '/search?q=harbour' })
  await wang.submit((await wang.get(url)).form('/gaps'))
  t.match((await zhao.get('/gaps')).text, /ferry leasing 2 /, 'each counts once, however often and late they ask')
  await zhao.post('/gaps/settlement', { words: 'ferry leasing' }, { from: '/gaps' })
  t.match((await li.get(url)).body, /action="\/gaps"/, 'and once it is settled it may be asked anew')
})

t.test('somebody who meets their own change of another window is told that it was theirs', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const path = await post(li, { body: 'The printer orders paper in spring.' })
  const form = (await li.get(`${path}/edit`)).form(`${path}/revisions`)
  t.equal((await li.submit(form, { body: 'The printer orders paper in spring and autumn.' })).status, 303)
  const own = await li.submit(form, { body: 'The printer orders paper in May.' })
  t.equal(own.status, 409)
  t.match(own.text, /You changed this note yourself meanwhile/)
  t.match(own.body, /orders paper in May/)
  const again = (await li.get(`${path}/edit`)).form(`${path}/revisions`)
  const theirs = (await zhao.get(`${path}/edit`)).form(`${path}/revisions`)
  t.equal((await zhao.submit(theirs, { body: 'The printer orders paper twice a year.' })).status, 303)
  t.match((await li.submit(again, { body: 'Mine.' })).text, /This note was changed meanwhile/)
})

t.test('an administrator who moves somebody to another department is shown the way to the handover', async (t) => {
  const han = await bank.signIn('han.bing')
  const form = (await han.get('/admin/people/li-na')).form('/admin/people/li-na')
  const rest = { name: 'Li Na', email: 'li.na@bank.example', teams: ['east-desk', 'onboarding'], clearance: 'internal', language: 'en' }
  const stays = await han.submit(form, { ...rest, department: 'east-counter', title: 'Teller' })
  t.notMatch((await han.get(stays.location)).text, /They work elsewhere now/)
  const moved = await han.submit(form, { ...rest, department: 'corporate' })
  t.match((await han.get(moved.location)).body, /They work elsewhere now(?:(?!<\/div>).)*href="\/admin\/people\/li-na\/handover"/s)
})

t.test('years and days of a search are those of the bank, not those of Greenwich', async (t) => {
  bank.clock.advance({ days: 303 - 0 })
  while (!bank.clock.now().startsWith('2026-12-31T17')) bank.clock.advance({ hours: 1 })
  t.equal(bank.clock.today(), '2027-01-01', 'premise: at the bank the year has begun')
  const li = await bank.signIn('sun.lei')
  const path = await post(li, { body: 'The first note of the year is about fireworks.' })
  await bank.house.caughtUp()
  const finds = async (q: string) => (await li.get(`/search?q=${encodeURIComponent(q)}`)).body.includes(`href="${path}"`)
  t.ok(await finds('fireworks after:2027'))
  t.notOk(await finds('fireworks before:2027'))
  t.ok(await finds('fireworks before:2027-01-02'))
  t.match((await li.get('/search?q=fireworks&facets=all')).body, /name="year" value="2027"/)
  t.ok((await li.get('/search?q=fireworks&year=2027')).body.includes(`href="${path}"`))
})
