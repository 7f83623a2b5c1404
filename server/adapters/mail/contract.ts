import { simpleParser, type ParsedMail } from 'mailparser'
import t, { type Test } from 'tap'
import type { Mail, Mailer } from '../../domain/digests/port.js'

export interface OpenMailer {
  readonly mailer: Mailer
  /** the mails of this letter as they arrived, raw */
  arrived(letter: string): Promise<readonly string[]>
}

const MAIL: Mail = {
  letter: '0198c0de-0000-5000-8000-00000000a001', kind: 'digest', messageId: '<0198c0de@bank.example>', to: 'team@bank.example', language: 'zh',
  at: '2026-11-23T00:00:00.000Z', subject: '柜面团队：2 条新笔记 · 11月20日至23日', text: '第一行\n\nhttps://tacit.bank.example/notes/1\n', html: '<p>第一行</p>',
  list: { id: '1.channels.tacit.bank.example', pauseLink: 'https://tacit.bank.example/channels/pause/abc.def', oneClick: true }, about: ['n1'],
}

/** What every way of sending mail must do. */
export function mailContract(name: string, open: (t: Test) => Promise<OpenMailer>): void {
  const read = async (from: OpenMailer, letter = MAIL.letter): Promise<ParsedMail> => {
    const raw = (await from.arrived(letter)).at(-1)
    if (raw === undefined) throw new Error('no mail arrived')
    return simpleParser(raw)
  }
  const header = (mail: ParsedMail, key: string) => mail.headerLines.find((line) => line.key === key)?.line.replace(/\r?\n\s+/g, ' ')

  t.test(`${name}: a mail arrives as it was written, in both scripts and both parts`, async (t) => {
    const it = await open(t)
    t.match(await it.mailer.send(MAIL), { took: 'accepted' })
    const mail = await read(it)
    t.equal(mail.subject, MAIL.subject)
    t.equal(mail.text?.trim(), MAIL.text.trim())
    t.equal(String(mail.html).trim(), MAIL.html)
    t.equal(mail.messageId, MAIL.messageId)
    t.equal(mail.to?.value[0]?.address, MAIL.to)
    t.equal(header(mail, 'auto-submitted'), 'Auto-Submitted: auto-generated')
    t.equal(header(mail, 'content-language'), 'Content-Language: zh-CN')
    t.equal(header(mail, 'list-id'), 'List-ID: <1.channels.tacit.bank.example>')
    t.equal(header(mail, 'list-unsubscribe'), 'List-Unsubscribe: <https://tacit.bank.example/channels/pause/abc.def>')
    t.equal(header(mail, 'list-unsubscribe-post'), 'List-Unsubscribe-Post: List-Unsubscribe=One-Click')
    t.same(mail.attachments, [])
  })

  t.test(`${name}: a personal mail carries no header of a list`, async (t) => {
    const it = await open(t)
    await it.mailer.send({ ...MAIL, kind: 'password_link', list: null })
    t.notOk((await read(it)).headerLines.some((line) => line.key.startsWith('list-')))
  })

  t.test(`${name}: a letter sent again keeps its Message-ID`, async (t) => {
    const it = await open(t)
    await it.mailer.send(MAIL)
    await it.mailer.send(MAIL)
    const ids = await Promise.all((await it.arrived(MAIL.letter)).map(async (raw) => (await simpleParser(raw)).messageId))
    t.ok(ids.length >= 1)
    t.same([...new Set(ids)], [MAIL.messageId])
  })

  t.test(`${name}: line breaks in a subject make no header`, async (t) => {
    const it = await open(t)
    await it.mailer.send({ ...MAIL, subject: 'Hello\r\nBcc: thief@evil.example\r\n\r\nbody' })
    const mail = await read(it)
    t.notOk(mail.headerLines.some((line) => line.key === 'bcc'))
    t.match(mail.text, '第一行')
  })
}
