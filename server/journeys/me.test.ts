import t from 'tap'
import { offerPasswordLink } from '../domain/people/choose-password.js'
import { openBank } from './bank.js'

t.test('a colleague reads the portal in Chinese after one click, on the page where they were', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const page = await li.get('/me')
  t.match(page.body, '<html lang="en"')
  const answer = await li.submit(page.form('/me/language'))
  t.equal(answer.location, '/me')
  const after = await li.get('/me')
  t.match(after.body, '<html lang="zh-CN"')
  t.match(after.text, '个人设置')
  t.equal(bank.person('li.na').language, 'zh')
  await bank.restart()
  t.match((await li.get('/me')).text, '个人设置', 'and still after a restart')
})

t.test('before signing in the browser\'s language is spoken, and a link changes it', async (t) => {
  const bank = await openBank(t)
  const browser = bank.stranger()
  const spoken: Record<string, string> = { 'zh-CN,zh;q=0.9,en;q=0.8': 'zh-CN', 'zh-TW': 'zh-CN', 'en-GB': 'en', 'fr-FR': 'en', 'fr,zh;q=0.5': 'zh-CN', '': 'en', '*': 'en' }
  for (const [header, language] of Object.entries(spoken)) {
    t.match((await browser.get('/sign-in', { 'accept-language': header })).body, `<html lang="${language}"`, header)
  }
  t.match((await browser.get('/sign-in?lang=zh')).text, '登录')
})

t.test('theme and shortcuts are chosen and kept', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const form = (await li.get('/me')).form('/me/settings')
  t.same([form.fields['language'], form.fields['theme'], form.fields['shortcuts']], [['en'], ['auto'], ['on']], 'premise: the form shows what is')
  const answer = await li.submit(form, { theme: 'dark', shortcuts: [] })
  t.equal(answer.status, 303)
  const page = await li.get('/me')
  t.match(page.body, 'data-theme="dark"')
  t.match(page.body, 'data-shortcuts="off"')
  t.match(page.text, 'Saved')
  t.notMatch((await li.get('/me')).text, 'Saved', 'it is said once')
})

t.test('a sentence for the next page cannot be forged', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const forged = Buffer.from(JSON.stringify({ key: 'me.saved', values: {}, tone: 'good' })).toString('base64url')
  await li.token('/me')
  // Signed by us, but for something else.
  const [session = '', form = ''] = [li.cookies.get('tacit'), li.cookies.get('tacit-form')]
  for (const value of [forged, `${forged}.x`, 'x', session, form]) {
    li.cookies.set('tacit-said', value)
    const page = await li.get('/me')
    t.equal(page.status, 200)
    t.notMatch(page.text, 'Saved')
  }
})

t.test('changing the password asks for the present one, ends all other sign-ins, and goes on here', async (t) => {
  const bank = await openBank(t)
  const id = bank.person('li.na').id
  const link = await offerPasswordLink(bank.house, id, bank.clock.now())
  await bank.stranger().post(`/password/${link}`, { new_password: 'kettle-ocean-41-violet' }, { from: `/password/${link}` })
  const here = await bank.signIn('li.na')
  const elsewhere = await bank.signIn('li.na')
  const change = { present_password: 'kettle-ocean-41-violet', new_password: 'marble-tram-86-lemon' }
  const wrong = await here.post('/me/password', { ...change, present_password: 'x' }, { from: '/me' })
  t.equal(wrong.status, 422)
  t.match(wrong.text, 'This is not your present password')
  t.notMatch(wrong.body, 'marble-tram', 'a password is never shown again')
  const weak = await here.post('/me/password', { ...change, new_password: 'li.na@bank.example' }, { from: '/me' })
  t.match(weak.text, 'too easy to guess')
  t.equal((await elsewhere.get('/me')).status, 200, 'premise')
  const before = here.cookies.get('tacit')
  t.equal((await here.post('/me/password', change, { from: '/me' })).status, 303)
  t.not(here.cookies.get('tacit'), before)
  t.equal((await here.get('/me')).status, 200)
  t.equal((await elsewhere.get('/me')).status, 303)
})

t.test('somebody sees where they are signed in and ends all others', async (t) => {
  const bank = await openBank(t)
  const here = await bank.signIn('li.na')
  const elsewhere = await bank.signIn('li.na')
  const wang = await bank.signIn('wang.wei')
  const page = await here.get('/me')
  t.equal(page.body.match(/<th scope="row">/g)?.length, 2)
  t.equal(page.text.match(/ this one/g)?.length, 1)
  await here.post('/me/sessions/closure', {}, { from: '/me' })
  t.match((await here.get('/me')).text, 'One other sign-in has ended.')
  t.equal((await elsewhere.get('/me')).status, 303)
  t.equal((await wang.get('/me')).status, 200, 'other people are not touched')
})

t.test('behind an open session nobody guesses the present password for long, and the owner gets in elsewhere', async (t) => {
  const bank = await openBank(t)
  const here = await bank.signIn('sun.lei')
  const change = { present_password: 'the right one, 2026', new_password: 'quillwort Harbour 77 lanterns' }
  const hash = await bank.house.passwords.hash(change.present_password)
  await bank.house.credentials.change(bank.person('sun.lei').id, (it) => ({ ...it, hash }))
  for (let i = 0; i < 11; i += 1) t.equal((await here.post('/me/password', { ...change, present_password: `guess ${i}` }, { from: '/me' })).status, 422)
  const right = await here.post('/me/password', change, { from: '/me' })
  t.equal(right.status, 422, 'even the right one waits now')
  const elsewhere = bank.stranger()
  elsewhere.address = '10.9.8.7'
  t.equal((await elsewhere.post('/sign-in', { login: 'sun.lei', password: change.present_password }, { from: '/sign-in' })).status, 303)
})
