import t from 'tap'
import { openBank, type Bank } from './bank.js'
import type { Browser, Fields } from './browser.js'

const ZHANG = { kind: 'person', name: '张小明', aliases: 'Xiaoming Zhang\n小张', number: 'C-0042', segment: 'affluent', team: 'families' } as const

async function added(browser: Browser, fields: Fields): Promise<string> {
  const answer = await browser.post('/customers', fields, { from: '/customers/new' })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location
}

async function posted(browser: Browser, customer: string, body: string, more: Fields = {}): Promise<string> {
  const answer = await browser.post('/notes', { body, customer: customer.split('/').at(-1) ?? '', audience: 'enterprise', level: 'internal', ...more }, { from: '/notes/new' })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location
}

/** The form as it stands; the browser of these tests leaves the choices of select boxes to us. */
const CHOSEN = { team: 'families', segment: 'affluent' }

/** A household that only its team and the curator appointed on it may know of. */
async function withGu(t: Parameters<typeof openBank>[0]): Promise<{ bank: Bank; gu: string }> {
  const bank = await openBank(t)
  const qian = await bank.signIn('qian.yu')
  const gu = await added(qian, { kind: 'household', name: 'Gukarovsky household', number: 'C-0099', team: 'families', segment: 'private_client', restricted: 'yes', curators: 'zhao-min' })
  return { bank, gu }
}

t.test('a colleague adds a customer and everybody finds them by name, other name, number and initials', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const href = await added(li, ZHANG)
  const wang = await bank.signIn('wang.wei')
  for (const q of ['张小明', '小张', 'xiaoming', 'C-0042', 'zxm', 'zhangxiaoming', '小明']) {
    const page = await wang.get(`/customers?q=${encodeURIComponent(q)}`)
    t.match(page.body, `href="${href}"`, q)
  }
  t.notMatch((await wang.get('/customers?q=nobody')).body, href)
  for (const filter of ['kind=person', 'segment=affluent', 'team=families', 'kind=person&segment=affluent&team=families']) t.match((await wang.get(`/customers?${filter}`)).body, href, filter)
  for (const filter of ['kind=company', 'segment=senior', 'team=corporate-east']) t.notMatch((await wang.get(`/customers?${filter}`)).body, href, filter)
  const page = await wang.get(href)
  t.match(page.text, /张小明.*家庭客户组.*C-0042/)
  t.match(page.text, 'Li Na新增了客户')
  const created = (await bank.house.record.page({ did: ['customer.created'] })).entries
  t.match(created, [{ who: 'li-na', thing: { kind: 'customer', id: href.split('/').at(-1) } }])
})

t.test('what stands in the way of a customer is said at its field, and nothing typed is lost', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  await added(li, ZHANG)
  const wrong = await li.post('/customers', { kind: 'tree', name: ' ', aliases: 'a'.repeat(200), number: 'C-0042', segment: 'nowhere', team: 'nobody', restricted: 'yes' }, { from: '/customers/new' })
  t.equal(wrong.status, 422)
  for (const said of ['The name is missing', 'longer than 120', 'Another customer has this number', 'no such segment', 'no such relationship team', 'at least one appointed curator', 'a person, a household or a company']) t.match(wrong.text, said)
  t.equal(wrong.form('/customers').fields['aliases']?.[0], 'a'.repeat(200))
  const again = await li.post('/customers', { ...ZHANG, number: '' }, { from: '/customers/new' })
  t.equal(again.status, 422)
  t.match(again.text, 'There is a customer of this name already')
  t.equal((await li.submit(again.form('/customers'), { another: 'yes', team: 'families', segment: 'affluent' })).status, 303, 'and two people may have one name')
})

t.test('a customer\'s page shows what this reader may see of them, most trusted first, with true counts', async (t) => {
  const bank = await openBank(t)
  const chen = await bank.signIn('chen.mei')
  const li = await bank.signIn('li.na')
  const zhang = await added(chen, ZHANG)
  await posted(chen, zhang, 'Families only: prefers a call in the morning', { direction: 'about' })
  await posted(li, zhang, 'Counter: asked for a second card', { direction: 'from' })
  await posted(chen, zhang, 'Confidential worry about the son', { level: 'confidential', direction: 'about' })
  const tabs = async (browser: Browser, query = '') => [...(await browser.get(zhang + query)).body.matchAll(/class="tally">([\d,]+)</g)].map(([, n]) => Number(n)).slice(-4)
  t.same(await tabs(chen), [2, 2, 0, 0], 'her team’s and her own, not what another team has not had validated')
  t.same(await tabs(li), [1, 0, 1, 0])
  t.same(await tabs(await bank.signIn('zhao.min')), [3, 2, 1, 0], 'the curator of retail sees all three')
  t.same(await tabs(await bank.signIn('sun.lei')), [0, 0, 0, 0])
  t.same(await tabs(await bank.signIn('han.bing')), [0, 0, 0, 0], 'an admin is no reader')
  t.match((await li.get(`${zhang}?direction=from`)).text, 'second card')
  t.notMatch((await li.get(`${zhang}?direction=about`)).text, 'second card')
  t.match((await li.get(`${zhang}?confidence=validated`)).text, 'No notes of this kind')
  t.match((await li.get(zhang)).body.replaceAll('&#x3D;', '='), `/notes/new?customer=${zhang.split('/').at(-1)}`)
  t.match((await li.get(`/notes/new?customer=${zhang.split('/').at(-1)}`)).form('/notes').fields['customer'], [zhang.split('/').at(-1)])
})

t.test('a restricted customer does not exist for anybody but its team and appointed curators', async (t) => {
  const { bank, gu } = await withGu(t)
  const nobody = '/customers/0199c0de-0000-7000-8000-00000000dead'
  for (const login of ['qian.yu', 'chen.mei', 'zhao.min'] as const) {
    const browser = await bank.signIn(login)
    t.match((await browser.get(gu)).text, 'Gukarovsky household', `premise: ${login} sees it`)
    t.match((await browser.get('/customers')).text, 'Gukarovsky')
  }
  for (const login of ['li.na', 'sun.lei', 'gao.yuan', 'he.jun', 'han.bing', 'olivia.grant'] as const) {
    const browser = await bank.signIn(login)
    for (const path of ['', '/print', '/edit']) {
      const [there, missing] = [await browser.get(gu + path), await browser.get(nobody + path)]
      t.equal(`${there.status} ${there.body}`, `${missing.status} ${missing.body}`, `${login} ${path}`)
      t.notMatch(there.body, /Gukarovsky/)
    }
    for (const q of ['', '?q=Gukarovsky', '?q=C-0099', '?team=families&kind=household']) t.notMatch((await browser.get(`/customers${q}`)).body, gu, `${login} ${q}`)
    t.match((await browser.get('/customers?q=Gukarovsky')).text, 'No customer found')
    const edit = await browser.post(gu, { ...ZHANG, version: '1' })
    t.equal(edit.status, (await browser.post(nobody, { ...ZHANG, version: '1' })).status)
  }
  t.match((await (await bank.signIn('zhao.min')).get(gu)).text, 'Gukarovsky', 'and nothing of it was changed')
})

t.test('somebody who leaves the team does not see its restricted customer on the next click', async (t) => {
  const { bank, gu } = await withGu(t)
  const chen = await bank.signIn('chen.mei')
  t.equal((await chen.get(gu)).status, 200)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'chen.mei' ? { ...one, teams: [] } : one)) }))
  const after = await (await bank.signIn('chen.mei')).get(gu)
  t.equal(after.status, 404)
})

t.test('a restricted customer cannot be attached, asked for or guessed by its number by whoever may not know it', async (t) => {
  const { bank, gu } = await withGu(t)
  const li = await bank.signIn('li.na')
  const id = gu.split('/').at(-1) ?? ''
  const tried = await li.post('/notes', { body: 'About somebody', customer: id }, { from: '/notes/new' })
  const guessed = await li.post('/notes', { body: 'About somebody', customer: '0199c0de-0000-7000-8000-00000000dead' }, { from: '/notes/new' })
  t.equal(tried.status, 422)
  t.equal(tried.text.replaceAll(id, ''), guessed.text.replaceAll('0199c0de-0000-7000-8000-00000000dead', ''))
  t.notMatch(tried.body, 'Gukarovsky')
  const same = await li.post('/customers', { kind: 'household', name: 'Gukarovsky household', number: 'C-0099', team: 'east-desk' }, { from: '/customers/new' })
  t.equal(same.status, 303, 'neither the number nor the name tells that they are taken')
})

t.test('only a curator changes a customer, and only one appointed on a restricted one opens it', async (t) => {
  const { bank, gu } = await withGu(t)
  const chen = await bank.signIn('chen.mei')
  t.equal((await chen.get(`${gu}/edit`)).status, 403, 'a colleague of the team reads, a curator changes')
  const qian = await bank.signIn('qian.yu')
  const form = (await qian.get(`${gu}/edit`)).form(gu)
  t.same(form.fields['restricted'], ['yes'], 'premise')
  const refused = await qian.submit(form, { ...CHOSEN, restricted: [] })
  t.equal(refused.status, 422)
  t.match(refused.text, '只有该客户指定的知识管理员可以扩大知悉范围')
  for (const opening of [{ team: 'east-desk' }, { curators: ['zhao-min', 'he-jun'] }]) t.equal((await qian.submit(form, { ...CHOSEN, ...opening })).status, 422, JSON.stringify(opening))
  t.equal((await qian.submit(form, { ...CHOSEN, aliases: 'The Gus' })).status, 303, 'what opens nothing she may change')
  const zhao = await bank.signIn('zhao.min')
  t.equal((await zhao.submit((await zhao.get(`${gu}/edit`)).form(gu), { ...CHOSEN, restricted: [] })).status, 303)
  t.equal((await (await bank.signIn('li.na')).get(gu)).status, 200)
  const line = (await bank.house.record.page({ did: ['customer.restricted_changed'] })).entries
  t.match(line, [{ who: 'zhao-min', from: 'restricted,t:families,p:zhao-min', to: 'open' }])
})

t.test('whoever closes a customer to themselves is not sent to a page that is not there for them', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const zhang = await added(li, ZHANG)
  const gao = await bank.signIn('gao.yuan')
  const answer = await gao.submit((await gao.get(`${zhang}/edit`)).form(zhang), { ...CHOSEN, restricted: 'yes', curators: 'zhao-min' })
  t.equal(answer.location, '/customers')
  t.match((await gao.get('/customers')).text, 'open only to its team and appointed curators')
  t.equal((await gao.get(zhang)).status, 404)
})

t.test('two curators at once: the second is shown what the first saved, and overwrites nothing', async (t) => {
  const bank = await openBank(t)
  const zhang = await added(await bank.signIn('li.na'), ZHANG)
  const [zhao, he] = [await bank.signIn('zhao.min'), await bank.signIn('he.jun')]
  const [first, second] = [(await zhao.get(`${zhang}/edit`)).form(zhang), (await he.get(`${zhang}/edit`)).form(zhang)]
  t.equal((await zhao.submit(first, { ...CHOSEN, number: 'C-1' })).status, 303)
  const conflict = await he.submit(second, { ...CHOSEN, number: 'C-2' })
  t.equal(conflict.status, 409)
  t.match(conflict.text, 'C-1')
  t.same(conflict.form(zhang).fields['number'], ['C-2'], 'and their own entry is still in the form')
  t.equal((await he.submit(conflict.form(zhang), CHOSEN)).status, 303)
  t.equal((await he.post(zhang, { ...ZHANG }, { from: `${zhang}/edit` })).status, 409, 'a form that names no version overwrites nothing')
})

t.test('reading and printing what is sensitive about a customer is on record', async (t) => {
  const { bank, gu } = await withGu(t)
  const chen = await bank.signIn('chen.mei')
  const note = await posted(chen, gu, 'They are in mediation until May', { level: 'confidential' })
  const did = async (act: 'thing.read' | 'thing.printed') => (await bank.house.record.page({ who: 'chen-mei', did: [act] })).entries.map(({ thing }) => thing?.id)
  await chen.get('/customers')
  t.same(await did('thing.read'), [gu.split('/').at(-1)], 'its name in a list is a read')
  await chen.get(gu)
  t.ok((await did('thing.read')).includes(note.split('/').at(-1) ?? ''))
  const paper = await chen.get(`${gu}/print`)
  t.match(paper.text, 'They are in mediation until May')
  t.same(new Set(await did('thing.printed')), new Set([gu.split('/').at(-1), note.split('/').at(-1)]))
})

t.test('names that would be markup are words', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  const name = `"><img src=x onerror=alert(1)>{{name}}'`
  const href = await added(li, { ...ZHANG, name, aliases: '<script>alert(2)</script>', number: '' })
  for (const path of [href, '/customers', `${href}/print`, `/customers?q=${encodeURIComponent('<script>')}`]) {
    const page = await li.get(path)
    t.equal(page.status, 200)
    t.notMatch(page.body, /<img src=x|<script>alert/)
  }
  t.match((await li.get(href)).text, name)
})

t.test('a list is asked for with plain values only', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  await added(li, ZHANG)
  for (const query of ['q=a&q=b', 'kind[]=person', '__proto__=x', 'page=1&page=2']) t.ok([200, 400].includes((await li.get(`/customers?${query}`)).status), query)
  t.equal((await li.get('/customers?q=a&q=b')).status, 400)
  for (const query of ['page=0', 'page=-1', 'page=x', 'page=99999', 'kind=tree', "segment=' OR 1=1 --", 'q=%25', 'q=%27%29%3B']) t.equal((await li.get(`/customers?${query}`)).status, 200, query)
  t.notMatch((await li.get("/customers?segment=' OR 1=1 --")).text, '张小明')
})
