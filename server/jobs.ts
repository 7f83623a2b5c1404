import { fallDue } from './domain/curation/fall-due.js'
import { drainOutbox, type Round } from './domain/digests/deliver.js'
import { sendDue } from './domain/digests/plan-digests.js'
import { dayAt, type PostOffice } from './domain/digests/post-office.js'
import { tellOfNote } from './domain/digests/tell-people.js'
import type { AllNotes } from './domain/notes/port.js'
import type { Everything } from './domain/policy/everything.js'
import type { Consumer } from './relay.js'
import type { Job, SchedulerOptions } from './scheduler.js'

export interface JobParts {
  readonly post: PostOffice
  readonly allNotes: Pick<AllNotes, 'read' | 'fallingDue' | 'changeByClock'>
  /** notes fall due and people are told of them whoever may read them: no viewer is there to ask */
  readonly pass: Everything
  readonly nextId: () => string
  readonly log: SchedulerOptions['log']
  /** forgets sessions whose day is over */
  readonly sweepSessions?: (now: string) => Promise<unknown>
  /** search indexes are held against the store */
  readonly reconcile?: (stopped: () => boolean) => Promise<unknown>
  /** backups that were made go on the record */
  readonly noteBackups?: () => Promise<void>
  /** whom an import of staff concerns is told */
  readonly tellOfStaff?: (stopped: () => boolean) => Promise<void>
  /** what waits too long goes to the curators above */
  readonly escalate?: (now: string, stopped: () => boolean) => Promise<void>
}

const DUE_AT_ONCE = 200
const KEPT_DAYS = 90

/** Everything the server does by itself. */
export function jobsOf(parts: JobParts): readonly Job[] {
  const { post, log, escalate, sweepSessions, noteBackups, reconcile, tellOfStaff } = parts
  const report = (round: Round) => {
    for (const { letter, error } of round.troubles) log.error({ letter, error }, 'a letter could not be handled and waits for the next round')
  }
  return [
    { name: 'digests', every: '* * * * *', run: async (now, stopped) => report(await sendDue(post, now, stopped)) },
    // Between the minutes, so that a password link does not wait for one.
    { name: 'outbox', every: '10,20,30,40,50 * * * * *', run: async (now, stopped) => report(await drainOutbox(post, now, stopped)) },
    { name: 'due', every: '5 * * * *', run: (now, stopped) => letFallDue(parts, now, stopped) },
    ...(escalate ? [{ name: 'escalation', every: '35 * * * *', run: escalate }] : []),
    ...(sweepSessions ? [{ name: 'sessions', every: '23 * * * *', run: async (now: string) => void (await sweepSessions(now)) }] : []),
    // Nothing is asked of the store while nobody is to be told.
    ...(tellOfStaff ? [{ name: 'staff', every: '*/2 * * * * *', run: async (_now: string, stopped: () => boolean) => tellOfStaff(stopped) }] : []),
    ...(noteBackups ? [{ name: 'backups', every: '25 * * * * *', run: noteBackups }] : []),
    // Every process holds its own index against the store, and who feeds the engines of all, those.
    ...(reconcile ? [{ name: 'search', every: '40 2 * * *', everywhere: true, run: async (_now: string, stopped: () => boolean) => void (await reconcile(stopped)) }] : []),
    { name: 'old mail', every: '17 3 * * *', run: async (now) => void (await post.outbox.sweep(daysBefore(now, KEPT_DAYS))) },
  ]
}

/** Tells people what the timelines of their notes say; hears of it through the relay. */
export function noticesConsumer(parts: Pick<JobParts, 'post' | 'allNotes' | 'pass'>, now: () => string): Consumer {
  return {
    name: 'notices',
    take: async (events) => {
      for (const event of events) {
        if (event.kind !== 'note') continue
        const note = await parts.allNotes.read(event.id, parts.pass)
        if (note) await tellOfNote(parts.post, note, now())
      }
    },
  }
}

/** Notes whose review date has come go to the queue; one that cannot does not hold up the others. */
async function letFallDue({ post, allNotes, pass, nextId, log }: JobParts, now: string, stopped: () => boolean): Promise<void> {
  const today = dayAt(now, post.settings.timeZone)
  const tried = new Set<string>()
  for (;;) {
    const ids = (await allNotes.fallingDue(today, DUE_AT_ONCE + tried.size, pass)).filter((id) => !tried.has(id))
    if (ids.length === 0) return
    for (const id of ids) {
      if (stopped()) return
      tried.add(id)
      try {
        await allNotes.changeByClock(id, pass, (note) => fallDue(note, nextId(), now, today))
      } catch (error) {
        log.error({ note: id, error }, 'a note could not fall due')
      }
    }
  }
}

function daysBefore(now: string, days: number): string {
  return new Date(Date.parse(now) - days * 86_400_000).toISOString()
}
