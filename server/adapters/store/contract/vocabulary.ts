import type { Test } from 'tap'
import type { ListedRedaction } from '../../../domain/curation/redaction-list.js'
import type { Gap } from '../../../domain/insights/gap.js'
import { done, refused } from '../../../domain/people/refusal.js'
import { LATER, NOW, mayDo, type OpensKept } from './open-kept.js'

const edit = mayDo('vocabulary.edit', 'vocabulary')
const gap = (n: number, facts: Partial<Gap> = {}): Gap => ({ id: `gap-${n}`, at: `2026-03-04T01:00:0${n}.000Z`, by: 'li', department: 'head', words: `问题 ${n}`, settled: null, ...facts })
const line = (n: number, facts: Partial<ListedRedaction> = {}): ListedRedaction => ({
  id: `r-${n}`, note: `note-${n}`, at: `2026-03-04T01:00:0${n}.000Z`, by: 'li', second: null, reason: 'secret', whole: false, mark: null, places: 1, state: 'proposed', words: ['默识'], drafts: [], innocent: ['m'], ...facts,
} as ListedRedaction)

export async function vocabularyContract(t: Test, open: OpensKept): Promise<void> {
  await t.test('a new bank has the words that are shipped, and owns them from then on', async (t) => {
    const first = await open(t)
    const { vocabularies } = first.kept
    const topic = vocabularies.vocabulary().taxonomy.topics[0]
    t.ok(topic, 'there are topics')
    const told: string[] = []
    vocabularies.onChange((what) => void told.push(what))
    const before = vocabularies.vocabulary().taxonomy.version
    t.match(await vocabularies.changeTaxonomy(edit, (now) => done({ ...now, aliases: { tags: { vip: 'key-customer' } } })), { ok: true, value: { version: before + 1 } })
    t.match(await vocabularies.changeGlossary(edit, (now) => done({ ...now, concepts: [{ key: 'overdraft', words: { en: ['overdraft'], zh: ['透支'] } }] })), { ok: true })
    t.match(await vocabularies.changeGlossary(edit, () => refused('', 'x')), { ok: false, refusals: [{ code: 'x' }] })
    t.same(told, ['taxonomy', 'glossary'], 'whoever follows the words is told once of each change')
    const again = (await first.reopen()).kept.vocabularies
    t.same(again.vocabulary().taxonomy.aliases, { tags: { vip: 'key-customer' } })
    t.same(again.vocabulary().taxonomy.topics[0], topic)
    t.same(again.glossary().concepts, [{ key: 'overdraft', words: { en: ['overdraft'], zh: ['透支'] } }])
    t.equal(again.vocabulary().taxonomy.version, before + 1)
  })

  await t.test('words changed at the same time lose no change', async (t) => {
    const { vocabularies } = (await open(t)).kept
    const start = vocabularies.glossary().concepts.length
    await Promise.all(Array.from({ length: 20 }, (_, n) => vocabularies.changeGlossary(edit, (now) => done({ ...now, concepts: [...now.concepts, { key: `k${n}`, words: { en: [`k${n}`], zh: [] } }] }))))
    t.equal(vocabularies.glossary().concepts.length, start + 20)
  })

  await t.test('what was looked for and not found is kept in the order of asking, until it is settled', async (t) => {
    const first = await open(t)
    const { gaps } = first.kept
    t.same(gaps.all(), [])
    for (const n of [1, 2, 3]) await gaps.change((now) => done([...now, gap(n)]))
    t.match(await gaps.change(() => refused('', 'x')), { ok: false, refusals: [{ code: 'x' }] })
    const settled = { by: 'wang', at: LATER }
    await gaps.change((now) => done(now.flatMap((one) => (one.id === 'gap-1' ? [] : one.id === 'gap-2' ? [{ ...one, settled }] : [one]))))
    t.same(gaps.all(), [gap(2, { settled }), gap(3)])
    t.same((await first.reopen()).kept.gaps.all(), [gap(2, { settled }), gap(3)])
  })

  await t.test('redactions are kept in their order, with the words only while somebody is at it', async (t) => {
    const first = await open(t)
    const { redactions } = first.kept
    t.same(redactions.all(), [])
    await redactions.change((now) => [...now, line(2)])
    await redactions.change((now) => [...now, line(1)])
    await redactions.change((now) => now)
    await Promise.all([3, 4, 5].map((n) => redactions.change((now) => [...now, line(n)])))
    await redactions.change((now) => now.map((one) => (one.id === 'r-2' ? { ...one, second: 'wang', mark: '[x]', state: 'done', words: null } : one)))
    await t.rejects(redactions.change(() => { throw new Error('no') }), /no/)
    const again = (await first.reopen()).kept.redactions
    t.same(again.all(), [line(2, { second: 'wang', mark: '[x]', state: 'done', words: null }), line(1), line(3), line(4), line(5)])
  })

  await t.test('a rebuild that was asked for is known to whoever asks, the newest', async (t) => {
    const first = await open(t)
    t.equal(await first.kept.reindexing.read(), null)
    await first.kept.reindexing.write({ asked: NOW, state: 'asked', done: 0 })
    await first.kept.reindexing.write({ asked: LATER, state: 'running', done: 7 })
    t.same(await (await first.reopen()).kept.reindexing.read(), { asked: LATER, state: 'running', done: 7 })
  })
}
