import type { Test } from 'tap'
import { principal, sightFor } from '../../../house/oracle/bank.js'
import { openNote } from './lists.js'
import { aDraft, addCustomer, idNumber, post, type Opens } from './subject.js'

export async function draftsContract(t: Test, open: Opens): Promise<void> {
  await t.test('a draft is its owner\'s alone, newest first, and survives a restart', async (t) => {
    const subject = await open(t)
    const { drafts } = subject.ports
    await drafts.keep(aDraft(idNumber(1), 'ann', { savedAt: '2026-01-01T00:00:00.000Z' }))
    await drafts.keep(aDraft(idNumber(2), 'ann', { savedAt: '2026-01-03T00:00:00.000Z' }))
    await drafts.keep(aDraft(idNumber(3), 'bob'))
    await drafts.keep(aDraft(idNumber(1), 'ann', { savedAt: '2026-01-02T00:00:00.000Z', fields: { body: '客户说\u0000', tags: ['a', 'b'] } }))
    const again = (await subject.reopen()).ports.drafts
    t.same((await again.list('ann')).map(({ id }) => id), [idNumber(2), idNumber(1)])
    t.same((await again.get(idNumber(1), 'ann'))?.fields, { body: '客户说\u0000', tags: ['a', 'b'] })
    t.equal(await again.get(idNumber(3), 'ann'), null)
    t.equal(await again.get(idNumber(1), 'bob'), null)
    t.same(await again.list('nobody'), [])
  })

  await t.test('nobody writes over or drops another\'s draft', async (t) => {
    const { ports: { drafts } } = await open(t)
    await drafts.keep(aDraft(idNumber(1), 'ann'))
    await t.rejects(drafts.keep(aDraft(idNumber(1), 'bob', { fields: { body: 'mine now' } })))
    await drafts.drop(idNumber(1), 'bob')
    t.same((await drafts.get(idNumber(1), 'ann'))?.fields, { body: 'draft of ann' })
    await drafts.drop(idNumber(1), 'ann')
    t.equal(await drafts.get(idNumber(1), 'ann'), null)
    t.same(await drafts.list('ann'), [])
    await drafts.drop(idNumber(1), 'ann')
  })

  await t.test('a foreign draft costs exactly what an unknown one costs', async (t) => {
    const subject = await open(t)
    await subject.ports.drafts.keep(aDraft(idNumber(1), 'ann'))
    const fresh = await subject.reopen()
    const cost = async (id: string, owner: string) => {
      const before = fresh.reads()
      const found = await fresh.ports.drafts.get(id, owner)
      return { found: found !== null, reads: fresh.reads() - before }
    }
    t.same(await cost(idNumber(1), 'bob'), await cost(idNumber(2), 'bob'))
    t.ok((await cost(idNumber(1), 'ann')).reads > 0)
  })

  await t.test('drafts are in no list of notes and tell nobody', async (t) => {
    const { ports } = await open(t)
    const before = ports.feed.lowWater()
    await ports.drafts.keep(aDraft(idNumber(1), 'author'))
    t.equal(ports.feed.lowWater(), before)
  })

  await t.test('a draft under the id of a note or customer hides neither, and goes without them', async (t) => {
    const subject = await open(t)
    const note = openNote(1)
    await post(subject.ports, note)
    await addCustomer(subject.ports, { id: idNumber(1) })
    for (const id of [note.id, idNumber(1)]) await subject.ports.drafts.keep(aDraft(id, 'ann'))
    const sight = sightFor(principal('colleague-in-alpha'))
    const bothThere = async ({ notes, customers }: typeof subject.ports, when: string) => {
      t.equal((await notes.get(note.id, sight))?.id, note.id, `the note, ${when}`)
      t.equal((await customers.get(idNumber(1), sight))?.id, idNumber(1), `the customer, ${when}`)
    }
    await bothThere(subject.ports, 'at once')
    const { ports } = await subject.reopen()
    await bothThere(ports, 'after a restart')
    t.equal((await ports.drafts.list('ann')).length, 2)
    for (const id of [note.id, idNumber(1)]) await ports.drafts.drop(id, 'ann')
    t.same(await ports.drafts.list('ann'), [])
    await bothThere(ports, 'when the drafts are gone')
  })

  await t.test('a note that is posted under the id of its draft leaves no draft behind', async (t) => {
    const subject = await open(t)
    const note = openNote(2)
    await subject.ports.drafts.keep(aDraft(note.id, 'author'))
    await post(subject.ports, note)
    await subject.ports.drafts.drop(note.id, 'author')
    t.same(await subject.ports.drafts.list('author'), [])
    const { ports } = await subject.reopen()
    t.same(await ports.drafts.list('author'), [])
    t.equal((await ports.notes.get(note.id, sightFor(principal('colleague-in-alpha'))))?.id, note.id)
  })
}
