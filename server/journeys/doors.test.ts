import t from 'tap'
import { openBank } from './bank.js'

/** Spellings that some servers take for another path (SAFETY.md H2). */
const SPELLINGS = ['/%6de', '//me', '/./me', '/me;x', '/me%2f', '/me%00', '/me/', '/ME', '/me/../me', '/%2e/me', '/me%20', '/%zz', '/%', '/me?lang=zh']

t.test('a stranger gets the same redirect whatever the path', async (t) => {
  const bank = await openBank(t)
  const paths = ['/', '/me', '/notes/0190f1c0-0000-7000-8000-000000000000', '/no/such/path', '/admin', '/.env', '/' + 'x'.repeat(3_000), ...SPELLINGS]
  for (const path of paths) {
    const answer = await bank.stranger().get(path)
    t.equal(answer.status, 303, path.slice(0, 60))
    t.match(answer.location, /^\/sign-in\?next=%2F/, path.slice(0, 60))
    t.equal(answer.body, '')
  }
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE'] as const) {
    const answer = await bank.stranger().request({ method, url: '/me' })
    t.equal(answer.status, 303, method)
  }
})

t.test('the redirect for a page that is there and one that is not differs only in where to go on', async (t) => {
  const bank = await openBank(t)
  const [there, missing] = await Promise.all(['/me', '/nowhere'].map((path) => bank.stranger().get(path)))
  const masked = (page = there): string => JSON.stringify({ ...page?.headers, location: '', date: '' })
  t.equal(masked(there), masked(missing))
})

t.test('another spelling of a path never opens a door that the plain one keeps shut', async (t) => {
  const bank = await openBank(t, {
    plant: (app) => void app.get('/me/../kept', { config: { allow: 'record.read' } }, async () => 'inside').get('/kept', { config: { allow: 'record.read' } }, async () => 'inside'),
  })
  const li = await bank.signIn('li.na')
  const auditor = await bank.signIn('olivia.grant')
  t.equal((await auditor.get('/kept')).body, 'inside', 'premise: the door opens for the right person')
  for (const path of ['/kept', '/%6bept', '/%6Bept', '//kept', '/./kept', '/kept;x', '/kept%2f', '/kept%00', '/kept/', '/KEPT', '/kept?x=1', '/kept%3f', '/%2fkept']) {
    const answer = await li.get(path)
    t.ok([403, 404].includes(answer.status), `${path} answers ${answer.status}`)
    t.notMatch(answer.body, 'inside')
  }
})

t.test('whoever may not set out on an act is told why, and it is on record', async (t) => {
  const bank = await openBank(t, {
    plant: (app) => {
      for (const act of ['note.curate', 'people.administer', 'record.read'] as const) {
        app.get(`/act/${act}`, { config: { allow: act } }, async () => 'inside')
      }
    },
  })
  const expected: Record<string, readonly string[]> = {
    'li.na': [],
    'zhao.min': ['note.curate'],
    'han.bing': ['people.administer'],
    'olivia.grant': ['record.read'],
  }
  for (const [login, open] of Object.entries(expected)) {
    const browser = await bank.signIn(login as 'li.na')
    for (const act of ['note.curate', 'people.administer', 'record.read']) {
      const answer = await browser.get(`/act/${act}`)
      t.equal(answer.status, open.includes(act) ? 200 : 403, `${login} ${act}`)
    }
  }
  const refused = (await bank.house.record.page({ did: ['access.refused'] })).entries
  t.equal(refused.length, 9)
  t.ok(refused.some(({ who, to }) => who === 'li-na' && to === 'policy.curators_only'))
})

t.test('a deputy stands at the curator\'s door while the curator is away, and not a day longer', async (t) => {
  const bank = await openBank(t, { plant: (app) => void app.get('/act', { config: { allow: 'note.curate' } }, async () => 'inside') })
  const absence = { from: '2026-03-03', until: '2026-03-04', deputy: bank.person('li.na').id }
  await bank.house.people.change((roster) => ({
    ...roster, persons: roster.persons.map((one) => (one.login === 'zhao.min' ? { ...one, absence } : one)),
  }))
  const status = async (): Promise<number> => (await (await bank.signIn('li.na')).get('/act')).status
  t.equal(await status(), 200)
  bank.clock.advance({ days: 1 })
  t.equal(await status(), 200)
  bank.clock.advance({ days: 1 })
  t.equal(await status(), 403)
})

t.test('somebody who left the bank has no way in, even with an old cookie', async (t) => {
  const bank = await openBank(t)
  const jiang = await bank.signIn('jiang.bo')
  t.equal((await jiang.get('/me')).status, 303)
})

t.test('what is not there and what one may not know of are the same page, byte for byte', async (t) => {
  const bank = await openBank(t, {
    plant: (app) =>
      void app.get<{ Params: { id: string } }>('/things/:id', { config: { allow: 'signed-in' } }, async () => {
        const { Missing } = await import('../http/faults.js')
        throw new Missing()
      }),
  })
  const li = await bank.signIn('li.na')
  const answers = [await li.get('/things/secret-merger'), await li.get('/things/0'), await li.get('/nowhere/secret-merger')]
  const seen = answers.map(({ status, headers, body }) => JSON.stringify({ status, headers: { ...headers, date: '' }, body }))
  t.equal(answers[0]?.status, 404)
  t.equal(new Set(seen).size, 1)
  t.notMatch(answers[0]?.body, /secret|<form|_csrf|\d+ (results|notes)/)
})
