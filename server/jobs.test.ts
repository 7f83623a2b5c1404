import t from 'tap'
import { v7 } from 'uuid'
import { everything } from './domain/policy/everything.js'
import { happened } from './domain/notes/change.js'
import { jobsOf, noticesConsumer } from './jobs.js'
import { startRelay } from './relay.js'
import { startScheduler } from './scheduler.js'
import { CURATOR, ID, LI, MONDAY, channel, note, openBank } from './adapters/mail/scratch-bank.js'
import type { Mail, Mailer } from './domain/digests/port.js'

const pass = everything('a test of jobs')
const log = { error: () => {} }

function keeping(): { readonly sent: Mail[]; readonly mailer: Mailer } {
  const sent: Mail[] = []
  return { sent, mailer: { send: async (mail) => { sent.push(mail); return { took: 'accepted', said: '' } }, close: async () => {} } }
}

t.test('the server sends digests, lets notes fall due and tells people, each job by itself', async (t) => {
  const { sent, mailer } = keeping()
  const bank = await openBank(t.testdir(), mailer)
  t.teardown(() => bank.close())
  await bank.addChannel(channel(1))
  await bank.post_(note(1, { title: 'New one' }))
  for (let n = 2; n < 6; n += 1) await bank.post_(note(n, { reviewOn: '2026-11-23' }))
  await bank.post_(note(6, { reviewOn: '2026-11-24' }))
  const escalated: string[] = []
  const parts = { post: bank.post, allNotes: bank.store.allNotes, pass, nextId: () => v7(), log }
  const scheduler = startScheduler({
    jobs: jobsOf({ ...parts, escalate: async (now) => void escalated.push(now) }), now: () => MONDAY, log,
  })
  await scheduler.run()
  await scheduler.run()
  await scheduler.stop()
  t.equal(sent.filter((mail) => mail.kind === 'digest').length, 1)
  t.same(escalated, [MONDAY, MONDAY])
  for (let n = 2; n < 6; n += 1) {
    const it = await bank.store.allNotes.read(ID(100 + n), pass)
    t.equal(it?.item?.why, 'due')
    t.equal(it?.timeline.filter((line) => line.what === 'due').length, 1)
  }
  t.not((await bank.store.allNotes.read(ID(106), pass))?.item?.why, 'due')
})

t.test('notes fall due in the first hour of the bank\'s day, while it is still the day before in Greenwich', async (t) => {
  const bank = await openBank(t.testdir(), keeping().mailer)
  t.teardown(() => bank.close())
  t.equal(bank.post.settings.timeZone, 'Asia/Shanghai', 'premise')
  await bank.post_(note(1, { reviewOn: '2026-11-23' }))
  const due = jobsOf({ post: bank.post, allNotes: bank.store.allNotes, pass, nextId: () => v7(), log }).find((job) => job.name === 'due')
  const why = async () => (await bank.store.allNotes.read(ID(101), pass))?.item?.why
  await due?.run('2026-11-22T15:55:00.000Z', () => false)
  t.not(await why(), 'due', 'five minutes before midnight')
  await due?.run('2026-11-22T16:05:00.000Z', () => false)
  t.equal(await why(), 'due')
})

t.test('a note that cannot fall due holds up no other', async (t) => {
  const { mailer } = keeping()
  const bank = await openBank(t.testdir(), mailer)
  t.teardown(() => bank.close())
  for (let n = 1; n < 5; n += 1) await bank.post_(note(n, { reviewOn: '2026-11-23' }))
  const faults: unknown[] = []
  const allNotes = {
    ...bank.store.allNotes,
    read: bank.store.allNotes.read.bind(bank.store.allNotes),
    fallingDue: bank.store.allNotes.fallingDue.bind(bank.store.allNotes),
    changeByClock: ((id, ...rest) => id === ID(102) ? Promise.reject(new Error('broke')) : bank.store.allNotes.changeByClock(id, ...rest)) as typeof bank.store.allNotes.changeByClock,
  }
  const due = jobsOf({ post: bank.post, allNotes, pass, nextId: () => v7(), log: { error: (facts) => void faults.push(facts) } }).find((job) => job.name === 'due')
  await due?.run(MONDAY, () => false)
  const whys = await Promise.all([101, 102, 103, 104].map(async (n) => (await bank.store.allNotes.read(ID(n), pass))?.item?.why))
  t.same(whys, ['due', 'posted', 'due', 'due'])
  t.equal(faults.length, 1)
})

t.test('what happens to a note reaches its author through the relay', async (t) => {
  const { mailer } = keeping()
  const bank = await openBank(t.testdir(), mailer)
  await bank.post_(note(1, { validatedAt: null }))
  const relay = startRelay({ feed: bank.store.feed, pass, consumers: [noticesConsumer({ post: bank.post, allNotes: bank.store.allNotes, pass }, () => MONDAY)], log })
  t.teardown(async () => {
    await relay.stop()
    await bank.close()
  })
  await bank.change(ID(101), (it) => happened(it, { at: MONDAY, by: CURATOR.id, what: 'returned', with: { code: 'needs_source' }, for: 'curators', on: 1 }))
  await relay.caughtUp()
  t.match(await bank.post.notices.of(LI.id), [{ kind: 'returned', by: CURATOR.id }])
})
