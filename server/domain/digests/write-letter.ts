import { nameIn, type Person } from '../people/person.js'
import { sightOf } from '../policy/readable.js'
import type { Channel } from './channel.js'
import { gatherDigest } from './gather-digest.js'
import { plainLine } from './gist.js'
import type { DigestPurpose, Letter, SkipReason } from './letter.js'
import type { Mail, Sheet } from './port.js'
import { dayAt, type PostOffice } from './post-office.js'
import { PATHS, sheetOf } from './word-digest.js'

/** A letter put in words, or why there is nothing to send any more. */
export type Finished =
  | { readonly skip: SkipReason }
  | { readonly mail: Omit<Mail, 'messageId'>; readonly said: DigestPurpose['said'] }

/** Writes the letter as it must read at this moment: today's rights, today's address, today's words. */
export async function writeLetter(post: PostOffice, letter: Letter, now: string): Promise<Finished> {
  if (letter.until !== null && letter.until <= now) return { skip: 'expired' }
  if (letter.kind === 'digest') return writeDigest(post, letter, letter.id, now)
  const person = post.directories().people.person(letter.person)
  if (!person?.active) return { skip: 'recipient_gone' }
  // Where it was meant to go: whoever changes an address while a link waits must not get that link.
  if (letter.kind === 'password_link' && letter.to !== person.email) return { skip: 'expired' }
  const sheet = await personalSheet(post, letter, person, now)
  if ('skip' in sheet) return sheet
  const about = letter.kind === 'notice' ? [letter.note] : []
  const to = (letter.kind === 'rights_changed' ? letter.address : undefined) ?? person.email
  return { said: null, mail: { ...envelope(letter, to, person.language), ...post.stationery.write(letter.kind, sheet), list: null, about } }
}

async function writeDigest(post: PostOffice, purpose: Letter & DigestPurpose, id: string, now: string): Promise<Finished> {
  const channel = post.channels.get(purpose.channel)
  if (!channel) return { skip: 'recipient_gone' }
  if (channel.paused) return { skip: 'paused' }
  const digest = await gatherDigest(post, channel, purpose.period, now)
  if (!digest) return { skip: 'nothing_new' }
  const pauseLink = post.settings.baseUrl + PATHS.pause(post.pauseLinks.tokenFor(channel))
  const written = post.stationery.write('digest', sheetOf(post, channel, digest, pauseLink))
  const { notes, total, sensitive } = digest
  return {
    said: { notes, total, sensitive },
    mail: {
      ...envelope({ ...purpose, id }, channel.address, channel.language), ...written, about: notes,
      list: { id: listId(channel, post.settings.baseUrl), pauseLink, oneClick: pauseLink.startsWith('https:') },
    },
  }
}

async function personalSheet(post: PostOffice, letter: Exclude<Letter, DigestPurpose>, person: Person, now: string): Promise<Sheet | { readonly skip: SkipReason }> {
  const link = (path: string) => post.settings.baseUrl + path
  const sheet = (model: Sheet['model'], subject: Sheet['subject'] = {}): Sheet =>
    ({ language: person.language, timeZone: post.settings.timeZone, span: null, subject, model: { name: nameIn(person.language, person), ...model } })
  switch (letter.kind) {
    case 'password_link':
      if (letter.token === null) return { skip: 'expired' }
      return sheet({ first: letter.reason === 'first', login: person.login, until: letter.until, link: link(PATHS.password(letter.token)) })
    case 'rights_changed': {
      const whose = post.directories().people.person(letter.whose)
      return sheet({ own: letter.whose === person.id, whose: whose ? nameIn(person.language, whose) : '', changes: letter.changes, address: letter.changes.includes('email') && person.newAddress !== undefined })
    }
    case 'staff_imported': {
      const { people } = post.directories()
      const called = (id: string) => { const one = people.person(id); return one ? nameIn(person.language, one) : '' }
      const { joined, changed, admins, first } = letter
      return sheet({
        joined, changed, admins, by: called(letter.by), at: letter.at, more: joined + changed - first.length, link: link(PATHS.staffImport(letter.import)),
        first: first.map(({ person: id, ...one }) => ({ ...one, name: called(id) })).filter(({ name }) => name !== ''),
      }, { joined, changed })
    }
    case 'channel_paused': {
      const channel = post.channels.get(letter.channel)
      if (!channel) return { skip: 'recipient_gone' }
      return sheet({ channel: channel.name, address: channel.address, at: letter.at, link: link(PATHS.channel(channel.id)) }, { channel: channel.name })
    }
    case 'notice': {
      const note = await post.notes.get(letter.note, sightOf({ kind: 'person', person }, post.directories(), dayAt(now, post.settings.timeZone)))
      if (!note) return { skip: 'not_readable' }
      // Confidential and above travel without a title, to their author too (SAFETY.md decision 3).
      const open = note.rights.level === 'shareable' || note.rights.level === 'internal'
      const by = post.directories().people.person(letter.by)
      return sheet({ notice: letter.notice, by: by ? nameIn(person.language, by) : '', title: open ? plainLine(note.shown.title) : '', link: link(PATHS.note(note.id)) }, { notice: letter.notice })
    }
  }
}

function envelope(letter: Pick<Letter, 'id' | 'kind' | 'at'>, to: string, language: Person['language']): Pick<Mail, 'letter' | 'kind' | 'to' | 'language' | 'at'> {
  return { letter: letter.id, kind: letter.kind, to, language, at: letter.at }
}

function listId(channel: Channel, baseUrl: string): string {
  return `${channel.id}.channels.${new URL(baseUrl).hostname}`
}
