import type { Language } from '../people/person.js'
import type { Outcome } from '../people/refusal.js'
import type { Values } from '../people/words.js'
import type { Grant } from '../policy/grant.js'
import type { Channel } from './channel.js'
import type { Answer, DigestLetter, Letter, LetterKind, LetterState } from './letter.js'

/** All channels, in memory. */
export interface Channels {
  all(): readonly Channel[]
  get(id: string): Channel | undefined
  /** Durable when it resolves; one that is there already is left as it is. */
  add(grant: Grant<'channel.manage'>, channel: Channel): Promise<Channel>
  /** Applies a verb to the present state, one at a time. @throws Error when there is no such channel */
  change(grant: Grant<'channel.manage'> | Grant<'channel.ceiling'>, verb: (channel: Channel) => Outcome<Channel>): Promise<Outcome<Channel>>
  /** What the link in a mail may do, without anybody signed in. */
  pauseByLink(link: PauseLink, verb: (channel: Channel) => Channel): Promise<Channel>
}

declare const opened: unique symbol

/** Proof that somebody holds the link of a mail to this channel's present address. */
export interface PauseLink {
  readonly [opened]: 'pause link'
  readonly channel: string
}

/** Makes and reads the secret part of the links in mails. */
export interface PauseLinks {
  tokenFor(channel: Channel): string
  /** @returns null for a token that is not ours, or was made for an address the channel no longer has */
  open(token: string, channels: Pick<Channels, 'get'>): PauseLink | null
}

/** Letters under way and delivered. What waits here survives a restart. */
export interface Outbox {
  /** Durable when it resolves; a letter of this id that is there already is returned unchanged, and so is a digest of the channel that is still under way. */
  add(letter: Letter): Promise<Letter>
  get(id: string): Promise<Letter | undefined>
  /** Ids of those due at this instant, the longest waiting first. */
  due(now: string): Promise<readonly string[]>
  /** Digests of a channel, newest first. @param page from 1 */
  ofChannel(channel: string, page: number, size: number): Promise<{ readonly rows: readonly DigestLetter[]; readonly total: number }>
  /** How far these channels are; one that never had a digest is missing. */
  pasts(channels: readonly string[], now: string): Promise<ReadonlyMap<string, Past>>
  list(query: OutboxQuery): Promise<{ readonly rows: readonly LetterRow[]; readonly total: number }>
  /** How many are not settled yet, and how many never arrived. */
  counts(): Promise<{ readonly waiting: number; readonly failed: number }>
  /**
   * Alone with one letter: while `act` runs nobody else handles it. `save` is durable when it resolves.
   * @returns false, without calling `act`, when it is in somebody's hands already or does not exist
   */
  handle(id: string, act: (letter: Letter, save: (next: Letter) => Promise<Letter>) => Promise<void>): Promise<boolean>
  /** Removes settled letters made before the instant; digests stay, they are the record of a channel. @returns how many */
  sweep(before: string): Promise<number>
}

/** What is known of a channel's digests at an instant. */
export interface Past {
  readonly last: DigestLetter
  readonly underWay: DigestLetter | null
  /** The latest end of a period told of, if there is one: of a digest that failed nobody read, and an end in the future is that of a clock that once ran ahead. */
  readonly covered: readonly string[]
}

export interface OutboxQuery {
  readonly kind?: LetterKind
  readonly state?: LetterState
  readonly person?: string
  readonly channel?: string
  /** found in the recipient's address */
  readonly text?: string
  /** from 1 */
  readonly page: number
  readonly size: number
}

/** What a list of mail shows: no text, no secret. */
export interface LetterRow {
  readonly id: string
  readonly kind: LetterKind
  readonly to: string
  readonly person: string | null
  readonly channel: string | null
  readonly at: string
  readonly state: LetterState
  readonly tries: number
  readonly nextTryAt: string | null
  readonly log: Letter['log']
}

/** A finished mail. */
export interface Mail {
  readonly letter: string
  readonly kind: LetterKind
  readonly messageId: string
  readonly to: string
  readonly language: Language
  readonly at: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** for digests only */
  readonly list: { readonly id: string; readonly pauseLink: string; readonly oneClick: boolean } | null
  /** ids of the things it speaks of, so that redaction finds it */
  readonly about: readonly string[]
}

/** Where mail goes: a mail server, or files. */
export interface Mailer {
  /** Answers, whatever happens; throws only for a mistake of ours. */
  send(mail: Mail): Promise<Answer>
  close(): Promise<void>
}

/** Mail that was kept in files because there is no mail server. */
export interface KeptMail {
  read(letter: string): Promise<Mail | null>
  /** Replaces subject and text of every kept mail about the thing. @returns how many */
  redact(thing: string, mark: string): Promise<number>
}

/** Puts a letter in words. */
export interface Stationery {
  write(kind: LetterKind, sheet: Sheet): Written
}

export interface Sheet {
  readonly language: Language
  readonly timeZone: string
  /** values of the subject's sentence, `mail.<kind>.subject` */
  readonly subject: Values
  /** dates the subject and text name as a span, UTC */
  readonly span: { readonly from: string; readonly to: string } | null
  readonly model: Readonly<Record<string, unknown>>
}

export interface Written {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Settings of mail. */
export interface MailSettings {
  /** links in mail are made from this, never from a request; no slash at the end */
  readonly baseUrl: string
  readonly from: string
  /** null: everywhere, since nothing leaves this machine */
  readonly domains: readonly string[] | null
  readonly timeZone: string
}
