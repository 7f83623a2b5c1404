import t from 'tap'
import { letterId, plannedLetter, skipped, type DigestLetter } from '../../../domain/digests/letter.js'
import { pausedBy } from '../../../domain/digests/pause-channel.js'
import { permit } from '../../../domain/policy/grant.js'
import { standingApart } from '../../../domain/policy/rules.js'
import { ID, LI, channel } from '../../mail/scratch-bank.js'
import { openChannels } from './channels-store.js'
import { openNotices } from './notices-store.js'
import { openOutbox } from './outbox-store.js'
import { openReal } from './scratch-store.js'

const NOW = '2026-11-23T00:00:00.000Z'
const digest = (n: number, key: string): DigestLetter =>
  plannedLetter(letterId('digest', ID(900 + n), key), `box${n}@bank.example`, 'en', { kind: 'digest', channel: ID(900 + n), period: { key, from: NOW, to: NOW }, askedBy: null, said: null }, NOW)
const personal = (n: number, at = NOW) => plannedLetter(letterId(`${n}`), LI.email, 'en', { kind: 'channel_paused', person: LI.id, channel: ID(900 + n) }, at)
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

t.test('what waits in the outbox is there after a restart', async (t) => {
  const root = t.testdir()
  const first = await openReal(root)
  const outbox = await openOutbox(first)
  await outbox.add(digest(1, 'a'))
  await outbox.add(personal(1))
  await outbox.handle(personal(1).id, async (letter, save) => void (await save(skipped(letter, 'expired', NOW))))
  await first.close()
  const second = await openReal(root)
  t.teardown(() => second.close())
  const again = await openOutbox(second)
  t.same(again.due(NOW).map(({ id }) => id), [digest(1, 'a').id])
  t.match(again.get(personal(1).id), { state: 'skipped' })
})

t.test('fifty times the same letter is one letter, and a channel has one digest under way', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const outbox = await openOutbox(data)
  const added = await Promise.all(Array.from({ length: 50 }, (_, i) => outbox.add(digest(1, `key ${i % 2}`))))
  t.equal(new Set(added.map(({ id }) => id)).size, 1)
  t.equal(outbox.ofChannel(ID(901)).length, 1)
  await outbox.handle(added[0]?.id ?? '', async (letter, save) => void (await save(skipped(letter, 'nothing_new', NOW))))
  await outbox.add(digest(1, 'later'))
  t.equal(outbox.ofChannel(ID(901)).length, 2)
})

t.test('a letter is in one pair of hands at a time', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const outbox = await openOutbox(data)
  await outbox.add(personal(1))
  let inside = 0
  let most = 0
  const handled = await Promise.all(Array.from({ length: 10 }, () => outbox.handle(personal(1).id, async (letter, save) => {
    inside += 1
    most = Math.max(most, inside)
    t.same(outbox.due(NOW), [], 'and not offered to others')
    await save(letter)
    inside -= 1
  })))
  t.equal(most, 1)
  t.equal(handled.filter(Boolean).length, 1)
  await t.rejects(outbox.handle(personal(1).id, () => Promise.reject(new Error('broke'))), /broke/)
  t.equal(outbox.due(NOW).length, 1, 'a hand that broke lets go')
  t.equal(await outbox.handle(letterId('none'), async () => {}), false)
})

t.test('the list of mail shows recipient, kind, time and state, and no secret', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const outbox = await openOutbox(data)
  await outbox.add(plannedLetter(letterId('link'), LI.email, 'en', { kind: 'password_link', person: LI.id, reason: 'first', token: 'topsecrettoken' }, NOW))
  await outbox.add(digest(1, 'a'))
  for (let n = 2; n < 7; n += 1) await outbox.add(personal(n, `2026-11-23T00:00:0${n}.000Z`))
  const all = outbox.list({ page: 1, size: 50 })
  t.equal(all.total, 7)
  t.notMatch(JSON.stringify(all), 'topsecrettoken')
  t.equal(outbox.list({ kind: 'digest', page: 1, size: 50 }).total, 1)
  t.equal(outbox.list({ person: LI.id, page: 2, size: 4 }).rows.length, 2)
  t.equal(outbox.list({ text: 'BOX1@', page: 1, size: 5 }).total, 1)
  t.equal(outbox.list({ state: 'sent', page: 1, size: 5 }).total, 0)
})

t.test('old personal mail is swept away; digests and whatever still waits stay', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const outbox = await openOutbox(data)
  for (const letter of [digest(1, 'a'), personal(1), personal(2)]) await outbox.add(letter)
  for (const { id } of [digest(1, 'a'), personal(1)]) await outbox.handle(id, async (letter, save) => void (await save(skipped(letter, 'nothing_new', NOW))))
  t.equal(await outbox.sweep('2027-06-01T00:00:00.000Z'), 1)
  t.ok(outbox.get(digest(1, 'a').id))
  t.ok(outbox.get(personal(2).id))
  t.notOk(outbox.get(personal(1).id))
})

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
