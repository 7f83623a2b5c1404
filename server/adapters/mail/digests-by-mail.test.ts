// Longer than most: every promise about digests on the wire (F8, V12, V13) on one scene, a real store and a real mail server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { extname } from 'node:path'
import t, { type Test } from 'tap'
import { deliver, drainOutbox } from '../../domain/digests/deliver.js'
import { letterId, type DigestLetter } from '../../domain/digests/letter.js'
import { planDue, previewDigest, sendDue, sendNow } from '../../domain/digests/plan-digests.js'
import { pauseByLink, channelOfLink } from '../../domain/digests/pause-by-link.js'
import type { Channel } from '../../domain/digests/channel.js'
import type { Mailer, MailSettings } from '../../domain/digests/port.js'
import { permit } from '../../domain/policy/grant.js'
import { standingApart } from '../../domain/policy/rules.js'
import type { Level } from '../../domain/policy/level.js'
import { withRights } from '../../domain/notes/change.js'
import { ADMIN, CURATOR, ID, LENDER, LI, MONDAY, SETTINGS, WANG, canary, channel, note, openBank, type Bank } from './scratch-bank.js'
import { openMailbox, type Mailbox } from './scratch-mailbox.js'
import { openSmtpMailer } from './smtp/smtp-mailer.js'

const MINUTE = 60_000
const after = (now: string, minutes: number) => new Date(Date.parse(now) + minutes * MINUTE).toISOString()

interface Scene {
  readonly bank: Bank
  readonly box: Mailbox
  readonly root: string
  digests(of?: Channel): Promise<readonly DigestLetter[]>
}

/** A bank with a store on disk and a mail server on this machine. */
async function scene(t: Test, channels: readonly Channel[] = [channel(1)], settings: MailSettings = SETTINGS): Promise<Scene> {
  const root = t.testdir()
  const box = await openMailbox()
  const bank = await openBank(root, openSmtpMailer({ url: box.url, from: settings.from, patience: 3_000 }), settings)
  for (const one of channels) await bank.addChannel(one)
  t.teardown(async () => {
    await bank.close()
    await box.close()
  })
  return { bank, box, root, digests: (of = channels[0] as Channel) => digestsIn(bank, of.id) }
}

const digestsIn = async ({ post }: Bank, channel: string) => (await post.outbox.ofChannel(channel, 1, 100)).rows
const whats = (letter: { readonly log: readonly { readonly what: string }[] } | undefined) => letter?.log.map((line) => line.what)

t.test('a team receives what was validated since its last digest, by topic, in text and HTML, once', async (t) => {
  const { bank, box, digests } = await scene(t)
  await bank.post_(note(1, { title: 'Rate resets start three months early', body: 'Call **before** the letter goes out.', value: 5 }))
  await bank.post_(note(2, { title: 'Too old', validatedAt: '2026-11-19T23:59:59.999Z' }))
  await bank.post_(note(3, { title: 'Not decided yet', validatedAt: null }))
  await bank.post_(note(4, { title: 'Overdue already', reviewOn: '2026-11-23' }))
  const round = await sendDue(bank.post, MONDAY)
  t.same(round.troubles, [])
  t.equal(box.arrived.length, 1)
  const { mail } = box.arrived[0] as Mailbox['arrived'][0]
  t.equal(mail.subject, '1 new note for Counter daily · 20–23 Nov')
  for (const part of [mail.text ?? '', String(mail.html)]) {
    t.match(part, 'Rate resets start three months early')
    t.match(part, 'Call before the letter goes out.')
    t.match(part, `https://tacit.bank.example/notes/${ID(101)}`)
    t.match(part, 'Pricing')
    t.notMatch(part, /Too old|Not decided yet|Overdue already/)
  }
  t.notMatch(String(mail.html), /<img|src=/i, 'nothing is loaded from anywhere')
  await sendDue(bank.post, MONDAY)
  await sendDue(bank.post, after(MONDAY, 600))
  t.equal(box.arrived.length, 1)
  t.equal((await digests()).length, 1)
  t.same(whats((await digests())[0]), ['planned', 'handed_over', 'sent'])
})

t.test('headers say what list it is, that a machine wrote it, and how to pause it with one click', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1))
  await sendDue(bank.post, MONDAY)
  const arrived = box.arrived[0] as Mailbox['arrived'][0]
  const header = (name: string) => arrived.mail.headerLines.find((line) => line.key === name)?.line.replace(/\r?\n\s+/g, ' ')
  t.match(header('list-id'), `<${ID(901)}.channels.tacit.bank.example>`)
  t.match(header('list-unsubscribe'), /<https:\/\/tacit\.bank\.example\/channels\/pause\/[^>]+>/)
  t.match(header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
  t.match(header('auto-submitted'), 'auto-generated')
  t.match(header('content-language'), 'en')
  t.equal(arrived.mail.messageId, `<${letterId('digest', ID(901), '2026-11-23')}@bank.example>`)
  t.same(arrived.mail.to?.value.map((one) => one.address), ['box1@bank.example'])
})

t.test('without https there is a link to pause, and no promise of one click', async (t) => {
  const { bank, box } = await scene(t, [channel(1)], { ...SETTINGS, baseUrl: 'http://127.0.0.1:3000' })
  await bank.post_(note(1))
  await sendDue(bank.post, MONDAY)
  const keys = box.arrived[0]?.mail.headerLines.map((line) => line.key) ?? []
  t.ok(keys.includes('list-unsubscribe'))
  t.notOk(keys.includes('list-unsubscribe-post'))
})

t.test('a Chinese channel is written to in Chinese', async (t) => {
  const { bank, box } = await scene(t, [channel(1, { language: 'zh', name: '东城支行晨会简报' })])
  await bank.post_(note(1, { title: '利率重定价前三个月开始流失', body: '信函寄出前先打电话。', topic: 'pricing' }))
  await bank.post_(note(2, { rights: { level: 'confidential' } }))
  await sendDue(bank.post, MONDAY)
  const mail = box.arrived[0]?.mail
  t.equal(mail?.subject, '东城支行晨会简报：2 条新笔记 · 11月20日至23日')
  t.match(mail?.text, '利率重定价前三个月开始流失')
  t.match(mail?.text, '定价')
  t.match(mail?.text, '1 条敏感笔记 · 定价')
  t.match(mail?.text, '柜面团队')
  t.match(mail?.headerLines.find((line) => line.key === 'content-language')?.line, 'zh-CN')
})

t.test('nothing new sends nothing and stands in the log as skipped', async (t) => {
  const { bank, box, digests } = await scene(t)
  await sendDue(bank.post, MONDAY)
  t.equal(box.arrived.length, 0)
  t.equal((await digests())[0]?.state, 'skipped')
  t.same(whats((await digests())[0]), ['planned', 'nothing_new'])
})

t.test('a digest holds only what ceiling, team and filter allow; no word of anything else is in the mail or its headers', async (t) => {
  const { bank, box } = await scene(t, [channel(1), channel(2, { ceiling: 'internal', ceilingSetBy: null }), channel(3, { team: 'loans', owner: LENDER.id }), channel(4, { filter: { departments: [], topics: ['rumours'], customers: [], segments: [] } })])
  bank.restricted = [{ id: 'c-secret', team: 'counter', curators: [] }]
  const words = new Map<string, string>()
  let n = 0
  const add = async (name: string, facts: Parameters<typeof note>[1] = {}) => {
    const word = canary()
    words.set(name, word)
    n += 1
    await bank.post_(note(n, { ...facts, title: `About ${word}`, body: `${word} was said.`, tags: [word] }))
  }
  for (const level of ['shareable', 'internal', 'confidential', 'restricted'] as readonly Level[]) await add(level, { rights: { level } })
  await add('own team', { rights: { audience: 'team' } })
  await add('other team', { rights: { audience: 'team' }, home: { department: 'east', team: 'loans' } })
  await add('private', { rights: { audience: 'private' } })
  await add('named', { rights: { audience: 'private', named: ['t:counter', `p:${LI.id}`] } })
  await add('restricted customer', { customers: ['c-secret'] })
  await add('rumour', { topic: 'rumours' })
  await add('department', { rights: { audience: 'department' } })
  await sendDue(bank.post, MONDAY)
  t.equal(box.arrived.length, 4)

  const expected: Record<string, readonly string[]> = {
    'box1@bank.example': ['shareable', 'internal', 'own team', 'rumour', 'department'],
    'box2@bank.example': ['shareable', 'internal', 'own team', 'rumour', 'department'],
    'box3@bank.example': ['shareable', 'internal', 'other team', 'rumour', 'department'],
    'box4@bank.example': ['rumour'],
  }
  for (const { to, raw, mail } of box.arrived) {
    const whole = `${raw}\n${mail.text}\n${mail.html}`
    const found = [...words].filter(([, word]) => whole.includes(word)).map(([name]) => name)
    t.same(found.sort(), [...(expected[to] as readonly string[])].sort(), to)
    const head = `${raw.slice(0, raw.indexOf('\r\n\r\n'))}\n${mail.subject}\n${String(mail.html).match(/<title>.*<\/title>/)?.[0]}`
    t.notOk([...words.values()].some((word) => head.includes(word)), 'subject, title and headers name no note')
  }
  const text = (to: string) => box.arrived.find((one) => one.to === to)?.mail.text ?? ''
  t.match(text('box1@bank.example'), '1 sensitive note · Pricing')
  t.notMatch(text('box2@bank.example'), 'sensitive')
  t.match(box.arrived.find((one) => one.to === 'box1@bank.example')?.mail.subject, /^6 new notes/)
})

t.test('a note reclassified, archived or narrowed while the digest is queued is not in the mail', async (t) => {
  const { bank, box } = await scene(t)
  const facts = [canary(), canary(), canary(), canary()]
  for (const [i, title] of facts.entries()) await bank.post_(note(i + 1, { title }))
  await planDue(bank.post, MONDAY)
  await bank.change(ID(101), (it) => withRights(it, { ...it.rights, level: 'restricted' }))
  await bank.change(ID(102), (it) => ({ ...it, confidence: 'archived', archivedFrom: 'validated' }))
  await bank.change(ID(103), (it) => withRights(it, { ...it.rights, audience: 'private' }))
  await drainOutbox(bank.post, MONDAY)
  const text = box.arrived[0]?.mail.text ?? ''
  t.same(facts.map((word) => text.includes(word)), [false, false, false, true])
})

t.test('when everybody has left the team, or the channel is paused meanwhile, nothing goes out', async (t) => {
  const { bank, box, digests } = await scene(t, [channel(1), channel(2)])
  await bank.post_(note(1))
  await planDue(bank.post, MONDAY)
  await pauseByLink(bank.post, bank.post.pauseLinks.tokenFor(channel(2)), MONDAY)
  bank.persons = bank.persons.map((one) => ({ ...one, teams: [] }))
  await drainOutbox(bank.post, MONDAY)
  t.equal(box.arrived.filter((one) => one.to.startsWith('box')).length, 0)
  t.same(whats((await digests(channel(1)))[0]), ['planned', 'nothing_new'])
  t.same(whats((await digests(channel(2)))[0]), ['planned', 'paused'])
})

t.test('a member with a lower clearance lowers what the whole team is mailed', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1))
  await bank.post_(note(2, { rights: { level: 'confidential' } }))
  bank.persons = bank.persons.map((one) => (one.id === WANG.id ? { ...one, clearance: 'internal' } : one))
  await sendDue(bank.post, MONDAY)
  t.notMatch(box.arrived[0]?.mail.text, 'sensitive')
})

t.test('SMTP down: the queue survives a restart, waits longer each time, and then sends one mail', async (t) => {
  const root = t.testdir()
  const down = await openMailbox()
  await down.close()
  const first = await openBank(root, openSmtpMailer({ url: down.url, from: SETTINGS.from, patience: 2_000 }))
  await first.addChannel(channel(1))
  await first.post_(note(1))
  await sendDue(first.post, MONDAY)
  await sendDue(first.post, after(MONDAY, 1))
  const waiting = (await digestsIn(first, ID(901)))[0]
  t.equal(waiting?.state, 'planned')
  t.equal(waiting?.tries, 2)
  t.equal(waiting?.nextTryAt, after(MONDAY, 6))
  await first.close()

  const up = await openMailbox(down.port)
  const second = await openBank(root, openSmtpMailer({ url: up.url, from: SETTINGS.from }))
  t.teardown(async () => {
    await second.close()
    await up.close()
  })
  await sendDue(second.post, after(MONDAY, 2))
  t.equal(up.arrived.length, 0, 'not before its time')
  await sendDue(second.post, after(MONDAY, 6))
  t.equal(up.arrived.length, 1)
  const records = await digestsIn(second, ID(901))
  t.equal(records.length, 1)
  t.equal(up.arrived[0]?.mail.messageId, waiting?.messageId, 'the Message-ID of the first try')
  t.same(whats(records[0]), ['planned', 'handed_over', 'deferred', 'handed_over', 'deferred', 'handed_over', 'sent'])
})

for (const [name, mood, state, line] of [
  ['421 at the door', { greeting: 421 }, 'planned', 'deferred'],
  ['450 for the recipient', { recipients: { 'box1@bank.example': 450 } }, 'planned', 'deferred'],
  ['451 after the text', { data: 451 }, 'planned', 'deferred'],
  ['550 for the recipient', { recipients: { 'box1@bank.example': 550 } }, 'failed', 'refused'],
  ['554 after the text', { data: 554 }, 'failed', 'refused'],
] as const) {
  t.test(`${name}: the log says so with the server's words`, async (t) => {
    const { bank, box, digests } = await scene(t)
    await bank.post_(note(1))
    box.mood = mood
    await sendDue(bank.post, MONDAY)
    t.equal(box.arrived.length, 0)
    t.equal((await digests())[0]?.state, state)
    t.equal((await digests())[0]?.log.at(-1)?.what, line)
    t.match((await digests())[0]?.log.at(-1)?.said, /^\d{3}|not now|no such mailbox/)
    box.mood = {}
    await sendDue(bank.post, after(MONDAY, 2))
    t.equal(box.arrived.length, state === 'planned' ? 1 : 0)
    t.equal((await digests()).length, 1)
  })
}

t.test('one bad address holds up nobody else', async (t) => {
  const channels = [1, 2, 3, 4, 5, 6].map((n) => channel(n))
  const { bank, box, digests } = await scene(t, channels)
  await bank.post_(note(1))
  box.mood = { recipients: { 'box1@bank.example': 550, 'box2@bank.example': 450 } }
  await sendDue(bank.post, MONDAY)
  t.same(box.arrived.map((one) => one.to).sort(), ['box3@bank.example', 'box4@bank.example', 'box5@bank.example', 'box6@bank.example'])
  t.same((await Promise.all(channels.map((one) => digests(one)))).map(([last]) => last?.state), ['failed', 'planned', 'sent', 'sent', 'sent', 'sent'])
})

t.test('a connection dropped after the text: the second copy has the same Message-ID, and the log says that it may arrive twice', async (t) => {
  const { bank, box, digests } = await scene(t)
  await bank.post_(note(1))
  box.mood = { dropAfterData: true }
  await sendDue(bank.post, MONDAY)
  t.equal((await digests())[0]?.state, 'handed_over')
  t.equal((await digests())[0]?.log.at(-1)?.what, 'in_doubt')
  box.mood = {}
  await sendDue(bank.post, after(MONDAY, 1))
  t.equal(box.arrived.length, 2)
  t.equal(box.arrived[0]?.mail.messageId, box.arrived[1]?.mail.messageId)
  t.equal((await digests()).length, 1)
  t.same(whats((await digests())[0]), ['planned', 'handed_over', 'in_doubt', 'handed_over_again', 'sent'])
})

t.test('killed between the server\'s yes and our record: the same Message-ID goes out again and the log says so', async (t) => {
  const { bank, box, root } = await scene(t)
  await bank.post_(note(1))
  await bank.close()
  const child = spawn(process.execPath, ['--import=@tapjs/typescript/import', fileURLToPath(new URL(`./dying-sender${extname(fileURLToPath(import.meta.url))}`, import.meta.url)), root, box.url, MONDAY], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  t.equal(signal, 'SIGKILL')
  t.equal(Buffer.concat(said).toString(), '')
  t.equal(box.arrived.length, 1, 'the mail server has it')

  const again = await openBank(root, openSmtpMailer({ url: box.url, from: SETTINGS.from }))
  const found = await digestsIn(again, ID(901))
  t.equal(found[0]?.state, 'handed_over')
  await sendDue(again.post, after(MONDAY, 1))
  const records = await digestsIn(again, ID(901))
  await again.close()
  t.equal(box.arrived.length, 2)
  t.equal(box.arrived[0]?.mail.messageId, box.arrived[1]?.mail.messageId)
  t.equal(records.length, 1)
  t.same(whats(records[0]), ['planned', 'handed_over', 'handed_over_again', 'sent'])
})

t.test('two rounds at the same moment send one mail', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1))
  await Promise.all([sendDue(bank.post, MONDAY), sendDue(bank.post, MONDAY), drainOutbox(bank.post, MONDAY)])
  await sendDue(bank.post, MONDAY)
  t.equal(box.arrived.length, 1)
})

t.test('after two weeks down one digest tells of both weeks, and what a failed one held is told by the next', async (t) => {
  const { bank, box, digests } = await scene(t)
  await bank.post_(note(1, { title: 'First week', validatedAt: '2026-11-24T03:00:00.000Z' }))
  await bank.post_(note(2, { title: 'Second week', validatedAt: '2026-12-02T03:00:00.000Z' }))
  box.mood = { recipients: { 'box1@bank.example': 550 } }
  await sendDue(bank.post, '2026-12-07T00:10:00.000Z')
  t.equal((await digests())[0]?.state, 'failed')
  box.mood = {}
  await sendDue(bank.post, '2026-12-07T09:00:00.000Z')
  t.equal(box.arrived.length, 0, 'one record for the day')
  await sendDue(bank.post, '2026-12-08T00:00:00.000Z')
  t.equal(box.arrived.length, 1)
  t.match(box.arrived[0]?.mail.text, 'First week')
  t.match(box.arrived[0]?.mail.text, 'Second week')
  t.equal((await digests()).length, 2)
})

t.test('"send now" tells what is new at once, and the next digest does not tell it again', async (t) => {
  const { bank, box, digests } = await scene(t)
  await bank.post_(note(1, { title: 'Told at once', validatedAt: '2026-11-23T01:00:00.000Z' }))
  await sendDue(bank.post, MONDAY)
  const grant = permit({ kind: 'person', person: LI }, 'channel.manage', standingApart(ID(901)))
  if (!grant.ok) throw new Error('not permitted')
  const sent = await sendNow(bank.post, channel(1), grant.grant, '2026-11-23T02:00:00.000Z')
  t.equal(sent.ok && sent.value.state, 'sent')
  t.match(box.arrived[0]?.mail.text, 'Told at once')
  await sendDue(bank.post, '2026-11-24T00:00:00.000Z')
  t.equal(box.arrived.length, 1)
  t.same((await digests()).map((one) => one.state), ['skipped', 'sent', 'skipped'])
  const stranger = permit({ kind: 'person', person: LENDER }, 'channel.manage', standingApart(ID(901)))
  const refusal = await sendNow(bank.post, channel(1), stranger.ok ? stranger.grant : grant.grant, '2026-11-24T01:00:00.000Z')
  t.match(refusal, { ok: false, refusals: [{ code: 'digests.channel.not_yours' }] })
})

t.test('a preview shows what channel and viewer may both read, and nothing to an admin who is no reader', async (t) => {
  const { bank } = await scene(t)
  await bank.post_(note(1, { title: 'For the team', rights: { audience: 'team' } }))
  await bank.post_(note(2, { title: 'For all' }))
  await bank.post_(note(3, { title: 'Lending only', rights: { audience: 'team' }, home: { department: 'east', team: 'loans' } }))
  const titles = async (person: typeof LI) =>
    (await previewDigest(bank.post, channel(1), { kind: 'person', person }, MONDAY))?.topics.flatMap((topic) => topic.entries.map((entry) => entry.title)).sort() ?? []
  t.same(await titles(WANG), ['For all', 'For the team'])
  t.same(await titles(LENDER), ['For all'], 'what the viewer could read but the channel not is missing too')
  t.same(await titles(ADMIN), ['For all'])
  t.same(await titles(CURATOR), ['For all'], 'a curator previews as a reader')
})

t.test('the link in a mail pauses the channel and tells its owner; looking does nothing, and a link for another mailbox is none', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1))
  await sendDue(bank.post, MONDAY)
  const line = box.arrived[0]?.mail.headerLines.find((one) => one.key === 'list-unsubscribe')?.line ?? ''
  const token = /pause\/([^>\s]+)/.exec(line.replace(/\r?\n\s+/g, ''))?.[1] ?? ''
  t.equal(channelOfLink(bank.post, token)?.id, ID(901))
  t.equal(bank.post.channels.get(ID(901))?.paused, null)
  const at = after(MONDAY, 30)
  t.ok((await pauseByLink(bank.post, token, at)).ok)
  t.ok((await pauseByLink(bank.post, token, after(at, 1))).ok)
  t.same(bank.post.channels.get(ID(901))?.paused, { at, by: null })
  await sendDue(bank.post, after(at, 2))
  t.equal(box.arrived.at(-1)?.to, LI.email)
  t.equal(box.arrived.filter((one) => one.to === LI.email).length, 1)
  t.equal(await bank.post.notices.unread(LI.id), 1)

  for (const bad of ['', 'x', `${ID(901)}.`, `${ID(901)}.AAAA`, token.slice(0, -1), `${token}x`, bank.post.pauseLinks.tokenFor(channel(1, { address: 'other@bank.example' }))]) {
    t.equal(channelOfLink(bank.post, bad), null, bad)
    t.match(await pauseByLink(bank.post, bad, at), { ok: false })
  }
})

t.test('mail goes to allowed domains only, asked again when it is sent', async (t) => {
  const { bank, box, digests } = await scene(t, [channel(1, { address: 'box1@elsewhere.example' }), channel(2)])
  await bank.post_(note(1))
  await sendDue(bank.post, MONDAY)
  t.same(box.arrived.map((one) => one.to), ['box2@bank.example'])
  t.same(whats((await digests(channel(1)))[0]), ['planned', 'address_refused'])
})

t.test('nothing a person typed becomes a header', async (t) => {
  const { bank, box } = await scene(t, [channel(1, { name: 'Team\r\nBcc: thief@evil.example\r\n\r\nbody' })])
  await bank.post_(note(1, { title: 'T\r\nBcc: thief@evil.example' }))
  await sendDue(bank.post, MONDAY)
  const arrived = box.arrived[0] as Mailbox['arrived'][0]
  t.notOk(arrived.mail.headerLines.some((line) => line.key === 'bcc'))
  t.equal(box.arrived.length, 1)
  t.match(arrived.mail.subject, /Team Bcc: thief@evil.example/)
})

t.test('markup in a title is text in the mail', async (t) => {
  const { bank, box } = await scene(t)
  await bank.post_(note(1, { title: '<script>alert(1)</script> & "quotes"' }))
  await sendDue(bank.post, MONDAY)
  t.notMatch(String(box.arrived[0]?.mail.html), '<script')
  t.match(box.arrived[0]?.mail.text, '<script>alert(1)</script> & "quotes"')
})

t.test('when the answer cannot be recorded the letter goes out again under the same Message-ID, a bounded number of times', async (t) => {
  const { bank, box, digests } = await scene(t)
  await bank.post_(note(1))
  await planDue(bank.post, MONDAY)
  const id = (await digests())[0]?.id ?? ''
  const real = bank.post.outbox
  const broken = { ...bank.post, outbox: { ...real, handle: (it: string, act: Parameters<typeof real.handle>[1]) => real.handle(it, (letter, save) => {
    let saves = 0
    return act(letter, (next) => ((saves += 1) > 1 ? Promise.reject(new Error('disk')) : save(next)))
  }) } }
  for (let round = 0; round < 15; round += 1) await deliver(broken, id, MONDAY).catch(() => {})
  t.equal(box.arrived.length, 10)
  t.equal(new Set(box.arrived.map((one) => one.mail.messageId)).size, 1)
  t.equal((await digests())[0]?.state, 'failed')
})

t.test('a mailer that breaks on one letter stops no other', async (t) => {
  const root = t.testdir()
  const sent: string[] = []
  const mailer: Mailer = {
    send: async (mail) => {
      if (mail.to.startsWith('box1')) throw new Error('a fault of ours')
      sent.push(mail.to)
      return { took: 'accepted', said: '250' }
    },
    close: async () => {},
  }
  const bank = await openBank(root, mailer)
  t.teardown(() => bank.close())
  for (const n of [1, 2, 3]) await bank.addChannel(channel(n))
  await bank.post_(note(1))
  const round = await sendDue(bank.post, MONDAY)
  t.same(sent.sort(), ['box2@bank.example', 'box3@bank.example'])
  t.equal(round.troubles.length, 1)
})
