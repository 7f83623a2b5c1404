import t from 'tap'
import { firstAdminLink } from '../http/first-admin.js'
import { openBank } from './bank.js'

const FIRST = { login: 'han.bing', name: 'Han Bing', email: 'han.bing@bank.example', bank: 'Riverside Bank', bankZh: '滨江银行' }

t.test('whoever starts an empty portal makes the first administrator by a link that works once', async (t) => {
  const bank = await openBank(t, { empty: true })
  const link = firstAdminLink(bank.house, '') ?? ''
  t.match(link, /^\/setup\/[\w-]{43}$/)
  const browser = bank.stranger()
  const form = (await browser.get(link)).form(link)
  const refused = await browser.submit(form, { ...FIRST, login: 'Han Bing!', bank: '' })
  t.equal(refused.status, 422)
  t.match(refused.body, 'han.bing@bank.example', 'what was typed is kept')
  const made = await browser.submit(refused.form(link), FIRST)
  t.equal(made.status, 303)
  t.match(made.location, /^\/password\//)
  const done = await browser.submit((await browser.get(made.location)).form(made.location), { new_password: 'kettle-ocean-41-violet' })
  t.equal(done.location, '/sign-in')
  const inside = await browser.submit((await browser.get('/sign-in')).form('/sign-in'), { login: 'han.bing', password: 'kettle-ocean-41-violet' })
  t.equal(inside.status, 303)
  t.match((await browser.get('/me')).text, 'Riverside Bank')
  t.same(bank.person('han.bing' as 'li.na').roles, ['employee', 'admin'])

  t.equal((await bank.stranger().get(link)).status, 404)
  t.equal((await bank.stranger().post(link, FIRST, { from: '/sign-in' })).status, 404)
  t.equal(firstAdminLink(bank.house, ''), null)
})

t.test('a guessed link and a portal that has people give nobody anything', async (t) => {
  const empty = await openBank(t, { empty: true })
  t.equal((await empty.stranger().get('/setup/guess')).status, 404)
  const bank = await openBank(t)
  t.equal(firstAdminLink(bank.house, ''), null)
  t.equal((await bank.stranger().get('/setup/guess')).status, 404)
})

t.test('two at once with the link make one administrator', async (t) => {
  const bank = await openBank(t, { empty: true })
  const link = firstAdminLink(bank.house, '') ?? ''
  const browser = bank.stranger()
  const form = (await browser.get(link)).form(link)
  const answers = await Promise.all(['one', 'two', 'three'].map((login) => browser.submit(form, { ...FIRST, login })))
  t.equal(answers.filter(({ status }) => status === 303).length, 1)
  t.equal(bank.house.people.directory().persons.size, 1)
})
