import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import t from 'tap'
import type { Batch } from '../domain/curation/import-batch.js'
import { sightOf } from '../domain/policy/readable.js'
import { openBank } from './bank.js'
import type { Browser, Page } from './browser.js'

const bank = await openBank(t)
const HEADER = ['complaint_id', 'date_received', 'product', 'sub_product', 'issue', 'sub_issue', 'narrative', 'company', 'state', 'submitted_via', 'company_response']
const HOME = { mapping: 'complaints', department: 'retail', team: 'families', audience: 'enterprise', level: 'internal' }

function row(id: string, more: Readonly<Record<string, string>> = {}): string[] {
  const cells: Record<string, string> = { complaint_id: id, date_received: '2025-11-02', product: 'Mortgage', issue: 'Closing on a mortgage', narrative: `They lost my papers, ${id}.`, company: 'Nutmeg Lending', submitted_via: 'Phone', ...more }
  return HEADER.map((name) => cells[name] ?? '')
}

/** Sends a file and waits until every row was looked at. @returns the address of the batch */
async function sent(who: Browser, kind: 'notes' | 'customers', file: string, fields: Readonly<Record<string, string>> = kind === 'notes' ? HOME : { source: 'core' }): Promise<string> {
  const all = { _csrf: await who.token(`/imports/new/${kind}`), ...fields }
  const parts = [...Object.entries(all).map(([name, value]) => `--e\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`), `--e\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n${file}\r\n--e--\r\n`]
  const answer = await who.request({ method: 'POST', url: `/imports/new/${kind}`, payload: parts.join(''), headers: { 'content-type': 'multipart/form-data; boundary=e' } })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 400)}`)
  await bank.house.imports.idle()
  return answer.location
}

async function run(who: Browser, at: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
  const answer = await who.post(`${at}/run`, fields, { from: at })
  await bank.house.imports.idle()
  return answer
}

const sight = () => sightOf({ kind: 'person', person: bank.person('zhao.min') }, bank.house.directories(), bank.clock.today())
const notesOf = async (at: string) => (await bank.house.notes.list({ batch: at.split('/').at(-1) ?? '', order: 'posted', page: 1, size: 50 }, sight())).rows
async function batchAt(at: string): Promise<Batch> {
  const batch = await bank.house.imports.parts.batches.get(at.split('/').at(-1) ?? '', sight())
  if (!batch) throw new Error('no such batch')
  return batch
}

const FORMULA = '=1+1 is what they wrote'
const FILE = stringify([
  HEADER, row('c-1'), row('c-2', { date_received: 'some day in May', narrative: FORMULA }), row('c-1', { narrative: 'The same number again.' }), ['c-4', 'too', 'short'], row('c-5', { narrative: "'-5 %, with two\nlines" }), row('c-6'),
])

t.test('by default one wrong row refuses the file, and only a plain choice of those very rows leaves them out', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const at = await sent(zhao, 'notes', FILE)
  const page = await zhao.get(at)
  t.match(page.text, /3 have errors/)
  t.match(page.text, /Nothing was written\. Correct the rows below/)
  t.match(page.text, /Take the 3 good rows, leave out the 3 wrong ones/)
  t.equal((await run(zhao, at)).status, 422, 'without the choice')
  t.equal((await run(zhao, at, { wrong: 'leave_out' })).status, 409, 'without saying how many')
  const stale = await run(zhao, at, { wrong: 'leave_out', count: '1' })
  t.equal(stale.status, 409, 'a page that showed other rows')
  t.match(stale.text, /3 rows are wrong\. Nothing was written/)
  t.same(await notesOf(at), [])
  const chinese = await zhao.get(at, { 'accept-language': 'zh' })
  t.equal(chinese.status, 200)
})

t.test('the good rows are taken, the wrong ones are listed with line and reason, and mended they add just what is missing', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const at = await sent(zhao, 'notes', FILE)
  const before = await zhao.get(`${at}/left-out`)
  t.equal(before.status, 200, 'the wrong rows can be had before anything is chosen')
  const begun = await zhao.submit((await zhao.get(at)).form(`${at}/run`))
  t.equal(begun.status, 303)
  await bank.house.imports.idle()
  t.same((await notesOf(at)).map((note) => note.origin?.externalId).sort(), ['c-1', 'c-5', 'c-6'])
  const batch = await batchAt(at)
  t.match(batch, { state: 'done', counts: { created: 3, refused: 3 }, leftOut: { by: 'zhao-min', agreed: 3, cut: 0 } })
  const page = await zhao.get(at)
  t.match(page.text, /3 left out/)
  t.match(page.text, /Zhao Min chose to take the good rows and leave out 3 wrong ones\./)
  t.match(page.text, /Line Why 3 The date in “date_received” cannot be read.* 4 The same external id or number as on line 2\. 5 The row has 3 cells, the first line 11\./)
  t.match((await bank.house.record.page({ did: ['import.done'] })).entries[0], { who: 'zhao-min', to: '3,0,3' })

  const file = await zhao.get(`${at}/left-out`)
  t.match(file.headers['content-disposition'], /^attachment; filename="left-out-.*\.csv"/)
  const rows = parse(file.body, { bom: true, relax_column_count: true }) as string[][]
  t.same(rows[0], ['tacit_left_out', ...HEADER])
  t.match(rows[1]?.[0], /^Line 3: The date in “date_received” cannot be read/)
  t.equal(rows[1]?.[7], `'${FORMULA}`, 'no spreadsheet runs it')
  t.same(rows[3]?.slice(1), ['c-4', 'too', 'short'])

  const mended = rows.map((cells, n) => n === 1 ? cells.map((cell, c) => (c === 2 ? '2025-05-02' : cell)) : n === 2 ? cells.map((cell, c) => (c === 1 ? 'c-3' : cell)) : n === 3 ? ['', ...row('c-4')] : cells)
  const again = await sent(zhao, 'notes', stringify(mended))
  t.match((await batchAt(again)).counts, { created: 3, refused: 0 })
  await run(zhao, again)
  t.equal((await notesOf(again)).find((note) => note.origin?.externalId === 'c-2')?.shown.body, FORMULA, 'what was written comes back exactly')
  const whole = await sent(zhao, 'notes', stringify([HEADER, ...['c-1', 'c-2', 'c-3', 'c-4', 'c-5', 'c-6'].map((id) => row(id))]))
  t.match((await batchAt(whole)).counts, { created: 0, unchanged: 6, refused: 0 }, 'all six are there, once')
})

t.test('customers too', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const at = await sent(zhao, 'customers', 'external_id,kind,name,team\n1,person,Ms Fern,families\n2,tree,Mr Oak,families\n3,person,,families\n')
  await zhao.submit((await zhao.get(at)).form(`${at}/run`))
  await bank.house.imports.idle()
  const names = async () => (await bank.house.customers.list({ order: 'name', page: 1, size: 50 }, sight())).rows.map(({ name }) => name).filter((name) => /Fern|Oak|Ash/.test(name))
  t.same(await names(), ['Ms Fern'])
  const rows = parse((await zhao.get(`${at}/left-out`)).body, { bom: true }) as string[][]
  t.same(rows.map((cells) => cells.slice(1)), [['external_id', 'kind', 'name', 'team'], ['2', 'tree', 'Mr Oak', 'families'], ['3', 'person', '', 'families']])
  const again = await sent(zhao, 'customers', stringify(rows.map((cells) => cells.map((cell) => (cell === 'tree' ? 'person' : cell === '' ? 'Ms Ash' : cell)))))
  t.match((await batchAt(again)).counts, { created: 2, unchanged: 0, refused: 0 })
  await run(zhao, again)
  t.same((await names()).sort(), ['Mr Oak', 'Ms Ash', 'Ms Fern'])
})

t.test('when more has become wrong since, nothing is written and the choice is asked for again', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const at = await sent(zhao, 'notes', stringify([HEADER, row('d-1'), row('d-2', { date_received: 'x' }), row('d-3', { date_received: 'y' })]))
  const id = at.split('/').at(-1) as string
  const { grantFor } = await import('../domain/customers/import-customer.js')
  const grant = grantFor(bank.person('zhao.min'), id)
  if (!grant.ok) throw new Error('no grant')
  // As if only one row had been wrong when they chose.
  const begun = await bank.house.imports.parts.batches.change(grant.grant, (now) => ({ ok: true, value: { ...now, state: 'running', leftOut: { by: 'zhao-min', at: bank.clock.now(), agreed: 1, columns: [], rows: [], cut: 0 } } }))
  if (!begun.ok) throw new Error('not begun')
  bank.house.imports.run(begun.value)
  await bank.house.imports.idle()
  t.match(await batchAt(at), { state: 'checked', leftOut: null, counts: { refused: 2 } })
  t.same(await notesOf(at), [])
})

t.test('what cannot be left out row by row, or leaves nothing good, is not offered and cannot be asked for', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const files = [`${stringify([HEADER, row('e-1')])}e-2,"begins and never ends\n${stringify([row('e-3')])}`, stringify([HEADER, row('e-4', { date_received: 'x' })]), stringify([HEADER])]
  for (const file of files) {
    const at = await sent(zhao, 'notes', file)
    const { counts } = await batchAt(at)
    t.ok(counts.refused > 0, 'premise')
    t.notMatch((await zhao.get(at)).body, 'leave_out')
    t.equal((await run(zhao, at, { wrong: 'leave_out', count: String(counts.refused) })).status, 422)
    t.same(await notesOf(at), [])
  }
})

t.test('the rows that were left out are their importer\'s alone', async (t) => {
  const [zhao, qian, li] = [await bank.signIn('zhao.min'), await bank.signIn('qian.yu'), await bank.signIn('li.na')]
  const at = await sent(zhao, 'notes', stringify([HEADER, row('f-1'), row('f-2', { date_received: 'x', narrative: 'A private matter.' })]))
  t.equal((await qian.post(`${at}/run`, { wrong: 'leave_out', count: '1' }, { from: at })).status, 403)
  await run(zhao, at, { wrong: 'leave_out', count: '1' })
  const seen = await qian.get(at)
  t.equal(seen.status, 200, 'premise: a curator of the department sees the batch')
  t.match(seen.text, /Zhao Min/)
  t.notMatch(seen.body, /left-out"|A private matter/)
  t.equal((await qian.get(`${at}/left-out`)).status, 403)
  t.equal((await li.get(`${at}/left-out`)).status, 403)
  t.equal((await zhao.get(`${at}/left-out`)).status, 200)
  t.match((await bank.house.record.page({ did: ['thing.exported'] })).entries[0], { who: 'zhao-min', thing: { kind: 'import' }, to: 'rows,1' })
})

t.test('a redaction reaches the rows that were left out', async (t) => {
  const [zhao, qian, li] = [await bank.signIn('zhao.min'), await bank.signIn('qian.yu'), await bank.signIn('li.na')]
  const at = await sent(zhao, 'notes', stringify([HEADER, row('g-1'), row('g-2', { date_received: 'x', narrative: 'About Zvonimira Quist.' }), row('g-3', { date_received: 'x' })]))
  await run(zhao, at, { wrong: 'leave_out', count: '2' })
  const note = (await li.submit((await li.get('/notes/new')).form('/notes'), { title: 'A name', body: 'Zvonimira Quist called.' })).location
  await zhao.submit((await zhao.get(`${note}/redaction`)).form(`${note}/redaction`), { what: 'words', words: 'Zvonimira Quist', reason: 'secret' })
  t.equal((await qian.submit((await qian.get(`${note}/redaction`)).form(`${note}/redaction/confirmation`))).status, 303)
  const file = await zhao.get(`${at}/left-out`)
  t.notMatch(file.body, 'Zvonimira')
  t.match(file.body, 'g-3')
  t.match(await batchAt(at), { leftOut: { cut: 1 } })
})
