import type { Person } from '../people/person.js'
import { gatherDigest } from './gather-digest.js'
import type { Letter } from './letter.js'
import type { KeptMail, Written } from './port.js'
import type { PostOffice } from './post-office.js'
import { sheetOf } from './word-digest.js'
import { writeLetter } from './write-letter.js'

/**
 * The body of a letter, for whoever may open it: the person it is to, members of the team for a digest; in the
 * demo everybody. What speaks of notes is written anew under today's rights of the one who looks, so an old mail
 * shows nothing that its reader has lost since.
 * @param kept mail in files, the only place where a password link can still be seen; null when mail leaves by SMTP
 * @returns null when they may not open it, or nothing of it is left
 */
export async function openLetter(post: PostOffice, kept: KeptMail | null, letter: Letter, viewer: Person, demo: boolean, now: string): Promise<Written | null> {
  if (letter.kind === 'digest') {
    const channel = post.channels.get(letter.channel)
    if (!channel || !(demo || viewer.teams.includes(channel.team))) return null
    const digest = await gatherDigest(post, channel, letter.period, now, { kind: 'person', person: viewer })
    return digest ? post.stationery.write('digest', sheetOf(post, channel, digest, null)) : null
  }
  if (!demo && letter.person !== viewer.id) return null
  if (letter.kind === 'notice') {
    // A title is written for the eyes of its recipient alone, in the demo too.
    const finished = letter.person === viewer.id ? await writeLetter(post, letter, now) : { skip: 'not_readable' as const }
    return 'skip' in finished ? null : finished.mail
  }
  return kept ? await kept.read(letter.id) : null
}
