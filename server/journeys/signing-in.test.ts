import t from 'tap'
import { offerPasswordLink } from '../domain/people/choose-password.js'
import { openBank, type Bank } from './bank.js'
import type { Login } from './bank-people.js'
import { keptFiles } from './kept-files.js'
import type { Browser, Page } from './browser.js'

const RIGHT = 'kettle-ocean-41-violet'

/** Gives somebody a password the way they would choose it: by their link. */
async function withPassword(bank: Bank, login: Login): Promise<void> {
  const token = await offerPasswordLink(bank.house, bank.person(login).id, bank.clock.now())
  const browser = bank.stranger()
  const page = await browser.get(`/password/${token}`)
  const done = await browser.submit(page.form(`/password/${token}`), { new_password: RIGHT })
  if (done.status !== 303) throw new Error(`the password was refused: ${done.text}`)
}

async function tryIn(browser: Browser, login: string, password: string): Promise<Page> {
  return browser.submit((await browser.get('/sign-in')).form('/sign-in'), { login, password })
}

t.test('a teller signs in with name and password and gets to her first page', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const browser = bank.stranger()
  const form = (await browser.get('/sign-in?next=%2Fme')).form('/sign-in')
  const answer = await browser.submit(form, { login: ' LI.NA ', password: RIGHT })
  t.equal(answer.status, 303)
  t.equal(answer.location, '/me')
  t.match((await browser.get('/me')).text, 'Li Na')
  t.equal((await browser.get('/sign-in')).location, '/', 'who is inside is not asked again')
})

t.test('signing in makes a new session, whatever cookie the browser brought along', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const planted = await bank.signIn('wang.wei')
  const before = planted.cookies.get('tacit')
  await planted.post('/sign-out', {}, { from: '/me' })
  planted.cookies.set('tacit', before ?? '')
  await tryIn(planted, 'li.na', RIGHT)
  t.not(planted.cookies.get('tacit'), before)
  t.match((await planted.get('/me')).text, 'Li Na')
  const old = bank.stranger()
  old.cookies.set('tacit', before ?? '')
  t.equal((await old.get('/me')).status, 303, 'the old cookie opens nothing')
})

t.test('the cookie is out of reach of scripts and other sites', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const browser = bank.stranger()
  const answer = await tryIn(browser, 'li.na', RIGHT)
  const cookie = [answer.headers['set-cookie']].flat().find((line) => line?.startsWith('tacit=')) ?? ''
  t.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax$/)
})

t.test('with an https address cookies are bound to it by name and never sent in the clear', async (t) => {
  const bank = await openBank(t, { env: { BASE_URL: 'https://tacit.bank.example', TRUST_PROXY: '127.0.0.1' } })
  await withPassword(bank, 'li.na')
  const browser = bank.stranger()
  browser.headers['x-forwarded-proto'] = 'https'
  const answer = await tryIn(browser, 'li.na', RIGHT)
  const lines = [answer.headers['set-cookie']].flat().filter((line) => line !== undefined)
  t.ok(lines.some((line) => line.startsWith('__Host-tacit=')))
  for (const line of lines) t.match(line, /^__Host-[a-z-]+=[^;]*;.*\bSecure\b/)
  t.equal((await browser.get('/me')).status, 200)
})

t.test('wrong name, wrong password, disabled, never invited and slowed down get the same answer', async (t) => {
  const bank = await openBank(t)
  for (const login of ['li.na', 'sun.lei'] as const) await withPassword(bank, login)
  await bank.house.people.change((roster) => ({
    ...roster, persons: roster.persons.map((one) => (one.login === 'sun.lei' ? { ...one, active: false } : one)),
  }))
  const blocked = bank.stranger()
  blocked.address = '10.1.1.1'
  for (let i = 0; i < 12; i += 1) await tryIn(blocked, 'li.na', 'wrong')

  // An account that is tried from everywhere, and an address that tries everybody.
  await withPassword(bank, 'chen.mei')
  for (let i = 0; i < 51; i += 1) await bank.house.throttle.failed('chen.mei', `10.3.${i}.1`, false)
  await bank.house.throttle.isBlocked('chen.mei', '10.3.99.1', false)
  const sprayer = bank.stranger()
  sprayer.address = '10.4.4.4'
  for (let i = 0; i < 31; i += 1) await bank.house.throttle.failed(`person${i}`, '10.4.4.4', false)

  const answers = [
    await tryIn(bank.stranger(), 'chen.mei', RIGHT),
    await tryIn(sprayer, 'li.na', RIGHT),
    await tryIn(bank.stranger(), 'nobody.here', RIGHT),
    await tryIn(bank.stranger(), 'li.na', 'wrong'),
    await tryIn(bank.stranger(), 'sun.lei', RIGHT),
    await tryIn(bank.stranger(), 'wang.wei', ''),
    await tryIn(blocked, 'li.na', RIGHT),
  ]
  const seen = answers.map(({ status, body, headers }) =>
    [status, Object.keys(headers).sort().join(), body.replace(/value="[^"]*"/g, '')].join('\n'),
  )
  t.equal(answers[0]?.status, 422)
  t.equal(new Set(seen).size, 1, 'all of them are the same')
})

t.test('after many failures the owner can still enter from elsewhere', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const attacker = bank.stranger()
  attacker.address = '10.1.1.1'
  for (let i = 0; i < 20; i += 1) await tryIn(attacker, 'li.na', 'wrong')
  t.equal((await tryIn(attacker, 'li.na', RIGHT)).status, 422, 'even the right password does not help the attacker')
  t.equal((await tryIn(bank.stranger(), 'li.na', RIGHT)).status, 303)
})

t.test('guesses sent all at once are worth no more than one after the other', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const guesser = bank.stranger()
  guesser.address = '10.7.7.7'
  const form = (await guesser.get('/sign-in')).form('/sign-in')
  const answers = await Promise.all([...Array.from({ length: 30 }, (_, i) => `guess ${i}`), RIGHT].map((password) => guesser.submit(form, { login: 'li.na', password })))
  t.same(answers.map(({ status }) => status), Array.from({ length: 31 }, () => 422))
  const owner = bank.stranger()
  t.equal((await tryIn(owner, 'li.na', RIGHT)).status, 303, 'premise: it is the right one')
})

t.test('a guess spread over many addresses is slowed, yet its owner enters where they entered before, also after a restart', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const from = (address: string) => {
    const browser = bank.stranger()
    browser.address = address
    return browser
  }
  t.equal((await tryIn(from('10.5.5.5'), 'li.na', RIGHT)).status, 303, 'premise: her own desk')
  await bank.restart()
  for (let i = 0; i < 52; i += 1) await bank.house.throttle.failed('li.na', `10.6.${i}.1`, false)
  t.equal((await tryIn(from('10.7.0.1'), 'li.na', 'wrong')).status, 422, 'one attempt is looked at')
  t.equal((await tryIn(from('10.7.0.2'), 'li.na', RIGHT)).status, 422, 'the next one has to wait, even if it is right')
  t.equal((await tryIn(from('10.5.5.5'), 'li.na', 'a slip')).status, 422)
  t.equal((await tryIn(from('10.5.5.5'), 'li.na', RIGHT)).status, 303)
  const kept = String((await keptFiles(bank.house)).get('credentials.json'))
  t.notMatch(kept, '10.5.5.5', 'where people sit is kept as a digest')
})

t.test('a stranger cannot pretend to be elsewhere by a header', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const attacker = bank.stranger()
  attacker.address = '10.1.1.1'
  for (let i = 0; i < 20; i += 1) {
    attacker.headers['x-forwarded-for'] = `10.9.9.${i}`
    await tryIn(attacker, 'li.na', 'wrong')
  }
  t.equal((await tryIn(attacker, 'li.na', RIGHT)).status, 422)
})

t.test('after signing in one gets to a page of the portal, never to another site', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/%5Cevil.example/..//evil.example', 'javascript:alert(1)', '/\t/evil.example', '']) {
    const browser = bank.stranger()
    const form = (await browser.get(`/sign-in?next=${encodeURIComponent(next)}`)).form('/sign-in')
    const { location } = await browser.submit(form, { login: 'li.na', password: RIGHT, next })
    t.equal(new URL(location, 'https://tacit.bank.example').origin, 'https://tacit.bank.example', JSON.stringify(next))
  }
})

t.test('the working day ends every session', async (t) => {
  const bank = await openBank(t)
  const browser = await bank.signIn('li.na')
  bank.clock.advance({ hours: 9, minutes: 59 })
  t.equal((await browser.get('/me')).status, 200)
  bank.clock.advance({ minutes: 1 })
  t.equal((await browser.get('/me')).status, 303)
})

t.test('leaving, being disabled, other rights and another password end a session on the next request', async (t) => {
  const bank = await openBank(t)
  const id = bank.person('li.na').id
  const changes: Record<string, (browser: Browser) => Promise<unknown>> = {
    'sign-out': (browser) => browser.post('/sign-out', {}, { from: '/me' }),
    disabled: () => change({ active: false }),
    'other roles': () => change({ active: true, roles: ['employee', 'curator'] }),
    'other domain': () => change({ domain: ['east'] }),
    'other clearance': () => change({ clearance: 'confidential' }),
    'another password': () => bank.house.credentials.change(id, (it) => ({ ...it, changes: it.changes + 1 })),
  }
  function change(part: object): Promise<unknown> {
    return bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === id ? { ...one, ...part } : one)) }))
  }
  for (const [name, act] of Object.entries(changes)) {
    if (name === 'other roles') await change({ active: true })
    const browser = await bank.signIn('li.na')
    const cookie = browser.cookies.get('tacit') ?? ''
    t.equal((await browser.get('/me')).status, 200, `premise: signed in before ${name}`)
    await act(browser)
    const thief = bank.stranger()
    thief.cookies.set('tacit', cookie)
    t.equal((await thief.get('/me')).status, 303, name)
  }
})

t.test('a session survives a restart, and is no cookie in the data directory', async (t) => {
  const bank = await openBank(t)
  const browser = await bank.signIn('li.na')
  const id = decodeURIComponent(browser.cookies.get('tacit') ?? '').split('.')[0] ?? ''
  await bank.restart()
  t.equal((await browser.get('/me')).status, 200)
  const contents = [...(await keptFiles(bank.house))].map(([name, bytes]) => `${name} ${bytes.toString('latin1')}`)
  t.ok(contents.some((text) => text.includes(bank.person('li.na').id)), 'premise: the session is there')
  t.ok(id.length > 20 && contents.every((text) => !text.includes(id)), 'its id is not')
})

t.test('a password link works once, for a day, and looking at it does not use it up', async (t) => {
  const bank = await openBank(t)
  const id = bank.person('li.na').id
  const token = await offerPasswordLink(bank.house, id, bank.clock.now())
  const browser = bank.stranger()
  t.equal((await browser.get(`/password/${token}`)).status, 200)
  const form = (await browser.get(`/password/${token}`)).form(`/password/${token}`)
  t.equal((await browser.submit(form, { new_password: 'password123' })).status, 422, 'a weak one is refused')
  t.equal((await browser.submit(form, { new_password: RIGHT })).status, 303, 'and the link is still good')
  t.equal((await browser.submit(form, { new_password: 'another-good-one-77' })).status, 404)
  t.equal((await browser.get(`/password/${token}`)).status, 404)
  t.equal((await tryIn(bank.stranger(), 'li.na', RIGHT)).status, 303)

  const late = await offerPasswordLink(bank.house, id, bank.clock.now())
  bank.clock.advance({ hours: 24 })
  t.equal((await browser.get(`/password/${late}`)).status, 404)
})

t.test('a newer link voids the one before, and neither is kept in the clear', async (t) => {
  const bank = await openBank(t)
  const id = bank.person('li.na').id
  const first = await offerPasswordLink(bank.house, id, bank.clock.now())
  const second = await offerPasswordLink(bank.house, id, bank.clock.now())
  t.equal((await bank.stranger().get(`/password/${first}`)).status, 404)
  t.equal((await bank.stranger().get(`/password/${second}`)).status, 200)
  const kept = String((await keptFiles(bank.house)).get('credentials.json'))
  t.match(kept, id)
  t.notMatch(kept, second)
})

t.test('of two people with the same link at the same moment one wins', async (t) => {
  const bank = await openBank(t)
  const token = await offerPasswordLink(bank.house, bank.person('li.na').id, bank.clock.now())
  const browser = bank.stranger()
  const form = (await browser.get(`/password/${token}`)).form(`/password/${token}`)
  const answers = await Promise.all(
    ['kettle-ocean-41-violet', 'marble-tram-86-lemon', 'walnut-sail-23-cobalt'].map((password) => browser.submit(form, { new_password: password })),
  )
  t.same(answers.map(({ status }) => status).sort(), [303, 404, 404])
})

t.test('entering, leaving and being refused are on record, without the name that was tried', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const browser = bank.stranger()
  await tryIn(browser, 'li.na', 'my-secret-typo')
  await tryIn(browser, 'my-secret-typo', 'x')
  await tryIn(browser, 'li.na', RIGHT)
  await browser.post('/sign-out', {}, { from: '/me' })
  const { entries } = await bank.house.record.page({})
  t.same(entries.map(({ did }) => did).reverse(), ['password.changed', 'session.refused', 'session.refused', 'session.signed_in', 'session.signed_out'])
  t.notMatch(JSON.stringify(entries), 'my-secret-typo')
})

t.test('while the record cannot be written nobody enters, and whoever is inside goes on', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const inside = await bank.signIn('wang.wei')
  bank.house.record.append = () => Promise.reject(new Error('no space'))
  const answer = await tryIn(bank.stranger(), 'li.na', RIGHT)
  t.equal(answer.status, 500)
  t.equal((await inside.get('/me')).status, 200)
})

t.test('a password that is changed while somebody enters with the one before lets nobody in', async (t) => {
  const bank = await openBank(t)
  await withPassword(bank, 'li.na')
  const { append } = bank.house.record
  bank.house.record.append = async (entry) => {
    // Between the right password and the session: she chooses another one elsewhere.
    if (entry.did === 'session.signed_in') await bank.house.credentials.change(bank.person('li.na').id, (now) => ({ ...now, hash: null, changes: now.changes + 1 }))
    await append.call(bank.house.record, entry)
  }
  const browser = bank.stranger()
  const answer = await tryIn(browser, 'li.na', RIGHT)
  t.equal(answer.status, 303, 'premise: the password was right when it was looked at')
  t.equal((await browser.get('/me')).status, 303, 'the session ended before it began')
})
