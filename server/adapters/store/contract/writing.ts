import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import { changedSince, once } from '../../../domain/notes/change.js'
import type { Comment, Note } from '../../../domain/notes/note.js'
import { done, refused, type Outcome } from '../../../domain/people/refusal.js'
import { granted, type Grant } from '../../../domain/policy/grant.js'
import { principal, sightFor } from '../../../house/oracle/bank.js'
import { ROOT } from '../../../root.js'
import { openNote } from './lists.js'
import { PASS, grantFor, idNumber, post, type Opens } from './subject.js'

const reader = () => sightFor(principal('colleague-in-alpha'))

export async function writingContract(t: Test, open: Opens): Promise<void> {
  await t.test('a note is there when the answer comes, and after everything was forgotten', async (t) => {
    const subject = await open(t)
    const note = openNote(1)
    t.same(await post(subject.ports, note), { id: note.id, version: 1, revision: 1 })
    t.same(await subject.ports.allNotes.read(note.id, PASS), note)
    const again = await subject.reopen()
    t.same(await again.ports.allNotes.read(note.id, PASS), note)
    t.equal((await again.ports.notes.list({ order: 'newest', page: 1, size: 10 }, reader())).total, 1)
  })

  await t.test('posting the same id fifty times at once makes one note, and the first stays', async (t) => {
    const { ports } = await open(t)
    const note = openNote(1)
    await post(ports, note)
    const others = Array.from({ length: 50 }, (_, n) => openNote(1, (one) => ({ ...one, author: `impostor ${n}` })))
    const saved = await Promise.all(others.map((one) => post(ports, one)))
    t.same(new Set(saved.map(({ version }) => version)), new Set([1]))
    t.equal((await ports.allNotes.read(note.id, PASS))?.author, note.author)
    t.equal(await ports.notes.count({ order: 'newest', page: 1, size: 1 }, reader()), 1)
  })

  await t.test('what a verb refuses is not written, and says why', async (t) => {
    const { ports } = await open(t)
    await post(ports, openNote(1))
    const outcome = await ports.notes.change(grantFor('note.comment', openNote(1).id), () => refused('text', 'notes.comment.empty'))
    t.same(outcome, { ok: false, refusals: [{ at: 'text', code: 'notes.comment.empty' }] })
    t.equal((await ports.allNotes.read(openNote(1).id, PASS))?.version, 1)
  })

  await t.test('a verb that changes nothing writes nothing', async (t) => {
    const { ports } = await open(t)
    await post(ports, openNote(1))
    const before = ports.feed.lowWater()
    t.same(await ports.notes.change(grantFor('note.comment', openNote(1).id), done), { ok: true, value: { id: openNote(1).id, version: 1, revision: 1 } })
    t.equal(ports.feed.lowWater(), before)
  })

  await t.test('a verb that throws changes nothing and the note can be changed afterwards', async (t) => {
    const { ports } = await open(t)
    const { id } = openNote(1)
    await post(ports, openNote(1))
    const broken = () => { throw new Error('planted') }
    await t.rejects(ports.notes.change(grantFor('note.comment', id), broken), /planted/)
    t.match(await ports.notes.change(grantFor('note.comment', id), commented('after')), { ok: true, value: { version: 2 } })
  })

  await t.test('a grant changes the thing it was made for and nothing else', async (t) => {
    const { ports } = await open(t)
    await post(ports, openNote(1))
    await post(ports, openNote(2))
    const grant = grantFor('note.comment', openNote(1).id)
    await ports.notes.change(grant, commented('one'))
    t.equal((await ports.allNotes.read(openNote(2).id, PASS))?.comments.length, openNote(2).comments.length)
    await t.rejects(ports.notes.change(grantFor('note.comment', idNumber(404)), commented('nowhere')))
    await t.rejects(ports.notes.change(grant, (note) => {
      granted(grantFor('note.comment', openNote(2).id), note.id)
      return done(note)
    }), /was used on/)
    await t.rejects(ports.notes.add(grantFor('note.post', openNote(4).id), openNote(3)), /was used on/)
  })

  await t.test('fifty comments at once are all there, each once', async (t) => {
    const subject = await open(t)
    const { id } = openNote(1)
    await post(subject.ports, openNote(1, (note) => ({ ...note, comments: [] })))
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => subject.ports.notes.change(grantFor('note.comment', id), commented(`comment ${n}`))))
    t.ok(outcomes.every(({ ok }) => ok))
    t.same(outcomes.map((one) => one.ok && one.value.version).sort((a, b) => Number(a) - Number(b)), Array.from({ length: 50 }, (_, n) => n + 2))
    const kept = await (await subject.reopen()).ports.allNotes.read(id, PASS)
    t.equal(kept?.version, 51)
    t.same(new Set(kept?.comments.map(({ text }) => text)), new Set(Array.from({ length: 50 }, (_, n) => `comment ${n}`)))
  })

  await t.test('the same key fifty times is one act', async (t) => {
    const { ports } = await open(t)
    const { id } = openNote(1)
    await post(ports, openNote(1, (note) => ({ ...note, comments: [] })))
    await Promise.all(Array.from({ length: 50 }, () => ports.notes.change(grantFor('note.comment', id), (note) => once(note, 'key', commented('once')))))
    t.equal((await ports.allNotes.read(id, PASS))?.comments.length, 1)
  })

  await t.test('of fifty edits of one revision one wins, and the others are told that the note moved on', async (t) => {
    const { ports } = await open(t)
    const { id } = openNote(1)
    await post(ports, openNote(1))
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => {
      const grant = grantFor('note.edit', id, 'curator-of-all', 1)
      return ports.notes.change(grant, edited(grant, `text ${n}`))
    }))
    t.equal(outcomes.filter(({ ok }) => ok).length, 1)
    t.ok(outcomes.every((one) => one.ok || one.refusals[0]?.code === 'notes.changed'))
    const kept = await ports.allNotes.read(id, PASS)
    t.same(kept?.revisions.map((r) => r.number), [1, 2])
    t.same(kept?.revisions[0], openNote(1).revisions[0], 'and nothing that stood was touched')
  })

  await t.test('notes are changed side by side', async (t) => {
    const { ports } = await open(t)
    const notes = Array.from({ length: 20 }, (_, at) => openNote(at))
    await Promise.all(notes.map((note) => post(ports, note)))
    await Promise.all(notes.flatMap(({ id }) => [1, 2, 3].map((n) => ports.notes.change(grantFor('note.comment', id), commented(`comment ${n}`)))))
    for (const { id } of notes) t.equal((await ports.allNotes.read(id, PASS))?.version, 4)
  })

  await t.test('what lists show follows a change before the answer', async (t) => {
    const { ports } = await open(t)
    const { id } = openNote(1)
    await post(ports, openNote(1))
    const total = () => ports.notes.count({ order: 'newest', page: 1, size: 1 }, reader())
    t.equal(await total(), 1)
    await ports.notes.change(grantFor('note.narrow', id), (note) => done({ ...note, rights: { ...note.rights, audience: 'private', named: [] } }))
    t.equal(await total(), 0)
    t.equal(await ports.notes.get(id, reader()), null)
    await ports.notes.change(grantFor('note.decide', id), (note) => done({ ...note, rights: { ...note.rights, audience: 'team' } }))
    t.equal(await total(), 1)
  })

  await t.test('whatever people write comes back as it was written', async (t) => {
    const subject = await open(t)
    const texts = [...STRANGE, ...(await hostile(t))]
    const notes = texts.map((text, at) => openNote(at, (note) => ({
      ...note, keys: [text], thread: note.thread.map((m) => ({ ...m, text })),
      revisions: [{ ...note.revisions[0], title: text, body: text, source: { ...note.revisions[0].source, saidBy: text, reference: text }, about: { ...note.revisions[0].about, tags: [text], topic: text } }],
    })))
    for (const note of notes) await post(subject.ports, note)
    const { ports } = await subject.reopen()
    for (const [at, note] of notes.entries()) {
      const kept = await ports.allNotes.read(note.id, PASS)
      if (!isDeepStrictEqual(kept, note)) t.fail(`text ${at} came back changed`)
      // Half a surrogate pair is no character: kept as it came, but no column can be asked for it.
      if (/\p{Surrogate}/u.test(texts[at] as string)) continue
      const tagged = await ports.notes.list({ order: 'newest', page: 1, size: 200, tag: texts[at] as string, topics: [texts[at] as string] }, reader())
      if (!tagged.rows.some(({ id }) => id === note.id)) t.fail(`text ${at} is not found as a tag: ${JSON.stringify(texts[at])}`)
    }
    t.pass(`${notes.length} texts`)
  })

  await t.test('a note of the largest size with many revisions keeps every one, under the law of each', async (t) => {
    const subject = await open(t)
    const { id } = openNote(1)
    const body = (n: number) => `${n} `.padEnd(50_000, '客'.repeat(10))
    await post(subject.ports, openNote(1))
    for (let n = 2; n <= 12; n += 1) {
      const grant = grantFor('note.edit', id, 'curator-of-all', n - 1)
      await subject.ports.notes.change(grant, edited(grant, body(n)))
    }
    const { ports } = await subject.reopen()
    const kept = await ports.allNotes.read(id, PASS)
    t.same(kept?.revisions.map((r) => r.number), Array.from({ length: 12 }, (_, n) => n + 1))
    t.ok(kept?.revisions.slice(1).every((r) => r.body === body(r.number)))
    t.equal((await ports.notes.get(id, reader()))?.revisions.length, 1, 'a reader sees the validated one')
    t.equal((await ports.notes.get(id, sightFor(principal('curator-of-all'))))?.revisions.length, 12, 'a curator all')
    // A change that reaches into old texts, such as closing them, is whole too.
    const closed = await ports.notes.change(grantFor('note.narrow', id), (note) => done({
      ...note, revisions: note.revisions.map((r) => ({ ...r, floor: { ...r.floor, level: 'restricted' } })) as unknown as Note['revisions'],
    }))
    t.ok(closed.ok)
    t.ok((await ports.allNotes.read(id, PASS))?.revisions.every((r) => r.floor.level === 'restricted' && r.body.length > 0))
  })

  await t.test('what somebody answers for is found by its writer, or by whoever took over', async (t) => {
    const { ports } = await open(t)
    const item = { id: 'i', state: 'open', why: 'posted', subject: 1, openedAt: '2026-01-05T00:00:00.000Z', urgent: false, claim: null, returned: null, widening: null, lowering: null, closedAt: null } as const
    const writer = openNote(1).revisions[0].by
    await post(ports, openNote(1, (note) => ({ ...note, item: { ...item, state: 'returned', openedAt: '2026-01-06T00:00:00.000Z' } })))
    await post(ports, openNote(2, (note) => ({ ...note, item: { ...item, why: 'due' } })))
    await post(ports, openNote(3, (note) => ({ ...note, item, caretaker: 'successor' })))
    await post(ports, openNote(4, (note) => ({ ...note, item: { ...item, state: 'accepted', closedAt: '2026-01-07T00:00:00.000Z' } })))
    t.same(await ports.allNotes.inCareOf(writer, PASS), [{ id: openNote(2).id, state: 'due' }, { id: openNote(1).id, state: 'returned' }])
    t.same(await ports.allNotes.inCareOf('successor', PASS), [{ id: openNote(3).id, state: 'waiting' }])
    t.same(await ports.allNotes.inCareOf('nobody', PASS), [])
  })

  await t.test('all ids are given to whoever must see all, and what waits or falls due', async (t) => {
    const { ports } = await open(t)
    const item = { id: 'i', state: 'open', why: 'posted', subject: 1, openedAt: '2026-01-05T00:00:00.000Z', urgent: false, claim: null, returned: null, widening: null, lowering: null, closedAt: null } as const
    await post(ports, openNote(1, (note) => ({ ...note, reviewOn: '2026-01-31' })))
    await post(ports, openNote(2, (note) => ({ ...note, reviewOn: '2026-02-01' })))
    await post(ports, openNote(3, (note) => ({ ...note, reviewOn: '2026-01-01', item })))
    await post(ports, openNote(4, (note) => ({ ...note, reviewOn: '2026-01-01', confidence: 'archived', archivedFrom: 'validated' })))
    const ids: string[] = []
    for await (const id of ports.allNotes.ids(PASS)) ids.push(id)
    t.same(ids.sort(), [1, 2, 3, 4].map((n) => openNote(n).id).sort())
    t.same(await ports.allNotes.fallingDue('2026-01-31', 10, PASS), [openNote(1).id])
    t.equal(await ports.allNotes.waitingSince('2026-01-05T00:00:00.001Z', PASS), 1)
    t.equal(await ports.allNotes.waitingSince('2026-01-05T00:00:00.000Z', PASS), 0)
    t.match(await ports.allNotes.changeByClock(openNote(1).id, PASS, (note) => done({ ...note, reviewOn: '2027-01-01' })), { ok: true, value: { version: 2 } })
    t.same(await ports.allNotes.fallingDue('2026-01-31', 10, PASS), [])
  })

  await t.test('whatever waits is told once, what waits longest first, however much there is', async (t) => {
    const { ports } = await open(t)
    const item = { id: 'i', state: 'open', why: 'posted', subject: 1, urgent: false, claim: null, returned: null, widening: null, lowering: null, closedAt: null } as const
    // More than is read at once, many of it of the same moment.
    const notes = Array.from({ length: 1_010 }, (_, n) => openNote(n, (note) => ({ ...note, item: { ...item, openedAt: `2026-01-0${1 + (n % 3)}T00:00:00.000Z` } })))
    for (let at = 0; at < notes.length; at += 50) await Promise.all(notes.slice(at, at + 50).map((note) => post(ports, note)))
    const waiting: string[] = []
    for await (const id of ports.allNotes.waiting(PASS)) waiting.push(id)
    const opened = (note: (typeof notes)[number]) => note.item?.openedAt ?? ''
    t.same(waiting, [...notes].sort((a, b) => (opened(a) + a.id < opened(b) + b.id ? -1 : 1)).map(({ id }) => id))
    t.equal(await ports.allNotes.waitingSince('2026-01-03T00:00:00.000Z', PASS), notes.filter((note) => opened(note) < '2026-01-03').length)
  })
}

function commented(text: string): (note: Note) => Outcome<Note> {
  const comment: Omit<Comment, 'floor'> = { id: text, by: 'author', at: '2026-03-01T00:00:00.000Z', text, on: 1 }
  return (note) => done({ ...note, comments: [...note.comments, { ...comment, floor: note.rights }] })
}

function edited(grant: Grant, body: string): (note: Note) => Outcome<Note> {
  return (note) => {
    const stale = changedSince(note, grant)
    if (stale) return stale
    const number = note.revision + 1
    return done({ ...note, revision: number, revisions: [...note.revisions, { ...note.revisions[0], number, by: 'curator-of-all', body }] })
  }
}

const STRANGE = [
  '招商银行：续期KYC？“客户”说不行……', '\u202e\u200b\ufeff zero width', '\ud83d\ude00\ud83c\udff3\ufe0f\u200d\ud83c\udf08', '\ud800', 'a\u0000b', "'; DROP TABLE face; --",
  '__proto__', '"],["', '${7*7}{{7*7}}', 'line\r\nline\u2028line\u2029', '\\', '%_', 'é vs e\u0301', ' leading and trailing ',
]

/** The public corpus of naughty strings, when it is there. */
async function hostile(t: Test): Promise<readonly string[]> {
  const shared = process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared')
  const file = join(shared, 'data', 'hostile', 'blns.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as string[]
  } catch {
    await t.test('the naughty strings of ../shared/data/hostile/blns.json', { skip: 'the file is not here' }, async () => {})
    return []
  }
}
