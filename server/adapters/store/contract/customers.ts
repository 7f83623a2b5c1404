import type { Test } from 'tap'
import type { Sight } from '../../../domain/policy/readable.js'
import { done, refused } from '../../../domain/people/refusal.js'
import { PEOPLE, principal, sightFor } from '../../../house/oracle/bank.js'
import { PRINCIPALS } from '../../../house/oracle/principals.js'
import { openNote } from './lists.js'
import { PASS, addCustomer, grantFor, idNumber, post, type Opens, type Ports } from './subject.js'

const sight = (ports: Ports, name: string): Sight => sightFor(principal(name), { people: PEOPLE, restricted: ports.customers.restricted() })

export async function customersContract(t: Test, open: Opens): Promise<void> {
  await t.test('a restricted customer exists for its team and appointed curators alone', async (t) => {
    const { ports } = await open(t)
    await addCustomer(ports, { id: idNumber(1), name: 'Plain Ltd' })
    await addCustomer(ports, { id: idNumber(2), name: 'Secret Ltd', number: '77', team: 'relationship', restricted: true, curators: ['appointed', 'appointed-former-curator'] })
    const knowing: string[] = []
    for (const one of PRINCIPALS) {
      const mine = sight(ports, one.name)
      const secret = await ports.customers.get(idNumber(2), mine)
      if (secret) knowing.push(one.name)
      const expected = (await ports.customers.get(idNumber(1), mine) ? 1 : 0) + (secret ? 1 : 0)
      const list = await ports.customers.list({ order: 'name', page: 1, size: 10 }, mine)
      t.same([list.total, list.rows.length], [expected, expected], one.name)
      t.equal((await ports.customers.list({ order: 'name', page: 1, size: 10, text: 'secret' }, mine)).total, secret ? 1 : 0)
      t.equal((await ports.customers.named('secret ltd', mine)).length, secret ? 1 : 0)
      t.equal((await ports.customers.named('77', mine)).length, secret ? 1 : 0)
      t.equal((await ports.customers.some([idNumber(1), idNumber(2), idNumber(3)], mine)).size, expected)
    }
    t.same(knowing, ['relationship-member', 'relationship-member-elsewhere', 'appointed', 'second-steward'])
  })

  await t.test('making a customer restricted closes it, and every note about it, before the answer', async (t) => {
    const subject = await open(t)
    const { ports } = subject
    await addCustomer(ports, { id: idNumber(1), team: 'relationship' })
    await post(ports, openNote(1, (note) => ({ ...note, revisions: [{ ...note.revisions[0], about: { ...note.revisions[0].about, customers: [idNumber(1)] } }] })))
    const sees = async (in_: Ports) => [
      await in_.customers.get(idNumber(1), sight(in_, 'sibling-department')) !== null,
      await in_.notes.get(openNote(1).id, sight(in_, 'sibling-department')) !== null,
      await in_.notes.count({ order: 'newest', page: 1, size: 1 }, sight(in_, 'sibling-department')) > 0,
    ]
    t.same(await sees(ports), [true, true, true])
    await ports.customers.change(grantFor('customer.edit', idNumber(1)), (customer) => done({ ...customer, restricted: true, curators: ['appointed'] }))
    t.same(ports.customers.restricted(), [{ id: idNumber(1), team: 'relationship', curators: ['appointed'] }])
    t.same(await sees(ports), [false, false, false])
    const again = await subject.reopen()
    t.same(again.ports.customers.restricted(), [{ id: idNumber(1), team: 'relationship', curators: ['appointed'] }])
    t.same(await sees(again.ports), [false, false, false])
    await again.ports.customers.change(grantFor('customer.edit', idNumber(1)), (customer) => done({ ...customer, restricted: false }))
    t.same(again.ports.customers.restricted(), [])
    t.same(await sees(again.ports), [true, true, true])
  })

  await t.test('an unreadable customer costs exactly what an unknown one costs', async (t) => {
    const subject = await open(t)
    await addCustomer(subject.ports, { id: idNumber(1) })
    await addCustomer(subject.ports, { id: idNumber(2), restricted: true, curators: ['appointed'], team: 'relationship' })
    const fresh = await subject.reopen()
    const cost = async (id: string) => {
      const before = fresh.reads()
      const found = await fresh.ports.customers.get(id, sight(fresh.ports, 'author'))
      return { found: found !== null, reads: fresh.reads() - before }
    }
    const readable = await cost(idNumber(1))
    t.ok(readable.found && readable.reads > 0)
    t.same(await cost(idNumber(2)), await cost(idNumber(3)))
  })

  await t.test('a customer is found by part of any name, number or pinyin, whatever the width and case of the letters', async (t) => {
    const { ports } = await open(t)
    await addCustomer(ports, { id: idNumber(1), name: '宏达贸易有限公司', aliases: ['Hongda Trading', '宏达'], number: 'C-００１', segment: 'sme', team: 'beta' })
    await addCustomer(ports, { id: idNumber(2), name: "O'Neil % Sons_", kind: 'household', segment: 'private' })
    const found = async (query: object) => (await ports.customers.list({ order: 'name', page: 1, size: 10, ...query }, sight(ports, 'author'))).rows.map(({ id }) => id)
    for (const text of ['宏达', '达贸', 'HONGDA', 'ｈｏｎｇ', 'trading hongda', 'c-001', 'hdmy', 'hongdamaoyi']) t.same(await found({ text }), [idNumber(1)], text)
    for (const text of ["o'n", '%', '_']) t.same(await found({ text }), [idNumber(2)], text)
    t.same(await found({ text: 'nothing such' }), [])
    t.same(await found({ kind: 'household' }), [idNumber(2)])
    t.same(await found({ segment: 'sme' }), [idNumber(1)])
    t.same(await found({ team: 'beta' }), [idNumber(1)])
    t.same(await found({}), [idNumber(2), idNumber(1)])
    const named = async (name: string) => (await ports.customers.named(name, sight(ports, 'author'))).map(({ id }) => id)
    t.same(await named('hongda trading'), [idNumber(1)])
    t.same(await named('C-001'), [idNumber(1)])
    t.same(await named('hongda'), [], 'a part of a name is no name')
    t.same(await named('hdmy'), [], 'initials are no name')
  })

  await t.test('customers are changed one after the other, and refusals change nothing', async (t) => {
    const subject = await open(t)
    const { ports } = subject
    await addCustomer(ports, { id: idNumber(1) })
    t.same(await addCustomer(ports, { id: idNumber(1), name: 'another' }), { id: idNumber(1), version: 1 })
    const grant = grantFor('customer.edit', idNumber(1))
    const line = (n: number) => ({ at: '2026-01-01T00:00:00.000Z', by: 'author', what: `change ${n}` })
    await Promise.all(Array.from({ length: 20 }, (_, n) => ports.customers.change(grant, (customer) => done({ ...customer, history: [...customer.history, line(n)] }))))
    t.match(await ports.customers.change(grant, () => refused('name', 'customers.name.empty')), { ok: false })
    const kept = await (await subject.reopen()).ports.allCustomers.read(idNumber(1), PASS)
    t.equal(kept?.version, 21)
    t.equal(kept?.name, idNumber(1))
    t.equal(new Set(kept?.history.map(({ what }) => what)).size, 20)
    await t.rejects(ports.customers.change(grantFor('customer.edit', idNumber(404)), done))
  })

  await t.test('while the restricted customers are not known, nobody sees anything', async (t) => {
    const { ports } = await open(t)
    await addCustomer(ports, { id: idNumber(1) })
    await post(ports, openNote(1))
    const blind = sightFor(principal('second-steward'), { people: PEOPLE, restricted: null })
    t.equal(await ports.customers.get(idNumber(1), blind), null)
    t.same(await ports.notes.list({ order: 'newest', page: 1, size: 10 }, blind), { rows: [], total: 0 })
    t.equal(await ports.notes.get(openNote(1).id, blind), null)
  })
}
