import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openReal } from '../store/lowdb/scratch-store.js'
import { mailFolderOn } from '../store/lowdb/mail-folder.js'
import { mailContract } from './contract.js'
import { openFileMailer } from './file/file-mailer.js'
import { openMailbox } from './scratch-mailbox.js'
import { openSmtpMailer } from './smtp/smtp-mailer.js'

mailContract('SMTP', async (t) => {
  const box = await openMailbox()
  const mailer = openSmtpMailer({ url: box.url, from: 'tacit@bank.example' })
  t.teardown(async () => {
    await mailer.close()
    await box.close()
  })
  return { mailer, arrived: async () => box.arrived.map((one) => one.raw) }
})

mailContract('files', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const mailer = openFileMailer(data.path('mail'), mailFolderOn(data.disk), 'tacit@bank.example')
  return { mailer, arrived: async (letter) => [await readFile(data.path('mail', `${letter}.eml`), 'utf8')] }
})

t.test('mail kept in files is one file a letter, and redaction takes the words out of both forms', async (t) => {
  const data = await openReal(t.testdir())
  t.teardown(() => data.close())
  const mailer = openFileMailer(data.path('mail'), mailFolderOn(data.disk), 'tacit@bank.example')
  const mail = (n: number, about: readonly string[]) => ({
    letter: `0198c0de-0000-5000-8000-00000000000${n}`, kind: 'digest' as const, messageId: `<${n}@bank.example>`, to: 'a@bank.example', language: 'en' as const,
    at: '2026-11-23T00:00:00.000Z', subject: '1 new note', text: `secretword ${n}`, html: `<p>secretword ${n}</p>`, list: null, about,
  })
  await mailer.send(mail(1, ['n1']))
  await mailer.send(mail(1, ['n1']))
  await mailer.send(mail(2, ['n2']))
  t.equal((await readdir(data.path('mail'))).length, 4)
  t.equal((await mailer.read(mail(1, []).letter))?.text, 'secretword 1')
  t.equal(await mailer.redact('n1', '[redacted 2026-11-24]'), 1)
  const all = await Promise.all((await readdir(data.path('mail'))).map(async (name) => [name, await readFile(join(data.path('mail'), name), 'utf8')] as const))
  const holding = all.filter(([, text]) => text.includes('secretword') || text.includes(Buffer.from('secretword').toString('base64').slice(0, 12)))
  t.ok(holding.length >= 1 && holding.every(([name]) => name.startsWith(mail(2, []).letter)), 'only the mail about another note still has it')
  t.equal((await mailer.read(mail(1, []).letter))?.text, '[redacted 2026-11-24]\n')
  t.equal(await mailer.read('0198c0de-0000-5000-8000-000000000009'), null)
  await t.rejects(mailer.read('../../people'), /uuid/)
})

t.test('a server that is not there, one that says nothing, and one that wants a password are no fault of the letter', async (t) => {
  const box = await openMailbox()
  await box.close()
  const gone = openSmtpMailer({ url: box.url, from: 'tacit@bank.example', patience: 1_000 })
  const mail = { letter: 'x', kind: 'notice' as const, messageId: '<x@y>', to: 'a@bank.example', language: 'en' as const, at: '2026-11-23T00:00:00.000Z', subject: 's', text: 't', html: 'h', list: null, about: [] }
  t.match(await gone.send(mail), { took: 'unreachable' })

  const { createServer } = await import('node:net')
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const mute = openSmtpMailer({ url: `smtp://127.0.0.1:${(silent.address() as { port: number }).port}`, from: 'tacit@bank.example', patience: 300 })
  t.match(await mute.send(mail), { took: 'unreachable' })
  await new Promise((resolve) => silent.close(resolve))
})
