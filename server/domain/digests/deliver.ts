import { someAtOnce } from '../people/some-at-once.js'
import { isAllowedAddress } from './address.js'
import { MAX_TRIES, addressRefused, answered, handedOver, isDue, skipped, type Letter, type LetterState } from './letter.js'
import type { PostOffice } from './post-office.js'
import { writeLetter } from './write-letter.js'

/** Letters on their way at once; enough that one slow mailbox holds up nobody. */
const AT_ONCE = 4

export interface Round {
  readonly letters: readonly { readonly id: string; readonly state: LetterState }[]
  /** letters that broke on a fault of ours: they stay where they were, the others went on */
  readonly troubles: readonly { readonly letter: string; readonly error: unknown }[]
}

/** Hands over everything that is due. A server that cannot be reached ends the round; the rest waits for the next. */
export async function drainOutbox(post: PostOffice, now: string, stopped: () => boolean = () => false): Promise<Round> {
  const letters: { id: string; state: LetterState }[] = []
  const troubles: { letter: string; error: unknown }[] = []
  let unreachable = false
  await someAtOnce(await post.outbox.due(now), AT_ONCE, async (id) => {
    if (stopped() || unreachable) return
    try {
      const done = await deliver(post, id, now)
      if (!done) return
      letters.push({ id, state: done.letter.state })
      unreachable ||= done.unreachable
    } catch (error) {
      troubles.push({ letter: id, error })
    }
  })
  return { letters, troubles }
}

/**
 * One letter, once. The record says "handed over", with the Message-ID, before the server hears of it: a process
 * that dies after the server's yes finds that line and sends the same Message-ID again, and the log says so.
 * @param atOnce does not wait for the next try to come due
 * @returns null when somebody else has it in hand, or there is nothing to do
 */
export async function deliver(
  post: PostOffice, id: string, now: string, atOnce = false,
): Promise<{ readonly letter: Letter; readonly unreachable: boolean } | null> {
  let outcome: { letter: Letter; unreachable: boolean } | null = null
  await post.outbox.handle(id, async (letter, save) => {
    if (!isDue(letter, atOnce ? (letter.nextTryAt ?? now) : now)) return
    const finished = await writeLetter(post, letter, now)
    if ('skip' in finished) {
      outcome = { letter: await save(skipped(letter, finished.skip, now)), unreachable: false }
      return
    }
    const { mail, said } = finished
    if (!isAllowedAddress(mail.to, post.settings.domains)) {
      outcome = { letter: await save(addressRefused(letter, now)), unreachable: false }
      return
    }
    // Only a record that could not be written after each of them lets a letter come this far.
    if (letter.tries >= MAX_TRIES) {
      outcome = { letter: await save(answered(letter, { took: 'later', said: '' }, now)), unreachable: false }
      return
    }
    const messageId = `<${letter.id}@${post.settings.from.slice(post.settings.from.lastIndexOf('@') + 1)}>`
    const handed = await save(handedOver(letter.kind === 'digest' ? { ...letter, said } : letter, mail.to, messageId, now))
    const answer = await post.mailer.send({ ...mail, messageId: handed.messageId ?? messageId })
    const next = await save(answered(handed, answer, now))
    outcome = { letter: next, unreachable: answer.took === 'unreachable' }
    if (next.state === 'sent' && next.kind === 'digest') {
      await post.record.append({
        at: now, who: next.askedBy ?? 'job:digests', did: 'digest.sent', thing: { kind: 'channel', id: next.channel }, to: `${next.said?.total ?? 0}`, via: next.askedBy ? 'page' : 'job',
      })
    }
  })
  return outcome
}
