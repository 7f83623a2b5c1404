import t from 'tap'
import { tables } from '../../adapters/files/table.js'
import { importedId } from '../customers/imported-id.js'
import { fold } from '../search/fold.js'
import type { Batch } from './import-batch.js'
import type { Mapping } from './import-mapping.js'
import { uploadRedacted } from './redact-upload.js'

const MAPPING: Mapping = {
  schema: 1, key: 'calls', name: { en: 'Calls', zh: '来电' }, description: { en: '', zh: '' }, source: 'calls', format: 'csv', language: 'en',
  columns: ['id', 'text', 'who', 'day', 'topic'], externalId: 'id', body: 'text', customer: { column: 'who', kind: 'person' }, observedOn: 'day', tags: ['topic'],
  fixed: { direction: 'from', nature: 'experience', informant: 'customer', firsthand: true, tags: [] },
}
const BATCH = { id: 'b1', owner: 'zhao', notes: { mapping: MAPPING, home: { department: 'retail', team: null }, proposed: { audience: 'team', level: 'internal' } } } as unknown as Batch
const MEANS = { fold, digest: (text: string) => text }
const MARK = '[抹除 2026-03-03 secret]'

async function redacted(file: string, wanted: { whole?: boolean; words?: readonly string[] }, note = 'n1', batch = BATCH, format: 'csv' | 'jsonl' = 'csv') {
  const opened = await tables.open(Buffer.from(file), format)
  if (!opened.ok) throw new Error(opened.refusals[0]?.code)
  return uploadRedacted(batch, opened.value, note, { whole: false, words: [], ...wanted }, MARK, MEANS)
}

/** What the reader of files finds in it, with the line of each row. */
async function rowsOf(text: string): Promise<readonly (readonly [number, Record<string, string> | string])[]> {
  const opened = await tables.open(Buffer.from(text), 'jsonl')
  if (!opened.ok) throw new Error(opened.refusals[0]?.code)
  const rows = []
  for await (const row of opened.value.rows()) rows.push([row.line, row.trouble ? row.trouble.code : Object.fromEntries(row.cells)] as const)
  return rows
}

const FILE = 'id,text,who,day,topic\n1,"Asked for Mei Lin,\nthen left",Mei Lin,2025-01-02,mei lin\n2,Nothing,Wu,2025-01-03,fees\n'

t.test('the mark stands in the text, other cells that held the words are emptied, and every row keeps its line', async (t) => {
  const text = await redacted(FILE, { words: ['Mei Lin'] })
  t.same(await rowsOf(text ?? ''), [
    [2, { id: '1', text: `Asked for ${MARK},\nthen left`, who: '', day: '2025-01-02', topic: '' }],
    [4, { id: '2', text: 'Nothing', who: 'Wu', day: '2025-01-03', topic: 'fees' }],
  ])
})

t.test('a file without the words is left as it is, and a list of customers always', async (t) => {
  t.equal(await redacted(FILE, { words: ['Somebody Else'] }), null)
  t.equal(await redacted(FILE, { words: ['Mei Lin'] }, 'n1', { ...BATCH, notes: null }), null)
})

t.test('of a note that goes as a whole its row goes, and no other', async (t) => {
  const note = importedId('note', 'calls', '1')
  t.same(await rowsOf((await redacted(FILE, { whole: true }, note)) ?? ''), [[4, { id: '2', text: 'Nothing', who: 'Wu', day: '2025-01-03', topic: 'fees' }]])
  t.equal((await redacted(FILE, { whole: true }, importedId('note', 'calls', '1', 'zhao')))?.includes('Asked'), false, 'nor under the id that was free for this importer')
  t.equal(await redacted(FILE, { whole: true }, importedId('note', 'calls', '9')), null)
})

t.test('words hidden by the writing of JSON are found, and an unreadable row leaves nothing of itself', async (t) => {
  const lines = `{"id":"1","text":"Mei\\nLin \\u0026 sons"}\n{"id":"2","text":["Mei Lin"]}\nMei Lin\n`
  t.same(await rowsOf((await redacted(lines, { words: ['Mei Lin'] }, 'n1', BATCH, 'jsonl')) ?? ''), [
    [1, { id: '1', text: `${MARK} & sons` }], [2, 'imports.row.json'], [3, 'imports.row.json'],
  ])
})
