import t from 'tap'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { realFiles, type Files } from './files.js'
import { openReal } from './scratch-store.js'
import { StoreDamaged, StoreTooNew } from '../store-errors.js'

interface Names {
  readonly names: readonly string[]
}
const NAMES = { name: 'people', schema: { now: 1 }, empty: (): Names => ({ names: [] }) }

t.test('fifty people change one document at once and every change is in it, also after a restart', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  const people = await data.document(NAMES)
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => people.change(async (now) => {
      await Promise.resolve()
      return { names: [...now.names, `p${i}`] }
    })),
  )
  t.equal(new Set(people.read().names).size, 50)
  await data.close()
  const again = await openReal(root)
  t.strictSame((await again.document(NAMES)).read(), people.read())
  await again.close()
})

t.test('a snapshot never changes under its reader, and nobody can change it by hand', async (t) => {
  const data = await openReal(t.testdir())
  const people = await data.document(NAMES)
  const before = people.read()
  const mine = { names: ['Ada'] }
  await people.change(() => mine)
  t.strictSame(before.names, [])
  t.throws(() => (people.read().names as string[]).push('Eve'), TypeError)
  mine.names.push('Eve')
  t.strictSame(people.read().names, ['Ada'])
  const same = people.read()
  t.equal(await people.change((now) => now), same, 'no change is no write')
  await data.close()
})

t.test('when a change cannot be written, its author is told and nobody sees it', async (t) => {
  let broken: string | null = null
  const files: Files = {
    ...realFiles,
    open: async (path, how) => {
      const file = await realFiles.open(path, how)
      if (!path.includes('people.json')) return file
      return {
        fd: file.fd,
        read: (...args) => file.read(...args),
        size: () => file.size(),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
        write: (...args) => (broken === 'write' ? fail() : file.write(...args)),
        sync: () => (broken === 'sync' ? fail() : file.sync()),
      }
    },
  }
  const data = await openReal(t.testdir(), files)
  const people = await data.document(NAMES)
  await people.change(() => ({ names: ['Ada'] }))
  for (broken of ['write', 'sync']) {
    await t.rejects(people.change(() => ({ names: ['Eve'] })), { code: 'EIO' })
    t.strictSame(people.read().names, ['Ada'])
    t.match(JSON.parse(await readFile(data.path('people.json'), 'utf8')), { names: ['Ada'] })
  }
  await t.rejects(people.change(() => { throw new Error('a rule says no') }), /a rule says no/)
  broken = null
  await people.change((now) => ({ names: [...now.names, 'Bo'] }))
  t.strictSame(people.read().names, ['Ada', 'Bo'], 'and the next change works')
  t.strictSame((await readdir(data.root)).filter((name) => name.endsWith('.tmp')), [], 'nothing half-written is left')
  await data.close()
})

t.test('when the disk does not confirm a change, everybody sees what is on disk and nothing more is written', async (t) => {
  let broken = false
  const files: Files = {
    ...realFiles,
    openFolder: async (folder) => {
      const handle = await realFiles.openFolder(folder)
      return { sync: () => (broken ? fail() : handle.sync()), close: () => handle.close() }
    },
  }
  const root = t.testdir()
  const data = await openReal(root, files)
  const people = await data.document(NAMES)
  broken = true
  await t.rejects(people.change(() => ({ names: ['Ada'] })), { code: 'store.read_only', name: 'WriteUncertain' })
  t.strictSame(JSON.parse(await readFile(data.path('people.json'), 'utf8')), { schema: 1, ...people.read() }, 'memory equals disk')
  broken = false
  t.equal(data.health.writable, false)
  t.match(data.health.reason, /fsync of the folder/)
  await t.rejects(people.change(() => ({ names: ['Bo'] })), { code: 'store.read_only', name: 'StoreReadOnly' })
  t.match(data.health.notices, [{ kind: 'read_only' }])
  await data.close()
  const again = await openReal(root)
  const restarted = await again.document(NAMES)
  await restarted.change(() => ({ names: ['Cy'] }))
  t.strictSame(restarted.read().names, ['Cy'], 'a restart ends it')
  await again.close()
})

for (const [what, content] of Object.entries({
  empty: '',
  truncated: '{"schema":1,"names":["Ad',
  'full of NULs': '\0'.repeat(200),
  'no document': 'null',
  'without a schema number': '{"names":[]}',
})) {
  t.test(`a people file that is ${what} stops the start, names the remedy, and is kept`, async (t) => {
    const root = t.testdir()
    const data = await openReal(root)
    await (await data.document(NAMES)).change(() => ({ names: ['Ada'] }))
    await data.close()
    const whole = await readFile(join(root, 'people.json'))
    await writeFile(join(root, 'people.json'), content)

    const first = await openReal(root)
    await t.rejects(first.document(NAMES), { name: 'StoreDamaged', file: 'people.json', message: /moved to quarantine\/people\.json\..*backup/ })
    const [report] = await first.quarantine.reports()
    t.match(report, { file: 'people.json', remedy: /put it back as people\.json/ })
    t.equal(await readFile(join(root, 'quarantine', report?.kept ?? ''), 'utf8'), content)
    await first.close()

    const second = await openReal(root)
    await t.rejects(second.document(NAMES), { name: 'StoreDamaged', message: /was moved to quarantine/ }, 'nor does it start empty the next time')
    await second.close()

    await writeFile(join(root, 'people.json'), whole)
    const third = await openReal(root)
    t.strictSame((await third.document(NAMES)).read().names, ['Ada'], 'the remedy works')
    await third.close()
  })
}

t.test('a file of a later release is refused by name and left as it is', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  await data.document({ ...NAMES, schema: { now: 3 } })
  await data.close()
  const text = await readFile(join(root, 'people.json'), 'utf8')
  const older = await openReal(root)
  await t.rejects(older.document({ ...NAMES, schema: { now: 2 } }), StoreTooNew)
  await t.rejects(older.document({ ...NAMES, schema: { now: 2 } }), /people\.json: its schema is 3.*Start the release/)
  t.equal(await readFile(join(root, 'people.json'), 'utf8'), text)
  await older.close()
})

t.test('a file of an older release is brought up one step at a time, and written so at the next change', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  await writeFile(join(root, 'people.json'), '{"schema":1,"list":"Ada,Bo"}')
  const schema = {
    now: 3,
    upgrades: {
      1: (old: Readonly<{ [field: string]: unknown }>) => ({ entries: String(old['list']).split(',') }),
      2: (old: Readonly<{ [field: string]: unknown }>) => ({ names: old['entries'] }),
    },
  }
  const people = await data.document({ ...NAMES, schema })
  t.strictSame(people.read(), { names: ['Ada', 'Bo'] })
  await people.change((now) => ({ names: [...now.names, 'Cy'] }))
  t.strictSame(JSON.parse(await readFile(join(root, 'people.json'), 'utf8')), { schema: 3, names: ['Ada', 'Bo', 'Cy'] })
  await t.rejects(data.document({ ...NAMES, schema: { now: 4 } }), /no way up from its schema 3/)
  await data.close()
})

t.test('a document that could not be read back is not written', async (t) => {
  const data = await openReal(t.testdir())
  const check = (stored: Readonly<{ [field: string]: unknown }>): Names => {
    if (!Array.isArray(stored['names'])) throw new Error('no names')
    return stored as unknown as Names
  }
  const people = await data.document({ ...NAMES, schema: { now: 1, check } })
  await t.rejects(people.change(() => ({ names: undefined }) as unknown as Names), StoreDamaged)
  t.strictSame(people.read().names, [])
  t.match(JSON.parse(await readFile(data.path('people.json'), 'utf8')), { names: [] })
  await data.close()
})

t.test('a data directory that lost a file or its manifest is refused, never filled up again', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  await data.document(NAMES)
  await data.folder({ name: 'pages', schema: { now: 1 }, cacheBytes: 1000 })
  await data.close()

  await rename(join(root, 'people.json'), join(root, 'people.json.away'))
  await rename(join(root, 'pages'), join(root, '.pages.away'))
  const lost = await openReal(root)
  await t.rejects(lost.document(NAMES), { name: 'StoreDamaged', message: /people\.json: it is missing/ })
  await t.rejects(lost.folder({ name: 'pages', schema: { now: 1 }, cacheBytes: 1000 }), { name: 'StoreDamaged', message: /pages: it is missing/ })
  await lost.close()
  await rename(join(root, 'people.json.away'), join(root, 'people.json'))
  await rename(join(root, '.pages.away'), join(root, 'pages'))

  await rm(join(root, 'manifest.json'))
  await t.rejects(openReal(root), { name: 'StoreDamaged', message: /manifest\.json: it is missing, although .*people\.json/ })
  await t.rejects(openReal(root), StoreDamaged, 'the refusal let go of the lock')
})

t.test('a new directory may hold a secret or lost+found and is still new', async (t) => {
  const root = t.testdir()
  await writeFile(join(root, 'session.secret'), 'x')
  await mkdir(join(root, 'lost+found'))
  const data = await openReal(join(root))
  t.strictSame((await data.document(NAMES)).read().names, [])
  await data.close()
  const deeper = await openReal(join(root, 'a', 'b'))
  await deeper.close()
})

function fail(): Promise<never> {
  return Promise.reject(Object.assign(new Error('planted'), { code: 'EIO' }))
}
