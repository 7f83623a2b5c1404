import t from 'tap'
import { z } from 'zod'
import { offerPasswordLink } from '../domain/people/choose-password.js'
import { fieldsOf } from '../http/form.js'
import { openBank, type Bank } from './bank.js'

const LONG = 'The Chen family would have stayed,\r\nhad the branch called before the rate reset.\r\n\r\n  <b>"Tell them early"</b> & 陈家说的。'

/** The portal with one more form, which remembers what it was sent. */
async function bankWithForm(t: Parameters<typeof openBank>[0], sent: unknown[]): Promise<Bank> {
  return openBank(t, {
    plant: (app) => {
      app.post('/planted', { config: { allow: 'signed-in', many: ['tag'] } }, async (request, reply) => {
        sent.push(fieldsOf(request, z.object({ text: z.string(), title: z.string(), tag: z.array(z.string()) })))
        return reply.seeOther('/me')
      })
    },
  })
}

const FIELDS = { text: LONG, title: 'Why the Chen family left', tag: ['rates', 'family'] }

t.test('a form is done only with a token of this very session', async (t) => {
  const sent: unknown[] = []
  const bank = await bankWithForm(t, sent)
  const li = await bank.signIn('li.na')
  const wang = await bank.signIn('wang.wei')
  const own = await li.token('/me')
  const foreign = await wang.token('/me')
  const stranger = await bank.stranger().token('/sign-in')
  li.headers['sec-fetch-site'] = 'none'
  for (const token of [null, '', 'x', foreign, stranger, `${own}x`, own.slice(0, -1)]) {
    t.equal((await li.post('/planted', FIELDS, { token })).status, 403, String(token))
  }
  t.equal(sent.length, 0)
  t.equal((await li.post('/planted', FIELDS, { token: own })).status, 303)
  t.equal(sent.length, 1, 'premise: with its own token it is done')
})

t.test('a request that another site made is refused, token or not', async (t) => {
  const sent: unknown[] = []
  const bank = await bankWithForm(t, sent)
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  for (const site of ['cross-site', 'same-site']) {
    const answer = await li.post('/planted', FIELDS, { token, headers: { 'sec-fetch-site': site } })
    t.equal(answer.status, 403)
    t.notMatch(answer.body, 'Chen family', 'and its words are not put on our page')
  }
  t.equal(sent.length, 0)
})

/** A request without a token, in each way a browser or a script could send one. */
const BODIES = [
  { payload: 'language=zh&theme=dark', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { payload: '--edge\r\ncontent-disposition: form-data; name="language"\r\n\r\nzh\r\n--edge--\r\n', headers: { 'content-type': 'multipart/form-data; boundary=edge' } },
  { payload: '{"language":"zh"}', headers: { 'content-type': 'application/json' } },
  { payload: 'language=zh', headers: { 'content-type': 'text/plain' } },
  { payload: '', headers: {} },
] as const

t.test('every route that changes something asks for a token', async (t) => {
  const bank = await openBank(t)
  const doors = bank.app.doors.filter(({ method, tokenless }) => method !== 'GET' && tokenless === null)
  t.ok(doors.length >= 6, 'premise: there are such routes')
  const before = JSON.stringify([...bank.house.people.directory().persons.values()])
  for (const { method, url } of doors) {
    for (const login of ['han.bing', 'he.jun', 'olivia.grant'] as const) {
      const browser = await bank.signIn(login)
      browser.headers['sec-fetch-site'] = 'none'
      const path = url.replace(/:\w+/g, 'some-id')
      for (const body of BODIES) {
        const answer = await browser.request({ method: method as 'POST', url: path, ...body })
        t.ok([400, 403, 404, 415, 422].includes(answer.status), `${method} ${url} answers ${answer.status} to ${login}`)
        if (body === BODIES[0]) t.ok([403, 404, 422].includes(answer.status), `${method} ${url} answers ${answer.status} to a plain form`)
      }
      t.equal((await browser.get('/me')).status, 200, 'and the session goes on')
    }
  }
  t.equal(JSON.stringify([...bank.house.people.directory().persons.values()]), before, 'nothing was changed')
})

t.test('a session that ended while somebody wrote costs no text: sign in, check, send again', async (t) => {
  const sent: unknown[] = []
  const bank = await bankWithForm(t, sent)
  const li = bank.person('li.na')
  const browser = await bank.signIn('li.na')
  const token = await browser.token('/me')
  const link = await offerPasswordLink(bank.house, li.id, bank.clock.now())
  await bank.stranger().post(`/password/${link}`, { new_password: 'kettle-ocean-41-violet' }, { from: `/password/${link}` })
  bank.clock.advance({ hours: 11 })

  const asked = await browser.post('/planted?from=here', { ...FIELDS, password: 'never-shown-1' }, { token })
  t.equal(asked.status, 401)
  t.match(asked.text, 'nothing is lost')
  t.match(asked.body, '&lt;b&gt;', 'the text is in view, as text')
  t.notMatch(asked.body, 'never-shown-1', 'a password is not handed back')

  const wrong = await browser.submit(asked.form('/sign-in'), { login: 'li.na', password: 'wrong' })
  t.equal(wrong.status, 422)
  const again = await browser.submit(wrong.form('/sign-in'), { login: 'li.na', password: 'kettle-ocean-41-violet' })
  t.equal(again.status, 200)
  t.equal(sent.length, 0, 'nothing is sent by itself')
  t.match(again.text, 'Check and send again')

  const done = await browser.submit(again.form('/planted?from=here'))
  t.equal(done.status, 303)
  t.same(sent, [FIELDS], 'every field arrives as it was, line breaks and all')
})

t.test('a form from before a new sign-in is shown again with its text, and done after a look', async (t) => {
  const sent: unknown[] = []
  const bank = await bankWithForm(t, sent)
  const browser = await bank.signIn('li.na')
  const token = await browser.token('/me')
  const second = await bank.signIn('li.na')
  browser.cookies.set('tacit', second.cookies.get('tacit') ?? '')
  const again = await browser.post('/planted', FIELDS, { token })
  t.equal(again.status, 403)
  t.equal(sent.length, 0)
  t.equal((await browser.submit(again.form('/planted'))).status, 303)
  t.same(sent, [FIELDS])
})

t.test('nobody else\'s form is carried into a sign-in: not from another site, not without proof', async (t) => {
  const bank = await openBank(t)
  const proofs: Record<string, string>[] = [
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
    { 'sec-fetch-site': '', origin: 'null' },
    { 'sec-fetch-site': '' },
  ]
  for (const headers of proofs) {
    const browser = bank.stranger()
    delete browser.headers['sec-fetch-site']
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
    const answer = await browser.post('/me/settings', FIELDS, { token: null, headers: given })
    t.equal(answer.status, 303, JSON.stringify(headers))
    t.notMatch(answer.body, 'Chen')
  }
  const own = bank.stranger()
  delete own.headers['sec-fetch-site']
  const kept = await own.post('/me/settings', FIELDS, { token: null, headers: { host: 'tacit.bank.example', origin: 'http://tacit.bank.example' } })
  t.equal(kept.status, 401, 'premise: an Origin of our own is proof enough')
})

t.test('a form sent to a path that is not there is kept in the same way, so the answer tells nothing', async (t) => {
  const bank = await openBank(t)
  const answers = await Promise.all(['/me/settings', '/no/such/path'].map((url) => bank.stranger().post(url, FIELDS, { token: null })))
  const masked = answers.map(({ status, body }) => `${status} ${body.replace(/name="(_csrf|kept_action)" value="[^"]*"/g, '')}`)
  t.equal(masked[0], masked[1])
})

t.test('while a draft saves itself, an ended session answers with a line and leaves the page alone', async (t) => {
  const bank = await openBank(t)
  const answer = await bank.stranger().post('/me/settings', FIELDS, { token: null, headers: { 'hx-request': 'true', 'hx-request-type': 'partial' } })
  t.equal(answer.status, 401)
  t.notMatch(answer.body, '<html')
  t.match(answer.text, 'What you typed is still on this page')
})
