import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import type { Answer } from '../../../domain/digests/letter.js'
import type { Mail, Mailer } from '../../../domain/digests/port.js'
import { mimeOf } from '../mime.js'

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with user and password when the server wants them */
  readonly url: string
  readonly from: string
  /** how long the server may stay silent, in ms */
  readonly patience?: number
}

/** Each mail goes over its own connection: what breaks one tells nothing of another. */
export function openSmtpMailer({ url, from, patience = 20_000 }: SmtpOptions): Mailer {
  const transport = createTransport({
    url, connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience,
    disableFileAccess: true, disableUrlAccess: true,
  })
  const handedOut = new WeakSet<object>()
  transport.use('stream', (building, done) => {
    building.message.build((error, bytes) => {
      if (error || !bytes) return done(error ?? new Error('a mail without bytes'))
      // Read only after the server said "go ahead": from then on silence means that it may have the mail.
      building.message.createReadStream = () => Readable.from((function* () {
        handedOut.add((building.data as { readonly mark?: object }).mark ?? building)
        yield bytes
      })())
      done()
    })
  })

  return {
    send: async (mail: Mail): Promise<Answer> => {
      const mark = {}
      try {
        const info = await transport.sendMail({ ...mimeOf(mail, from), mark } as Parameters<typeof transport.sendMail>[0])
        return { took: 'accepted', said: oneLine(info.response ?? '') }
      } catch (error) {
        return answerTo(error, handedOut.has(mark))
      }
    },
    close: async () => transport.close(),
  }
}

interface SmtpError {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
  readonly response?: string
  readonly message: string
}

/** @param handedOut whether the text was on its way when it broke */
function answerTo(thrown: unknown, handedOut: boolean): Answer {
  const error = thrown as SmtpError
  const said = oneLine(error.response || error.message)
  const code = error.responseCode ?? 0
  const aboutThisMail = error.command === 'MAIL FROM' || error.command === 'RCPT TO' || error.command === 'DATA'
  if (code >= 400 && aboutThisMail) return { took: code >= 500 ? 'never' : 'later', said }
  if (error.code === 'EENVELOPE' && code === 0) return { took: 'never', said }
  if (handedOut) return { took: 'unknown', said }
  // No connection, no greeting, no sign-in: nothing to do with this mail, every other would meet the same.
  return { took: 'unreachable', said }
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim().slice(0, 300)
}
