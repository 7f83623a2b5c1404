import t from 'tap'
import type { RecordEntry } from '../domain/policy/record.js'
import { openBank } from './bank.js'
import type { Login } from './bank-people.js'

const bank = await openBank(t)
const { record } = bank.house
const append = record.append.bind(record)

function entry(login: Login, change: object = {}) {
  const { name, email, title, department, teams, roles, domain, clearance, language } = bank.person(login)
  return { login, name, email, title, department, teams, roles, domain, clearance, language, ...change }
}

/** Everything that rights hang on, as it is kept. */
async function rights(): Promise<string> {
  const { persons, departments, teams } = bank.house.people.directory()
  const credentials = await Promise.all([...persons.keys()].map((id) => bank.house.credentials.of(id)))
  return JSON.stringify([[...persons.values()], [...departments.values()], [...teams.values()], credentials])
}

t.test('while the record cannot be written nobody’s rights, address, department, password or cover change', async (t) => {
  const [han, zhao, li] = [await bank.signIn('han.bing'), await bank.signIn('zhao.min'), await bank.signIn('li.na')]
  await bank.house.credentials.change('li-na', (it) => ({ ...it, hash: null }))
  const token = await han.token('/admin/people/li-na')
  const own = await zhao.token('/queue/cover')
  const east = bank.house.people.directory().department('east-counter')
  const team = bank.house.people.directory().team('east-desk')
  const acts: Record<string, () => Promise<{ readonly status: number }>> = {
    'clearance': () => han.post('/admin/people/li-na', entry('li.na', { clearance: 'restricted' }), { token }),
    'address': () => han.post('/admin/people/li-na', entry('li.na', { email: 'else@where.example' }), { token }),
    'a newcomer': () => han.post('/admin/people', { ...entry('li.na'), login: 'new.comer', name: 'New', email: 'new@bank.example' }, { token }),
    'a password link': () => han.post('/admin/people/li-na/password-link', {}, { token }),
    'the tree': () => han.post('/admin/departments', { id: east?.id ?? '', name: east?.name ?? '', nameZh: east?.nameZh ?? '', parent: 'corporate' }, { token }),
    'a team': () => han.post('/admin/teams', { id: team?.id ?? '', name: team?.name ?? '', nameZh: team?.nameZh ?? '', department: 'corporate', email: team?.email ?? '' }, { token }),
    'disabling': () => han.post('/admin/people/li-na/activity', { active: 'no' }, { token }),
    'a file of staff': async () => {
      const edge = 'edge'
      const payload = `--${edge}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--${edge}\r\ncontent-disposition: form-data; name="file"; filename="staff.csv"\r\ncontent-type: text/csv\r\n\r\nlogin,clearance\nli.na,restricted\nwang.wei,restricted\n\r\n--${edge}--\r\n`
      const looked = await han.request({ method: 'POST', url: '/admin/people/import', payload, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } })
      return han.submit(looked.form('/admin/people/import/run'))
    },
    'cover': () => zhao.post('/queue/cover', { from: '2026-03-04', until: '2026-03-06', deputy: 'qian-yu' }, { token: own }),
  }
  t.equal((await li.get('/me')).status, 200, 'premise')
  for (const [name, act] of Object.entries(acts)) {
    const before = await rights()
    record.append = () => Promise.reject(new Error('no space'))
    const answer = await act()
    record.append = append
    t.equal(answer.status, 500, `${name}: premise, it came to the record`)
    t.equal(await rights(), before, `${name}: nothing changed`)
  }
  t.equal((await li.get('/me')).status, 200, 'and nobody was signed out')
  for (const [name, act] of Object.entries(acts)) {
    const before = await rights()
    t.equal((await act()).status, 303, `${name}: premise, otherwise it is done`)
    t.not(await rights(), before, name)
  }
})

t.test('each change of rights is on record before it is made, once', async (t) => {
  const han = await bank.signIn('han.bing')
  const seen: string[] = []
  record.append = async (line: RecordEntry) => {
    if (line.thing?.id === 'gao-yuan' && line.did !== 'thing.read') seen.push(`${line.did} while ${bank.person('gao.yuan').clearance}`)
    return append(line)
  }
  t.teardown(() => { record.append = append })
  await han.post('/admin/people/gao-yuan', entry('gao.yuan', { clearance: 'internal' }), { from: '/admin/people/gao-yuan' })
  t.same(seen, ['person.clearance_changed while confidential'])
  t.equal(bank.person('gao.yuan').clearance, 'internal')
})

t.test('a change that is on record and could not be saved is taken back there', async (t) => {
  const { changeOnRecord } = await import('../http/people-on-record.js')
  const { people } = bank.house
  const outcome = changeOnRecord(bank.house, { by: 'han-bing', via: 'page' }, async (firstly) => {
    const [persons, departments, teams] = [[...people.directory().persons.values()], [...people.directory().departments.values()], [...people.directory().teams.values()]]
    await firstly({ persons, departments, teams }, { persons: persons.map((one) => (one.id === 'sun-lei' ? { ...one, clearance: 'restricted' } : one)), departments, teams })
    throw new Error('the disk is full')
  })
  await t.rejects(outcome, /the disk is full/)
  const { entries } = await record.page({ kind: 'person', id: 'sun-lei', limit: 2 })
  t.same(entries.map(({ did }) => did), ['person.change_failed', 'person.clearance_changed'])
})
