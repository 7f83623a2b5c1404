import t from 'tap'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Files } from './files.js'
import { PAGES, openOn, openReal, page, pageId, type Page } from './scratch-store.js'
import { DocumentFolder } from './document-folder.js'
import { SimulatedDisk } from './simulated-disk.js'
import { DocumentExists, NoSuchDocument, StoreDamaged, StoreTooNew } from '../store-errors.js'

t.test('a page is created, changed, replaced, read and removed, and a restart changes nothing', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const pages = await data.folder<Page>(PAGES)
  t.equal(await pages.read(pageId(1)), undefined)
  t.equal((await pages.create(page(1))).version, 1)
  await t.rejects(pages.create(page(1)), DocumentExists)
  t.match(await pages.change(pageId(1), (now) => ({ ...now, text: 'new' })), { version: 2, text: 'new' })
  t.match(await pages.put({ ...page(1), text: 'put' }), { version: 3, text: 'put' })
  await t.rejects(pages.change(pageId(2), (now) => now), NoSuchDocument)
  await pages.create(page(2))
  t.equal(await pages.remove(pageId(2)), true)
  t.equal(await pages.remove(pageId(2)), false)
  t.equal(await pages.read(pageId(2)), undefined)
  t.match(JSON.parse(await readFile(join(root, 'pages', '01', `${pageId(1)}.json`), 'utf8')), { schema: 1, version: 3, text: 'put' })
  await data.close()
  const again = await openReal(root)
  t.match(await (await again.folder<Page>(PAGES)).read(pageId(1)), { version: 3, text: 'put' })
  await again.close()
})

t.test('fifty people change one page at once and every change is in it', async (t) => {
  const data = await openReal(t.testdir())
  const pages = await data.folder<Page>(PAGES)
  await pages.create(page(1, ''))
  await Promise.all(Array.from({ length: 50 }, (_, i) => pages.change(pageId(1), (now) => ({ ...now, text: `${now.text}[${i}]` }))))
  const found = await pages.read(pageId(1))
  t.equal(found?.version, 51)
  for (let i = 0; i < 50; i += 1) t.match(found?.text, `[${i}]`)
  await data.close()
})

t.test('sixty-four people write different pages at the same time, nobody waits for another', async (t) => {
  let waiting = 0
  let most = 0
  let openGate: () => void = () => {}
  const gate = new Promise<void>((resolve) => (openGate = resolve))
  const disk = new SimulatedDisk()
  const files: Files = Object.assign(Object.create(disk), {
    open: async (path: string, how: 'wx') => {
      const file = await disk.open(path, how)
      if (!basename(path).startsWith('0198')) return file
      // No fsync answers before all sixty-four have asked for theirs.
      return { ...file, sync: async () => {
        most = Math.max(most, (waiting += 1))
        if (waiting === 64) openGate()
        await gate
        await file.sync()
      } }
    },
  })
  const pages = await DocumentFolder.open<Page>(await openOn(files), PAGES)
  await Promise.all(Array.from({ length: 64 }, (_, n) => pages.create(page(n))))
  t.equal(most, 64)
})

t.test('several renames in one folder share an fsync, and none is answered by one that began before it', async (t) => {
  const disk = new SimulatedDisk()
  const events: string[] = []
  const files: Files = Object.assign(Object.create(disk), {
    rename: async (from: string, to: string) => {
      await disk.rename(from, to)
      events.push(`rename ${basename(to, '.json')}`)
    },
    openFolder: async (folder: string) => {
      const handle = await disk.openFolder(folder)
      return { close: handle.close, sync: async () => {
        const name = basename(folder)
        events.push(`begin ${name}`)
        await new Promise((resolve) => setImmediate(resolve))
        await handle.sync()
        events.push(`end ${name}`)
      } }
    },
  })
  const pages = await DocumentFolder.open<Page>(await openOn(files), PAGES)
  await pages.create(page(0x100))
  events.length = 0
  const numbers = Array.from({ length: 20 }, (_, i) => 0x200 + i * 0x100)
  await Promise.all(numbers.map(async (n) => {
    await pages.create(page(n))
    events.push(`answer ${pageId(n)}`)
  }))
  const syncs = events.filter((event) => event === 'begin 00').length
  t.ok(syncs < 20, `${syncs} fsyncs for 20 pages`)
  for (const n of numbers) {
    const renamed = events.indexOf(`rename ${pageId(n)}`)
    const began = events.indexOf('begin 00', renamed)
    const answered = events.indexOf(`answer ${pageId(n)}`)
    t.ok(renamed !== -1 && renamed < began && began < answered, `${n}: renamed ${renamed}, fsync ${began}, answered ${answered}`)
    t.ok(events.indexOf('end 00', began) < answered)
  }
})

t.test('once the disk has failed to confirm a page, no page that was on its way is put in place', async (t) => {
  const disk = new SimulatedDisk()
  let letGo: () => void = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const files: Files = Object.assign(Object.create(disk), {
    open: async (path: string, how: 'wx') => {
      const file = await disk.open(path, how)
      return path.includes(pageId(2)) ? { ...file, sync: () => gate } : file
    },
    openFolder: async (folder: string) => {
      const handle = await disk.openFolder(folder)
      return folder.endsWith('/01') ? { ...handle, sync: () => Promise.reject(Object.assign(new Error('planted'), { code: 'EIO' })) } : handle
    },
  })
  const pages = await DocumentFolder.open<Page>(await openOn(files), PAGES)
  const second = pages.create(page(2))
  await t.rejects(pages.create(page(1)), { name: 'WriteUncertain' })
  letGo()
  await t.rejects(second, { name: 'StoreReadOnly' })
  t.equal(await pages.read(pageId(2)), undefined)
  t.strictSame(await disk.survey('/data/pages/02'), [], 'nor is anything of it left')
})

t.test('an fsync that succeeds after one that failed answers nobody', async (t) => {
  const disk = new SimulatedDisk()
  let syncs = 0
  const files: Files = Object.assign(Object.create(disk), {
    openFolder: async (folder: string) => {
      const handle = await disk.openFolder(folder)
      if (!folder.endsWith('/01')) return handle
      return { ...handle, sync: async () => {
        const first = (syncs += 1) === 1
        // Long enough for the other page to be renamed and to wait for the next one.
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        if (first) throw Object.assign(new Error('planted'), { code: 'EIO' })
        await handle.sync()
      } }
    },
  })
  const pages = await DocumentFolder.open<Page>(await openOn(files), PAGES)
  const outcomes = await Promise.allSettled([pages.create(page(0x101)), pages.create(page(0x201))])
  t.equal(syncs, 2, 'the second had its own')
  t.strictSame(outcomes.map(({ status }) => status), ['rejected', 'rejected'])
})

t.test('a reader who was overtaken by a writer does not leave the old page in memory', async (t) => {
  const disk = new SimulatedDisk()
  let holdBack: Promise<void> | null = null
  const files: Files = Object.assign(Object.create(disk), {
    read: async (path: string) => {
      const bytes = await disk.read(path)
      if (path.includes(pageId(1))) await holdBack
      return bytes
    },
  })
  const keeping = await openOn(files)
  await (await DocumentFolder.open<Page>(keeping, PAGES)).create(page(1, 'old'))
  const pages = await DocumentFolder.open<Page>(keeping, PAGES)
  let release: () => void = () => {}
  holdBack = new Promise((resolve) => (release = resolve))
  const slow = pages.read(pageId(1))
  // The writer's own read is let through, the slow one still stands with the old bytes in hand.
  await new Promise((resolve) => setImmediate(resolve))
  holdBack = null
  await pages.change(pageId(1), (now) => ({ ...now, text: 'new' }))
  release()
  t.match(await slow, { text: 'old' }, 'it asked before the change')
  t.match(await pages.read(pageId(1)), { text: 'new' })
})

t.test('memory stays within its bytes, and a page known to be newer elsewhere is read again', async (t) => {
  let reads = 0
  const disk = new SimulatedDisk()
  const files: Files = Object.assign(Object.create(disk), {
    read: (path: string) => {
      if (path.includes('/pages/')) reads += 1
      return disk.read(path)
    },
  })
  const pages = await DocumentFolder.open<Page>(await openOn(files), { ...PAGES, cacheBytes: 2000 })
  for (let n = 0; n < 10; n += 1) await pages.create(page(n, 'x'.repeat(800)))
  reads = 0
  await pages.read(pageId(9))
  await pages.read(pageId(8))
  t.equal(reads, 0, 'two fit')
  await pages.read(pageId(0))
  t.equal(reads, 1, 'ten do not')
  await pages.read(pageId(0), 1)
  t.equal(reads, 1)
  await pages.read(pageId(0), 2)
  t.equal(reads, 2)
})

t.test('a page given out cannot be changed by whoever reads it', async (t) => {
  const data = await openReal(t.testdir())
  const pages = await data.folder<Page>(PAGES)
  await pages.create(page(1))
  const found = await pages.read(pageId(1))
  t.throws(() => Object.assign(found ?? {}, { text: 'mine' }), TypeError)
  await data.close()
})

t.test('no id from outside becomes a path', async (t) => {
  const root = t.testdir({ 'secret.json': '{"schema":1,"id":"x","version":1}' })
  const data = await openReal(join(root, 'data'))
  const pages = await data.folder<Page>(PAGES)
  for (const id of ['../../secret', '..', '', '/etc/passwd', `${'a'.repeat(33)}/..`, `${pageId(1)}/`, `${pageId(1)}\0`, pageId(1).toUpperCase().replace('0198C0DE', '0198C0DX'), '-'.repeat(36)]) {
    t.equal(await pages.read(id), undefined, JSON.stringify(id))
    t.equal(await pages.remove(id), false)
    t.equal(await pages.stat(id), undefined)
    await t.rejects(pages.change(id, (now) => now), NoSuchDocument)
    await t.rejects(pages.create({ ...page(1), id }), /own id/)
  }
  await pages.create(page(1))
  await t.rejects(pages.change(pageId(1), (now) => ({ ...now, id: pageId(2) })), /own id/, 'nor may a change move a page')
  t.strictSame(await readdir(join(root, 'data', 'pages')), ['01'])
  await data.close()
})

t.test('all pages are listed with size and time, and what is no page is left alone', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const pages = await data.folder<Page>(PAGES)
  const older = await data.folder<Page>({ ...PAGES, ending: '.old.json' })
  for (let n = 0; n < 300; n += 1) await pages.create(page(n))
  await older.create(page(1, 'an older one'))
  await writeFile(join(root, 'pages', '01', 'README.txt'), 'hello')
  await writeFile(join(root, 'pages', '02', `${pageId(1)}.json`), '{}')
  await mkdir(join(root, 'pages', 'more'))
  const listed = await pages.list()
  t.equal(listed.length, 300)
  t.strictSame(new Set(listed.map(({ id }) => id)).size, 300)
  t.strictSame(listed.find(({ id }) => id === pageId(7)), await pages.stat(pageId(7)))
  t.ok((await pages.stat(pageId(7)))!.bytes > 50)
  t.strictSame((await older.list()).map(({ id }) => id), [pageId(1)])
  t.match(await older.read(pageId(1)), { text: 'an older one' })
  t.match(await pages.read(pageId(1)), { text: 'page 1' })
  await data.close()
})

t.test('a page that cannot be read is set aside with a report; the others stay', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const writing = await data.folder<Page>(PAGES)
  for (let n = 1; n <= 6; n += 1) await writing.create(page(n))
  const file = (n: number) => join(root, 'pages', pageId(n).slice(-2), `${pageId(n)}.json`)
  await writeFile(file(1), '')
  await writeFile(file(2), (await readFile(file(2), 'utf8')).slice(0, -9))
  await writeFile(file(3), Buffer.alloc(300))
  await writeFile(file(4), await readFile(file(5)))

  const pages = await data.folder<Page>(PAGES)
  const found = await Promise.all([1, 1, 2, 3, 4].map((n) => pages.read(pageId(n))))
  t.strictSame(found, Array(5).fill(undefined))
  t.match(await pages.read(pageId(5)), page(5))
  const reports = await data.quarantine.reports()
  t.strictSame(reports.map(({ file }) => file).sort(), [1, 2, 3, 4].map((n) => `pages/0${n}/${pageId(n)}.json`))
  t.equal((await readFile(join(root, 'quarantine', reports.find(({ file }) => file.includes(pageId(3)))!.kept))).length, 300)
  t.equal(data.health.notices.filter(({ kind }) => kind === 'quarantined').length, 4)
  t.notMatch(JSON.stringify(reports), 'page 2', 'a report holds nothing people wrote')
  t.equal((await pages.list()).length, 2)

  await t.rejects(pages.create(page(2)), StoreDamaged, 'nobody gets an empty page in its place')
  await t.rejects(pages.change(pageId(2), (now) => now), NoSuchDocument)
  await data.close()
  const again = await openReal(root)
  await t.rejects((await again.folder<Page>(PAGES)).create(page(2)), /put it back/, 'nor after a restart')
  await again.close()
})

t.test('a page of a later release is refused and stays where it is', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const newer = await data.folder<Page>({ ...PAGES, schema: { now: 2 } })
  await newer.create(page(1))
  const pages = await data.folder<Page>(PAGES)
  await t.rejects(pages.read(pageId(1)), StoreTooNew)
  await t.rejects(pages.change(pageId(1), (now) => now), StoreTooNew)
  await t.rejects(pages.create(page(1)), StoreTooNew)
  t.strictSame(await data.quarantine.reports(), [])
  t.match(await newer.read(pageId(1)), page(1))
  await data.close()
})

t.test('what a killed process left half-written is gone after the start', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  await (await data.folder<Page>(PAGES)).create(page(1))
  await data.close()
  const stale = [
    join(root, 'pages', '01', `${pageId(1)}.json.0b9e6a52-5d2a-4a39-9a51-0d6f0ea43a11.tmp`),
    join(root, 'people.json.0b9e6a52-5d2a-4a39-9a51-0d6f0ea43a11.tmp'),
  ]
  for (const path of stale) await writeFile(path, '{"schema":1,"te')
  await writeFile(join(root, 'notes.tmp'), 'not ours')
  const again = await openReal(root)
  const left = await readdir(root, { recursive: true })
  t.strictSame(left.filter((name) => name.endsWith('.tmp')), ['notes.tmp'])
  t.match(await (await again.folder<Page>(PAGES)).read(pageId(1)), page(1))
  await again.close()
})

t.test('words of any script and shape come back as they were written', async (t) => {
  const data = await openReal(t.testdir())
  const pages = await data.folder<Page>({ ...PAGES, cacheBytes: 1 })
  const text = '客户说：“转存”\u2028\u0000\ud800 a\r\n{"__proto__":1} 🏦'
  await pages.create({ ...page(1, text), ...JSON.parse('{"__proto__":{"admin":true}}') })
  const found = await pages.read(pageId(1))
  t.equal(found?.text, text)
  t.equal((found as unknown as { admin?: boolean }).admin, undefined)
  await data.close()
})
