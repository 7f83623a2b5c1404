import t from 'tap'
import { Document } from './document.js'
import { DocumentFolder } from './document-folder.js'
import { FileRecord } from './record.js'
import { PAGES, openOn, page, pageId, type Page } from './scratch-store.js'
import { SimulatedDisk } from './simulated-disk.js'

const RESERVE = 64_000
const TEXT = 'x'.repeat(20_000)

async function openAll(disk: SimulatedDisk) {
  const keeping = await openOn(disk, '/data', RESERVE)
  return {
    health: keeping.disk.health,
    people: await Document.open<{ names: string[] }>(keeping, { name: 'people', schema: { now: 1 }, empty: () => ({ names: ['Ada'] }) }),
    pages: await DocumentFolder.open<Page>(keeping, PAGES),
    sessions: await DocumentFolder.open<Page>(keeping, { ...PAGES, name: 'sessions', urgent: true }),
    record: await FileRecord.open(keeping),
  }
}

t.test('on a full disk people go on reading and signing in, and writing resumes by itself when there is space', async (t) => {
  const disk = new SimulatedDisk(500_000)
  const all = await openAll(disk)
  let kept = 0
  await t.rejects(async () => {
    for (; kept < 100; kept += 1) await all.pages.create(page(kept, TEXT))
  }, { code: 'store.disk_full', name: 'DiskFull' })
  t.ok(kept > 10 && kept < 25, `${kept} pages fitted`)
  t.equal(all.health.diskFull, true, 'the banner')
  t.equal(all.health.writable, true)

  const small = page(900, 'short')
  await t.rejects(all.pages.create(small), { code: 'store.disk_full' }, 'what was kept aside is not for pages, however short')
  await t.rejects(all.people.change(() => ({ names: ['Bo'] })), { code: 'store.disk_full' })
  t.strictSame(all.people.read().names, ['Ada'])
  t.match(await all.pages.read(pageId(0)), { text: TEXT })
  t.equal(await all.pages.read(small.id), undefined)
  for (let n = 0; n < 20; n += 1) {
    await all.sessions.put(page(n, 'a session'))
    await all.record.append({ at: '2026-03-02T08:00:00.000Z', who: pageId(n), did: 'session.signed_in' })
  }
  await all.sessions.remove(pageId(0))
  await all.record.close()

  const restarted = await openAll(disk)
  t.equal(restarted.health.diskFull, true, 'a restart on a full disk works and says so')
  t.match(await restarted.pages.read(pageId(kept - 1)), { text: TEXT })
  t.match(await restarted.sessions.read(pageId(19)), { text: 'a session' })
  await restarted.sessions.put(page(20, 'another session'))
  await t.rejects(restarted.pages.create(small), { code: 'store.disk_full' })

  disk.capacity += 10_000
  await t.rejects(restarted.pages.create(small), { code: 'store.disk_full' }, 'a little space is not enough to begin again')
  disk.capacity += 500_000
  await restarted.pages.create(small)
  t.equal(restarted.health.diskFull, false)
  t.match(await disk.stat('/data/reserve.bin'), { bytes: RESERVE }, 'and space is kept aside again')
  await restarted.record.append({ at: '2026-03-02T08:00:00.000Z', who: 'nobody', did: 'session.refused' })
  await restarted.record.close()
  t.match(await restarted.record.verify(), { whole: true, entries: 21 })
  t.match(restarted.health.notices, [{ kind: 'disk_full' }, { kind: 'space_back' }])
})

t.test('a page that did not fit leaves nothing behind that takes up space', async (t) => {
  const disk = new SimulatedDisk(300_000)
  const { pages } = await openAll(disk)
  await t.rejects(pages.create(page(1, 'x'.repeat(400_000))), { code: 'store.disk_full' })
  t.strictSame(await disk.survey('/data/pages/01'), [])
  await pages.create(page(2, 'y'.repeat(100_000)))
  t.match(await pages.read(pageId(2)), { version: 1 })
})

t.test('when even what was kept aside is used up, a sign-in is refused and not half done', async (t) => {
  const disk = new SimulatedDisk(200_000)
  const { sessions, record, health } = await openAll(disk)
  let kept = 0
  await t.rejects(async () => {
    for (; kept < 100; kept += 1) await sessions.put(page(kept, TEXT))
  }, { code: 'ENOSPC' })
  t.equal(health.diskFull, true)
  t.equal(await sessions.read(pageId(kept)), undefined)
  disk.capacity = await disk.free('/').then((free) => disk.capacity - free)
  await t.rejects(record.append({ at: '2026-03-02T08:00:00.000Z', who: 'nobody', did: 'session.refused' }), { code: 'ENOSPC' })
  disk.capacity += 1_000_000
  await record.append({ at: '2026-03-02T08:00:00.000Z', who: 'nobody', did: 'session.refused' })
  await record.close()
  t.match(await record.verify(), { whole: true, entries: 1 })
})
