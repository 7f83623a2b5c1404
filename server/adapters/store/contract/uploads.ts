import type { Test } from 'tap'
import { NO_COUNTS, type Batch } from '../../../domain/curation/import-batch.js'
import { done, refused } from '../../../domain/people/refusal.js'
import type { StaffImport } from '../../../domain/policy/staff-import.js'
import type { EmployeeId } from '../../../house/oracle/principals.js'
import { sightFor } from '../../../house/oracle/bank.js'
import type { Kept } from '../kept.js'
import { LATER, NOW, mayDo, type OpensKept } from './open-kept.js'
import { PASS, idNumber } from './subject.js'

/** every byte there is, and more of them than fit into one piece of anything */
const FILE = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 31 + (at >> 8)) % 256)
const SMALL = Uint8Array.from([0, 1, 2, 0xef, 0xbb, 0xbf, 255])
const seenBy = (who: EmployeeId) => sightFor({ kind: 'person', name: who, who })
const run = (n: number) => mayDo('import.run', idNumber(n))
const bytes = (value: Uint8Array | null) => value && Buffer.from(value)

const batch = (n: number, facts: Partial<Batch> = {}): Batch => ({
  schema: 1, id: idNumber(n), version: 1, owner: 'author', createdAt: `2026-03-04T01:00:0${n}.000Z`, fileName: '名单.csv', bytes: FILE.length, format: 'csv', source: 'crm', notes: null,
  state: 'checked', trouble: null, at: 0, rows: 3, counts: NO_COUNTS, report: [{ line: 2, what: 'refused', refusal: { at: 'title', code: 'x' } }], reportCut: 0, finishedAt: null, acceptance: null, ...facts,
})
const acceptance = { by: 'curator-of-all', at: NOW, as: { ratings: { value: 3, correctness: 1, reliability: 'A', ease: 1 }, audience: 'enterprise', level: 'internal', reviewOn: '2027-01-01' }, accepted: 0, done: 0, of: 3, left: [], finishedAt: null } as const

const staff = (n: number, facts: Partial<StaffImport> = {}): StaffImport => ({
  id: idNumber(n), owner: 'admin', at: `2026-03-04T01:00:0${n}.000Z`, counts: { added: 1, changed: 0, unchanged: 0, refused: 0 }, comesTo: 'd', run: null, told: 0, toTell: 1, finishedAt: null, ...facts,
})
const administer = (n: number) => mayDo('people.administer', idNumber(n))

export async function uploadsContract(t: Test, open: OpensKept): Promise<void> {
  await t.test('a batch and its file are there after a restart, to the last byte', async (t) => {
    const first = await open(t)
    await first.kept.batches.add(run(1), batch(1), FILE)
    await first.kept.batches.add(run(2), batch(2), SMALL)
    const { batches } = (await first.reopen()).kept
    t.same(await batches.get(idNumber(1), seenBy('author')), batch(1))
    t.ok(bytes(await batches.file(batch(1)))?.equals(FILE))
    t.ok(bytes(await batches.file(batch(2)))?.equals(SMALL))
    t.same((await batches.list(seenBy('author'))).map(({ id }) => id), [idNumber(2), idNumber(1)], 'newest first')
    t.equal(await batches.file(batch(3)), null)
  })

  await t.test('a batch is its importer\'s, and of the curators it goes to', async (t) => {
    const { batches } = (await open(t)).kept
    const notes = { mapping: {}, home: { department: 'corporate', team: null }, proposed: { audience: 'department', level: 'internal' } } as unknown as Batch['notes']
    await batches.add(run(1), batch(1), SMALL)
    await batches.add(run(2), batch(2, { notes }), SMALL)
    const seen = async (who: EmployeeId) => ({ listed: (await batches.list(seenBy(who))).map(({ id }) => id), got: (await batches.get(idNumber(1), seenBy(who)))?.id })
    t.same(await seen('author'), { listed: [idNumber(2), idNumber(1)], got: idNumber(1) })
    t.same(await seen('curator-of-department'), { listed: [idNumber(2)], got: undefined })
    t.same(await seen('colleague-in-alpha'), { listed: [], got: undefined })
    t.same(await seen('curator-of-another'), { listed: [], got: undefined })
    t.equal(await batches.get('none', seenBy('author')), null)
    await t.rejects(batches.add(run(1), batch(3), SMALL), /grant|permission/i, 'permission for one is none for another')
    t.equal((await batches.list(seenBy('author'))).length, 2)
  })

  await t.test('changes of a batch all count, and one that is refused changes nothing', async (t) => {
    const first = await open(t)
    const { batches } = first.kept
    await batches.add(run(1), batch(1), SMALL)
    await Promise.all(Array.from({ length: 20 }, () => batches.change(run(1), (now) => done({ ...now, at: now.at + 1 }))))
    t.match(await batches.change(run(1), () => refused('', 'x')), { ok: false, refusals: [{ code: 'x' }] })
    t.match(await batches.change(run(1), (now) => done({ ...now, state: 'running' })), { ok: true, value: { state: 'running', at: 20 } })
    await t.rejects(batches.change(run(2), (now) => done(now)), { code: 'store.no_such_document' }, 'there is none')
    const again = (await first.reopen()).kept.batches
    t.match(await again.get(idNumber(1), seenBy('author')), { state: 'running', at: 20, version: 22 })
    t.ok(bytes(await again.file(batch(1)))?.equals(SMALL), 'its file is as it was')
  })

  await t.test('what a process left in the middle is found by the next', async (t) => {
    const first = await open(t)
    const unfinished = [batch(1, { state: 'checking' }), batch(2, { state: 'running' }), batch(3, { state: 'done', acceptance })]
    const over = [batch(4), batch(5, { state: 'failed' }), batch(6, { state: 'done', acceptance: { ...acceptance, finishedAt: LATER } })]
    for (const one of [...unfinished, ...over]) await first.kept.batches.add(mayDo('import.run', one.id), one, SMALL)
    const { batches } = (await first.reopen()).kept
    t.same((await batches.unfinished(PASS)).map(({ id }) => id).sort(), unfinished.map(({ id }) => id).sort())
    await batches.change(run(2), (now) => done({ ...now, state: 'done' }))
    await batches.change(run(5), (now) => done({ ...now, state: 'running' }))
    t.same((await batches.unfinished(PASS)).map(({ id }) => id).sort(), [idNumber(1), idNumber(3), idNumber(5)])
    let called = 0
    t.equal(await batches.alone(idNumber(1), async () => void called++), true)
    t.equal(called, 1)
  })

  await t.test('a file goes when it is not needed any more, a batch that wrote nothing goes with its file', async (t) => {
    const first = await open(t)
    for (const n of [1, 2, 3]) await first.kept.batches.add(run(n), batch(n), SMALL)
    await first.kept.batches.dropFile(batch(1))
    await first.kept.batches.dropFile(batch(1))
    await first.kept.batches.drop(run(2))
    await first.kept.batches.drop(run(9))
    const look = async ({ batches }: Kept) => {
      t.same((await batches.list(seenBy('author'))).map(({ id }) => id), [idNumber(3), idNumber(1)])
      t.equal(await batches.file(batch(1)), null)
      t.equal(await batches.file(batch(2)), null)
      t.ok(bytes(await batches.file(batch(3)))?.equals(SMALL))
    }
    await look(first.kept)
    await look((await first.reopen()).kept)
  })

  await t.test('a redaction writes files anew, takes them away, or leaves both as they are', async (t) => {
    const first = await open(t)
    for (const n of [1, 2, 3, 4]) await first.kept.batches.add(run(n), batch(n), Buffer.from(`text ${n}`))
    await first.kept.batches.dropFile(batch(4))
    const leftOut = { by: 'author', at: NOW, agreed: 1, columns: ['title'], rows: [{ line: 2, cells: ['[x]'] }], cut: 0 }
    const looked: string[] = []
    const changed = await first.kept.batches.rewrite(PASS, async ({ id }, file) => {
      looked.push(`${id.slice(-1)} ${file ? Buffer.from(file).toString() : 'none'}`)
      if (id === idNumber(1)) return { file: { text: '已删 [x]', format: 'jsonl' } }
      if (id === idNumber(2)) return { file: { text: '', format: 'csv' } }
      return id === idNumber(4) ? { leftOut } : null
    })
    t.same(looked.sort(), ['1 text 1', '2 text 2', '3 text 3', '4 none'])
    t.same([...changed].sort(), [1, 2, 4].map(idNumber))
    const { batches } = (await first.reopen()).kept
    const texts = await Promise.all([1, 2, 3, 4].map(async (n) => bytes(await batches.file(batch(n)))?.toString() ?? null))
    t.same(texts, ['已删 [x]', null, 'text 3', null])
    t.match(await batches.get(idNumber(1), seenBy('author')), { format: 'jsonl', version: 2 })
    t.match(await batches.get(idNumber(4), seenBy('author')), { leftOut })
    t.same(await batches.get(idNumber(3), seenBy('author')), batch(3))
  })

  await t.test('a file of staff is kept with who is to be told, newest first, after a restart too', async (t) => {
    const first = await open(t)
    const { staffImports } = first.kept
    t.same(staffImports.all(), [])
    for (const n of [1, 3, 2]) await staffImports.add(administer(n), staff(n), n === 1 ? FILE : SMALL)
    const taken = staff(1, { run: { by: 'admin', at: LATER, via: 'page', request: null }, toTell: 2 })
    await staffImports.note(administer(1), taken, Buffer.from('["甲"]'))
    await t.rejects(staffImports.add(administer(1), staff(4), SMALL), 'permission for one is none for another')
    await t.rejects(staffImports.note(administer(1), staff(2), SMALL), 'permission for one is none for another')
    const again = (await first.reopen()).kept.staffImports
    t.same(again.all().map(({ id }) => id), [idNumber(3), idNumber(2), idNumber(1)])
    t.same(again.get(idNumber(1)), taken)
    t.ok(bytes(await again.paper(idNumber(1), 'file'))?.equals(FILE))
    t.equal(bytes(await again.paper(idNumber(1), 'telling'))?.toString(), '["甲"]')
    t.equal(await again.paper(idNumber(2), 'telling'), null)
    t.same(await again.goOn(PASS, idNumber(1), (now) => ({ ...now, told: now.told + 1 })), { ...taken, told: 1 })
    t.equal(again.get(idNumber(1))?.told, 1)
    await t.rejects(again.goOn(PASS, idNumber(9), (now) => now), { code: 'store.no_such_document' })
    let called = 0
    t.equal(await again.alone(idNumber(1), async () => void called++), true)
    t.equal(called, 1)
  })

  await t.test('a file of staff goes when it was taken, and is forgotten unless somebody just took it', async (t) => {
    const first = await open(t)
    const { staffImports } = first.kept
    for (const n of [1, 2, 3]) await staffImports.add(administer(n), staff(n), SMALL)
    await staffImports.note(administer(2), staff(2), SMALL)
    await staffImports.dropFile(idNumber(1))
    await staffImports.drop(idNumber(2), () => true)
    await staffImports.drop(idNumber(3), (now) => now.run !== null)
    const look = async ({ staffImports: now }: Kept) => {
      t.same(now.all().map(({ id }) => id), [idNumber(3), idNumber(1)])
      const papers = await Promise.all([1, 2, 3].map((n) => now.paper(idNumber(n), 'file')))
      t.same(papers.map((paper) => paper !== null), [false, false, true])
      t.equal(await now.paper(idNumber(2), 'telling'), null)
    }
    await look(first.kept)
    await look((await first.reopen()).kept)
  })
}
