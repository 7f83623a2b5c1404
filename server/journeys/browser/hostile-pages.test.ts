import t from 'tap'
import { hostileFolder } from '../../adapters/markdown/hostile-texts.js'
import { permit } from '../../domain/policy/grant.js'
import { sightOf } from '../../domain/policy/readable.js'
import { standingApart } from '../../domain/policy/rules.js'
import { openBank, type Bank } from '../bank.js'
import type { Login } from '../bank-people.js'
import { hostileSample, nameFrom, walk } from './hostile-walk.js'
import { lacking as noBrowser, PATIENCE } from './in-chromium.js'

const folder = hostileFolder()
const lacking = noBrowser !== '' ? noBrowser : folder === null ? 'no test data: set TACIT_SHARED' : ''
/** Texts that go through every field; each is a note, a customer and a search of its own. */
const SAMPLE = process.env['TACIT_DEPTH'] === 'deep' ? 600 : 18
const TAG = 40

t.test('hostile texts in every field of the portal', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const texts = await hostileSample(folder as string, SAMPLE)
  t.ok(texts.length >= 25, `premise: ${texts.length} texts`)
  const bank = await openBank(t)
  const address = await bank.app.listen({ host: '127.0.0.1', port: 0 })
  await named(bank, texts)
  const customers = await customersCalled(bank, texts)
  const notes = await written(bank, texts, customers)
  await bank.house.caughtUp()

  await t.test('what was written comes back unchanged, but for how lines end', async (t) => {
    const sight = sightOf({ kind: 'person', person: bank.person('li.na') }, bank.house.directories(), bank.clock.today())
    for (const [i, id] of notes.entries()) {
      const note = await bank.house.notes.get(id, sight)
      const text = texts[i] as string
      t.equal(note?.shown.body, text.replace(/\r\n/g, '\n'), JSON.stringify(text.slice(0, 60)))
      t.equal(note?.comments[0]?.text, text.trim())
      t.equal((await bank.house.customers.get(customers[i] as string, sight))?.name, nameFrom(text))
    }
  })

  const pages: [Login, string[]][] = [
    ['li.na', [
      ...notes.map((id) => `/notes/${id}`), ...texts.map((text) => `/search?q=${encodeURIComponent(text.slice(0, 500))}`), ...customers.slice(0, 8).map((id) => `/customers/${id}`),
      '/notes?tab=waiting', '/customers', '/search?q=', '/notices', '/me', ...notes.slice(0, 4).map((id) => `/notes/${id}/edit`), `/notes/new?body=${encodeURIComponent(texts.join('\n').slice(0, 4_000))}`,
    ]],
    ['zhao.min', ['/queue', '/queue?page=2', '/queue/desk', ...notes.slice(0, 6).map((id) => `/queue/${id}`), ...notes.slice(0, 3).map((id) => `/queue/${id}/merger?q=${encodeURIComponent((texts[0] as string).slice(0, 200))}`)]],
    ['han.bing', ['/admin/people', `/admin/people?q=${encodeURIComponent((texts[1] as string).slice(0, 200))}`, `/admin/people/${bank.person('li.na').id}`, '/admin/departments']],
  ]
  for (const [login, paths] of pages) {
    await t.test(`no script runs, no dialog opens and no request leaves on any page ${login} opens`, async (t) => {
      const wrong = await walk(bank, address, login, paths)
      t.same(wrong, [])
    })
  }
})

async function named(bank: Bank, texts: readonly string[]): Promise<void> {
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((person, i) => ({ ...person, name: nameFrom(texts[i % texts.length] as string) })) }))
}

async function customersCalled(bank: Bank, texts: readonly string[]): Promise<string[]> {
  return Promise.all(texts.map(async (text) => {
    const [id, at] = [bank.house.ids.next(), bank.clock.now()]
    const permission = permit({ kind: 'person', person: bank.person('zhao.min') }, 'customer.create', standingApart(id))
    if (!permission.ok) throw new Error('no grant')
    await bank.house.customers.add(permission.grant, {
      schema: 1, id, version: 1, kind: 'person', name: nameFrom(text), aliases: [], number: '', segment: null, team: 'east-desk', restricted: false, curators: [], createdAt: at, createdBy: bank.person('zhao.min').id, updatedAt: at, history: [], origin: null,
    })
    return id
  }))
}

async function written(bank: Bank, texts: readonly string[], customers: readonly string[]): Promise<string[]> {
  const li = await bank.signIn('li.na')
  const ids: string[] = []
  for (const [i, text] of texts.entries()) {
    const form = (await li.get('/notes/new')).form('/notes')
    const answer = await li.submit(form, { body: text, title: nameFrom(text), tags: text.replace(/[,，、;；\n]/g, ' ').trim().slice(0, TAG), customer: customers[i] as string, saidBy: text.slice(0, 200), identifiersKept: 'yes' })
    if (answer.status !== 303) throw new Error(`${JSON.stringify(text.slice(0, 80))} could not be posted: ${answer.status} ${answer.text.slice(0, 300)}`)
    const id = answer.location.split('/')[2] as string
    ids.push(id)
    await li.post(`/notes/${id}/comments`, { text, key: bank.house.ids.next() }, { from: `/notes/${id}` })
  }
  return ids
}
