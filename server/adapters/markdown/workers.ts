import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { SafeHtml } from '../../domain/notes/markdown.js'
import type { Answer, Task } from './worker.js'

export interface Limits {
  readonly workers: number
  /** a worker still rendering after this is ended; milliseconds */
  readonly render: number
  /** a text that no worker took up by then is given back; milliseconds */
  readonly wait: number
  /** texts waiting at once; more are given back at once */
  readonly waiting: number
  /** heap of one worker, far above what any text was seen to need: beyond it Node may end the whole process */
  readonly megabytes: number
}

export const LIMITS: Limits = { workers: 2, render: 400, wait: 3_000, waiting: 200, megabytes: 256 }

interface Job extends Task {
  readonly done: (html: SafeHtml | null) => void
  timer: NodeJS.Timeout
}

interface Bench {
  readonly worker: Worker
  ready: boolean
  job: Job | null
}

/**
 * Threads that render what might take long, so that no text holds up other people's requests.
 * A thread that takes too long is ended and replaced; its text is given back unrendered.
 */
export class MarkdownWorkers {
  private readonly benches = new Set<Bench>()
  private readonly queue: Job[] = []
  private next = 1
  private closed = false

  constructor(
    private readonly limits: Limits = LIMITS,
    private readonly program: URL = new URL(`./worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
  ) {}

  /** @returns null when it could not be rendered within the limits */
  render(text: string): Promise<SafeHtml | null> {
    if (this.closed || this.queue.length >= this.limits.waiting) return Promise.resolve(null)
    return new Promise((done) => {
      const job: Job = { id: this.next++, text, done, timer: setTimeout(() => this.giveUp(job), this.limits.wait) }
      this.queue.push(job)
      this.hire()
      this.dispatch()
    })
  }

  /** Starts a thread ahead of the first text, which would wait some 300 ms for it. */
  warm(): void {
    this.hire()
  }

  /** Ends all threads; what they hold is given back. */
  async close(): Promise<void> {
    this.closed = true
    for (const job of this.queue.splice(0)) settle(job, null)
    await Promise.all([...this.benches].map((bench) => this.dismiss(bench)))
  }

  /** How many threads live; for tests and the health page. */
  get size(): number {
    return this.benches.size
  }

  private hire(): void {
    const free = [...this.benches].some((bench) => bench.job === null)
    if (free || this.benches.size >= this.limits.workers || this.closed) return
    const worker = new Worker(this.program, {
      resourceLimits: { maxOldGenerationSizeMb: this.limits.megabytes },
    })
    const bench: Bench = { worker, ready: false, job: null }
    this.benches.add(bench)
    worker.unref()
    worker.on('message', (answer: Answer) => this.hear(bench, answer))
    worker.on('error', () => void this.dismiss(bench))
    worker.on('exit', () => void this.dismiss(bench))
  }

  private hear(bench: Bench, answer: Answer): void {
    if ('ready' in answer) bench.ready = true
    else if (bench.job?.id === answer.id) {
      settle(bench.job, answer.html as SafeHtml)
      bench.job = null
      bench.worker.unref()
    }
    this.dispatch()
  }

  private dispatch(): void {
    for (const bench of this.benches) {
      if (!bench.ready || bench.job !== null) continue
      const job = this.queue.shift()
      if (!job) return
      clearTimeout(job.timer)
      bench.job = job
      job.timer = setTimeout(() => void this.dismiss(bench), this.limits.render)
      bench.worker.ref()
      bench.worker.postMessage({ id: job.id, text: job.text } satisfies Task)
    }
  }

  private async dismiss(bench: Bench): Promise<void> {
    if (!this.benches.delete(bench)) return
    if (bench.job) settle(bench.job, null)
    bench.job = null
    // A thread that cannot even start would be hired again and again: what waits is given back instead.
    if (!bench.ready && this.benches.size === 0) for (const job of this.queue.splice(0)) settle(job, null)
    if (this.queue.length > 0) this.hire()
    await bench.worker.terminate()
  }

  private giveUp(job: Job): void {
    const place = this.queue.indexOf(job)
    if (place !== -1) this.queue.splice(place, 1)
    settle(job, null)
  }
}

function settle(job: Job, html: SafeHtml | null): void {
  clearTimeout(job.timer)
  job.done(html)
}
