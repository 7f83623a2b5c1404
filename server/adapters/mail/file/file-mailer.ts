import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { KeptMail, Mail, Mailer } from '../../../domain/digests/port.js'
import { mimeOf } from '../mime.js'

/** How files reach the disk: written as a whole and durably. */
export interface MailFolder {
  makeFolder(path: string): Promise<void>
  write(path: string, bytes: Uint8Array): Promise<void>
  /** null when there is no such file */
  read(path: string): Promise<Buffer | null>
  /** names of the files in a folder */
  names(path: string): Promise<readonly string[]>
}

/**
 * Mail as files, when there is no mail server: an `.eml` that any mail program opens, and the same as JSON for the
 * portal's own page. A letter sent twice is one file.
 */
export function openFileMailer(folder: string, files: MailFolder, from: string): Mailer & KeptMail {
  const builder = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  const path = (letter: string, ending: string) => join(folder, `${checked(letter)}${ending}`)

  async function keep(mail: Mail): Promise<void> {
    const { message } = await builder.sendMail(mimeOf(mail, from))
    await files.makeFolder(folder)
    await files.write(path(mail.letter, '.eml'), message as Buffer)
    await files.write(path(mail.letter, '.json'), Buffer.from(`${JSON.stringify(mail, null, 2)}\n`))
  }

  async function read(letter: string): Promise<Mail | null> {
    const bytes = await files.read(path(letter, '.json'))
    return bytes ? (JSON.parse(bytes.toString('utf8')) as Mail) : null
  }

  return {
    send: async (mail) => {
      try {
        await keep(mail)
        return { took: 'accepted', said: 'file' }
      } catch (error) {
        return { took: 'unreachable', said: error instanceof Error ? error.message.slice(0, 300) : '' }
      }
    },
    read,
    redact: async (thing, mark) => {
      let redacted = 0
      for (const name of await files.names(folder)) {
        if (!name.endsWith('.json')) continue
        const mail = await read(name.slice(0, -'.json'.length))
        if (!mail?.about.includes(thing)) continue
        await keep({ ...mail, subject: mark, text: `${mark}\n`, html: `<p>${mark.replace(/[&<>"]/g, '')}</p>` })
        redacted += 1
      }
      return redacted
    },
    close: async () => builder.close(),
  }
}

function checked(letter: string): string {
  if (!/^[0-9a-f-]{36}$/.test(letter)) throw new Error('a letter is kept under its own id, a uuid')
  return letter
}
