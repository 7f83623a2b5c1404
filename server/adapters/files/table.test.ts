import t from 'tap'
import type { Row, Table, TableFormat } from '../../domain/people/table.js'
import { openMappings } from './mappings.js'
import { tables } from './table.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const opened = (content: string | Uint8Array, format: TableFormat = 'csv') => tables.open(typeof content === 'string' ? bytes(content) : content, format)

async function table(t: Tap.Test, content: string | Uint8Array, format: TableFormat = 'csv'): Promise<Table> {
  const outcome = await opened(content, format)
  if (!outcome.ok) throw new Error(outcome.refusals[0]?.code)
  t.ok(outcome.ok)
  return outcome.value
}

async function rows(table: Table): Promise<Row[]> {
  const all: Row[] = []
  for await (const row of table.rows()) all.push(row)
  return all
}

const cells = (row: Row | undefined) => Object.fromEntries(row?.cells ?? [])

t.test('a table is read with its lines, whatever stands inside the cells', async (t) => {
  const file = await table(t, 'id,text\r\n1,"two\r\nlines, and a ""quote"""\r\n\r\n2,=1+1\r\n')
  t.same(file.columns, ['id', 'text'])
  const read = await rows(file)
  t.same(read.map(cells), [{ id: '1', text: 'two\r\nlines, and a "quote"' }, { id: '2', text: '=1+1' }])
  t.same(read.map(({ line }) => line), [2, 5])
  t.same((await rows(file)).map(cells), read.map(cells), 'and again from its beginning')
})

t.test('a person finds the row on the line that the report names', async (t) => {
  for (const end of ['\n', '\r\n']) {
    const blocks = Array.from({ length: 40 }, (_, n) => `row${n},"${'text\n'.repeat(n % 4)}${'more\r\n'.repeat(n % 3)}"${end}${end.repeat(n % 2)}`)
    const text = `id,text${end}${blocks.join('')}`
    const lines = text.split('\n')
    for (const { line, cells: [[, id] = []] } of (await rows(await table(t, text))).map(({ line, cells: found }) => ({ line, cells: [...found] }))) {
      t.ok(lines[line - 1]?.startsWith(`${id},`), `${id} stands on line ${line}`)
    }
  }
})

t.test('a file that a spreadsheet saved is read in each way it saves: with a mark, as UTF-16, in GB18030, with semicolons', async (t) => {
  const text = '名称;编号\n陈国华;1\n'
  const gb18030 = Uint8Array.from([0xc3, 0xfb, 0xb3, 0xc6, 0x3b, 0xb1, 0xe0, 0xba, 0xc5, 0x0a, 0xb3, 0xc2, 0xb9, 0xfa, 0xbb, 0xaa, 0x3b, 0x31, 0x0a])
  const utf16 = Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Uint16Array.from([...text].map((char) => char.charCodeAt(0))).buffer)])
  for (const [encoding, content] of [['utf-8', bytes(`\uFEFF${text}`)], ['utf-16', utf16], ['gb18030', gb18030]] as const) {
    const file = await table(t, content)
    t.equal(file.encoding, encoding)
    t.same((await rows(file)).map(cells), [{ 名称: '陈国华', 编号: '1' }], encoding)
  }
  t.equal((await opened(text.replaceAll(';', '\t'))).ok, true)
})

t.test('JSON lines are read however they end and in whatever encoding, each on its line', async (t) => {
  const text = '\r\n{"名称":"陈国华"}\r\n\n{"名称":"café"}'
  const utf16 = Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Uint16Array.from([...text].map((char) => char.charCodeAt(0))).buffer)])
  for (const content of [bytes(text), bytes(`\uFEFF${text}\r\n`), utf16]) {
    const file = await table(t, content, 'jsonl')
    t.same(file.columns, ['名称'])
    const read = await rows(file)
    t.same(read.map(cells), [{ 名称: '陈国华' }, { 名称: 'café' }])
    t.same(read.map(({ line, trouble }) => [line, trouble]), [[2, undefined], [4, undefined]])
  }
  const [first, wrong] = await rows(await table(t, '\uFEFF{"a":1}\r\nnot json\r\n', 'jsonl'))
  t.same(cells(first), { a: '1' }, 'right after the mark')
  t.same([wrong?.line, wrong?.raw], [2, ['not json']], 'as it stands in the file, without its end')
})

t.test('a file of many pieces is read as one, and the bytes it was given stay as they are', async (t) => {
  const lines = Array.from({ length: 9_000 }, (_, n) => `${n},客户第${n}次来访`)
  const given = bytes(`\uFEFF${' '.repeat(70_000)}id,text\n${lines.join('\n')}`)
  const before = given.slice()
  const file = await table(t, given)
  t.same(file.columns, ['id', 'text'])
  t.same((await rows(file)).map(({ line, cells: found }) => `${line} ${[...found.values()].join()}`), lines.map((line, n) => `${n + 2} ${line}`))
  t.same(given, before)
  t.equal((await opened(' \n'.repeat(40_000))).ok, false, 'nothing but blanks')
})

t.test('what is no table is refused with the reason', async (t) => {
  const refused = async (content: string | Uint8Array, format: TableFormat = 'csv') => {
    const outcome = await opened(content, format)
    return outcome.ok ? 'taken' : outcome.refusals[0]?.code
  }
  t.equal(await refused(''), 'imports.file.empty')
  t.equal(await refused(' \n \n'), 'imports.file.empty')
  t.equal(await refused(Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0xff, 0xfe, 0xe9])), 'imports.file.encoding', 'a workbook is no CSV')
  t.equal(await refused(Uint8Array.from([0x6e, 0x2c, 0x63, 0x61, 0x66, 0xe9, 0x0a, 0xe9, 0x20])), 'imports.file.encoding', 'Latin-1 is neither UTF-8 nor GB18030')
  t.equal(await refused('a\0b,c\n'), 'imports.file.encoding')
  t.equal(await refused(',,\n1,2,3\n'), 'imports.file.no_header')
  t.equal(await refused('id,id\n1,2\n'), 'imports.file.column_twice')
  t.equal(await refused('[1,2]\n', 'jsonl'), 'imports.jsonl.first')
  t.equal(await refused('id,text\n', 'jsonl'), 'imports.jsonl.first')
})

t.test('a row that cannot be read says so on its line, and the others are read', async (t) => {
  const read = await rows(await table(t, 'a,b\n1,2\n3\n4,5,6\n7,8\n'))
  t.same(read.map(({ line, trouble }) => [line, trouble?.code]), [[2, undefined], [3, 'imports.row.cells'], [4, 'imports.row.cells'], [5, undefined]])
  const broken = await rows(await table(t, 'a,b\n1,2\n"3" 4,5\n6,7\n'))
  t.same(broken.at(-1)?.trouble?.code, 'imports.csv.quotes')
  t.equal(broken.at(-1)?.line, 3)
  const endless = await rows(await table(t, `a,b\n1,"${'x'.repeat(2 * 1024 * 1024)}\n`))
  t.ok(endless.at(-1)?.trouble, 'a quote that never ends does not fill the memory')
  const lines = await rows(await table(t, '{"a":1}\nnot json\n{"a":{"b":1}}\n\n{"a":null,"__proto__":"x"}\n', 'jsonl'))
  t.same(lines.map(({ line, trouble }) => [line, trouble?.code]), [[1, undefined], [2, 'imports.row.json'], [3, 'imports.row.nested'], [5, undefined]])
  t.equal(lines[3]?.cells.get('__proto__'), 'x', 'a name like any other')
})

t.test('columns named like parts of an object are columns', async (t) => {
  const [row] = await rows(await table(t, '__proto__,constructor,toString\n1,2,3\n'))
  t.same([...(row?.cells ?? [])], [['__proto__', '1'], ['constructor', '2'], ['toString', '3']])
})

t.test('a mapping file that would decide what a file may not decide is refused', async (t) => {
  const mappings = openMappings()
  const [shipped] = mappings.shipped()
  t.ok(shipped, 'premise')
  t.same(mappings.read(`\uFEFF${JSON.stringify(shipped)}`), shipped, 'premise: a right one is taken')
  for (const extra of [{ author: 'narrative' }, { confidence: 'validated' }, { audience: 'enterprise' }, { fixed: { ...shipped?.fixed, level: 'shareable' } }, { source: '../x' }, { schema: 2 }, { body: [] }]) {
    t.equal(mappings.read(JSON.stringify({ ...shipped, ...extra })), null, JSON.stringify(extra))
  }
  for (const text of ['', 'null', '[]', '{', '"x"']) t.equal(mappings.read(text), null)
})

declare namespace Tap {
  type Test = Pick<typeof t, 'ok'>
}
