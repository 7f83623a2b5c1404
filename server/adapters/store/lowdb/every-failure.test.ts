import t from 'tap'
import type { RecordEntry } from '../../../domain/policy/record.js'
import { Document } from './document.js'
import { DocumentFolder } from './document-folder.js'
import { FaultyFiles, type Fault } from './faulty-files.js'
import type { Files } from './files.js'
import { FileRecord } from './record.js'
import { PAGES, openOn, page, pageId, type Page } from './scratch-store.js'
import { SimulatedDisk } from './simulated-disk.js'

const COUNT = { name: 'count', schema: { now: 1 }, empty: () => ({ total: 0 }) }
const IDS = [1, 2, 3, 4].map(pageId)

async function openAll(files: Files) {
  const keeping = await openOn(files)
  return {
    keeping,
    count: await Document.open<{ total: number }>(keeping, COUNT),
    pages: await DocumentFolder.open<Page>(keeping, PAGES),
    record: await FileRecord.open(keeping, { segmentBytes: 400 }),
  }
}
type All = Awaited<ReturnType<typeof openAll>>

const entry = (request: string): RecordEntry => ({ at: '2026-03-02T08:00:00.000Z', who: 'job:test', did: 'thing.read', request })

/** What a start right now would find. */
async function onDisk(disk: SimulatedDisk) {
  const all = await openAll(disk)
  return { count: all.count.read(), pages: await Promise.all(IDS.map((id) => all.pages.read(id))), requests: await requestsOf(all.record), verdict: await all.record.verify() }
}

async function requestsOf(record: FileRecord): Promise<string[]> {
  return (await record.page({ limit: 500 })).entries.map(({ request = '' }) => request)
}

/** One of everything that changes something; says which were answered. */
async function busy({ count, pages, record }: All): Promise<Map<string, boolean>> {
  const answers = new Map<string, boolean>()
  const attempt = async (name: string, act: () => Promise<unknown>) => {
    await act().then(() => answers.set(name, true), () => answers.set(name, false))
  }
  await attempt('count', () => count.change((now) => ({ total: now.total + 1 })))
  await attempt('create', () => pages.create(page(3, 'created')))
  await attempt('change', () => pages.change(pageId(1), (now) => ({ ...now, text: 'changed' })))
  await attempt('remove', () => pages.remove(pageId(2)))
  await attempt('put', () => pages.put(page(4, 'put')))
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => attempt(`record ${name}`, () => record.append(entry(name)))))
  await attempt('record e', () => record.append(entry('e')))
  await record.close()
  return answers
}

for (const code of ['EIO', 'ENOSPC', 'EMFILE'] as const satisfies readonly Fault['code'][]) {
  t.test(`whichever operation fails with ${code}, memory equals disk, answers are true, and later writes work`, async (t) => {
    const seen = { operations: new Set<string>(), refused: new Set<string>(), readOnly: 0, failedStarts: 0 }
    let at = 1
    for (; ; at += 1) {
      const disk = new SimulatedDisk()
      const before = await openAll(disk)
      await before.count.change(() => ({ total: 1 }))
      for (const n of [1, 2]) await before.pages.create(page(n))
      for (const name of ['x', 'y', 'z']) await before.record.append(entry(name))
      await before.record.close()

      const faulty = new FaultyFiles(disk, { at, code })
      const where = () => `${code} at ${at} (${faulty.failed})`
      let all: All
      try {
        all = await openAll(faulty)
      } catch {
        seen.failedStarts += 1
        const after = await onDisk(disk)
        t.strictSame([after.count.total, after.pages.filter(Boolean).length], [1, 2], `${where()}: a failed start loses nothing`)
        t.match(after.requests.slice(-3), ['z', 'y', 'x'])
        continue
      }
      // In memory before the failure: what is kept there must not outlive it.
      for (const id of IDS) await all.pages.read(id).catch(() => {})
      const answers = await busy(all)
      if (faulty.failed === null) break
      seen.operations.add(faulty.failed)
      for (const [name, answered] of answers) if (!answered) seen.refused.add(name)
      faulty.heal()

      const memory = { count: all.count.read(), pages: await Promise.all(IDS.map((id) => all.pages.read(id))), requests: await requestsOf(all.record) }
      const found = await onDisk(disk)
      t.strictSame({ count: found.count, pages: found.pages, requests: found.requests }, memory, `${where()}: memory equals disk`)
      t.ok(found.verdict.whole, `${where()}: the record is whole ${JSON.stringify(found.verdict.problems)}`)
      const [first, second, third, fourth] = found.pages
      const expected: [string, boolean][] = [
        ['count', found.count.total === 2], ['create', third?.text === 'created'], ['change', first?.text === 'changed'],
        ['remove', second === undefined], ['put', fourth?.text === 'put'],
        ...['a', 'b', 'c', 'd', 'e'].map((name): [string, boolean] => [`record ${name}`, found.requests.includes(name)]),
      ]
      const { writable } = all.keeping.disk.health
      for (const [name, there] of expected) {
        if (answers.get(name)) t.ok(there, `${where()}: ${name} was answered and is there`)
        else if (writable) t.notOk(there, `${where()}: ${name} was refused and is not there`)
      }

      if (!writable) {
        seen.readOnly += 1
        await t.rejects(all.count.change(() => ({ total: 9 })), { code: 'store.read_only' })
        all = await openAll(disk)
      }
      await all.count.change((now) => ({ total: now.total + 100 }))
      await all.pages.put(page(4, 'later'))
      await all.pages.change(pageId(1), (now) => ({ ...now, text: 'later' }))
      await all.record.append(entry('later'))
      await all.record.close()
      const later = await onDisk(disk)
      t.ok(later.count.total > 100 && later.pages[0]?.text === 'later' && later.pages[3]?.text === 'later' && later.requests[0] === 'later', `${where()}: later writes work`)
      t.equal(all.keeping.disk.health.diskFull, false)
      t.ok(later.verdict.whole)
    }
    t.ok(at > 80, `${at - 1} operations tried`)
    for (const name of ['open wx', 'write', 'sync', 'close', 'rename', 'unlink', 'open folder', 'sync folder', 'mkdir']) {
      t.ok(seen.operations.has(name), `${name} was among those that failed`)
    }
    for (const name of ['count', 'create', 'change', 'remove', 'put', 'record a']) {
      // A full disk is no reason to refuse an entry of the record: the reserve is there for it.
      if (code === 'ENOSPC' && name === 'record a') t.notOk(seen.refused.has(name), 'the record was never refused for lack of space')
      else t.ok(seen.refused.has(name), `${name} was refused at least once`)
    }
    t.ok(seen.readOnly > 0, 'some failures made the store read-only')
    t.ok(seen.failedStarts > 0)
  })
}
