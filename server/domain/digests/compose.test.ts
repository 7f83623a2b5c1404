import t from 'tap'
import { noteAsSeen, type NoteSeen } from '../notes/seen.js'
import type { Note } from '../notes/note.js'
import { ABOUT_NOTHING } from '../notes/revision.js'
import { posted, sightFor, TODAY } from '../notes/sample.js'
import { composeDigest, newsOf, type Digest } from './compose.js'

const PERIOD = { key: '2026-11-21', from: '2026-11-14T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }

function validated(id: string, facts: { title?: string; level?: Note['rights']['level']; topic?: string | null; reviewOn?: string; value?: number } & Partial<Note> = {}): NoteSeen {
  const { title = id, level = 'internal', topic = 'pricing', reviewOn = '2027-01-01', value = 3, ...more } = facts
  const base = posted('teller', { title })
  const rights = { ...base.rights, audience: 'enterprise' as const, level, stewards: ['p:curator', 'p:second'] as const }
  const revision = { ...base.revisions[0], about: { ...ABOUT_NOTHING, topic }, floor: rights }
  const note: Note = {
    ...base, id, rights, revisions: [revision], confidence: 'validated', validated: 1, reviewOn,
    decisions: [{ id: 'd', item: 'i1', by: 'curator', at: PERIOD.from, kind: 'accept', revision: 1, code: null, text: '', ratings: { value, correctness: 1, reliability: 'A', ease: 1 }, rights, about: revision.about }],
    ...more,
  }
  const seen = noteAsSeen(note, sightFor('teller'))
  if (!seen) throw new Error('the writer reads their own note')
  return seen
}

const compose = (fresh: readonly NoteSeen[], used: readonly NoteSeen[] = []) => composeDigest(PERIOD, { fresh: fresh.flatMap((note) => newsOf(note, TODAY) ?? []), used, topicOf: (key) => key, today: TODAY })
const ids = (digest: Digest | null) => digest?.topics.flatMap((topic) => topic.entries.map((entry) => entry.id)) ?? []

t.test('nothing new is no digest, even when old notes were used', async (t) => {
  const used = validated('old', { reuses: [{ id: 'r', by: 'colleague', at: PERIOD.from, customer: null, outcome: 'helped', text: '', on: 1, floor: posted().rights }] })
  t.equal(compose([], [used]), null)
  t.equal(compose([validated('late', { reviewOn: TODAY })], [used]), null, 'what is overdue is not news')
  t.equal(compose([validated('secret', { level: 'restricted' })]), null, 'nor is what never leaves by mail')
})

t.test('a confidential note is a number on its topic: no title, no line, no id', async (t) => {
  const digest = compose([validated('open'), validated('closed', { title: 'Closed words', level: 'confidential' }), validated('closed2', { level: 'confidential', topic: null })])
  t.same(digest?.topics.map(({ topic, sensitive }) => [topic, sensitive]), [['pricing', 1], [null, 1]])
  t.equal(digest?.total, 3)
  t.equal(digest?.sensitive, 2)
  t.notMatch(JSON.stringify(digest), /Closed words|closed/)
})

t.test('of a confidential note no word is even kept for the digest', async (t) => {
  const kept = newsOf(validated('closed', { title: 'Closed words', level: 'confidential' }), TODAY)
  t.match(kept, { id: 'closed', sensitive: true, topic: 'pricing', title: '', body: '' })
  t.not(newsOf(validated('open', { title: 'Open words' }), TODAY)?.body, '', 'premise')
})

t.test('restricted notes leave no trace, not even in a number', async (t) => {
  const digest = compose([validated('open'), validated('r1', { level: 'restricted', topic: 'rumours' })])
  t.equal(digest?.total, 1)
  t.same(digest?.topics.map(({ topic }) => topic), ['pricing'])
})

t.test('a note that somebody says tells too much stays out until that is settled', async (t) => {
  const flag = { id: 'f', by: 'colleague', at: PERIOD.from, reason: 'says_too_much' as const, text: '', on: 1, floor: posted().rights, settled: null }
  t.same(ids(compose([validated('a'), validated('b', { flags: [flag] })])), ['a'])
  t.same(ids(compose([validated('a'), validated('b', { flags: [{ ...flag, settled: { by: 'curator', at: PERIOD.to } }] })])).sort(), ['a', 'b'])
  t.same(ids(compose([validated('b', { flags: [{ ...flag, reason: 'wrong' }] })])), ['b'])
})

t.test('the best seven are told with a line each, the others by title, and beyond forty by number', async (t) => {
  const digest = compose(Array.from({ length: 50 }, (_, i) => validated(`n${i}`, { value: i < 3 ? 5 : 2 })))
  const entries = digest?.topics.flatMap((topic) => topic.entries) ?? []
  t.equal(entries.length, 40)
  t.equal(entries.filter((entry) => entry.gist !== '').length, 7)
  t.same(entries.slice(0, 3).map((entry) => entry.id).sort(), ['n0', 'n1', 'n2'])
  t.equal(digest?.topics[0]?.more, 10)
  t.equal(digest?.total, 50)
})

t.test('most used counts the uses of this period only', async (t) => {
  const reuse = (at: string, n: number) => ({ id: `r${n}`, by: 'colleague', at, customer: null, outcome: 'helped' as const, text: '', on: 1, floor: posted().rights })
  const twice = validated('twice', { reuses: [reuse(PERIOD.from, 1), reuse('2026-11-20T00:00:00.000Z', 2), reuse('2026-11-01T00:00:00.000Z', 3)] })
  const before = validated('before', { reuses: [reuse('2026-11-01T00:00:00.000Z', 1), reuse(PERIOD.to, 2)] })
  t.same(compose([validated('new')], [before, twice])?.used, [{ id: 'twice', title: 'twice', times: 2 }])
})

t.test('the same note found twice is told once', async (t) => {
  t.equal(compose([validated('a'), validated('a')])?.total, 1)
})
