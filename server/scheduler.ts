import { Cron } from 'croner'

/** Something the server does by itself. It is given the moment, does what is due and may be run any number of times. */
export interface Job {
  readonly name: string
  /** when to look whether something is due, in cron's words */
  readonly every: string
  /** true: in every process, not only in the one that does what is due */
  readonly everywhere?: boolean
  /** @param stopped true once the server closes: finish what is under way and return */
  run(now: string, stopped: () => boolean): Promise<void>
}

export interface SchedulerOptions {
  readonly jobs: readonly Job[]
  /** UTC ISO-8601 with ms */
  readonly now: () => string
  /** false while another process does what is due */
  readonly mine?: () => boolean
  readonly log: { error(facts: Readonly<Record<string, unknown>>, words: string): void }
}

export interface Scheduler {
  /** Runs one job, or all of them, now; a job that is running already is awaited, not started twice. Never rejects. */
  run(name?: string): Promise<void>
  /** Resolves when nothing is running any more; nothing starts after it was called. */
  stop(): Promise<void>
}

/** The system's clock only says when to look; what is due is decided by the moment that `now` gives. */
export function startScheduler({ jobs, now, log, mine = () => true }: SchedulerOptions): Scheduler {
  const running = new Map<string, Promise<void>>()
  let stopping = false

  function start(job: Job): Promise<void> {
    const under = running.get(job.name)
    if (under) return under
    if (stopping) return Promise.resolve()
    // One job's fault is logged and stays its own.
    const run = (async () => job.run(now(), () => stopping))()
      .catch((error: unknown) => log.error({ job: job.name, error }, 'a job failed and will be run again'))
      .finally(() => running.delete(job.name))
    running.set(job.name, run)
    return run
  }

  const timers = jobs.map((job) => new Cron(job.every, { unref: true, catch: true }, () => (mine() || job.everywhere ? start(job) : undefined)))
  return {
    run: async (name) => void (await Promise.all(jobs.filter((job) => name === undefined || job.name === name).map(start))),
    stop: async () => {
      stopping = true
      for (const timer of timers) timer.stop()
      await Promise.all(running.values())
    },
  }
}
