import type { Test } from 'tap'
import type { Note } from '../../../domain/notes/note.js'
import type { NoteQuery, QueueQuery, QueueReason, QueueTab } from '../../../domain/notes/port.js'
import { sightFor, principal } from '../../../house/oracle/bank.js'
import { Canaries } from '../../../house/oracle/canaries.js'
import { noteOf } from '../../../house/oracle/notes.js'
import { HOMES, type NoteFacts } from '../../../house/oracle/objects.js'
import { NAMED } from '../../../house/oracle/principals.js'
import { PASS, post, type Opens } from './subject.js'

/** A validated note that the whole bank reads, with the facts a test is about. */
export function openNote(at: number, change: (note: Note) => Note = (note) => note): Note {
  return change(noteOf(PLAIN, at, new Canaries(at + 1)))
}

const PLAIN: NoteFacts = {
  name: 'plain', level: 'internal', audience: 'enterprise', confidence: 'validated', governance: 'publish_first', home: 'own team', customer: 'plain',
  place: HOMES['own team'], named: NAMED, stewards: [], circles: [], state: 'published', writer: 'author', texts: [{ by: 'author', standing: 'published', strictest: 'internal' }], underReview: null,
}

const reader = () => sightFor(principal('colleague-in-alpha'))
const curator = () => sightFor(principal('curator-of-all'))

export async function listsContract(t: Test, open: Opens): Promise<void> {
  await t.test('every order is stable: pages neither repeat nor lose a note, even when all are equal in it', async (t) => {
    const { ports } = await open(t)
    const sameMoment = '2026-02-02T02:02:02.000Z'
    for (let at = 0; at < 45; at += 1) {
      await post(ports, openNote(at, (note) => ({ ...note, createdAt: sameMoment, revisions: [{ ...note.revisions[0], at: sameMoment }], decisions: [] })))
    }
    for (const order of ['newest', 'posted', 'validated', 'value', 'reused', 'trust'] as const) {
      const read = async () => {
        const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => ports.notes.list({ order, page, size: 10 }, reader())))
        return pages.map(({ rows }) => rows.map(({ id }) => id))
      }
      const first = await read()
      t.same(first.map((rows) => rows.length), [10, 10, 10, 10, 5], order)
      t.equal(new Set(first.flat()).size, 45, `${order}: each once`)
      t.same(await read(), first, `${order}: the same again`)
    }
  })

  await t.test('a list is in the order that was asked for', async (t) => {
    const { ports } = await open(t)
    const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`
    const made = [3, 1, 2].map((n, at) => openNote(at, (note) => ({
      ...note, createdAt: day(n), revisions: [{ ...note.revisions[0], at: day(4 - n) }],
      decisions: note.decisions.map((d) => ({ ...d, at: day(n + 3), ratings: { value: n, correctness: 1, reliability: 'A', ease: 1 } })),
      reuses: Array.from({ length: 4 - n }, (_, r) => ({ ...note.reuses[0]!, id: `r${r}` })),
    })))
    for (const note of made) await post(ports, note)
    const unrated = openNote(7, (note) => ({ ...note, createdAt: day(9), confidence: 'not_validated', validated: null, decisions: [], reuses: [], revisions: [{ ...note.revisions[0], at: day(9) }] }))
    await post(ports, unrated)
    const [three, one, two] = made.map(({ id }) => id)
    const ordered = async (order: NoteQuery['order']) => (await ports.notes.list({ order, page: 1, size: 10 }, reader())).rows.map(({ id }) => id)
    t.same(await ordered('posted'), [unrated.id, three, two, one])
    t.same(await ordered('newest'), [unrated.id, one, two, three], 'by the text that is shown')
    t.same(await ordered('validated'), [three, two, one, unrated.id])
    t.same(await ordered('value'), [three, two, one, unrated.id])
    t.same(await ordered('reused'), [one, two, three, unrated.id])
    t.same(await ordered('trust'), [three, two, one, unrated.id])
  })

  await t.test('filters by what a note is about, when it was validated and posted, and its batch', async (t) => {
    const { ports } = await open(t)
    const about = (at: number, facts: Partial<Note['revisions'][0]['about']>) =>
      openNote(at, (note) => ({ ...note, revisions: [{ ...note.revisions[0], about: { ...note.revisions[0].about, ...facts } }] }))
    const made = [
      about(0, { topic: 'fees', tags: ["o'neil", '招商'], segment: 'private', direction: 'for', nature: 'skill' }),
      about(1, { topic: 'fees', tags: ['%'] }),
      { ...about(2, { topic: null }), origin: { batch: 'b1', source: 's', externalId: '1' } },
    ]
    for (const note of made) await post(ports, note)
    const found = async (query: Partial<NoteQuery>) =>
      (await ports.notes.list({ order: 'posted', page: 1, size: 10, ...query }, reader())).rows.map(({ id }) => made.findIndex((n) => n.id === id)).sort()
    t.same(await found({ topics: ['fees'] }), [0, 1])
    t.same(await found({ topics: ['fees', 'other'], tag: '招商' }), [0])
    t.same(await found({ tag: "o'neil" }), [0])
    t.same(await found({ tag: '%' }), [1], 'a wildcard is a letter')
    t.same(await found({ tag: 'x' }), [])
    t.same(await found({ segments: ['private'] }), [0])
    t.same(await found({ direction: 'for', nature: 'skill' }), [0])
    t.same(await found({ batch: 'b1' }), [2])
    t.same(await found({ postedFrom: made[1]!.createdAt }), [1, 2])
    const accepted = made[1]!.decisions[0]!.at
    t.same(await found({ validatedFrom: accepted }), [1, 2])
    t.same(await found({ validatedBefore: accepted }), [0])
    t.same(await found({ exceptBy: 'somebody else' }), [0, 1, 2])
    t.same(await found({ exceptBy: made[0]!.revisions[0].by }), [])
  })

  await t.test('tags in use are counted over what a reader lists, most used first', async (t) => {
    const { ports } = await open(t)
    const tagged = (at: number, tags: readonly string[], more: Partial<Note> = {}) =>
      openNote(at, (note) => ({ ...note, ...more, revisions: [{ ...note.revisions[0], about: { ...note.revisions[0].about, tags } }] }))
    const { rights } = openNote(0)
    for (const note of [
      tagged(0, ['招商', 'fees']), tagged(1, ['fees']), tagged(2, ['secret', 'fees'], { rights: { ...rights, audience: 'private', named: [] } }), tagged(3, ['old'], { confidence: 'archived', archivedFrom: 'validated' }),
    ]) await post(ports, note)
    t.same(await ports.notes.tagsInUse(reader(), {}), [{ tag: 'fees', count: 2 }, { tag: '招商', count: 1 }])
    t.same(await ports.notes.tagsInUse(reader(), { fees: 'charges' }), [{ tag: 'charges', count: 2 }, { tag: '招商', count: 1 }])
    t.same(await ports.notes.tagsInUse(reader(), { 招商: 'fees', constructor: 'x' }), [{ tag: 'fees', count: 2 }], 'a note that carries both counts once')
    t.same(await ports.notes.tagsInUse(sightFor(principal('disabled-same-team')), {}), [])
  })

  await t.test('a page never holds more than it may, and nonsense numbers are the first page', async (t) => {
    const { ports } = await open(t)
    for (let at = 0; at < 3; at += 1) await post(ports, openNote(at))
    t.equal((await ports.notes.list({ order: 'newest', page: 0, size: 2 }, reader())).rows.length, 2)
    t.equal((await ports.notes.list({ order: 'newest', page: -3, size: 0 }, reader())).rows.length, 1)
    t.same(await ports.notes.list({ order: 'newest', page: 9, size: 2 }, reader()), { rows: [], total: 3 })
    t.same((await ports.notes.rows({ order: 'newest', page: 2, size: 2 }, reader())).length, 1, 'where nothing is counted too')
    t.equal((await ports.notes.rows({ order: 'newest', page: 0, size: 0 }, reader())).length, 1)
  })

  await t.test('the tabs of the queue part the work, urgent first, then oldest, within a day the riskiest', async (t) => {
    const { ports } = await open(t)
    const now = '2026-03-02T12:00:00.000Z'
    const item = { id: 'i', state: 'open', why: 'posted', subject: 1, openedAt: '2026-03-01T09:00:00.000Z', urgent: false, claim: null, returned: null, widening: null, lowering: null, closedAt: null } as const
    const claim = { by: 'curator-of-all', at: '2026-03-02T10:00:00.000Z', until: '2026-03-02T14:00:00.000Z' }
    const flag = { id: 'f', by: 'author', at: now, reason: 'says_too_much', text: '', on: 1, settled: null, floor: openNote(0).rights } as const
    const waiting = (at: number, facts: Partial<Note>) => openNote(at, (note) => ({ ...note, ...facts }))
    const made = {
      plain: waiting(0, { item }),
      confidential: waiting(1, { item: { ...item, openedAt: '2026-03-01T10:00:00.000Z' }, rights: { ...openNote(1).rights, level: 'confidential' } }),
      older: waiting(2, { item: { ...item, openedAt: '2026-02-20T00:00:00.000Z' } }),
      urgent: waiting(3, { item: { ...item, urgent: true, openedAt: '2026-03-02T00:00:00.000Z' } }),
      saysTooMuch: waiting(4, { item: { ...item, why: 'edited', openedAt: '2026-03-02T01:00:00.000Z' }, flags: [flag] }),
      mine: waiting(5, { item: { ...item, state: 'claimed', claim } }),
      expired: waiting(6, { item: { ...item, state: 'claimed', claim: { ...claim, until: now } } }),
      returned: waiting(7, { item: { ...item, state: 'returned' } }),
      due: waiting(8, { item: { ...item, why: 'due' } }),
      done: waiting(9, { item: { ...item, state: 'accepted', closedAt: now } }),
      lowering: waiting(10, { item: { ...item, state: 'accepted', closedAt: now, lowering: { rights: openNote(10).rights, by: 'author', at: now } } }),
    }
    for (const note of Object.values(made)) await post(ports, note)
    const names = new Map(Object.entries(made).map(([name, note]) => [note.id, name]))
    const me = 'curator-of-all'
    const tab = async (tab: QueueTab) => (await ports.notes.queue({ tab, me, now, page: 1, size: 50 }, curator())).rows.map(({ id }) => names.get(id))
    const open_ = await tab('open')
    t.same(open_.slice(0, 4), ['urgent', 'saysTooMuch', 'older', 'confidential'])
    t.same([...open_].sort(), ['confidential', 'due', 'expired', 'lowering', 'mine', 'older', 'plain', 'saysTooMuch', 'urgent'])
    t.same(await tab('mine'), ['mine'])
    t.same(await tab('returned'), ['returned'])
    t.same(await tab('due'), ['due'])
    t.same(await tab('flagged'), ['saysTooMuch'])
    t.same(await ports.notes.queueCounts({ me, now }, curator()), { open: 9, mine: 1, returned: 1, due: 1, flagged: 1 })
    t.same([await ports.notes.queueOpen(100, curator()), await ports.notes.queueOpen(4, curator()), await ports.notes.queueOpen(100, reader())], [9, 4, 0], 'no further than was asked')
    t.same(await ports.notes.queueCounts({ me, now }, reader()), { open: 0, mine: 0, returned: 0, due: 0, flagged: 0 })
    const part = { tab: 'open', me, now, page: 1, size: 50 } as const
    const reasons = async (query: QueueQuery, sight = curator()) => Object.fromEntries(await ports.notes.queueReasons(query, sight))
    t.same(await reasons(part), { posted: 6, edited: 1, due: 1, lowering: 1 })
    t.same(await reasons({ ...part, why: 'due' }), { posted: 6, edited: 1, due: 1, lowering: 1 }, 'whichever is chosen')
    t.same(await reasons({ ...part, tab: 'flagged' }), { edited: 1 })
    t.same(await reasons({ ...part, level: 'confidential' }), { posted: 1 })
    t.same(await reasons(part, reader()), {})
    for (const [why, count] of Object.entries(await reasons(part))) {
      const { total, rows } = await ports.notes.queue({ ...part, why: why as QueueReason }, curator())
      t.same([total, rows.length], [count, count], why)
    }
    t.same((await ports.notes.queue({ ...part, why: 'lowering' }, curator())).rows.map(({ id }) => names.get(id)), ['lowering'])
    const left: string[] = []
    for await (const id of ports.allNotes.waiting(PASS)) left.push(id)
    t.ok(left.length > 0 && !left.includes(made.lowering.id), 'it has been decided on: nobody answers for it any more')
    t.equal(await ports.allNotes.waitingSince('9999', PASS), left.length)
    t.notOk((await ports.notes.list({ order: 'newest', page: 1, size: 50, withItem: 'active' }, curator())).rows.some(({ id }) => id === made.lowering.id))
  })
}
