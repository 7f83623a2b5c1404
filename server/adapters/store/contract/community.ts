import type { Test } from 'tap'
import type { Notice } from '../../../domain/community/notice.js'
import { pausedBy } from '../../../domain/digests/pause-channel.js'
import { ID, LI, channel } from '../../mail/scratch-bank.js'
import { LATER, NOW, mayDo, type OpensKept } from './open-kept.js'
import { asKept } from './outbox.js'

const notice = (n: number): Notice => ({ id: `x/${n}`, at: `2026-03-04T00:00:0${n}.000Z`, kind: 'reused', about: { kind: 'note', id: ID(101) }, by: ID(2), with: { title: 1 }, readAt: null })
const manage = (n: number) => mayDo('channel.manage', ID(900 + n))

export async function communityContract(t: Test, open: OpensKept): Promise<void> {
  await t.test('notices are each person\'s own, once, and read or unread after a restart too', async (t) => {
    const first = await open(t)
    const { notices } = first.kept
    t.equal(await notices.unread(ID(1)), 0)
    t.same((await notices.add(ID(1), [notice(1), notice(2)])).map(({ id }) => id), ['x/1', 'x/2'])
    await Promise.all(Array.from({ length: 20 }, () => notices.add(ID(1), [notice(1), notice(3)])))
    t.same(await notices.add(ID(1), [notice(3)]), [], 'it was told already')
    t.same((await notices.of(ID(1))).map(({ id }) => id), ['x/3', 'x/2', 'x/1'])
    t.equal(await notices.unread(ID(1)), 3)
    await notices.markRead(ID(1), ['x/1'], NOW)
    t.equal(await notices.unread(ID(1)), 2)
    t.same(await notices.of(ID(2)), [])
    const again = (await first.reopen()).kept.notices
    t.equal(await again.unread(ID(1)), 2)
    t.same(await again.of(ID(1)), [notice(3), notice(2), { ...notice(1), readAt: NOW }])
    await again.markRead(ID(1), null, LATER)
    t.equal(await again.unread(ID(1)), 0)
    t.equal((await again.of(ID(1)))[2]?.readAt, NOW, 'it was read when it was read first')
  })

  await t.test('channels are there after a restart, each change counted', async (t) => {
    const first = await open(t)
    const { channels } = first.kept
    t.match(await channels.add(manage(1), channel(1)), asKept(channel(1)))
    t.match(await channels.add(manage(1), { ...channel(1), name: 'A second time' }), { name: 'Counter daily' }, 'one that is there is left as it is')
    await t.rejects(channels.add(manage(1), channel(2)), /grant/, 'permission for one is none for another')
    await channels.change(manage(1), (now) => ({ ok: true, value: pausedBy(now, LI.id, NOW) }))
    t.match(await channels.change(manage(1), () => ({ ok: false, refusals: [{ at: '', code: 'x' }] })), { ok: false })
    await t.rejects(channels.change(manage(2), (now) => ({ ok: true, value: now })), /no channel/)
    await channels.add(manage(3), channel(3))
    const again = (await first.reopen()).kept.channels
    t.match(again.get(ID(901)), { id: ID(901), name: 'Counter daily', version: 2, paused: { at: NOW, by: LI.id } })
    t.same(again.all().map(({ id }) => id).sort(), [ID(901), ID(903)])
    t.match(again.get(ID(903)), asKept(channel(3)))
    t.equal(again.get(ID(902)), undefined)
  })

  await t.test('readers of a note are counted once each, after a restart too', async (t) => {
    const first = await open(t)
    const { reads } = first.kept
    t.equal(await reads.count('a'), 0)
    for (const [note, person] of [['a', 'li'], ['a', 'li'], ['a', 'wang'], ['b', 'li']] as const) reads.saw(note, person)
    t.equal(await reads.count('a'), 2)
    reads.saw('a', 'zhao')
    const again = (await first.reopen()).kept.reads
    again.saw('a', 'zhao')
    t.same([await again.count('a'), await again.count('b'), await again.count('c')], [3, 1, 0], 'closing loses nobody')
  })

  await t.test('whoever looks in is told since when, and the next visit begins where this one ended', async (t) => {
    const first = await open(t)
    const { visits } = first.kept
    t.same(await visits.lookIn('li', NOW), { since: '2026-02-25T01:00:00.000Z', seen: NOW, first: true })
    t.same(await visits.lookIn('li', '2026-03-04T01:30:00.000Z'), { since: '2026-02-25T01:00:00.000Z', seen: '2026-03-04T01:30:00.000Z', first: true })
    const again = (await first.reopen()).kept.visits
    t.same(await again.lookIn('li', '2026-03-05T01:00:00.000Z'), { since: '2026-03-04T01:30:00.000Z', seen: '2026-03-05T01:00:00.000Z', first: false })
    t.match(await again.lookIn('wang', NOW), { first: true })
  })

  await t.test('mail that is kept here can be listed and read, and written over', async (t) => {
    const first = await open(t)
    const { folder, files } = first.kept.mail
    await files.makeFolder(`${folder}/2026-03`)
    await files.write(`${folder}/2026-03/a.eml`, Buffer.from('first'))
    await files.write(`${folder}/2026-03/b.eml`, Uint8Array.from([0, 255]))
    await files.write(`${folder}/2026-03/a.eml`, Buffer.from('甲'))
    const again = (await first.reopen()).kept.mail
    t.same([...(await again.files.names(`${again.folder}/2026-03`))].sort(), ['a.eml', 'b.eml'])
    t.equal((await again.files.read(`${again.folder}/2026-03/a.eml`))?.toString(), '甲')
    t.same([...((await again.files.read(`${again.folder}/2026-03/b.eml`)) ?? [])], [0, 255])
    t.equal(await again.files.read(`${again.folder}/2026-03/c.eml`), null)
    t.same(await again.files.names(`${again.folder}/2026-04`), [])
  })

  await t.test('what signs cookies is the same after a restart, and no other bank\'s', async (t) => {
    const first = await open(t)
    const secret = await first.kept.secret()
    t.ok(secret.length >= 64)
    t.equal(await first.kept.secret(), secret)
    t.equal(await (await first.reopen()).kept.secret(), secret)
    t.not(await (await open(t)).kept.secret(), secret)
  })
}
