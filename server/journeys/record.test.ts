import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ACTS, RECORDED_KINDS } from '../domain/policy/record.js'
import { openBank } from './bank.js'

const bank = await openBank(t)

t.test('an auditor finds who did what by person, act, thing and day, and reading it is on record', async (t) => {
  const [olivia, li] = [await bank.signIn('olivia.grant'), await bank.signIn('li.na')]
  const posted = await li.submit((await li.get('/notes/new')).form('/notes'), { title: 'Quillwort', body: 'She calls it that.', level: 'confidential' })
  const id = posted.location.split('/')[2] as string
  const page = await olivia.get('/record')
  t.equal(page.status, 200)
  t.match(page.text, /Posted a note 3 Mar 2026, 09:00 Li Na note/)
  t.match(page.body, id)
  t.notMatch(page.body, /Quillwort|calls it that/, 'no word of the note')
  t.match(page.text, /Read the record 3 Mar 2026, 09:00 Olivia Grant/, 'her own look stands in it')
  t.match((await olivia.get('/record?who=li.na&did=note')).text, /Posted a note/)
  t.notMatch((await olivia.get('/record?who=li.na&did=note')).text, /Read the record 3 Mar/)
  t.match((await olivia.get(`/record?id=${id}`)).text, /Posted a note/)
  t.match((await olivia.get('/record?from=2026-03-03&until=2026-03-03&did=note.posted')).body, id)
  t.notMatch((await olivia.get('/record?until=2026-03-02')).body, id)
  t.notMatch((await olivia.get('/record?from=2026-03-04')).body, id)
})

t.test('the record is for auditors alone: not an admin, not a curator', async (t) => {
  for (const login of ['han.bing', 'he.jun', 'li.na'] as const) {
    const who = await bank.signIn(login)
    t.equal((await who.get('/record')).status, 403, login)
    t.equal((await who.post('/record/verification', {}, { from: '/me' })).status, 403, login)
  }
  t.equal((await bank.stranger().get('/record')).status, 303)
  const { entries } = await bank.house.record.page({ did: ['access.refused'], limit: 20 })
  t.ok(entries.length >= 6, 'each refusal is on record')
})

t.test('no customer is named, however sensitive the entry', async (t) => {
  const [olivia, zhao] = [await bank.signIn('olivia.grant'), await bank.signIn('zhao.min')]
  await zhao.post('/customers', { kind: 'person', name: 'Ms Nightingale', segment: '', team: 'families', restricted: 'yes', curators: 'zhao-min' }, { from: '/customers/new' })
  const page = await olivia.get('/record?kind=customer')
  t.match(page.text, /Added a customer 3 Mar 2026, 09:00 Zhao Min customer/)
  t.notMatch(page.body, /Nightingale/)
})

t.test('a long record is read page by page, newest first, without a gap', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  for (let i = 0; i < 230; i += 1) await bank.house.record.append({ at: bank.clock.now(), who: 'job:many', did: 'settings.changed', to: `n-${i}` })
  const seen: string[] = []
  let path = '/record?did=settings.changed'
  for (let pages = 0; path !== '' && pages < 8; pages += 1) {
    const page = await olivia.get(path)
    seen.push(...[...page.body.matchAll(/<code class="record-change">(n-\d+)</g)].map(([, change]) => change as string))
    path = /rel="next" href="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? ''
  }
  t.same(seen, Array.from({ length: 230 }, (_, i) => `n-${229 - i}`))
})

t.test('what makes no sense in the address is no error', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  for (const query of ['who=%27%3B--', 'did=nothing', 'kind=%00', 'from=2026-99-99', 'before=-1', 'before=1e9', `id=${'x'.repeat(500)}`, 'until=today']) {
    t.equal((await olivia.get(`/record?${query}`)).status, 200, query)
  }
  t.equal((await olivia.get('/record?who=a&who=b')).status, 400)
})

t.test('every act and kind has its words in both languages', async (t) => {
  for (const did of ACTS) await bank.house.record.append({ at: bank.clock.now(), who: 'job:words', did, thing: { kind: RECORDED_KINDS[ACTS.indexOf(did) % RECORDED_KINDS.length] ?? 'note', id: 'x' } })
  const olivia = await bank.signIn('olivia.grant')
  for (const language of ['zh', 'en'] as const) {
    await olivia.post('/me/language', { language, next: '/' }, { from: '/me' })
    const page = await olivia.get('/record?who=job:words')
    t.equal(page.status, 200, language)
    t.notMatch(page.text, /record\.(act|kind|family)\./)
  }
})

t.test('the check says that the record is whole, and where it is not', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  const whole = await olivia.submit((await olivia.get('/record')).form('/record/verification'))
  t.equal(whole.status, 200)
  t.match(whole.text, /The record is whole: \d+ entries/)
  t.match(whole.body, /<code id="mark">\d+:[0-9a-f]{64}</)
  const folder = join(bank.house.config.dataDir, 'record')
  const segment = (await readdir(folder)).find((name) => name.endsWith('.ndjson')) ?? ''
  t.ok(segment, 'premise: a segment is there')
  const lines = await readFile(join(folder, segment), 'utf8')
  t.match(lines, '"to":"n-7"', 'premise')
  await writeFile(join(folder, segment), lines.replace('"to":"n-7"', '"to":"n-8"'))
  const doubted = await olivia.submit((await olivia.get('/record')).form('/record/verification'))
  t.match(doubted.text, /The record is NOT whole: .* Entry \d+, or the one before it, was edited/)
})
