import t from 'tap'
import { openBank } from './bank.js'
import type { Browser, Fields, Page } from './browser.js'

const bank = await openBank(t)
const [chen, zhao, han, sun] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min'), await bank.signIn('han.bing'), await bank.signIn('sun.lei')]
const tokens = new Map<Browser, string>()
for (const browser of [chen, zhao, han]) tokens.set(browser, await browser.token('/me'))

/** Everything that one request put on record, oldest first: who, what, on which kind of thing, old and new. */
async function lines(status: number, act: () => Promise<Page>): Promise<readonly string[]> {
  const before = (await bank.house.record.page({ limit: 1 })).entries[0]?.n ?? 0
  const page = await act()
  if (page.status !== status) throw new Error(`answered ${page.status}: ${page.text.slice(0, 400)}`)
  const { entries } = await bank.house.record.page({ limit: 100 })
  const added = entries.filter(({ n }) => n > before).reverse()
  for (const { at, request, via } of added) if (at !== bank.clock.now() || (via === 'page' && !request)) throw new Error('premise: each says when, and by which request')
  return added.map(({ who, did, thing, from, to }) => [who, did, thing?.kind, ...(from !== undefined || to !== undefined ? [`${from ?? ''}→${to ?? ''}`] : [])].join(' '))
}

const post = (browser: Browser, url: string, fields: Fields) => () => browser.post(url, fields, { token: tokens.get(browser) as string })

t.test('each thing that must be on record is there once, with who did it, to what, and the old and the new', async (t) => {
  const customer = await zhao.post('/customers', { kind: 'household', name: 'Gukarovsky', team: 'families', restricted: 'yes', curators: 'zhao-min' }, { from: '/customers/new' })
  const gu = customer.location
  let path = ''
  t.same(await lines(303, async () => {
    const page = await post(chen, '/notes', { title: 'Trust', body: 'They move it into a trust.', level: 'internal', audience: 'department', identifiersKept: 'yes' })()
    path = page.location
    return page
  }), ['chen-mei note.posted note'], 'posting')
  t.same(await lines(303, post(zhao, `${path}/claim`, {})), ['zhao-min note.claimed note'], 'claiming')
  const rated = { revision: '1', topic: 'pricing', direction: 'about', nature: 'information', correctness: '2', reliability: 'B', value: '4', ease: '3', verb: 'accept', audience: 'department', level: 'internal', reviewOn: '2026-09-01' }
  t.same(await lines(303, post(zhao, `${path}/decision`, rated)), ['zhao-min note.accepted note'], 'a decision')
  t.same(await lines(303, post(chen, `${path}/narrowing`, { audience: 'team', level: 'internal' })), ['chen-mei note.audience_changed note department→team'], 'a narrower audience')
  t.same(await lines(303, post(chen, `${path}/narrowing`, { audience: 'team', level: 'confidential' })), ['chen-mei note.reclassified note internal→confidential'], 'another confidentiality')
  t.same(await lines(200, () => zhao.get(path)), ['zhao-min thing.read note'], 'reading what is confidential')
  t.same(await lines(200, () => zhao.get(path)), ['zhao-min thing.read note'], 'and reading it again')
  t.same(await lines(200, () => zhao.get(gu)), ['zhao-min thing.read customer →list'], 'the page of a restricted customer')
  t.same(await lines(200, () => zhao.get(`${gu}/print`)), ['zhao-min thing.printed customer'], 'printing it')
  t.same(await lines(200, () => zhao.get('/customers/export')), ['zhao-min thing.exported export →customers,1', 'zhao-min thing.exported customer'], 'an export')
  const { name, email, title, department, teams, language } = bank.person('li.na')
  const entry = { login: 'li.na', name, email, title, department, teams, language, clearance: 'confidential' }
  t.same(await lines(303, post(han, '/admin/people/li-na', entry)), ['han-bing person.clearance_changed person internal→confidential'], 'a change of rights')
  t.same(await lines(403, () => zhao.get('/admin/people')), ['zhao-min access.refused  →policy.admins_only'], 'a refusal')
  t.same(await lines(303, post(chen, `${path}/archival`, {})), ['chen-mei note.archived note'], 'archiving')
  t.same(await lines(404, () => sun.get(gu)), [], 'what is not there for somebody is no act')
})
