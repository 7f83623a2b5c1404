// Long because a file is followed from the upload to the curator's one decision, with everything that may go wrong between.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import t from 'tap'
import { hostileCorpora, hostileFolder } from '../adapters/markdown/hostile-texts.js'
import type { Batch } from '../domain/curation/import-batch.js'
import { sightOf } from '../domain/policy/readable.js'
import { ROOT } from '../root.js'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { openBank, type Bank } from './bank.js'
import type { Login } from './bank-people.js'
import type { Browser, Page } from './browser.js'

const SHARED = join(process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared'), 'data')
const publicData = { skip: existsSync(SHARED) ? false : `no public test data in ${SHARED}` }

const HEADER = ['complaint_id', 'date_received', 'product', 'sub_product', 'issue', 'sub_issue', 'narrative', 'company', 'state', 'submitted_via', 'company_response']
const HOME = { mapping: 'complaints', department: 'retail', team: 'families', audience: 'enterprise', level: 'internal' }

function complaints(rows: readonly Partial<Record<string, string>>[]): string {
  const all = rows.map((row, n) => ({ complaint_id: `c-${n}`, date_received: '2025-11-02', product: 'Mortgage', issue: 'Closing on a mortgage', narrative: `They lost my papers, number ${n}.`, company: 'Nutmeg Lending', submitted_via: 'Phone', ...row }))
  return stringify([HEADER, ...all.map((row) => HEADER.map((name) => (row as Record<string, string>)[name] ?? ''))])
}

/** Sends the form with its file as a browser does. */
async function upload(browser: Browser, kind: 'notes' | 'customers', fields: Readonly<Record<string, string>>, file: string | Buffer, more: readonly (readonly [string, string])[] = []): Promise<Page> {
  const token = await browser.token(`/imports/new/${kind}`)
  const edge = '----tacit-edge'
  const parts = [...Object.entries({ _csrf: token, ...fields }).map(([name, value]) => `--${edge}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    ...more.map(([name, text]) => `--${edge}\r\ncontent-disposition: form-data; name="${name}"; filename="m.json"\r\ncontent-type: application/json\r\n\r\n${text}\r\n`),
    `--${edge}\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n`]
  const payload = Buffer.concat([Buffer.from(parts.join('')), Buffer.from(file), Buffer.from(`\r\n--${edge}--\r\n`)])
  return browser.request({ method: 'POST', url: `/imports/new/${kind}`, payload, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } })
}

/** Uploads, waits until every row was looked at, and starts. @returns the address of the batch */
async function imported(bank: Bank, browser: Browser, kind: 'notes' | 'customers', fields: Readonly<Record<string, string>>, file: string | Buffer): Promise<string> {
  const answer = await upload(browser, kind, fields, file)
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 600)}`)
  await bank.house.imports.idle()
  const begun = await browser.post(`${answer.location}/run`, {}, { from: answer.location })
  if (begun.status !== 303) throw new Error(`${begun.status}: ${begun.text.slice(0, 600)}`)
  await bank.house.imports.idle()
  return answer.location
}

const sight = (bank: Bank, login: Login) => sightOf({ kind: 'person', person: bank.person(login) }, bank.house.directories(), bank.house.clock.today())
const notesOf = (bank: Bank, login: Login, batch?: string) => bank.house.notes.list({ ...(batch && { batch }), order: 'posted', page: 1, size: 200 }, sight(bank, login))
const customersOf = async (bank: Bank, login: Login) => (await bank.house.customers.list({ order: 'name', page: 1, size: 200 }, sight(bank, login))).rows

async function batchAt(bank: Bank, login: Login, location: string): Promise<Batch> {
  const batch = await bank.house.imports.parts.batches.get(location.split('/').at(-1) ?? '', sight(bank, login))
  if (!batch) throw new Error('no such batch')
  return batch
}

const CUSTOMERS = 'external_id,kind,name,aliases,number,segment,team\n1,person,陈国华,Guohua Chen|陈先生,C-1,senior,Family advisers\n2,企业,Hongda Trading,宏达,C-2,中型企业,families\n'

t.test('a list of customers is looked through first, then taken, and taken again it changes nothing', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const answer = await upload(zhao, 'customers', { source: 'core' }, CUSTOMERS)
  t.equal(answer.status, 303)
  await bank.house.imports.idle()
  const looked = await zhao.get(answer.location)
  t.match(looked.text, '2 rows in the file 2 will be new')
  t.match(looked.text, '陈国华', 'and the first rows are shown as they are read')
  t.equal((await customersOf(bank, 'zhao.min')).length, 0, 'nothing is written before somebody says so')
  await zhao.post(`${answer.location}/run`, {}, { from: answer.location })
  await bank.house.imports.idle()
  t.match(await customersOf(bank, 'li.na'), [
    { name: 'Hongda Trading', kind: 'company', segment: 'mid_company', team: 'families', aliases: ['宏达'] },
    { name: '陈国华', kind: 'person', segment: 'senior', number: 'C-1', aliases: ['Guohua Chen', '陈先生'], origin: { source: 'core', externalId: '1' } },
  ])
  const again = await batchAt(bank, 'zhao.min', await imported(bank, zhao, 'customers', { source: 'core' }, CUSTOMERS))
  t.match(again.counts, { created: 0, changed: 0, unchanged: 2, refused: 0 })
  const changed = await batchAt(bank, 'zhao.min', await imported(bank, zhao, 'customers', { source: 'core' }, '客户号;客户分层\nC-1;财富客户\n'.replace('客户号', '客户号;名称').replace('C-1;', 'C-1;陈国华;')))
  t.match(changed.counts, { created: 0, changed: 1, unchanged: 0 })
  const chen = (await customersOf(bank, 'li.na')).find(({ number }) => number === 'C-1')
  t.match(chen, { segment: 'affluent', aliases: ['Guohua Chen', '陈先生'], team: 'families' }, 'what a file does not say stays as it is')
  t.equal((await bank.house.record.page({ did: ['customer.created'] })).entries.length, 2)
  t.equal((await bank.house.record.page({ did: ['customer.changed'] })).entries.length, 1)
})

t.test('every wrong row is named with its line in the reader\'s language, and nothing is half applied', async (t) => {
  const bank = await openBank(t)
  const qian = await bank.signIn('qian.yu')
  const wrong = 'external_id,kind,name,segment,team,restricted,curators\n1,person,Good One,senior,families,,\n1,person,Twice,senior,families,,\n3,tree,Kind,senior,families,,\n4,person,,senior,families,,\n5,person,Segment,gold,families,,\n6,person,Team,senior,nobody,,\n7,person,"Two\nlines",senior,families,yes,\n8,person,Curator,senior,families,yes,li.na\n9,person,short\n,person,No id,senior,families,,\n'
  const answer = await upload(qian, 'customers', { source: 'core' }, wrong)
  await bank.house.imports.idle()
  const page = await qian.get(answer.location)
  const lines = (await batchAt(bank, 'qian.yu', answer.location)).report.map(({ line, refusal }) => [line, refusal.code])
  t.same(lines, [
    [3, 'imports.row.twice'], [4, 'imports.row.value'], [5, 'customers.name.empty'], [6, 'imports.row.value'], [7, 'imports.row.value'],
    [8, 'customers.curators.one_needed'], [10, 'customers.curators.unknown'], [11, 'imports.row.cells'], [12, 'imports.row.no_id'],
  ])
  for (const said of ['外部编号或客户号与第 2 行相同', '“segment”列中的“gold”无法识别', '限知客户至少需要一位', '尚未写入任何内容']) t.match(page.text, said)
  t.equal((await qian.post(`${answer.location}/run`, {}, { from: answer.location })).status, 422, 'a hand-made request cannot start it')
  await bank.house.imports.idle()
  t.equal((await customersOf(bank, 'qian.yu')).length, 0)
  const csv = await qian.get(`${answer.location}/report`)
  t.match(csv.headers['content-disposition'], /^attachment; filename="import-report-/)
  t.equal(parse(csv.body, { bom: true }).length, 10)
  t.equal((await qian.post(`${answer.location}/removal`, {}, { from: answer.location })).status, 303)
  t.equal((await qian.get(answer.location)).status, 404)
})

t.test('a file that is none is refused on the form, with what was chosen kept', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const tries: readonly (readonly [string | Buffer, Record<string, string>, string])[] = [
    ['', {}, 'Choose a file'],
    [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), {}, 'neither UTF-8 nor GB18030'],
    ['foo,bar\n1,2\n', {}, '8 columns are missing'],
    [complaints([{}]), { department: 'corporate' }, 'Choose a department of your own domain'],
    [complaints([{}]), { team: 'corporate-east' }, 'a team that you belong to or look after'],
    [complaints([{}]), { team: '' }, 'a home team is needed'],
    [complaints([{}]), { mapping: 'nothing' }, 'Choose the kind of file'],
  ]
  for (const [file, fields, said] of tries) {
    const answer = await upload(zhao, 'notes', { ...HOME, ...fields }, file)
    t.equal(answer.status, 422, said)
    t.match(answer.text, said)
  }
  t.match((await upload(zhao, 'customers', { source: 'Core Banking' }, CUSTOMERS)).text, 'Small letters, digits')
  t.match((await upload(zhao, 'customers', { source: 'core' }, 'a,b\n1,2\n')).text, 'No column for the name')
  t.equal((await bank.house.imports.parts.batches.list(sight(bank, 'zhao.min'))).length, 0)
})

t.test('who may not import cannot, and no file is read for a form without a token', async (t) => {
  const bank = await openBank(t)
  const li = await bank.signIn('li.na')
  t.equal((await li.get('/imports')).status, 403)
  t.equal((await li.get('/imports/new/notes')).status, 403)
  const zhao = await bank.signIn('zhao.min')
  const token = await zhao.token('/imports/new/customers')
  const bad = await zhao.request({ method: 'POST', url: '/imports/new/customers', payload: `--e\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${CUSTOMERS}\r\n--e\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--e--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=e' } })
  t.equal(bad.status, 403, 'the token must come before the file')
  t.equal((await upload(zhao, 'customers', { source: 'core', _csrf: await (await bank.signIn('qian.yu')).token('/me') }, CUSTOMERS)).status, 403)
  t.equal((await upload(zhao, 'customers', { source: 'core' }, Buffer.alloc(21 * 1024 * 1024, 'a'))).status, 413)
  t.equal((await bank.house.imports.parts.batches.list(sight(bank, 'zhao.min'))).length, 0)
})

t.test('complaints become notes of their importer: not validated, about the company, with topic, product and touchpoint', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  await zhao.post('/customers', { kind: 'company', name: 'Known Bank Ltd', aliases: 'KNOWN BANK', number: '', team: 'families', segment: '' }, { from: '/customers/new' })
  const at = await imported(bank, zhao, 'notes', HOME, complaints([
    { company: 'Known Bank' }, { company: 'Nutmeg Lending' }, { company: 'NUTMEG  LENDING', narrative: 'Call me at 13812345678 please' }, { company: '', issue: 'Something never heard of' },
  ]))
  const batch = await batchAt(bank, 'zhao.min', at)
  t.match(batch.counts, { created: 4, unchanged: 0, refused: 0, customers: 1, reviewFirst: 1 })
  const { rows } = await notesOf(bank, 'zhao.min', batch.id)
  const byId = new Map(rows.map((note) => [note.origin?.externalId, note]))
  t.match(byId.get('c-0'), {
    author: 'zhao-min', confidence: 'not_validated', governance: 'publish_first', home: { department: 'retail', team: 'families' },
    origin: { source: 'consumer-complaints' }, rights: { audience: 'enterprise', level: 'internal' },
    shown: { about: { topic: 'mortgages', products: ['mortgage'], direction: 'from', tags: ['consumer complaint'] }, source: { touchpoint: 'call_in', observedOn: '2025-11-02', reference: 'c-0', informant: 'customer' } },
  })
  t.equal(byId.get('c-2')?.governance, 'review_first', 'a row with a phone number is read by curators first')
  t.equal(byId.get('c-3')?.shown.about.topic, 'complaints')
  const customers = await customersOf(bank, 'li.na')
  t.same(customers.map(({ name }) => name).sort(), ['Known Bank Ltd', 'Nutmeg Lending'])
  t.same(byId.get('c-0')?.shown.about.customers, [customers.find(({ name }) => name === 'Known Bank Ltd')?.id])
  t.same(byId.get('c-2')?.shown.about.customers, byId.get('c-1')?.shown.about.customers)
  t.equal((await notesOf(bank, 'chen.mei', batch.id)).total, 3, 'the home team reads what is not first for curators')
  t.equal((await notesOf(bank, 'li.na', batch.id)).total, 0)
  const again = await batchAt(bank, 'zhao.min', await imported(bank, zhao, 'notes', HOME, complaints([{ company: 'Known Bank' }, {}, { narrative: 'changed' }, {}, { company: 'One More' }])))
  t.match(again.counts, { created: 1, unchanged: 4, customers: 1 })
  t.equal((await notesOf(bank, 'zhao.min')).total, 5)
  t.equal((await bank.house.record.page({ did: ['import.done'] })).entries.length, 2)
})

t.test('no column and no mapping of one\'s own can say who wrote, that it is validated, or who may read', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const mapping = { schema: 1, key: 'mine', name: { en: 'Mine', zh: '我的' }, description: { en: 'Mine', zh: '我的' }, source: 'mine', format: 'jsonl', language: 'en', columns: ['id', 'text', 'confidence', 'author', 'audience', 'level', 'named', 'state'], externalId: 'id', body: 'text', tags: [], fixed: { direction: 'about', nature: 'information', informant: 'staff', firsthand: true, tags: [] } }
  const row = JSON.stringify({ id: '1', text: 'Plain words', confidence: 'validated', author: 'li-na', audience: 'enterprise', level: 'shareable', named: 'p:li-na', state: 'accepted' })
  const own = { ...HOME, mapping: 'own', audience: 'team', level: 'confidential' }
  for (const bad of [{ ...mapping, author: 'author' }, { ...mapping, body: 'nowhere' }, { ...mapping, fixed: { ...mapping.fixed, topic: 'no_such_topic' } }, { ...mapping, fixed: { ...mapping.fixed, topic: 'suspicious_transactions' } }]) {
    t.equal((await upload(zhao, 'notes', own, row, [['mappingFile', JSON.stringify(bad)]])).status, 422, JSON.stringify(bad))
  }
  const answer = await upload(zhao, 'notes', own, row, [['mappingFile', JSON.stringify(mapping)]])
  t.equal(answer.status, 303)
  await bank.house.imports.idle()
  await zhao.post(`${answer.location}/run`, {}, { from: answer.location })
  await bank.house.imports.idle()
  t.match((await notesOf(bank, 'zhao.min')).rows, [{ author: 'zhao-min', confidence: 'not_validated', governance: 'review_first', rights: { audience: 'team', level: 'confidential', named: [] } }])
  const restricted = await upload(zhao, 'notes', { ...HOME, level: 'restricted' }, complaints([{}]))
  t.equal((await batchAt(bank, 'zhao.min', restricted.location)).notes?.proposed.level, 'confidential', 'restricted names people one by one')
})

t.test('a customer the importer may not know of is never attached, changed or told of', async (t) => {
  const bank = await openBank(t)
  const qian = await bank.signIn('qian.yu')
  const he = await bank.signIn('he.jun')
  await imported(bank, qian, 'customers', { source: 'core' }, 'external_id,kind,name,number,team\n77,company,Nutmeg Lending,C-77,families\n')
  const [nutmeg] = await customersOf(bank, 'he.jun')
  const form = (await qian.get(`/customers/${nutmeg?.id}/edit`)).form(`/customers/${nutmeg?.id}`)
  t.equal((await qian.submit(form, { team: 'families', segment: '', restricted: 'yes', curators: 'qian-yu' })).status, 303)
  t.same(await customersOf(bank, 'he.jun'), [], 'premise: it is gone for the other curator')
  const at = await imported(bank, he, 'notes', { ...HOME, department: 'head', team: 'onboarding' }, complaints([{}]))
  t.match((await batchAt(bank, 'he.jun', at)).counts, { created: 1, customers: 1 })
  const [note] = (await notesOf(bank, 'he.jun')).rows
  t.equal(note?.shown.about.customers.includes(nutmeg?.id ?? ''), false)
  const listed = await batchAt(bank, 'he.jun', await imported(bank, he, 'customers', { source: 'core' }, 'external_id,kind,name,number,team\n77,company,Taken over,C-77,onboarding\n'))
  t.match(listed.counts, { created: 1, changed: 0, unchanged: 0 }, 'to them it goes as if there were none')
  const relisted = await batchAt(bank, 'he.jun', await imported(bank, he, 'customers', { source: 'core' }, 'external_id,kind,name,number,team\n77,company,Taken over,C-77,onboarding\n'))
  t.match(relisted.counts, { created: 0, unchanged: 1 }, 'and so it does the second time')
  const now = (await customersOf(bank, 'qian.yu')).find(({ id }) => id === nutmeg?.id)
  t.match(now, { name: 'Nutmeg Lending', restricted: true, team: 'families' })
  const ours = await upload(he, 'customers', { source: 'core' }, `tacit_customer,name,kind,team\n${nutmeg?.id},x,company,families\n0199c0de-0000-7000-8000-00000000dead,x,company,families\n`)
  await bank.house.imports.idle()
  t.same((await batchAt(bank, 'he.jun', ours.location)).report.map(({ refusal }) => refusal.code), ['imports.customers.not_there', 'imports.customers.not_there'])
})

t.test('a note somebody else imported, closed to this importer, neither stops their row nor shows itself', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  await imported(bank, zhao, 'notes', HOME, complaints([{}]))
  const gao = await bank.signIn('gao.yuan')
  const theirs = { ...HOME, department: 'corporate', team: 'corporate-east' }
  t.match((await batchAt(bank, 'gao.yuan', await imported(bank, gao, 'notes', theirs, complaints([{}])))).counts, { created: 1, unchanged: 0 })
  t.match((await batchAt(bank, 'gao.yuan', await imported(bank, gao, 'notes', theirs, complaints([{}])))).counts, { created: 0, unchanged: 1 })
  t.equal((await notesOf(bank, 'gao.yuan')).total, 1)
  t.equal((await notesOf(bank, 'zhao.min')).total, 1)
})

t.test('a batch is there for its importer and the curators of its department, for nobody else', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const at = await imported(bank, zhao, 'notes', HOME, complaints([{}, { narrative: '' }].slice(0, 1)))
  for (const login of ['qian.yu', 'he.jun'] as const) t.equal((await (await bank.signIn(login)).get(at)).status, 200, login)
  const gao = await bank.signIn('gao.yuan')
  const nobody = '/imports/0199c0de-0000-7000-8000-00000000dead'
  for (const path of ['', '/report']) t.equal((await gao.get(at + path)).body, (await gao.get(nobody + path)).body, path)
  for (const deed of ['run', 'removal', 'acceptance']) t.equal((await gao.post(`${at}/${deed}`, {})).status, 404, deed)
  t.notMatch((await gao.get('/imports')).text, 'list.csv')
  const qian = await bank.signIn('qian.yu')
  for (const deed of ['run', 'removal']) t.equal((await qian.post(`${at}/${deed}`, {})).status, 403, `${deed} is the importer's`)
})

const DECISION = { value: '3', correctness: '2', reliability: 'B', ease: '3', audience: 'department', level: 'internal', reviewOn: '2026-09-01' }

t.test('another curator accepts a batch once, having seen a sample; each note becomes their decision, and what needs a look is left', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const rows = Array.from({ length: 30 }, (_, n) => (n === 4 ? { narrative: 'Write to me: someone@mail.example' } : n === 5 ? { narrative: 'This one will be edited' } : {}))
  const at = await imported(bank, zhao, 'notes', HOME, complaints(rows))
  const own = await zhao.post(`${at}/acceptance`, DECISION, { from: at })
  t.equal(own.status, 403, 'not their own')
  const edited = (await notesOf(bank, 'zhao.min')).rows.find(({ shown }) => shown.body.includes('edited'))
  const edit = (await zhao.get(`/notes/${edited?.id}/edit`)).form(`/notes/${edited?.id}/revisions`)
  t.equal((await zhao.submit(edit, { body: 'Edited since', topic: 'mortgages', touchpoint: 'call_in', informant: 'customer', segment: '', audience: 'enterprise', level: 'internal' })).status, 303)

  const qian = await bank.signIn('qian.yu')
  const page = await qian.get(at)
  t.equal(page.body.match(/class="row-title"/g)?.length, 20, 'a sample of 20')
  for (const [field, value] of [['value', '6'], ['correctness', ''], ['reliability', 'G'], ['ease', '0'], ['reviewOn', '2026-03-03'], ['reviewOn', 'x']] as const) t.equal((await qian.post(`${at}/acceptance`, { ...DECISION, [field]: value }, { from: at })).status, 422, field)
  t.equal((await bank.house.imports.parts.batches.get(at.split('/').at(-1) ?? '', sight(bank, 'qian.yu')))?.acceptance, null)
  const answers = await Promise.all([1, 2].map(() => qian.post(`${at}/acceptance`, DECISION, { from: at })))
  t.same(answers.map(({ status }) => status).sort(), [303, 422], 'once, also when pressed twice')
  await bank.house.imports.idle()

  const { acceptance } = await batchAt(bank, 'qian.yu', at)
  t.match(acceptance, { by: 'qian-yu', accepted: 28 })
  t.same(acceptance?.left.map(({ code }) => code).sort(), ['imports.accept.changed', 'imports.accept.identifiers'])
  const notes = (await notesOf(bank, 'zhao.min')).rows
  t.equal(notes.filter(({ confidence }) => confidence === 'validated').length, 28)
  t.match(notes.find(({ confidence }) => confidence === 'validated'), { rights: { audience: 'department', level: 'internal' }, reviewOn: '2026-09-01', rating: { by: 'qian-yu', ratings: { value: 3, correctness: 2, reliability: 'B', ease: 3 } } })
  t.equal((await notesOf(bank, 'li.na')).total, 28, 'the department below reads them now')
  t.equal((await notesOf(bank, 'sun.lei')).total, 0)
  t.match((await qian.get(at)).text, /28 notes.*2 were left.*Holds personal identifiers|通过了 28 条笔记；剩余 2 条/)
  t.match((await bank.house.record.page({ did: ['import.accepted'] })).entries, [{ who: 'qian-yu', to: 'department,internal,28' }])
  t.equal((await bank.house.record.page({ did: ['note.accepted'], limit: 100 })).entries.length, 28)
  t.equal((await qian.post(`${at}/acceptance`, DECISION, { from: at })).status, 422)
})

t.test('a common decision reaches no further than the importer proposed', async (t) => {
  const bank = await openBank(t)
  const at = await imported(bank, await bank.signIn('zhao.min'), 'notes', { ...HOME, audience: 'team', level: 'internal' }, complaints([{}]))
  const qian = await bank.signIn('qian.yu')
  for (const beyond of [{ audience: 'enterprise' }, { audience: 'department' }, { audience: 'team', level: 'shareable' }]) t.equal((await qian.post(`${at}/acceptance`, { ...DECISION, ...beyond }, { from: at })).status, 422, JSON.stringify(beyond))
  t.equal((await qian.post(`${at}/acceptance`, { ...DECISION, audience: 'team' }, { from: at })).status, 303)
})

t.test('an import that is stopped in the middle goes on at the next start and ends as if nothing had happened', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const answer = await upload(zhao, 'notes', HOME, complaints(Array.from({ length: 400 }, (_, n) => ({ company: `Company ${n % 9}` }))))
  await bank.house.imports.idle()
  await zhao.post(`${answer.location}/run`, {}, { from: answer.location })
  while ((await notesOf(bank, 'zhao.min')).total < 40) await new Promise(setImmediate)
  await bank.restart()
  await bank.house.started()
  t.ok((await notesOf(bank, 'zhao.min')).total < 400, 'premise: it was in the middle')
  await bank.house.imports.idle()
  t.match(await batchAt(bank, 'zhao.min', answer.location), { state: 'done', rows: 400, counts: { created: 400, unchanged: 0, refused: 0 } })
  t.equal((await notesOf(bank, 'zhao.min')).total, 400)
  t.equal((await customersOf(bank, 'zhao.min')).length, 9)
})

t.test('somebody who loses the right to import while it runs imports nothing more', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const answer = await upload(zhao, 'notes', HOME, complaints([{}]))
  await bank.house.imports.idle()
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'zhao.min' ? { ...one, roles: ['employee'], domain: [] } : one)) }))
  t.equal((await (await bank.signIn('zhao.min')).post(`${answer.location}/run`, {})).status, 403)
  const batch = await batchAt(bank, 'he.jun', answer.location)
  await bank.house.imports.change(bank.person('zhao.min'), batch.id, (now) => ({ ...now, state: 'running' }))
  bank.house.imports.run(batch)
  await bank.house.imports.idle()
  t.match(await batchAt(bank, 'he.jun', answer.location), { state: 'failed', trouble: 'imports.failed.owner' })
  t.equal((await notesOf(bank, 'he.jun')).total, 0)
})

t.test('hostile texts as cells are kept letter by letter and are only text on every page', { skip: hostileFolder() ? false : 'no test data: set TACIT_SHARED' }, async (t) => {
  const bank = await openBank(t)
  const texts = (await hostileCorpora(hostileFolder() as string)).filter(({ name }) => ['blns', 'own'].includes(name)).flatMap((corpus) => corpus.texts).filter((text) => !/[\0\r]/.test(text) && text.trim() === text)
  t.ok(texts.length > 400, `premise: ${texts.length} texts`)
  const he = await bank.signIn('he.jun')
  const home = { ...HOME, department: 'head', team: 'onboarding' }
  const at = await imported(bank, he, 'notes', home, complaints(texts.map((narrative, n) => ({ narrative, company: n % 10 === 0 ? narrative.slice(0, 100).replace(/\s+/g, ' ').trim() : '', issue: narrative, submitted_via: narrative }))))
  const batch = await batchAt(bank, 'he.jun', at)
  t.equal(batch.counts.created, texts.length)
  const stored = new Map<string, string>()
  for (let page = 1; stored.size < texts.length; page += 1) {
    const { rows } = await bank.house.notes.list({ batch: batch.id, order: 'posted', page, size: 200 }, sight(bank, 'he.jun'))
    if (rows.length === 0) break
    for (const note of rows) stored.set(note.origin?.externalId ?? '', note.shown.body)
  }
  for (const [n, text] of texts.entries()) if (stored.get(`c-${n}`) !== text) t.fail(`changed: ${JSON.stringify(text)} → ${JSON.stringify(stored.get(`c-${n}`))}`)
  for (const path of [at, '/customers', '/imports']) t.notMatch((await he.get(path)).body, /<script>alert|<img src=x|onerror=alert\(1\)>/, path)
  const names = texts.filter((text) => !/\n/.test(text) && [...text].length <= 100).slice(0, 150)
  const list = await upload(he, 'customers', { source: 'hostile' }, stringify([['external_id', 'kind', 'name', 'team'], ...names.map((name, n) => [`h-${n}`, 'person', name, 'onboarding'])]))
  await bank.house.imports.idle()
  const preview = await he.get(list.location)
  t.equal(preview.status, 200)
  t.notMatch(preview.body, /<script>alert|<img src=x/)
  const csv = await he.get(`${list.location}/report`)
  for (const row of parse(csv.body, { bom: true }) as string[][]) for (const cell of row) t.notMatch(cell, /^[=+\-@\t\r]/)
})

t.test('customers go out in a file that is safe to open and come back unchanged, whatever they are called', async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const names = ['=HYPERLINK("http://evil.invalid","x")', "'=1+1", '+86', '-5', '@sum', '"quoted", with a comma', '陈国华', 'a|b;c', '＝1']
  for (const [n, name] of names.entries()) t.equal((await zhao.post('/customers', { kind: 'person', name, aliases: `${name} too\n-${n}`, number: n % 2 ? `-${n}` : '', team: 'families', segment: '' }, { from: '/customers/new' })).status, 303, name)
  await zhao.post('/customers', { kind: 'company', name: 'Closed', aliases: '', number: '', team: 'families', segment: '', restricted: 'yes', curators: 'zhao-min' }, { from: '/customers/new' })
  const before = await customersOf(bank, 'zhao.min')
  const file = await zhao.get('/customers/export')
  t.equal(file.status, 200)
  for (const cell of (parse(file.body, { bom: true }) as string[][]).flat()) t.notMatch(cell, /^[=+\-@\t\r＝＋－＠]/)
  const back = await upload(zhao, 'customers', { source: 'core' }, file.body)
  await bank.house.imports.idle()
  t.match((await batchAt(bank, 'zhao.min', back.location)).counts, { created: 0, changed: 0, unchanged: before.length, refused: 0 })
  t.equal(before.length, names.length + 1, 'premise')
  t.equal((await (await bank.signIn('li.na')).get('/customers/export')).status, 403)
  t.notMatch((await (await bank.signIn('he.jun')).get('/customers/export')).body, 'Closed', 'a file holds what its reader may see')
  t.match((await bank.house.record.page({ did: ['thing.exported'], who: 'zhao-min' })).entries.map(({ thing }) => thing?.kind).sort(), ['customer', 'export'])
})

t.test('all 2 780 consumer complaints come in at once, a second time nothing changes, and they are found', { ...publicData, timeout: 240_000 }, async (t) => {
  const bank = await openBank(t)
  const zhao = await bank.signIn('zhao.min')
  const file = readFileSync(join(SHARED, 'complaints.csv'))
  const batch = await batchAt(bank, 'zhao.min', await imported(bank, zhao, 'notes', HOME, file))
  t.match(batch, { state: 'done', rows: 2_780, counts: { created: 2_780, unchanged: 0, refused: 0, skipped: 0 }, report: [] })
  t.equal((await notesOf(bank, 'zhao.min', batch.id)).total, 2_780)
  t.ok(batch.counts.customers > 400)
  const again = await batchAt(bank, 'zhao.min', await imported(bank, zhao, 'notes', HOME, file))
  t.match(again.counts, { created: 0, unchanged: 2_780, refused: 0, customers: 0 })
  await bank.house.caughtUp()
  const found = await zhao.get('/search?q=transworld+systems')
  t.match(found.text, /transworld systems/i)
})

t.test('the Chinese finance questions come in as knowledge for customers; rows without an answer are left out and counted', publicData, async (t) => {
  const bank = await openBank(t)
  const qian = await bank.signIn('qian.yu')
  for (const [mapping, file, direction] of [['insurance_questions', '保险知识解读', 'for'], ['wealth_questions', '理财知识解读', 'for'], ['finance_terms', '金融术语解释', 'for'], ['customer_intents', '金融意图理解', 'from']] as const) {
    const content = readFileSync(join(SHARED, 'zh-finance', `${file}.csv`))
    const rows = parse(content, { columns: true, bom: true }) as Record<string, string>[]
    const answered = rows.filter((row) => row['answer'] !== '')
    t.ok(answered.length > 50, 'premise')
    const batch = await batchAt(bank, 'qian.yu', await imported(bank, qian, 'notes', { ...HOME, mapping }, content))
    t.match(batch.counts, { created: answered.length, skipped: rows.length - answered.length, refused: 0 }, file)
    t.equal(batch.report.filter(({ what }) => what === 'skipped').length, rows.length - answered.length)
    const { rows: notes } = await notesOf(bank, 'qian.yu', batch.id)
    t.ok(notes.every(({ shown }) => shown.about.direction === direction))
    const first = answered[0] as Record<string, string>
    const note = notes.find(({ origin }) => origin?.externalId === first['id'])
    t.match(`${note?.shown.title}\n${note?.shown.body}`, (first[first['answer'] ?? ''] ?? '').slice(0, 40), 'with the right answer')
  }
})

t.test('killed at any moment, an import from the terminal is completed by the next one', { ...publicData, timeout: 180_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-import-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const first = await openBank(null, { folder })
  await first.house.started()
  await first.close()
  const file = join(folder, '..', `${folder.split('/').at(-1)}.csv`)
  await writeFile(file, complaints(Array.from({ length: 3_000 }, (_, n) => ({ company: `Company ${n % 5}` }))))
  t.teardown(() => rm(file, { force: true }))
  const told = await script('import-notes', folder, ['--mapping', 'complaints', file, '--department', 'retail', '--team', 'families', '--as', 'zhao.min'], /[1-9]\d* \/ 3\D?000/)
  t.equal(told.killed, true, 'premise: it was killed while it wrote')
  const bank = await openBank(null, { folder })
  t.teardown(() => bank.close())
  await bank.house.started()
  await bank.house.imports.idle()
  const [batch] = await bank.house.imports.parts.batches.list(sight(bank, 'zhao.min'))
  t.match(batch, { rows: 3_000, counts: { refused: 0 } })
  if (batch?.state === 'checked') t.comment('killed before the first row was written')
  else t.match(batch, { state: 'done', counts: { created: 3_000 } })
  t.equal((await notesOf(bank, 'zhao.min')).total, batch?.state === 'checked' ? 0 : 3_000)
})

/** Runs a script of ours; with `until`, kills it as soon as it has said that. */
async function script(name: string, folder: string, args: readonly string[], until?: RegExp): Promise<{ readonly code: number | null; readonly said: string; readonly killed: boolean }> {
  const own = extname(fileURLToPath(import.meta.url))
  const path = fileURLToPath(new URL(`../../scripts/${name}${own}`, import.meta.url))
  const child = spawn(process.execPath, [...(own === '.ts' ? ['--import=@tapjs/typescript/import'] : []), path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'development', DEMO: 'false', DATA_DIR: folder, TSIMP_DIAG: 'ignore', ...(await scratchAddress(folder)) },
  })
  let said = ''
  let killed = false
  const hear = (text: Buffer): void => {
    said += text
    if (!killed && until?.test(said)) killed = child.kill('SIGKILL')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, said, killed }
}

t.test('from the terminal: a dry run writes nothing, errors are said with their lines and end with failure, a good file is taken', { timeout: 180_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-import-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const first = await openBank(null, { folder })
  await first.house.started()
  await first.close()
  const path = `${folder}.csv`
  t.teardown(() => rm(path, { force: true }))
  await writeFile(path, `${CUSTOMERS}3,tree,Wrong,,,,families\n`)
  const wrong = await script('import-customers', folder, [path, '--as', 'zhao.min'])
  t.equal(wrong.code, 1)
  t.match(wrong.said, /line 4: Error: “tree” in the column “kind” is not known/)
  t.match(wrong.said, /Nothing was written\. To take the good rows and leave out the wrong ones, say --leave-out-bad-rows/)
  await writeFile(path, CUSTOMERS)
  const dry = await script('import-customers', folder, [path, '--as', 'zhao.min', '--dry-run'])
  t.equal(dry.code, 0, dry.said)
  t.match(dry.said, 'nothing was written')
  t.equal((await script('import-customers', folder, [path, '--as', 'li.na'])).code, 1, 'who may not import on the page may not here')
  // Nobody knows mappings and departments by heart.
  const unknown = await script('import-notes', folder, [path, '--mapping', 'made-up', '--department', 'retail', '--as', 'zhao.min'])
  t.equal(unknown.code, 1)
  t.match(unknown.said, /--mapping may be: .*complaints/)
  const elsewhere = await script('import-notes', folder, [path, '--mapping', 'complaints', '--department', 'corporate', '--as', 'zhao.min'])
  t.match(elsewhere.said, /--department may be: .*retail/)
  t.notMatch(elsewhere.said, /may be: .*corporate/, 'only those of her domain')
  const teamless = await script('import-notes', folder, [path, '--mapping', 'complaints', '--department', 'retail', '--as', 'zhao.min'])
  t.match(teamless.said, /--team may be: .*families/)
  // Only one of the two is good: taken when that is said, completed by the whole file.
  await writeFile(path, CUSTOMERS.replace('企业', 'tree'))
  const partly = await script('import-customers', folder, [path, '--as', 'zhao.min', '--leave-out-bad-rows'])
  t.equal(partly.code, 0, partly.said)
  t.match(partly.said, /1 wrong row is left out, as you asked\.[^]*1 new · 0 changed · 0 as they were · 0 skipped · 1 refused/)
  await writeFile(path, CUSTOMERS)
  const good = await script('import-customers', folder, [path, '--as', 'zhao.min'])
  t.equal(good.code, 0, good.said)
  t.match(good.said, '1 new · 0 changed · 1 as they were')
  const bank = await openBank(null, { folder })
  t.teardown(() => bank.close())
  await bank.house.started()
  t.equal((await customersOf(bank, 'zhao.min')).length, 2)
  t.equal((await bank.house.imports.parts.batches.list(sight(bank, 'zhao.min'))).length, 2)
})
