/// <reference path="./mailparser.d.ts" />
import type { AddressInfo, Socket } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface Arrived {
  readonly to: string
  readonly raw: string
  readonly mail: ParsedMail
}

/** A real mail server on this machine, whose moods a test decides. */
export interface Mailbox {
  readonly url: string
  readonly port: number
  readonly arrived: readonly Arrived[]
  mood: Mood
  close(): Promise<void>
}

export interface Mood {
  /** answer to the connection itself */
  readonly greeting?: number
  /** answers by recipient */
  readonly recipients?: Readonly<Record<string, number>>
  /** takes the whole text and hangs up without a word: the mail is in the mailbox all the same */
  readonly dropAfterData?: boolean
  /** answer after the text */
  readonly data?: number
  /** while a mail with its text complete waits for its answer */
  readonly beforeYes?: () => Promise<void> | void
}

/** @param port 0 for any; a given one to come back after being down */
export async function openMailbox(port = 0): Promise<Mailbox> {
  const arrived: Arrived[] = []
  const sockets = new Set<Socket>()
  const box: { mood: Mood } = { mood: {} }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onConnect: (_session, done) => done(box.mood.greeting ? refusal(box.mood.greeting) : null),
    onRcptTo: ({ address }, _session, done) => {
      const code = box.mood.recipients?.[address]
      done(code ? refusal(code) : null)
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => void (async () => {
        const raw = Buffer.concat(chunks)
        const { mood } = box
        if (mood.data) return done(refusal(mood.data))
        arrived.push({ to: session.envelope.rcptTo[0]?.address ?? '', raw: raw.toString('utf8'), mail: await simpleParser(raw) })
        await mood.beforeYes?.()
        if (mood.dropAfterData) for (const socket of sockets) socket.destroy()
        else done()
      })())
    },
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const at = (server.server.address() as AddressInfo).port
  return {
    url: `smtp://127.0.0.1:${at}`,
    port: at,
    arrived,
    get mood() { return box.mood },
    set mood(mood) { box.mood = mood },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}

function refusal(code: number): Error {
  return Object.assign(new Error(code < 500 ? 'not now' : 'no such mailbox'), { responseCode: code })
}
