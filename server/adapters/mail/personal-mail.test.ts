import t, { type Test } from 'tap'
import { drainOutbox } from '../../domain/digests/deliver.js'
import { sendDue } from '../../domain/digests/plan-digests.js'
import { openLetter } from '../../domain/digests/open-letter.js'
import { mailPasswordLink, tellOfNote, tellRightsChanged } from '../../domain/digests/tell-people.js'
import { letterId } from '../../domain/digests/letter.js'
import { showNotices } from '../../domain/community/show-notices.js'
import { happened, withRights } from '../../domain/notes/change.js'
import { sightOf } from '../../domain/policy/readable.js'
import { everything } from '../../domain/policy/everything.js'
import { mailFolderOn } from '../store/lowdb/mail-folder.js'
import { openReal } from '../store/lowdb/scratch-store.js'
import { openFileMailer } from './file/file-mailer.js'
import { CURATOR, ID, LENDER, LI, MONDAY, SETTINGS, WANG, canary, channel, note, openBank, type Bank, type NoteFacts } from './scratch-bank.js'
import { openMailbox, type Mailbox } from './scratch-mailbox.js'
import { openSmtpMailer } from './smtp/smtp-mailer.js'

async function scene(t: Test): Promise<{ bank: Bank; box: Mailbox }> {
  const box = await openMailbox()
  const bank = await openBank(t.testdir(), openSmtpMailer({ url: box.url, from: SETTINGS.from }))
  t.teardown(async () => {
    await bank.close()
    await box.close()
  })
  return { bank, box }
}

/** A note of Li Na's that the curator returned a minute ago. */
async function returned(bank: Bank, facts: NoteFacts): Promise<void> {
  await bank.post_(note(1, { validatedAt: null, ...facts }))
  await bank.change(ID(101), (it) => happened(it, { at: MONDAY, by: CURATOR.id, what: 'returned', with: { code: 'needs_source' }, for: 'curators', on: 1 }))
}

async function tellAll(bank: Bank): Promise<void> {
  const it = await bank.store.allNotes.read(ID(101), everything('a test of notices'))
  if (!it) throw new Error('no note')
  await tellOfNote(bank.post, it, MONDAY)
}

t.test('an author is told of a return by notice and mail, once, however often the note is looked at again', async (t) => {
  const { bank, box } = await scene(t)
  await returned(bank, { title: 'My own title' })
  for (let i = 0; i < 3; i += 1) await tellAll(bank)
  await drainOutbox(bank.post, MONDAY)
  await tellAll(bank)
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived.length, 1)
  t.equal(box.arrived[0]?.to, LI.email)
  t.equal(box.arrived[0]?.mail.subject, 'Your note was returned')
  t.match(box.arrived[0]?.mail.text, 'My own title')
  t.match(box.arrived[0]?.mail.text, 'Cura Tor')
  t.equal(await bank.post.notices.unread(LI.id), 1)
})

t.test('a confidential note travels without its title, to its author too', async (t) => {
  const { bank, box } = await scene(t)
  const word = canary()
  await returned(bank, { title: word, body: word, rights: { level: 'confidential' } })
  await tellAll(bank)
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived.length, 1)
  t.notMatch(`${box.arrived[0]?.raw}${box.arrived[0]?.mail.text}${box.arrived[0]?.mail.html}`, word)
  t.match(box.arrived[0]?.mail.text, '1 sensitive note')
})

t.test('a notice whose reader lost the right while it was queued is not mailed, and shows no title', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1, { title: 'Flagged one' }))
  await bank.change(ID(101), (it) => happened(it, { at: MONDAY, by: WANG.id, what: 'flagged', with: { reason: 'says_too_much' }, for: 'curators', on: 1 }))
  await tellAll(bank)
  bank.persons = bank.persons.map((one) => (one.id === CURATOR.id ? { ...one, roles: ['employee'], department: 'elsewhere', clearance: 'internal' } : one))
  await bank.change(ID(101), (it) => withRights(it, { ...it.rights, audience: 'team' }))
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived.length, 0)
  t.match((await bank.post.outbox.list({ person: CURATOR.id, page: 1, size: 5 })).rows, [{ state: 'skipped' }])
  const notices = await bank.post.notices.of(CURATOR.id)
  t.equal(notices.length, 1)
  const person = bank.persons.find((one) => one.id === CURATOR.id) ?? CURATOR
  const shown = await showNotices(notices, bank.post.notes, sightOf({ kind: 'person', person }, bank.post.directories(), '2026-11-23'))
  t.equal(shown[0]?.note, null)
  const toLi = await showNotices(notices, bank.post.notes, sightOf({ kind: 'person', person: LI }, bank.post.directories(), '2026-11-23'))
  t.equal(toLi[0]?.note?.shown.title, 'Flagged one', 'whoever may read it sees its title')
})

t.test('a consumer that starts over mails nothing of long ago', async (t) => {
  const { bank, box } = await scene(t)
  await returned(bank, {})
  const it = await bank.store.allNotes.read(ID(101), everything('a test of notices'))
  if (!it) throw new Error('no note')
  await tellOfNote(bank.post, it, '2026-12-23T00:00:00.000Z')
  await drainOutbox(bank.post, '2026-12-23T00:00:00.000Z')
  t.equal(box.arrived.length, 0)
  t.equal(await bank.post.notices.unread(LI.id), 1)
})

t.test('a password link goes to its person alone; sent or expired, its token is nowhere any more', async (t) => {
  const { bank, box } = await scene(t)
  const until = '2026-11-24T00:00:00.000Z'
  await mailPasswordLink(bank.post, WANG, { token: 'tokenone', until, reason: 'first' }, letterId('one'), MONDAY)
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived[0]?.to, WANG.email)
  t.match(box.arrived[0]?.mail.text, 'https://tacit.bank.example/password/tokenone')
  t.match(box.arrived[0]?.mail.subject, '请设置您的默识登录密码')
  box.mood = { recipients: { [LI.email]: 450 } }
  await mailPasswordLink(bank.post, LI, { token: 'tokentwo', until, reason: 'forgotten' }, letterId('two'), MONDAY)
  await drainOutbox(bank.post, MONDAY)
  t.match(JSON.stringify(await bank.post.outbox.get(letterId('two'))), 'tokentwo')
  box.mood = {}
  await drainOutbox(bank.post, '2026-11-25T00:00:00.000Z')
  t.equal(box.arrived.length, 1)
  t.match(await bank.post.outbox.get(letterId('two')), { state: 'skipped' })
  for (const id of ['one', 'two']) t.notMatch(JSON.stringify(await bank.post.outbox.get(letterId(id))), /tokenone|tokentwo/)
})

t.test('a change of rights is told to the person and to the curators of the department', async (t) => {
  const { bank, box } = await scene(t)
  bank.persons = bank.persons.map((one) => (one.id === CURATOR.id ? { ...one, domain: ['east'] } : one))
  await tellRightsChanged(bank.post, LI, { ...LI, clearance: 'restricted', teams: ['loans'] }, 'someone', MONDAY)
  await tellRightsChanged(bank.post, LI, { ...LI, name: 'Li Na-Wang' }, 'someone', MONDAY)
  await drainOutbox(bank.post, MONDAY)
  t.same(box.arrived.map((one) => one.to).sort(), [CURATOR.email, LI.email].sort())
  t.match(box.arrived.find((one) => one.to === LI.email)?.mail.text, /clearance[\s\S]*teams/)
  t.match(box.arrived.find((one) => one.to === CURATOR.email)?.mail.text, 'Li Na')
  t.equal(await bank.post.notices.unread(LI.id), 1)
  t.equal(await bank.post.notices.unread(CURATOR.id), 1)
})

t.test('mail to somebody who has left is not sent', async (t) => {
  const { bank, box } = await scene(t)
  await mailPasswordLink(bank.post, LI, { token: 'x', until: '2026-11-24T00:00:00.000Z', reason: 'first' }, letterId('one'), MONDAY)
  bank.persons = bank.persons.map((one) => (one.id === LI.id ? { ...one, active: false } : one))
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived.length, 0)
  t.match(await bank.post.outbox.get(letterId('one')), { state: 'skipped', token: null })
})

t.test('the body of a mail opens to its recipient only, and shows nothing that reader has lost since', async (t) => {
  const root = t.testdir({ bank: {}, kept: {} })
  const files = await openReal(`${root}/kept`)
  const mailer = openFileMailer(files.path('mail'), mailFolderOn(files.disk), SETTINGS.from)
  const bank = await openBank(`${root}/bank`, mailer)
  t.teardown(async () => {
    await bank.close()
    await files.close()
  })
  await bank.addChannel(channel(1))
  await bank.post_(note(1, { title: 'Soon restricted' }))
  await bank.post_(note(2, { title: 'Stays open' }))
  await sendDue(bank.post, MONDAY)
  await mailPasswordLink(bank.post, LI, { token: 'tokenone', until: '2026-11-24T00:00:00.000Z', reason: 'first' }, letterId('one'), MONDAY)
  await drainOutbox(bank.post, MONDAY)
  const digest = (await bank.post.outbox.ofChannel(ID(901), 1, 1)).rows[0]
  const link = await bank.post.outbox.get(letterId('one'))
  if (!digest || !link) throw new Error('no letters')
  t.match((await mailer.read(digest.id))?.text, 'Soon restricted')
  const open = async (letter: typeof link, person: typeof LI, demo = false) => (await openLetter(bank.post, mailer, letter, person, demo, MONDAY))?.text ?? null

  t.match(await open(link, LI), 'tokenone')
  t.equal(await open(link, WANG), null)
  t.match(await open(link, WANG, true), 'tokenone', 'in the demo everybody may look')

  await bank.change(ID(101), (it) => withRights(it, { ...it.rights, level: 'restricted' }))
  t.match(await open(digest, WANG), 'Stays open')
  t.notMatch(await open(digest, WANG), 'Soon restricted')
  t.notMatch(await open(digest, WANG), '/channels/pause/', 'whoever only looks gets no link that acts')
  t.equal(await open(digest, LENDER), null)
  t.match(await open(digest, LENDER, true), 'Stays open')
})
