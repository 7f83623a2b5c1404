import t, { type Test } from 'tap'
import { done, type Outcome } from '../../../domain/people/refusal.js'
import { changedSince, once } from '../../../domain/notes/change.js'
import type { Note } from '../../../domain/notes/note.js'
import type { ThingEvent } from '../../../domain/policy/events.js'
import { PEOPLE, principal, sightFor } from '../../../house/oracle/bank.js'
import { openNote } from '../contract/lists.js'
import { PASS, addCustomer, grantFor, idNumber, post } from '../contract/subject.js'
import { openChannels } from './channels-store.js'
import { openCredentials } from './credentials-store.js'
import { openPeople } from './people-store.js'
import { PostgresRecord } from './record.js'
import { scratchServer } from './scratch-postgres.js'
import { openProcesses, type Process } from './scratch-processes.js'
import { openSessions } from './sessions-store.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const many = (count: number) => Array.from({ length: count }, (_, n) => n)

t.test('an event of a transaction that is still open is skipped by nobody, in whichever process they read', only, async (t) => {
  const [one, two, three] = await three_(t)
  await post(one.store, openNote(1))
  const held = two.database.holdNextWrite()
  const slow = post(two.store, openNote(2))
  await held.begun
  // Written and committed after the open one has its number, by another process.
  for (const n of [3, 4, 5]) await post(one.store, openNote(n))
  const read: string[] = []
  let place = 0
  const readOn = async () => {
    for (const event of await three.store.feed.after(place, 100, PASS)) {
      read.push(event.id)
      place = event.seq
    }
  }
  await readOn()
  t.same(read, [openNote(1).id], 'nothing is read past the open one')
  await three.store.around.fresh()
  t.ok(three.store.feed.lowWater() <= place, 'nor does the mark pass it')
  held.letGo()
  await slow
  await readOn()
  t.same([...read].sort(), [1, 2, 3, 4, 5].map((n) => openNote(n).id).sort(), 'all of them, each once')
})

t.test('a place is kept for each consumer and each process that has an index of its own, and none moves past what is still open', only, async (t) => {
  const [one, two, three] = await three_(t)
  const [index, shared] = ['search', 'notices']
  await post(one.store, openNote(1))
  const held = two.database.holdNextWrite()
  const slow = post(two.store, openNote(2))
  await held.begun
  await post(one.store, openNote(3))
  // As a relay does it: what was read, and then the mark, is the place to go on from.
  const taken: string[] = []
  const follow = async (consumer: string) => {
    const { feed } = three.store
    await three.store.around.fresh()
    const events = await feed.after(await feed.cursor(consumer), 100, PASS)
    if (consumer === index) taken.push(...events.map(({ id }) => id))
    await feed.moveCursor(consumer, Math.max(feed.lowWater(), events[events.length - 1]?.seq ?? 0))
  }
  for (const consumer of [index, shared]) await follow(consumer)
  t.same(taken, [openNote(1).id], 'premise: the third was not to be read yet')
  t.ok((await three.store.feed.cursor(index)) > 0)
  t.equal(await one.store.feed.cursor(index), 0, 'the index of another process is where it was')
  t.equal(await one.store.feed.cursor(shared), await three.store.feed.cursor(shared), 'what one process does for all has one place')
  held.letGo()
  await slow
  await follow(index)
  t.same([...taken].sort(), [1, 2, 3].map((n) => openNote(n).id).sort(), 'no event was skipped, and none came twice')
  await follow(index)
  t.equal(taken.length, 3)
})

t.test('a hundred writers and a reader that never rests: every event is read, in rising order', only, async (t) => {
  const all = await three_(t)
  const seen = new Map<string, ThingEvent>()
  let place = 0
  let writing = true
  const reader = (async () => {
    for (let empty = false; writing || !empty; ) {
      const events = await all[2].store.feed.after(place, 7, PASS)
      empty = events.length === 0 && !writing
      for (const event of events) {
        t.ok(event.seq > place)
        place = event.seq
        seen.set(event.id, event)
      }
    }
  })()
  await Promise.all(many(100).map(async (n) => {
    const { store } = all[n % 2] as Process
    await post(store, openNote(n))
    await store.notes.change(grantFor('note.comment', openNote(n).id), (note) => done({ ...note, updatedAt: '2026-03-03T00:00:00.000Z' }))
  }))
  writing = false
  await reader
  t.equal(seen.size, 100)
  t.ok([...seen.values()].every(({ version }) => version === 2), 'and of each the newest')
})

t.test('of fifty edits of one revision in three processes one wins, and no text is lost (C1, C2)', only, async (t) => {
  const all = await three_(t)
  const { id } = openNote(1)
  await post(all[0].store, openNote(1))
  const outcomes = await Promise.all(many(50).map((n) => {
    const grant = grantFor('note.edit', id, 'curator-of-all', 1)
    return (all[n % 3] as Process).store.notes.change(grant, (note): Outcome<Note> => {
      const number = note.revision + 1
      return changedSince(note, grant) ?? done({ ...note, revision: number, revisions: [...note.revisions, { ...note.revisions[0], number, by: 'curator-of-all', body: `text ${n}` }] })
    })
  }))
  t.equal(outcomes.filter(({ ok }) => ok).length, 1)
  t.ok(outcomes.every((one) => one.ok || one.refusals[0]?.code === 'notes.changed'))
  t.same((await all[1].store.allNotes.read(id, PASS))?.revisions.map(({ number }) => number), [1, 2])
})

t.test('fifty comments in three processes are all there, and the same key fifty times is one (C3, C5)', only, async (t) => {
  const all = await three_(t)
  const { id } = openNote(1)
  await post(all[0].store, openNote(1, (note) => ({ ...note, comments: [] })))
  const commented = (text: string) => (note: Note) => done({ ...note, comments: [...note.comments, { id: text, by: 'author', at: '2026-03-01T00:00:00.000Z', text, on: 1, floor: note.rights }] })
  await Promise.all(many(50).flatMap((n) => {
    const { store } = all[n % 3] as Process
    return [
      store.notes.change(grantFor('note.comment', id), commented(`comment ${n}`)),
      store.notes.change(grantFor('note.comment', id), (note) => once(note, 'key', commented('once'))),
    ]
  }))
  const kept = await all[2].store.allNotes.read(id, PASS)
  t.equal(kept?.comments.length, 51)
  t.equal(new Set(kept?.comments.map(({ text }) => text)).size, 51)
  t.equal(kept?.version, 52)
})

t.test('the same note posted fifty times in three processes is one note (C5)', only, async (t) => {
  const all = await three_(t)
  await Promise.all(many(50).map((n) => post((all[n % 3] as Process).store, openNote(1))))
  t.equal(await all[0].store.notes.count({ order: 'newest', page: 1, size: 1 }, sightFor(principal('colleague-in-alpha'))), 1)
  t.equal((await all[1].store.feed.after(0, 10, PASS)).length, 1)
})

t.test('what one process closes is on hold in all others from their next request, until their own index has it', only, async (t) => {
  const [one, two] = await three_(t)
  const { id } = openNote(1)
  await post(one.store, openNote(1))
  await one.store.notes.change(grantFor('note.narrow', id), (note) => done({ ...note, rights: { ...note.rights, level: 'confidential' } }))
  await two.store.around.fresh()
  t.same([...two.store.feed.onHold()], [id])
  two.store.feed.release(id, 2)
  await two.store.around.fresh()
  t.same([...two.store.feed.onHold()], [], 'and does not come back')
  t.same([...one.store.feed.onHold()], [id], 'the first has an index of its own')
})

t.test('where one process feeds the engines of all, the others release what lies behind its place, engine by engine', only, async (t) => {
  const [one, two] = (await openProcesses(t, server, 2, { names: ['near', 'far'], shared: true })) as [Process, Process]
  const close = async (n: number) => {
    const { id } = openNote(n)
    await post(one.store, openNote(n))
    await one.store.notes.change(grantFor('note.narrow', id), (note) => done({ ...note, rights: { ...note.rights, level: 'confidential' } }))
    await two.store.around.fresh()
    return id
  }
  const heldBy = ({ store }: Process, index: string) => [...store.feed.onHold(index)].sort()
  const id = await close(1)
  t.same([heldBy(two, 'near'), heldBy(two, 'far')], [[id], [id]])
  t.equal((await two.store.feed.behind('near')).things, 1)
  await one.store.feed.moveCursor('near', one.store.feed.lowWater())
  await two.store.around.fresh()
  t.same([heldBy(two, 'near'), heldBy(two, 'far')], [[], [id]], 'the far engine has not taken it')
  t.same([(await two.store.feed.behind('near')).things, (await two.store.feed.behind('far')).things], [0, 1])

  const next = await close(2)
  const [event] = await one.store.feed.after(await one.store.feed.cursor('near'), 10, PASS)
  await one.store.feed.setAside('near', event as ThingEvent)
  await one.store.feed.moveCursor('near', one.store.feed.lowWater())
  await two.store.around.fresh()
  t.same(heldBy(two, 'near'), [next], 'what was set aside stays on hold')
  await one.store.feed.takenUp('near', next)
  await two.store.around.fresh()
  t.same(heldBy(two, 'near'), [])

  await one.store.feed.moveCursor('near', 0)
  await two.store.around.fresh()
  t.same(heldBy(two, 'near'), [id, next].sort(), 'an engine that lost everything says so to all')
})

t.test('an index with more on hold than is listed may not be asked, until it has taken so much that the rest is', only, async (t) => {
  const ids = [1, 2, 3].map((n) => openNote(n).id)
  for (const shared of [true, false]) {
    const [one, two] = (await openProcesses(t, server, 2, { names: ['near'], shared }, 2)) as [Process, Process]
    const feeder = shared ? one : two
    const told = async () => {
      await two.store.around.fresh()
      return two.store.feed.holdsAll('near') ? 'all' : [...two.store.feed.onHold('near')].sort()
    }
    for (const n of [1, 2, 3]) {
      await post(one.store, openNote(n))
      await one.store.notes.change(grantFor('note.narrow', openNote(n).id), (note) => done({ ...note, rights: { ...note.rights, level: 'confidential' } }))
      if (n === 2) t.same(await told(), ids.slice(0, 2))
    }
    t.equal(await told(), 'all')
    const [first] = await two.store.feed.after(0, 1, PASS)
    two.store.feed.release(ids[0] as string, 2, 'near')
    await feeder.store.feed.moveCursor('near', first?.seq ?? 0)
    t.same(await told(), ids.slice(1), shared ? 'fed by another process' : 'fed by its own')
    await feeder.store.feed.moveCursor('near', 0)
    t.equal(await told(), 'all', 'an engine that lost everything')
    for (const id of ids) two.store.feed.release(id, 2, 'near')
    await feeder.store.feed.moveCursor('near', feeder.store.feed.lowWater())
    t.same(await told(), [])
  }
})

t.test('near an open transaction what was released stays released, and what is closed again is held again', only, async (t) => {
  const [one, two, three] = await three_(t)
  const { id } = openNote(1)
  await post(one.store, openNote(1))
  const held = three.database.holdNextWrite()
  const slow = post(three.store, openNote(9))
  await held.begun
  const close = (to: 'confidential' | 'restricted') => one.store.notes.change(grantFor('note.narrow', id), (note) => done({ ...note, rights: { ...note.rights, level: to } }))
  await close('confidential')
  await two.store.around.fresh()
  two.store.feed.release(id, 2)
  for (const _ of many(3)) await two.store.around.fresh()
  t.same([...two.store.feed.onHold()], [])
  await close('restricted')
  await two.store.around.fresh()
  t.same([...two.store.feed.onHold()], [id])
  held.letGo()
  await slow
})

t.test('a customer that is closed in one process hides its notes in all others from their next request', only, async (t) => {
  const [one, two] = await three_(t)
  await addCustomer(one.store, { id: idNumber(1), team: 'relationship' })
  await one.store.customers.change(grantFor('customer.edit', idNumber(1)), (customer) => done({ ...customer, restricted: true, curators: ['appointed'] }))
  await two.store.around.fresh()
  t.same(two.store.customers.restricted(), [{ id: idNumber(1), team: 'relationship', curators: ['appointed'] }])
  await two.store.customers.change(grantFor('customer.edit', idNumber(1)), (customer) => done({ ...customer, restricted: false }))
  await one.store.around.fresh()
  t.same(one.store.customers.restricted(), [])
})

t.test('a right taken away in one process is gone in the next request to another', only, async (t) => {
  const [one, two] = await three_(t)
  const [here, there] = await Promise.all([openPeople(one.database, one.store.around), openPeople(two.database, two.store.around)])
  await here.change(() => ({ persons: [...PEOPLE.persons.values()], departments: [...PEOPLE.departments.values()], teams: [...PEOPLE.teams.values()] }))
  await two.store.around.fresh()
  t.equal(there.directory().persons.size, PEOPLE.persons.size)
  const epoch = there.rightsEpoch('author')
  await here.change((now) => ({ ...now, persons: now.persons.map((person) => (person.id === 'author' ? { ...person, active: false } : person)) }))
  await two.store.around.fresh()
  t.equal(there.directory().person('author')?.active, false)
  t.equal(there.rightsEpoch('author'), epoch + 1)
  t.same(there.directory().members('alpha').map(({ id }) => id).includes('author'), false)
})

t.test('what must be on record first and cannot be keeps people as they are, in every process', only, async (t) => {
  const [one, two] = await three_(t)
  const [here, there] = await Promise.all([openPeople(one.database, one.store.around), openPeople(two.database, two.store.around)])
  await here.change(() => ({ persons: [...PEOPLE.persons.values()], departments: [], teams: [] }))
  const disable = (firstly: () => Promise<void>) => here.change((now) => ({ ...now, persons: now.persons.map((person) => (person.id === 'author' ? { ...person, active: false } : person)) }), firstly)
  await t.rejects(disable(() => Promise.reject(new Error('no record'))), /no record/)
  await two.store.around.fresh()
  for (const people of [here, there]) t.equal(people.directory().person('author')?.active, true)
  const record = new PostgresRecord(one.database)
  const line = { at: '2026-01-05T08:00:00.000Z', who: 'nobody', did: 'person.disabled', thing: { kind: 'person', id: 'author' } } as const
  await disable(() => record.append(line))
  await two.store.around.fresh()
  for (const people of [here, there]) t.equal(people.directory().person('author')?.active, false)
  t.equal((await record.page({ id: 'author' })).entries.length, 1, 'and the line stands, written while the change held its own row')
  await record.close()
})

t.test('people changed in three processes at once lose no change', only, async (t) => {
  const all = await three_(t)
  const people = await Promise.all(all.map(({ database, store }) => openPeople(database, store.around)))
  await people[0]?.change(() => ({ persons: [...PEOPLE.persons.values()], departments: [], teams: [] }))
  const ids = [...PEOPLE.persons.keys()].slice(0, 15)
  t.equal(ids.length, 15, 'premise')
  await Promise.all(ids.map((id, n) => people[n % 3]?.change((now) => ({ ...now, persons: now.persons.map((person) => (person.id === id ? { ...person, name: `renamed ${n}` } : person)) }))))
  await all[2].store.around.fresh()
  t.same(ids.map((id) => people[2]?.directory().person(id)?.name), ids.map((_, n) => `renamed ${n}`))
})

t.test('a session begun in one process is known in the next, and over everywhere when it is ended', only, async (t) => {
  const [one, two] = await three_(t)
  const now = '2026-03-03T01:00:00.000Z'
  const [here, there] = await Promise.all([openSessions(one.database, one.store.around, now), openSessions(two.database, two.store.around, now)])
  const session = { person: 'author', rights: 0, password: 0, startedAt: now, until: '2026-03-03T11:00:00.000Z', agent: '', address: '' }
  await here.keep('cookie', session)
  t.equal(there.find('cookie'), undefined, 'premise: nobody has looked yet')
  await two.store.around.fresh()
  t.same(there.find('cookie'), session)
  t.equal(await there.endOf('author'), 1)
  await one.store.around.fresh()
  t.equal(here.find('cookie'), undefined)
})

t.test('passwords and channels changed in one process are those of all', only, async (t) => {
  const [one, two] = await three_(t)
  const [here, there] = await Promise.all([openCredentials(one.database, one.store.around), openCredentials(two.database, two.store.around)])
  await here.change('author', (now) => ({ ...now, changes: now.changes + 1, link: { digest: 'd', until: '2027-01-01T00:00:00.000Z' } }))
  await two.store.around.fresh()
  t.same([there.changes('author'), (await there.byLink('d'))?.person], [1, 'author'])
  await Promise.all(many(10).map((n) => (n % 2 ? here : there).change('author', (now) => ({ ...now, changes: now.changes + 1, link: null }))))
  await two.store.around.fresh()
  t.same([there.changes('author'), (await there.of('author')).changes, await there.byLink('d')], [11, 11, undefined])
  const channels = await Promise.all([openChannels(one.database, one.store.around), openChannels(two.database, two.store.around)])
  await t.rejects(channels[0].change(grantFor('channel.manage', 'none'), done), /there is no channel none/)
  t.same(channels[1].all(), [])
})

async function three_(t: Test): Promise<readonly [Process, Process, Process]> {
  return (await openProcesses(t, server, 3)) as readonly Process[] as readonly [Process, Process, Process]
}
