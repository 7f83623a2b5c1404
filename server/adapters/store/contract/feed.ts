import type { Test } from 'tap'
import { done } from '../../../domain/people/refusal.js'
import type { Note } from '../../../domain/notes/note.js'
import type { ThingEvent } from '../../../domain/policy/events.js'
import { openNote } from './lists.js'
import { PASS, addCustomer, grantFor, idNumber, post, type Opens, type Ports } from './subject.js'

export async function feedContract(t: Test, open: Opens): Promise<void> {
  await t.test('every thing that was written is told once, in order, as it is now', async (t) => {
    const { ports } = await open(t)
    await post(ports, openNote(1))
    await addCustomer(ports, { id: idNumber(1) })
    await post(ports, openNote(2))
    await touch(ports, 1)
    const events = await ports.feed.after(0, 100, PASS)
    t.same(events.map(({ kind, id, version }) => [kind, id, version]), [
      ['customer', idNumber(1), 1], ['note', openNote(2).id, 1], ['note', openNote(1).id, 2],
    ])
    t.ok(events.every(({ seq }, at) => at === 0 || seq > (events[at - 1] as ThingEvent).seq), 'in rising order')
    t.ok((events[2] as ThingEvent).seq <= ports.feed.lowWater())
    t.same(await ports.feed.after((events[1] as ThingEvent).seq, 100, PASS), [events[2]])
    t.same((await ports.feed.after(0, 2, PASS)).length, 2, 'no more than asked for')
  })

  await t.test('nobody reads past a write that is still under way', async (t) => {
    const subject = await open(t)
    const { ports } = subject
    await post(ports, openNote(1))
    const before = ports.feed.lowWater()
    const held = subject.holdNextWrite()
    const slow = post(ports, openNote(2))
    await held.begun
    await post(ports, openNote(3))
    await post(ports, openNote(4))
    t.equal(ports.feed.lowWater(), before, 'the mark stands below the slow write')
    t.same((await ports.feed.after(0, 100, PASS)).map(({ id }) => id), [openNote(1).id])
    held.letGo()
    await slow
    t.same((await ports.feed.after(before, 100, PASS)).map(({ id }) => id).sort(), [2, 3, 4].map((n) => openNote(n).id).sort())
  })

  await t.test('numbers go on rising after a restart', async (t) => {
    const subject = await open(t)
    await post(subject.ports, openNote(1))
    const before = subject.ports.feed.lowWater()
    const { ports } = await subject.reopen()
    await post(ports, openNote(2))
    t.same((await ports.feed.after(before, 10, PASS)).map(({ id }) => id), [openNote(2).id])
  })

  await t.test('each consumer finds its own place again', async (t) => {
    const subject = await open(t)
    await post(subject.ports, openNote(1))
    const mark = subject.ports.feed.lowWater()
    await subject.ports.feed.moveCursor('digests', mark)
    const { ports } = await subject.reopen()
    t.equal(await ports.feed.cursor('digests'), mark)
    t.equal(await ports.feed.cursor('insights'), 0)
  })

  await t.test('listeners hear of every write until they leave', async (t) => {
    const { ports } = await open(t)
    let heard = 0
    const leave = ports.feed.onWrite(() => (heard += 1))
    await post(ports, openNote(1))
    const first = heard
    t.ok(first > 0)
    leave()
    await post(ports, openNote(2))
    t.equal(heard, first)
  })

  await t.test('a note is on hold from the moment it closes until the engine confirms that version', async (t) => {
    const { ports } = await open(t)
    await post(ports, openNote(1))
    t.same([...ports.feed.onHold()], [], 'what is new is in no index')
    await touch(ports, 1)
    t.same([...ports.feed.onHold()], [], 'a comment opens and closes nothing')
    await ports.notes.change(grantFor('note.narrow', openNote(1).id), (note) => {
      return done({ ...note, rights: { ...note.rights, level: 'confidential' } })
    })
    t.same([...ports.feed.onHold()], [openNote(1).id])
    t.match((await ports.feed.after(0, 10, PASS))[0], { version: 3, accessChanged: true })
    ports.feed.release(openNote(1).id, 2)
    t.same([...ports.feed.onHold()], [openNote(1).id], 'an older version confirms nothing')
    ports.feed.release(openNote(1).id, 3)
    t.same([...ports.feed.onHold()], [])
  })

  await t.test('words taken away, another published text, a closed customer: all are on hold', async (t) => {
    const { ports } = await open(t)
    const changes: readonly ((note: Note) => Note)[] = [
      (note) => ({ ...note, revisions: [{ ...note.revisions[0], body: 'taken away' }] }),
      (note) => ({ ...note, revisions: [{ ...note.revisions[0], title: 'taken away' }] }),
      (note) => ({ ...note, revisions: [{ ...note.revisions[0], about: { ...note.revisions[0].about, tags: [] } }] }),
      (note) => ({ ...note, revision: 2, validated: 2, revisions: [...note.revisions, { ...note.revisions[0], number: 2 }] }),
      (note) => ({ ...note, withheld: { by: 'author', at: note.createdAt, code: 'narrowed' } }),
    ]
    for (const [at, change] of changes.entries()) {
      await post(ports, openNote(at))
      await ports.notes.change(grantFor('note.redact', openNote(at).id), (note) => done(change(note)))
      t.ok(ports.feed.onHold().has(openNote(at).id), String(change))
    }
    await addCustomer(ports, { id: idNumber(1) })
    await ports.customers.change(grantFor('customer.edit', idNumber(1)), (customer) => done({ ...customer, restricted: true, curators: ['appointed'] }))
    t.ok(ports.feed.onHold().has(idNumber(1)))
    for (const [n, change] of [[2, { team: 'beta' }], [3, { curators: ['appointed', 'second-steward'] }]] as const) {
      await addCustomer(ports, { id: idNumber(n), team: 'relationship', restricted: true, curators: ['appointed'] })
      ports.feed.release(idNumber(n), 1)
      t.notOk(ports.feed.onHold().has(idNumber(n)), 'premise')
      await ports.customers.change(grantFor('customer.edit', idNumber(n)), (customer) => done({ ...customer, name: 'Another' }))
      t.notOk(ports.feed.onHold().has(idNumber(n)), 'another name closes nothing')
      await ports.customers.change(grantFor('customer.edit', idNumber(n)), (customer) => done({ ...customer, ...change }))
      t.ok(ports.feed.onHold().has(idNumber(n)), `others may know of a restricted customer: ${Object.keys(change).join()}`)
    }
  })

  await t.test('what the search engine had not confirmed is on hold again after a restart', async (t) => {
    const subject = await open(t)
    const first = subject.ports
    for (const n of [1, 2, 3]) await post(first, openNote(n))
    await first.feed.moveCursor('search', first.feed.lowWater())
    await close(first, 1)
    const confirmed = first.feed.lowWater()
    await close(first, 2)
    await touch(first, 2)
    await touch(first, 3)
    await first.feed.moveCursor('search', confirmed)
    const { ports } = await subject.reopen()
    t.same([...ports.feed.onHold()], [openNote(2).id], 'the second, although something else was the last that happened to it')
    t.match((await ports.feed.after(confirmed, 10, PASS)).map((e) => [e.id, e.accessChanged]), [[openNote(2).id, true], [openNote(3).id, false]])
    await ports.feed.moveCursor('search', 0)
    t.same([...ports.feed.onHold()].sort(), [openNote(1).id, openNote(2).id].sort(), 'an engine that lost more says so')
  })

  await t.test('how far a consumer is behind, and which versions are kept, can be asked', async (t) => {
    const { ports } = await open(t)
    t.same(await ports.feed.behind('digests'), { things: 0, more: false })
    for (const n of [1, 2]) await post(ports, openNote(n))
    await addCustomer(ports, { id: idNumber(3) })
    await touch(ports, 2)
    t.same(await ports.feed.behind('digests'), { things: 3, more: false }, 'things, not writes')
    await ports.feed.moveCursor('digests', (await ports.feed.after(0, 1, PASS))[0]?.seq ?? 0)
    t.same(await ports.feed.behind('digests'), { things: 2, more: false })
    t.same(
      await ports.feed.versionsOf([openNote(1).id, openNote(2).id, idNumber(3), idNumber(4)], PASS),
      new Map([[openNote(1).id, 1], [openNote(2).id, 2], [idNumber(3), 1]]),
    )
    t.same(await ports.feed.versionsOf([], PASS), new Map())
  })

  await t.test('how far a consumer is behind is counted no further than was asked', async (t) => {
    const { ports } = await open(t)
    for (const n of [1, 2, 3, 4]) await post(ports, openNote(n))
    t.same(await ports.feed.behind('digests', 5), { things: 4, more: false })
    t.same(await ports.feed.behind('digests', 4), { things: 4, more: false }, 'all of them, and no more')
    t.same(await ports.feed.behind('digests', 3), { things: 3, more: true })
    t.same(await ports.feed.behind('digests', 1), { things: 1, more: true })
    await ports.feed.moveCursor('digests', (await ports.feed.after(0, 3, PASS)).at(-1)?.seq ?? 0)
    t.same(await ports.feed.behind('digests', 1), { things: 1, more: false }, 'from its place on')
  })

  await t.test('what a consumer went past stays known, and on hold, until it is taken up', async (t) => {
    const subject = await open(t)
    await post(subject.ports, openNote(1))
    const [event] = await subject.ports.feed.after(0, 1, PASS)
    await subject.ports.feed.setAside('search', event as ThingEvent)
    await subject.ports.feed.moveCursor('search', subject.ports.feed.lowWater())
    t.ok(subject.ports.feed.onHold().has(openNote(1).id))
    const { ports } = await subject.reopen()
    t.same(await ports.feed.asideOf('search'), [event])
    t.ok(ports.feed.onHold().has(openNote(1).id))
    t.same(await ports.feed.asideOf('digests'), [])
    await ports.feed.takenUp('search', openNote(1).id)
    t.same(await ports.feed.asideOf('search'), [])
  })
}

async function touch(ports: Ports, n: number): Promise<void> {
  await ports.notes.change(grantFor('note.comment', openNote(n).id), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))
}

async function close(ports: Ports, n: number): Promise<void> {
  await ports.notes.change(grantFor('note.narrow', openNote(n).id), (note) => done({ ...note, rights: { ...note.rights, audience: 'private' } }))
}

