import type { Test } from 'tap'
import { answered, handedOver, letterId, plannedLetter, skipped, type DigestLetter, type Letter } from '../../../domain/digests/letter.js'
import type { Outbox } from '../../../domain/digests/port.js'
import { ID, LI } from '../../mail/scratch-bank.js'

export interface OpenOutbox {
  readonly outbox: Outbox
  /** the same data, opened again */
  reopen(): Promise<OpenOutbox>
}

const NOW = '2026-11-23T00:00:00.000Z'
const LATER = '2027-06-01T00:00:00.000Z'
const CHANNEL = ID(901)
const digest = (n: number, key: string, at = NOW, to = at): DigestLetter =>
  plannedLetter(letterId('digest', ID(900 + n), key), `box${n}@bank.example`, 'en', { kind: 'digest', channel: ID(900 + n), period: { key, from: '2026-11-20T00:00:00.000Z', to }, askedBy: null, said: null }, at)
const personal = (n: number, at = NOW) => plannedLetter(letterId(`${n}`), LI.email, 'en', { kind: 'channel_paused', person: LI.id, channel: ID(900 + n) }, at)

/** What every outbox promises. @param open a new and empty one each time */
export async function outboxContract(t: Test, open: (t: Test) => Promise<OpenOutbox>): Promise<void> {
  await t.test('what waits is there after a restart, as it was', async (t) => {
    const first = await open(t)
    for (const letter of [digest(1, 'a'), personal(1)]) await first.outbox.add(letter)
    await settle(first.outbox, personal(1))
    const { outbox } = await first.reopen()
    t.same(await outbox.due(NOW), [digest(1, 'a').id])
    t.match(await outbox.get(digest(1, 'a').id), asKept(digest(1, 'a')))
    t.match(await outbox.get(personal(1).id), { state: 'skipped', version: 2 })
    t.equal(await outbox.get(letterId('none')), undefined)
  })

  await t.test('the longest waiting comes first, and what waits for its next try does not come', async (t) => {
    const { outbox } = await open(t)
    for (const [n, at] of [[1, '2026-11-22T03:00:00.000Z'], [2, '2026-11-22T01:00:00.000Z'], [3, '2026-11-22T02:00:00.000Z']] as const) await outbox.add(personal(n, at))
    await outbox.handle(personal(3).id, async (letter, save) => void (await save(answered(handedOver(letter, letter.to, '<m@bank.example>', NOW), { took: 'later', said: '' }, NOW))))
    t.same(await outbox.due(NOW), [personal(2).id, personal(1).id])
    t.ok((await outbox.due('2026-11-23T01:00:00.000Z')).includes(personal(3).id), 'premise: it is there and waits')
    t.same(await outbox.counts(), { waiting: 3, failed: 0 })
  })

  await t.test('fifty times the same letter is one letter, and a channel has one digest under way', async (t) => {
    const { outbox } = await open(t)
    const added = await Promise.all(Array.from({ length: 50 }, (_, i) => outbox.add(digest(1, `key ${i % 2}`))))
    t.equal(new Set(added.map(({ id }) => id)).size, 1)
    t.equal((await outbox.ofChannel(CHANNEL, 1, 50)).total, 1)
    await settle(outbox, added[0] as Letter)
    await outbox.add(digest(1, 'later'))
    t.equal((await outbox.ofChannel(CHANNEL, 1, 50)).total, 2)
    t.match(await outbox.add({ ...(added[0] as Letter), to: 'another@bank.example' }), { id: added[0]?.id, state: 'skipped', to: 'box1@bank.example' }, 'a letter that is there stays as it is')
  })

  await t.test('how far each channel is: its last digest, the one under way, and until when it was told', async (t) => {
    const { outbox } = await open(t)
    const told = [digest(1, 'a', '2026-11-21T00:00:00.000Z'), digest(1, 'b', '2026-11-22T00:00:00.000Z'), digest(1, 'ran ahead', '2026-11-22T01:00:00.000Z', '2031-01-01T00:00:00.000Z')]
    for (const letter of told) {
      await outbox.add(letter)
      await settle(outbox, letter)
    }
    await outbox.add(digest(2, 'a'))
    await outbox.handle(digest(2, 'a').id, async (letter, save) => void (await save(failed(letter))))
    await outbox.add(digest(1, 'c', '2026-11-22T02:00:00.000Z', '2026-11-21T12:00:00.000Z'))
    await outbox.add(personal(3))
    const pasts = await outbox.pasts([CHANNEL, ID(902), ID(903)], NOW)
    t.same([...pasts.keys()].sort(), [CHANNEL, ID(902)], 'a letter about a channel is no digest of it')
    t.match(pasts.get(CHANNEL), { last: asKept(digest(1, 'c', '2026-11-22T02:00:00.000Z', '2026-11-21T12:00:00.000Z')), underWay: { id: digest(1, 'c').id } })
    t.same(pasts.get(CHANNEL)?.covered, ['2026-11-22T00:00:00.000Z'])
    t.match(pasts.get(ID(902)), { last: { state: 'failed' }, underWay: null, covered: [] })
    t.same(pasts.get(ID(902))?.covered, [], 'a digest that failed was read by nobody')
    t.same(await outbox.counts(), { waiting: 2, failed: 1 })
    t.equal((await outbox.pasts([], NOW)).size, 0)
  })

  await t.test('the digests of a channel come by the page, newest first', async (t) => {
    const { outbox } = await open(t)
    for (let day = 10; day < 15; day += 1) {
      const letter = digest(1, `${day}`, `2026-11-${day}T00:00:00.000Z`)
      await outbox.add(letter)
      await settle(outbox, letter)
    }
    const second = await outbox.ofChannel(CHANNEL, 2, 2)
    t.same([second.total, ...second.rows.map(({ period }) => period.key)], [5, '12', '11'])
    t.same(await outbox.ofChannel(ID(999), 1, 2), { rows: [], total: 0 })
  })

  await t.test('a letter is in one pair of hands at a time', async (t) => {
    const { outbox } = await open(t)
    await outbox.add(personal(1))
    let inside = 0
    let most = 0
    const handled = await Promise.all(Array.from({ length: 10 }, () => outbox.handle(personal(1).id, async (letter, save) => {
      inside += 1
      most = Math.max(most, inside)
      t.same(await outbox.due(NOW), [], 'and not offered to others')
      await save(letter)
      inside -= 1
    })))
    t.equal(most, 1)
    t.equal(handled.filter(Boolean).length, 1)
    await t.rejects(outbox.handle(personal(1).id, () => Promise.reject(new Error('broke'))), /broke/)
    t.equal((await outbox.due(NOW)).length, 1, 'a hand that broke lets go')
    t.equal(await outbox.handle(letterId('none'), async () => { t.fail('there is nothing to handle') }), false)
  })

  await t.test('the list of mail shows recipient, kind, time and state, and no secret', async (t) => {
    const { outbox } = await open(t)
    await outbox.add(plannedLetter(letterId('link'), LI.email, 'en', { kind: 'password_link', person: LI.id, reason: 'first', token: 'topsecrettoken' }, NOW))
    await outbox.add(digest(1, 'a'))
    for (let n = 2; n < 7; n += 1) await outbox.add(personal(n, `2026-11-23T00:00:0${n}.000Z`))
    const all = await outbox.list({ page: 1, size: 50 })
    t.equal(all.total, 7)
    t.same(all.rows.slice(0, 5).map(({ channel }) => channel), [6, 5, 4, 3, 2].map((n) => ID(900 + n)))
    t.notMatch(JSON.stringify(all), 'topsecrettoken')
    const total = async (query: Omit<Parameters<Outbox['list']>[0], 'page' | 'size'>) => (await outbox.list({ ...query, page: 1, size: 5 })).total
    t.equal(await total({ kind: 'digest' }), 1)
    t.equal((await outbox.list({ person: LI.id, page: 2, size: 4 })).rows.length, 2)
    t.equal(await total({ text: ' BOX1@' }), 1)
    t.equal(await total({ text: '%' }), 0)
    t.equal(await total({ state: 'sent' }), 0)
    t.equal(await total({ state: 'planned', channel: CHANNEL }), 1)
  })

  await t.test('old personal mail is swept away; digests and whatever still waits stay', async (t) => {
    const { outbox } = await open(t)
    for (const letter of [digest(1, 'a'), personal(1), personal(2), personal(3, '2027-06-02T00:00:00.000Z')]) await outbox.add(letter)
    for (const letter of [digest(1, 'a'), personal(1), personal(3)]) await settle(outbox, letter)
    t.equal(await outbox.sweep(LATER), 1)
    for (const { id } of [digest(1, 'a'), personal(2), personal(3)]) t.ok(await outbox.get(id))
    t.notOk(await outbox.get(personal(1).id))
  })
}

/** The number of its schema is the store's business. */
export function asKept({ schema: _, ...document }: { readonly schema: number }): object {
  return document
}

async function settle(outbox: Outbox, { id }: Pick<Letter, 'id'>): Promise<void> {
  await outbox.handle(id, async (letter, save) => void (await save(skipped(letter, 'nothing_new', NOW))))
}

function failed(letter: Letter): Letter {
  return answered(handedOver(letter, letter.to, '<m@bank.example>', NOW), { took: 'never', said: 'no such mailbox' }, NOW)
}
