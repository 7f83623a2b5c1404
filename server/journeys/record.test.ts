import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ACTS, RECORDED_KINDS, type Act } from '../domain/policy/record.js'
import { openBank } from './bank.js'
import { inDatabase, keptFiles } from './kept-files.js'

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
    seen.push(...[...page.body.matchAll(/>code (n-\d+)</g)].map(([, change]) => change as string))
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

/** What each act may say beyond its name, as it is written on the record. */
const DETAILS: Partial<Record<Act, readonly (readonly [from: string, to: string])[]>> = {
  'access.refused': [['', 'policy.curators_only'], ['', 'imports.run.own_only']],
  'thing.read': [['', 'list']],
  'thing.exported': [['', 'customers,12'], ['', 'rows,3']],
  'record.repaired': [['17', '']],
  'record.doubted': [['', 'head_missing'], ['', 'shortened'], ['', 'unreadable'], ['', 'edited']],
  'note.reclassified': [['internal', 'restricted'], ['shareable', 'confidential']],
  'note.audience_changed': [['private', 'team'], ['department', 'enterprise']],
  'note.readers_changed': [['', 'p:li-na,t:families'], ['p:li-na', '']],
  'import.done': [['', '12,0'], ['', '12,0,3']],
  'import.accepted': [['', 'department,internal,40']],
  'customer.created': [['', 'restricted']],
  'customer.restricted_changed': [['open', 'restricted,t:families,p:zhao-min']],
  'person.rights_changed': [['employee', 'curator,employee'], ['', 'families'], ['', 'head-office']],
  'person.clearance_changed': [['internal', 'confidential']],
  'person.moved': [['head-office', 'cards']],
  'person.disabled': [['true', 'false']],
  'person.enabled': [['false', 'true']],
  'person.absence_changed': [['', '2026-03-04,2026-03-09,p:zhao-min'], ['2026-03-04,2026-03-09,p:zhao-min', '']],
  'person.handed_over': [['', 'p:li-na,p:zhao-min,3,2,1']],
  'token.created': [['', 'read,write']],
  'channel.created': [['', 't:families']],
  'channel.changed': [['t:families', 't:cards'], ['p:li-na', 'p:zhao-min'], ['paused', 'resumed']],
  'channel.ceiling_changed': [['internal', 'confidential']],
  'digest.sent': [['', '6']],
  'vocabulary.changed': [['', 'added'], ['', 'changed'], ['', 'retired'], ['', 'restored'], ['', 'merged'], ['', 'merged:pricing']],
  'backup.restored': [['', '0'], ['', '2']],
}

t.test('every act, kind and code of the record is said in words, in both languages', async (t) => {
  const people = bank.house.people.directory()
  const ids = { team: [...people.teams.keys()], department: [...people.departments.keys()], person: [...people.persons.keys()] }
  t.ok(ids.team.length > 1 && ids.department.length > 1, 'premise: places that the samples can name')
  // The samples name whatever places this bank has.
  const real = (codes: string) => codes.replaceAll('t:families', `t:${ids.team[0]}`).replaceAll('t:cards', `t:${ids.team[1]}`).replace(/^families$/, ids.team[0] ?? '').replace(/^head-office$/, ids.department[0] ?? '').replace(/^cards$/, ids.department[1] ?? '')
  for (const did of ACTS) {
    const thing = { kind: RECORDED_KINDS[ACTS.indexOf(did) % RECORDED_KINDS.length] ?? 'note', id: 'x' } as const
    for (const [from, to] of [['', ''] as const, ...(DETAILS[did] ?? [])]) {
      await bank.house.record.append({ at: bank.clock.now(), who: 'job:start', did, thing, ...(from + to !== '' && { from: real(from), to: real(to) }) })
    }
  }
  const olivia = await bank.signIn('olivia.grant')
  for (const language of ['zh', 'en'] as const) {
    await olivia.post('/me/language', { language, next: '/' }, { from: '/me' })
    let path = '/record?who=job:start'
    let cells: string[] = []
    for (let pages = 0; path !== '' && pages < 9; pages += 1) {
      const page = await olivia.get(path)
      t.equal(page.status, 200, language)
      cells = [...cells, ...[...page.body.matchAll(/<tr><th scope="row">([^<]*)<.*?<\/tr>/gs)].map(([row]) => row.replace(/<a class="record-id".*?<\/a>/g, '').replace(/<[^>]*>/g, ' '))]
      path = /rel="next" href="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? ''
    }
    t.ok(cells.length >= ACTS.length + Object.values(DETAILS).flat().length, `premise: ${cells.length} rows were read`)
    for (const cell of cells) {
      // No key, no list of codes, nobody's id.
      t.notMatch(cell, /[a-z]+[._][a-z_]+|→|\b[pt]:|\bcode |代码|\(undefined\)/, `${language}: ${cell.replace(/\s+/g, ' ').trim()}`)
      if (language === 'zh') t.notMatch(cell, /\b(internal|confidential|restricted|team|department|curator|employee|true|false|none)\b/, cell)
    }
  }
})

t.test('an auditor reads why somebody was refused, and never a code', async (t) => {
  const li = await bank.signIn('li.na')
  t.equal((await li.get('/queue')).status, 403)
  const olivia = await bank.signIn('olivia.grant')
  t.match((await olivia.get('/record?did=access.refused')).text, /Refused 3 Mar 2026, 09:00 Li Na only the curators of the domain may do it/)
})

t.test('what nobody foresaw is shown as it stands, and is no error', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  await bank.house.record.append({ at: bank.clock.now(), who: 'job:once', did: 'note.reclassified', from: 'secret', to: 'open' })
  await bank.house.record.append({ at: bank.clock.now(), who: 'job:once', did: 'access.refused', to: 'policy.of_long_ago' })
  const page = await olivia.get('/record?who=job:once')
  t.match(page.text, /the portal \(once\).*code secret → open/)
  t.match(page.text, /for another reason \(policy\.of_long_ago\)/)
})

t.test('the check says that the record is whole, and where it is not', async (t) => {
  const olivia = await bank.signIn('olivia.grant')
  const whole = await olivia.submit((await olivia.get('/record')).form('/record/verification'))
  t.equal(whole.status, 200)
  t.match(whole.text, /The record is whole: \d+ entries/)
  t.match(whole.body, /<code id="mark">\d+:[0-9a-f]{64}</)
  const [segment = '', lines = Buffer.alloc(0)] = [...(await keptFiles(bank.house))].find(([name]) => name.endsWith('.ndjson')) ?? []
  t.match(String(lines), '"to":"n-7"', 'premise: a segment is there')
  if (bank.house.config.database) await inDatabase(bank.house, 'ALTER TABLE record_line DISABLE TRIGGER ALL', `UPDATE record_line SET line = replace(line, '"to":"n-7"', '"to":"n-8"')`)
  else await writeFile(join(bank.house.config.dataDir, segment), String(lines).replace('"to":"n-7"', '"to":"n-8"'))
  const doubted = await olivia.submit((await olivia.get('/record')).form('/record/verification'))
  t.match(doubted.text, /The record is NOT whole: .* Entry \d+, or the one before it, was edited/)
})
