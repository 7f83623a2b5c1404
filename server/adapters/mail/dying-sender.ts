import { sendDue } from '../../domain/digests/plan-digests.js'
import { openBank, SETTINGS } from './scratch-bank.js'
import { openSmtpMailer } from './smtp/smtp-mailer.js'

/** For one test: sends what is due and is killed the moment the mail server has said yes, before that is on record. */
const [root = '', url = '', now = ''] = process.argv.slice(2)
const smtp = openSmtpMailer({ url, from: SETTINGS.from })
const bank = await openBank(root, {
  send: async (mail) => {
    const answer = await smtp.send(mail)
    if (answer.took === 'accepted') process.kill(process.pid, 'SIGKILL')
    return answer
  },
  close: () => smtp.close(),
})
await sendDue(bank.post, now)
console.log('still alive')
