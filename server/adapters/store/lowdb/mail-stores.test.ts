import t, { type Test } from 'tap'
import { pausedBy } from '../../../domain/digests/pause-channel.js'
import { permit } from '../../../domain/policy/grant.js'
import { standingApart } from '../../../domain/policy/rules.js'
import { ID, LI, channel } from '../../mail/scratch-bank.js'
import { outboxContract, type OpenOutbox } from '../contract/outbox.js'
import { openChannels } from './channels-store.js'
import { openNotices } from './notices-store.js'
import { openOutbox } from './outbox-store.js'
import { openReal } from './scratch-store.js'

const NOW = '2026-11-23T00:00:00.000Z'
const manage = (id: string) => {
  const permission = permit({ kind: 'person', person: LI }, 'channel.manage', standingApart(id))
  if (!permission.ok) throw new Error('not permitted')
  return permission.grant
}

t.test('channels are there after a restart, each change counted', async (t) => {
  const root = t.testdir()
  const first = await openReal(root)
  const channels = await openChannels(first)
  await channels.add(manage(ID(901)), channel(1))
  await channels.add(manage(ID(901)), { ...channel(1), name: 'A second time' })
  await channels.change(manage(ID(901)), (now) => ({ ok: true, value: pausedBy(now, LI.id, NOW) }))
  const refused = await channels.change(manage(ID(901)), () => ({ ok: false, refusals: [{ at: '', code: 'x' }] }))
  t.match(refused, { ok: false })
  await t.rejects(channels.change(manage(ID(902)), (now) => ({ ok: true, value: now })), /no channel/)
  await first.close()
  const second = await openReal(root)
  t.teardown(() => second.close())
  const again = await openChannels(second)
  t.match(again.all(), [{ id: ID(901), name: 'Counter daily', version: 2, paused: { at: NOW, by: LI.id } }])
  t.equal(again.all().length, 1)
})

await t.test('lowdb: the outbox', (t) => outboxContract(t, async (t) => opened(t, t.testdir())))

t.test('notices are each person\'s own, once, and read or unread after a restart too', async (t) => {
  const root = t.testdir()
  const notice = (n: number) => ({ id: `x/${n}`, at: `2026-11-23T00:00:0${n}.000Z`, kind: 'reused' as const, about: { kind: 'note' as const, id: ID(101) }, by: ID(2), with: {}, readAt: null })
  const first = await openReal(root)
  const notices = await openNotices(first)
  t.equal(await notices.unread(ID(1)), 0)
  t.equal((await notices.add(ID(1), [notice(1), notice(2)])).length, 2)
  await Promise.all(Array.from({ length: 20 }, () => notices.add(ID(1), [notice(1), notice(3)])))
  t.same((await notices.of(ID(1))).map(({ id }) => id), ['x/3', 'x/2', 'x/1'])
  t.equal(await notices.unread(ID(1)), 3)
  await notices.markRead(ID(1), ['x/1'], NOW)
  t.equal(await notices.unread(ID(1)), 2)
  t.same(await notices.of(ID(2)), [])
  await first.close()
  const second = await openReal(root)
  t.teardown(() => second.close())
  const again = await openNotices(second)
  t.equal(await again.unread(ID(1)), 2)
  await again.markRead(ID(1), null, NOW)
  t.equal(await again.unread(ID(1)), 0)
})

async function opened(t: Test, root: string): Promise<OpenOutbox> {
  const data = await openReal(root)
  let open = true
  const close = async () => {
    if (open) await data.close()
    open = false
  }
  t.teardown(close)
  return {
    outbox: await openOutbox(data),
    reopen: async () => {
      await close()
      return opened(t, root)
    },
  }
}
