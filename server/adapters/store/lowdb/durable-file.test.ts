import t from 'tap'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DurableFile } from './durable-file.js'
import { FaultyFiles } from './faulty-files.js'
import { realFiles, type Files } from './files.js'
import { chance, openOn, openReal } from './scratch-store.js'
import { SimulatedDisk } from './simulated-disk.js'
import { StoreDamaged, TooLarge } from '../store-errors.js'

interface Count {
  readonly n: number
  readonly filler?: string
}
const SCHEMA = { now: 1 }

t.test('the text of the moment is written, whatever the caller does to it afterwards', async (t) => {
  const data = await openReal(t.testdir())
  const file = new DurableFile<{ names: string[] }>(data.disk, data.path('names.json'), SCHEMA)
  const names = ['Ada']
  const written = file.write({ names })
  names.push('too late')
  await written
  t.match(JSON.parse(await readFile(file.path, 'utf8')), { schema: 1, names: ['Ada'] })
  t.strictSame((await file.read())?.names, ['Ada'])
  await data.close()
})

t.test('of writes that overlap the newest is the one that stays, and every answer is true', async (t) => {
  const data = await openReal(t.testdir())
  const file = new DurableFile<Count>(data.disk, data.path('count.json'), SCHEMA)
  const random = chance(7)
  let answered = 0
  for (let round = 0; round < 40; round += 1) {
    const from = round * 25
    const writes = Array.from({ length: 25 }, async (_, i) => {
      const n = from + i + 1
      await file.write({ n, filler: 'x'.repeat(Math.floor(random() * 20_000)) })
      const onDisk = await file.read()
      if (!onDisk || onDisk.n < n) t.fail(`answered ${n}, on disk ${onDisk?.n}`)
      answered += 1
    })
    await Promise.all(writes)
    t.equal((await file.read())?.n, from + 25, 'the last of the round is on disk')
  }
  t.equal(answered, 1000)
  await data.close()
})

t.test('somebody whose write succeeded is not told of the failure of the next one', async (t) => {
  let fail = false
  const files: Files = {
    ...realFiles,
    rename: (from, to) => {
      if (fail && to.endsWith('count.json')) return Promise.reject(Object.assign(new Error('planted'), { code: 'EIO' }))
      return realFiles.rename(from, to).finally(() => (fail = to.endsWith('count.json')))
    },
  }
  const data = await openReal(t.testdir(), files)
  const file = new DurableFile<Count>(data.disk, data.path('count.json'), SCHEMA)
  const first = file.write({ n: 1 })
  const second = file.write({ n: 2 })
  await t.resolves(first)
  await t.rejects(second, { code: 'EIO' })
  t.equal((await file.read())?.n, 1)
  fail = false
  await file.write({ n: 3 })
  t.equal((await file.read())?.n, 3, 'and the next one works')
  await data.close()
})

t.test('a document that is too long is refused before anything is written', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const file = new DurableFile<Count>(data.disk, data.path('count.json'), SCHEMA, { limit: 100 })
  await file.write({ n: 1 })
  await t.rejects(file.write({ n: 2, filler: '字'.repeat(40) }), TooLarge, 'bytes are counted, not letters')
  t.equal((await file.read())?.n, 1)
  await data.close()
})

t.test('no file is none; a file that holds nothing of ours is damaged, never none', async (t) => {
  const data = await openReal(t.testdir())
  const file = new DurableFile<Count>(data.disk, data.path('count.json'), SCHEMA)
  t.equal(await file.read(), null)
  for (const text of ['', ' \n', 'null', '[]', '3', '"x"', '{}', '{"schema":0}', '{"schema":1', '\0\0\0\0']) {
    await writeFile(file.path, text)
    await t.rejects(file.read(), StoreDamaged, JSON.stringify(text))
  }
  await writeFile(file.path, Buffer.from([0x7b, 0x22, 0x73, 0xff, 0xfe]))
  await t.rejects(file.read(), /not UTF-8/)
  await data.close()
})

t.test('what was answered survives a power cut, and what was not is whole or absent', async (t) => {
  let cuts = 0
  let foundUnanswered = 0
  for (let at = 1; ; at += 1) {
    let off = true
    for (let seed = 1; seed <= 8 && off; seed += 1) {
      const disk = new SimulatedDisk()
      const faulty = new FaultyFiles(disk, { at, code: 'power off' })
      let answered = 0
      const work = async () => {
        const keeping = await openOn(faulty)
        const file = new DurableFile<Count>(keeping.disk, '/data/count.json', SCHEMA)
        for (let n = 1; n <= 6; n += 1) {
          await file.write({ n, filler: 'y'.repeat(3000) })
          answered = n
        }
      }
      off = await Promise.race([work().then(() => false), faulty.off.then(() => true)])
      disk.powerCut(chance(at * 1000 + seed))
      const after = await openOn(disk)
      const found = (await new DurableFile<Count>(after.disk, '/data/count.json', SCHEMA).read())?.n ?? 0
      if (found < answered || found > answered + 1) t.fail(`cut at ${at}, chance ${seed}: answered ${answered}, found ${found}`)
      cuts += 1
      if (found > answered) foundUnanswered += 1
    }
    if (!off) break
  }
  t.ok(cuts > 200, `${cuts} cuts`)
  t.ok(foundUnanswered > 0, 'some fell between the rename and the answer')
})

t.test('the simulated disk loses what was never fsynced, or the test above could not fail', async (t) => {
  let lost = 0
  for (let seed = 1; seed <= 40; seed += 1) {
    const disk = new SimulatedDisk()
    const keeping = await openOn(disk)
    const file = await disk.open('/data/plain.json', 'wx')
    await file.write(Buffer.from('{"schema":1,"n":1}'), 0)
    await file.close()
    disk.powerCut(chance(seed))
    const found = await new DurableFile<Count>(keeping.disk, join('/data', 'plain.json'), SCHEMA).read().catch(() => null)
    if (found?.n !== 1) lost += 1
  }
  t.ok(lost > 5, `${lost} of 40 lost`)
})
