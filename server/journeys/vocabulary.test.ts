import t from 'tap'
import { openBank } from './bank.js'
import type { Browser } from './browser.js'

const bank = await openBank(t)
const [li, zhao, qian, han] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu'), await bank.signIn('han.bing')]

async function post(who: Browser, fields: Record<string, string>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

/** Until the index has followed a change of the vocabulary, which it does in the background. */
async function found(who: Browser, url: string, path: string): Promise<boolean> {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await who.get(url)).body.includes(`href="${path}"`)) return true
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return false
}

t.test('only curators keep the vocabulary, and everybody reads the glossary', async (t) => {
  for (const who of [li, han]) {
    t.equal((await who.get('/vocabulary')).status, 403)
    t.equal((await who.post('/vocabulary/topics', { key: 'mine', en: 'Mine', zh: '我的', version: '1' }, { from: '/notes/new' })).status, 403)
    t.equal((await who.post('/glossary/mortgage/retirement', { version: '1' }, { from: '/notes/new' })).status, 403)
  }
  const page = await li.get('/glossary?q=' + encodeURIComponent('大額存單'))
  t.equal(page.status, 200)
  t.match(page.text, /certificate of deposit/, 'found in Traditional too')
  t.notMatch(page.body, /href="\/glossary\/new"/, 'she is offered nothing she may not do')
  t.match((await li.get('/glossary?q=CERTIFICATE')).text, /大额存单/)
  t.match((await li.get('/glossary?q=zzzz')).text, /Nothing found/)
})

t.test('a curator renames a topic, and the note and the search say the new name at once, without being written', async (t) => {
  const path = await post(li, { body: 'They compare the annual fee with three banks.', topic: 'fees' })
  const before = await bank.house.notes.get(path.split('/')[2] as string, (await sight('li.na')))
  const form = (await zhao.get('/vocabulary/topics/fees')).form('/vocabulary/topics/fees')
  t.equal((await zhao.submit(form, { en: 'Charges and tariffs', zh: '收费与资费' })).status, 303)
  t.match((await li.get(path)).text, /Charges and tariffs/)
  t.ok(await found(li, '/search?q=tariffs', path), 'and it is found by it')
  const after = await bank.house.notes.get(path.split('/')[2] as string, (await sight('li.na')))
  t.equal(after?.version, before?.version)
  t.match((await zhao.get('/vocabulary')).text, /Zhao Min changed “Charges and tariffs”/)
  const { entries } = await bank.house.record.page({ did: ['vocabulary.changed'] })
  t.same(entries.map(({ who, thing }) => [who, thing?.id]), [['zhao-min', 'topics/fees']])
})

t.test('two curators at once: the second is told what changed and keeps what was typed', async (t) => {
  const [first, second] = [(await zhao.get('/vocabulary/products/time_deposit')).form('/vocabulary/products/time_deposit'), (await qian.get('/vocabulary/products/time_deposit')).form('/vocabulary/products/time_deposit')]
  t.equal((await zhao.submit(first, { en: 'Term deposit' })).status, 303)
  const late = await qian.submit(second, { en: 'Fixed deposit', zh: '定存' })
  t.equal(late.status, 409)
  t.match(late.text, /Zhao Min 修改了“定期存款”/)
  t.match(late.body, /value="Fixed deposit"/)
  t.match((await li.get('/notes/new')).text, /Term deposit/, 'nothing was overwritten')
  t.equal((await qian.submit(late.form('/vocabulary/products/time_deposit'))).status, 303, 'and after a look it can be saved')
  t.match((await li.get('/notes/new')).text, /Fixed deposit/)
})

t.test('a topic is merged in one write; filters find both, and nobody reads more than before', async (t) => {
  const closed = await post(li, { body: 'A teller hears that rates will be cut next week.', topic: 'market_rumours' })
  const open = await post(li, { body: 'Old and new customers pay different loan rates.', topic: 'loan_rates' })
  const wang = await bank.signIn('wang.wei')
  const refused = await zhao.submit((await zhao.get('/vocabulary/topics/market_rumours')).form('/vocabulary/topics/market_rumours/merger'), { into: 'loan_rates' })
  t.equal(refused.status, 422)
  t.match(refused.text, /reviewed first, the other is not/)
  t.equal((await wang.get(closed)).status, 404, 'still only its author and the curators')
  const form = (await zhao.get('/vocabulary/topics/loan_rates')).form('/vocabulary/topics/loan_rates/merger')
  t.equal((await zhao.submit(form, { into: 'fees' })).status, 303)
  t.equal((await zhao.submit(form, { into: 'fees' })).status, 409, 'a second press changes nothing')
  t.match((await wang.get(open)).text, /收费与资费/)
  t.ok(await found(wang, '/search?q=&topic=fees', open), 'the facet of the one that stays finds it')
  t.match((await zhao.get('/queue?topic=fees')).body, new RegExp(open), 'and so does the queue')
  t.notMatch((await li.get('/notes/new')).body, /value="loan_rates"/)
  const edit = (await li.get(`${open}/edit`)).body
  t.match(edit, /value="fees" selected/, 'whoever edits it finds the new one chosen')
})

t.test('what is retired is not offered any more, and stays with what uses it', async (t) => {
  const path = await post(li, { body: 'She came to the counter twice.', touchpoint: 'branch_counter' })
  const version = /name="version" value="(\d+)"/.exec((await zhao.get('/vocabulary/touchpoints/branch_counter')).body)?.[1] ?? ''
  t.equal((await zhao.post('/vocabulary/touchpoints/branch_counter/retirement', { retired: 'yes', version }, { from: '/vocabulary' })).status, 303)
  t.notMatch((await bank.signIn('sun.lei').then((sun) => sun.get('/notes/new'))).body, /name="touchpoint"[^]*?value="branch_counter"[^]*?<\/select>/)
  t.match((await li.get(path)).text, /counter/i)
  t.match((await li.get(`${path}/edit`)).body, /value="branch_counter" selected/, 'an edit does not lose it')
  t.equal((await zhao.post('/vocabulary/reasons.return/says_too_much/retirement', { retired: 'yes', version: String(Number(version) + 1) }, { from: '/vocabulary' })).status, 422)
})

t.test('a term that could break something is refused beside its field, with what was typed kept', async (t) => {
  const answer = await zhao.submit((await zhao.get('/vocabulary/topics/new')).form('/vocabulary/topics'), { key: 'Neues Thema', en: 'New topic', zh: '' })
  t.equal(answer.status, 422)
  t.match(answer.text, /small letters, digits/)
  t.match(answer.text, /Both languages are needed/)
  t.match(answer.body, /value="New topic"/)
  t.equal((await zhao.get('/vocabulary/nothing/new')).status, 404)
  t.equal((await zhao.get('/vocabulary/topics/constructor')).status, 404)
})

t.test('a curator merges tags chosen from those in use, counted as far as they may read', async (t) => {
  for (const tags of ['payroll', 'pay-roll, payroll', 'wages']) await post(li, { body: `Salaries are paid on the tenth (${tags}).`, tags })
  const sun = await bank.signIn('sun.lei')
  await post(sun, { body: 'The harbour company changes its owner.', tags: 'harbour, wages' })
  const page = await zhao.get('/vocabulary?kind=tags')
  t.match(page.text, /#payroll 2 notes/)
  t.match(page.text, /#wages 1 note /, "another department's note is not counted")
  t.notMatch(page.body, /harbour/)
  t.match(page.body, /<datalist id="tags-known"><option value="payroll">/)
  const form = page.form('/vocabulary/tags/mergers')
  const none = await zhao.submit(form, { from: [''], into: 'payroll' })
  t.equal(none.status, 422)
  const refused = await zhao.submit(form, { from: ['pay-roll', 'payroll'], into: 'payroll' })
  t.equal(refused.status, 422)
  t.match(refused.body, /value="pay-roll" checked/, 'what was chosen stays chosen')
  t.equal((await zhao.submit(form, { from: ['pay-roll', 'wages', ''], into: 'Payroll' })).status, 303)
  const after = await zhao.get('/vocabulary?kind=tags')
  t.match(after.text, /#payroll 3 notes/, 'the note that carried two of them counts once')
  t.notMatch(after.body, /name="from" value="wages"/)
  t.equal((await li.get('/vocabulary?kind=tags')).status, 403)
})

t.test('a word added to the glossary finds notes by it', async (t) => {
  const path = await post(li, { body: 'The family asks about a Blumensparbuch for the child.' })
  await bank.house.caughtUp()
  t.notMatch((await li.get('/search?q=' + encodeURIComponent('花卉存折'))).body, new RegExp(`href="${path}"`), 'premise')
  t.equal((await zhao.submit((await zhao.get('/glossary/new')).form('/glossary'), { key: 'flower_book', en: 'Blumensparbuch', zh: '花卉存折' })).status, 303)
  t.ok(await found(li, '/search?q=' + encodeURIComponent('花卉存折'), path))
  const twice = await zhao.submit((await zhao.get('/glossary/new')).form('/glossary'), { key: 'flower_two', en: 'blumensparbuch', zh: '花折' })
  t.equal(twice.status, 422)
  t.match(twice.text, /belongs to another concept already \(flower_book\)/)
})

async function sight(login: Parameters<typeof bank.person>[0]) {
  const { sightOf } = await import('../domain/policy/readable.js')
  return sightOf({ kind: 'person', person: bank.person(login) }, bank.house.directories(), bank.clock.today())
}
