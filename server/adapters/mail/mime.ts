import type { SendMailOptions } from 'nodemailer'
import type { Mail } from '../../domain/digests/port.js'

/** A mail as nodemailer builds it. Nothing a person typed reaches a header unencoded; nothing is read from files or addresses. */
export function mimeOf(mail: Mail, from: string): SendMailOptions {
  return {
    // As objects: a text could name a second mailbox.
    from: { name: 'Tacit 默识', address: from },
    to: { name: '', address: mail.to },
    envelope: { from, to: [mail.to] },
    messageId: mail.messageId,
    date: new Date(mail.at),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    textEncoding: 'base64',
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: {
      // RFC 3834: no out-of-office note comes back.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': mail.language === 'zh' ? 'zh-CN' : 'en',
      ...(mail.list && { 'List-Id': `<${mail.list.id}>`, 'List-Unsubscribe': `<${mail.list.pauseLink}>` }),
      // RFC 8058 wants https; without it a mail program would show a button that cannot be trusted.
      ...(mail.list?.oneClick && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
  }
}
