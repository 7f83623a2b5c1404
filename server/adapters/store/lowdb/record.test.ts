import t, { type Test } from 'tap'
import { appendFile, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordVerdict } from '../../../domain/policy/record.js'
import { entryNumber, recordContract, type OpenRecord } from '../contract/record.js'
import { FaultyFiles } from './faulty-files.js'
import { realFiles, type Files } from './files.js'
import { FileRecord } from './record.js'
import { GENESIS, readLine, writeLine } from '../record-line.js'
import { verifyRecord } from './record-verify.js'
import { chance, openOn, openReal } from './scratch-store.js'
import { SimulatedDisk } from './simulated-disk.js'

/** A record of so many entries, 1 to n, closed; five or six to a segment. */
async function written(root: string, entries: number): Promise<string> {
  const data = await openReal(root)
  const record = await data.record({ segmentBytes: 1500 })
  for (let n = 1; n <= entries; n += 1) await record.append(entryNumber(n))
  await data.close()
  return join(root, 'record')
}

async function opened(t: Test, root: string): Promise<OpenRecord> {
  const data = await openReal(root)
  let open = true
  const close = async () => {
    if (open) await data.close()
    open = false
  }
  t.teardown(close)
  return {
    record: await data.record({ segmentBytes: 1500 }),
    reopen: async () => {
      await close()
      return opened(t, root)
    },
  }
}

/** What somebody with an editor would do. */
async function tampered(folder: string, segment: number, edit: (lines: string[]) => void): Promise<void> {
  const file = join(folder, `${String(segment).padStart(6, '0')}.ndjson`)
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  t.ok(lines.length > 4, 'there is something to tamper with')
  edit(lines)
  await writeFile(file, lines.map((line) => `${line}\n`).join(''))
}

const found = (verdict: RecordVerdict) => verdict.problems.map(({ what, n, to }) => (to === undefined ? `${what} ${n}` : `${what} ${n}-${to}`))

await t.test('lowdb: the record', (t) => recordContract(t, (t) => opened(t, t.testdir())))

t.test('what is appended is on record in order, chained from the first line, over several segments', async (t) => {
  const folder = await written(t.testdir(), 40)
  const segments = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort()
  t.ok(segments.length > 3, `${segments.length} segments`)
  t.equal(segments[0], '000001.ndjson')
  const lines = (await Promise.all(segments.map((name) => readFile(join(folder, name), 'utf8')))).join('').trim().split('\n')
  t.equal(lines.length, 40)
  let previous = GENESIS
  for (const [i, text] of lines.entries()) {
    const line = readLine(text)
    t.match(line?.entry, { n: i + 1, ...entryNumber(i + 1) })
    t.ok(line?.follows(previous))
    previous = line?.hash ?? ''
  }
  t.match(await verifyRecord(realFiles, folder), { whole: true, entries: 40, last: { n: 40, hash: previous }, problems: [] })
})

t.test('many appends share one fsync, and each is answered only after it', async (t) => {
  const disk = new SimulatedDisk()
  const files = new FaultyFiles(disk, { at: Infinity, code: 'EIO' })
  const record = await FileRecord.open(await openOn(files))
  await record.append(entryNumber(0))
  await record.close()
  files.done.length = 0
  let answered = 0
  await Promise.all(Array.from({ length: 200 }, (_, n) => record.append(entryNumber(n)).then(() => (answered += 1))))
  t.equal(answered, 200)
  t.ok(files.done.filter((name) => name === 'sync').length <= 6, 'two batches, and the head')
  await record.close()
  disk.powerCut(() => 0)
  const after = await FileRecord.open(await openOn(disk))
  t.match(await after.verify(), { whole: true, entries: 201 })
})

t.test('long records are read in parts without losing a line at the seams', async (t) => {
  const data = await openReal(t.testdir())
  const record = await data.record({ segmentBytes: 700_000 })
  await Promise.all(Array.from({ length: 5000 }, (_, n) => record.append({ ...entryNumber(n), request: `r-${'x'.repeat(n % 97)}-${n}` })))
  let expected = 5000
  for await (const { n, request } of record.newestFirst({})) {
    if (n !== expected || !request?.endsWith(`-${n - 1}`)) t.fail(`${n} came where ${expected} belongs`)
    expected -= 1
  }
  t.equal(expected, 0)
  t.match(await record.verify(), { whole: true, entries: 5000 })
  await data.close()
})

t.test('an entry somebody edited is found', async (t) => {
  const folder = await written(t.testdir(), 30)
  await tampered(folder, 2, (lines) => {
    lines[2] = lines[2]!.replace(/"who":"\w+"/, '"who":"eve"')
  })
  const n = Number(/"n":(\d+)/.exec((await readFile(join(folder, '000002.ndjson'), 'utf8')).split('\n')[2]!)?.[1])
  const verdict = await verifyRecord(realFiles, folder)
  t.equal(verdict.whole, false)
  t.match(verdict.problems, [{ what: 'edited', n, segment: '000002.ndjson', line: 3 }])
  t.equal(verdict.problems.length, 1, 'and only this one is named')
})

t.test('an entry somebody edited with a hash that fits is found at the next one', async (t) => {
  const folder = await written(t.testdir(), 30)
  let n = 0
  await tampered(folder, 2, (lines) => {
    const [before, line] = [readLine(lines[1]!), readLine(lines[2]!)]
    n = line!.n
    lines[2] = writeLine(n, { ...line!.entry, who: 'eve' }, before!.hash).text.trim()
  })
  t.strictSame(found(await verifyRecord(realFiles, folder)), [`edited ${n + 1}`])
})

t.test('entries somebody removed, from the middle or the front, are found', async (t) => {
  const middle = await written(t.testdir(), 30)
  let n = 0
  await tampered(middle, 2, (lines) => {
    n = readLine(lines[1]!)!.n
    lines.splice(1, 2)
  })
  t.strictSame(found(await verifyRecord(realFiles, middle)), [`removed ${n}-${n + 1}`])

  const front = await written(t.testdir(), 30)
  await tampered(front, 1, (lines) => lines.splice(0, 1))
  t.strictSame(found(await verifyRecord(realFiles, front)), ['removed 1-1'])

  const segment = await written(t.testdir(), 30)
  await rm(join(segment, '000002.ndjson'))
  t.match(await verifyRecord(realFiles, segment), { whole: false, problems: [{ what: 'removed' }] })
})

t.test('entries somebody put in another order or in twice are found', async (t) => {
  const folder = await written(t.testdir(), 30)
  let n = 0
  await tampered(folder, 2, (lines) => {
    n = readLine(lines[1]!)!.n
    lines.splice(1, 2, lines[2]!, lines[1]!)
  })
  t.strictSame(found(await verifyRecord(realFiles, folder)), [`reordered ${n}`])

  const twice = await written(t.testdir(), 30)
  await tampered(twice, 2, (lines) => {
    n = readLine(lines[1]!)!.n
    lines.splice(3, 0, lines[1]!)
  })
  t.strictSame(found(await verifyRecord(realFiles, twice)), [`reordered ${n}`])
})

t.test('a line cut in the middle of the record is found', async (t) => {
  const folder = await written(t.testdir(), 30)
  let n = 0
  await tampered(folder, 2, (lines) => {
    n = readLine(lines[1]!)!.n
    lines[1] = lines[1]!.slice(0, 60)
  })
  t.strictSame(found(await verifyRecord(realFiles, folder)), [`unreadable ${n}`])
})

t.test('last entries somebody removed are found, before and after the next start', async (t) => {
  const root = t.testdir()
  const folder = await written(root, 30)
  const last = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort().at(-1)!
  const lines = (await readFile(join(folder, last), 'utf8')).trim().split('\n')
  await writeFile(join(folder, last), `${lines.slice(0, -1).join('\n')}\n`)
  t.strictSame(found(await verifyRecord(realFiles, folder)), ['shortened 30-30'])

  for (let starts = 0; starts < 2; starts += 1) {
    const data = await openReal(root)
    const record = await data.record()
    await record.append(entryNumber(31))
    t.strictSame(found(await record.verify()), ['removed 30-30'], 'going on does not cover it up')
    await data.close()
  }
  const data = await openReal(root)
  const record = await data.record()
  t.match((await record.page({ did: ['record.doubted'] })).entries, [{ n: 31, to: 'shortened' }], 'the start put its doubt on record, once')
  await data.close()
})

t.test('the whole record removed, or the file that says where it ends, is found', async (t) => {
  const gone = t.testdir()
  const folder = await written(gone, 30)
  for (const name of await readdir(folder)) if (name.endsWith('.ndjson')) await rm(join(folder, name))
  t.strictSame(found(await verifyRecord(realFiles, folder)), ['shortened 1-30'])
  const data = await openReal(gone)
  t.strictSame(found(await (await data.record()).verify()), ['removed 1-30'])
  await data.close()

  const headless = t.testdir()
  await rm(join(await written(headless, 30), 'head.json'))
  t.strictSame(found(await verifyRecord(realFiles, join(headless, 'record'))), ['head 30'])
  const started = await openReal(headless)
  const record = await started.record()
  t.match((await record.page({ limit: 1 })).entries, [{ did: 'record.doubted', to: 'head_missing' }])
  t.match(started.health.notices, [{ kind: 'record_doubtful', why: 'head_missing' }])
  await started.close()
})

t.test('somebody who writes the whole record anew is found by a mark kept elsewhere', async (t) => {
  const root = t.testdir()
  const folder = await written(root, 10)
  const mark = (await verifyRecord(realFiles, folder)).last
  let previous = GENESIS
  let text = ''
  for (let n = 1; n <= 10; n += 1) {
    const line = writeLine(n, { ...entryNumber(n), who: 'eve' }, previous)
    previous = line.hash
    text += line.text
  }
  for (const name of await readdir(folder)) if (name.endsWith('.ndjson')) await rm(join(folder, name))
  await writeFile(join(folder, '000001.ndjson'), text)
  await writeFile(join(folder, 'head.json'), JSON.stringify({ schema: 1, count: 10, hash: previous }))
  t.match(await verifyRecord(realFiles, folder), { whole: true }, 'without the mark nobody could tell')
  t.strictSame(found(await verifyRecord(realFiles, folder, mark)), ['witness 10'])
})

t.test('a line torn by a crash is repaired at the start, noted, and not called tampering', async (t) => {
  for (const torn of ['{"n":31,"at":"2026-03-0', '\0'.repeat(300), `{"n":31${'\0'.repeat(90)}\n{"n":32,"at"`]) {
    const root = t.testdir()
    const folder = await written(root, 30)
    const last = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort().at(-1)!
    await appendFile(join(folder, last), torn)
    if (!torn.includes('\n')) t.match(await verifyRecord(realFiles, folder), { whole: true, unfinished: true, entries: 30 })
    const data = await openReal(root)
    const record = await data.record()
    t.match(data.health.notices, [{ kind: 'record_repaired', bytes: torn.length }])
    await record.append(entryNumber(31))
    t.match(await record.verify(), { whole: true, unfinished: false, entries: 32 })
    t.match((await record.page({ limit: 2 })).entries, [{ request: 'req-31' }, { n: 31, did: 'record.repaired', from: String(torn.length) }])
    await data.close()
  }
})

t.test('an end that a crash cannot explain is kept as it lies', async (t) => {
  const root = t.testdir()
  const folder = await written(root, 30)
  const last = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort().at(-1)!
  const length = (await readFile(join(folder, last))).length
  await truncate(join(folder, last), length - 40)
  const evidence = await readFile(join(folder, last))
  const data = await openReal(root)
  const record = await data.record()
  await record.append(entryNumber(31))
  t.strictSame(await readFile(join(folder, last)), evidence)
  t.notOk((await record.verify()).whole)
  await data.close()
})

t.test('no power cut at any operation loses an answered entry or looks like tampering', async (t) => {
  let cuts = 0
  let repaired = 0
  for (let at = 1; ; at += 1) {
    let off = true
    for (let seed = 1; seed <= 6 && off; seed += 1) {
      const disk = new SimulatedDisk()
      const faulty = new FaultyFiles(disk, { at, code: 'power off' })
      const answered: string[] = []
      const work = async () => {
        const record = await FileRecord.open(await openOn(faulty), { segmentBytes: 900 })
        for (let n = 1; n <= 15; n += 3) {
          await Promise.all([n, n + 1, n + 2].map((i) => record.append(entryNumber(i)).then(() => answered.push(`req-${i}`))))
        }
        await record.close()
      }
      off = await Promise.race([work().then(() => false), faulty.off.then(() => true)])
      disk.powerCut(chance(at * 1000 + seed))
      const keeping = await openOn(disk)
      const after = await FileRecord.open(keeping)
      const verdict = await after.verify()
      const requests = (await after.page({ limit: 500 })).entries.map(({ request }) => request)
      const missing = answered.filter((request) => !requests.includes(request))
      if (!verdict.whole || missing.length > 0) t.fail(`cut at ${at}, chance ${seed}: missing ${missing}, ${JSON.stringify(verdict.problems)}`)
      if (keeping.disk.health.notices.some(({ kind }) => kind === 'record_repaired')) repaired += 1
      if (keeping.disk.health.notices.some(({ kind }) => kind === 'record_doubtful')) t.fail(`cut at ${at}, chance ${seed}: doubt`)
      cuts += 1
    }
    if (!off) break
  }
  t.ok(cuts > 200, `${cuts} cuts`)
  t.ok(repaired > 0, `${repaired} needed repair`)
})

t.test('entries that were refused are gone, even when at first they could not be cut off', async (t) => {
  const disk = new SimulatedDisk()
  let broken = false
  const files: Files = Object.assign(Object.create(disk), {
    open: async (path: string, how: 'wx') => {
      const file = await disk.open(path, how)
      const unless = (act: () => Promise<void>) => (broken ? Promise.reject(Object.assign(new Error('planted'), { code: 'EIO' })) : act())
      return { ...file, sync: () => unless(file.sync), truncate: (length: number) => unless(() => file.truncate(length)) }
    },
  })
  const record = await FileRecord.open(await openOn(files))
  await record.append(entryNumber(1))
  broken = true
  const refused = await Promise.allSettled([2, 3, 4].map((n) => record.append(entryNumber(n))))
  t.strictSame(refused.map(({ status }) => status), Array(3).fill('rejected'))
  t.strictSame((await record.page({})).entries.map(({ n }) => n), [1], 'nobody reads them')
  broken = false
  await record.append({ ...entryNumber(5), thing: { kind: 'page', id: 'x' } })
  await record.close()
  t.match(await record.verify(), { whole: true, entries: 2, unfinished: false })
})

t.test('the record goes on while the rest of the store is read-only', async (t) => {
  const data = await openReal(t.testdir())
  const record = await data.record({ segmentBytes: 300 })
  await record.append(entryNumber(1))
  data.health.stopWriting('planted')
  for (let n = 2; n < 10; n += 1) await record.append(entryNumber(n))
  t.match(await record.verify(), { whole: true, entries: 9 })
  await data.close()
})
