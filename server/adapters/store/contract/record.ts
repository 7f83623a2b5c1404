import type { Test } from 'tap'
import { matches, type AuditRecord, type RecordEntry } from '../../../domain/policy/record.js'

const PEOPLE = ['ada', 'bo', 'cy']

/** One of a varied lot of entries, each a minute after the one before. */
export function entryNumber(n: number): RecordEntry {
  return {
    at: new Date(Date.UTC(2026, 2, 2, 8) + n * 60_000).toISOString(),
    who: PEOPLE[n % 3] ?? '',
    did: n % 4 === 0 ? 'note.reclassified' : 'thing.read',
    thing: { kind: n % 5 === 0 ? 'customer' : 'note', id: `id-${n % 7}` },
    ...(n % 4 === 0 && { from: 'internal', to: 'confidential' }),
    via: 'page',
    request: `req-${n}`,
  }
}

export interface OpenRecord {
  readonly record: AuditRecord
  /** the same data, opened again */
  reopen(): Promise<OpenRecord>
}

/** What every record promises. @param open a new and empty one each time; one in files has several of them before sixty entries are in it */
export async function recordContract(t: Test, open: (t: Test) => Promise<OpenRecord>): Promise<void> {
  await t.test('an auditor reads the newest first, page by page, narrowed by person, act, thing and time', async (t) => {
    const first = await open(t)
    for (let n = 1; n <= 60; n += 1) await first.record.append(entryNumber(n))
    const { record } = await first.reopen()
    const all = (await record.page({ limit: 500 })).entries
    t.strictSame(all, Array.from({ length: 60 }, (_, i) => ({ ...entryNumber(60 - i), n: 60 - i })))

    const paged: number[] = []
    for (let before: number | undefined, pages = 0; pages < 12; pages += 1) {
      const { entries, next } = await record.page({ limit: 7, ...(before !== undefined && { before }) })
      paged.push(...entries.map(({ n }) => n))
      if (next === null) break
      before = next
    }
    t.strictSame(paged, all.map(({ n }) => n), 'no entry twice, none left out')

    for (const query of [{ who: 'bo' }, { did: ['note.reclassified'] as const }, { kind: 'customer' as const }, { kind: 'note' as const, id: 'id-3' }, { from: entryNumber(20).at, until: entryNumber(30).at }, { who: 'ada', from: entryNumber(40).at, before: 55 }]) {
      const expected = all.filter((one) => Object.entries(query).every(([key, value]) =>
        key === 'did' ? (value as readonly string[]).includes(one.did)
        : key === 'kind' ? one.thing?.kind === value
        : key === 'id' ? one.thing?.id === value
        : key === 'from' ? one.at >= String(value)
        : key === 'until' ? one.at < String(value)
        : key === 'before' ? one.n < Number(value)
        : one.who === value))
      t.ok(expected.length > 0 && expected.length < 60)
      t.strictSame((await record.page({ ...query, limit: 500 })).entries, expected, JSON.stringify(query))
      t.strictSame(all.filter((one) => matches(query, one)), expected, 'as the domain says')
    }
    t.strictSame(await record.page({ who: 'nobody' }), { entries: [], next: null })
  })

  await t.test('many who append at once are one chain, and an entry with a sentence in it is none of it', async (t) => {
    const first = await open(t)
    await Promise.all(Array.from({ length: 50 }, (_, n) => first.record.append(entryNumber(n + 1))))
    await t.rejects(first.record.append({ ...entryNumber(51), from: 'Mr Li owes us money' }), /field from/)
    const { record } = await first.reopen()
    const verdict = await record.verify()
    t.match(verdict, { whole: true, entries: 50, problems: [], unfinished: false })
    t.match(await record.verify(verdict.last), { whole: true })
    t.match(await record.verify({ ...verdict.last, hash: 'f'.repeat(64) }), { whole: false, problems: [{ what: 'witness', n: 50 }] })
    t.equal(new Set((await record.page({ limit: 500 })).entries.map(({ request }) => request)).size, 50)
  })
}
