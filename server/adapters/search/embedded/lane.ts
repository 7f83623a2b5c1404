import { extname } from 'node:path'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { SearchUnavailable } from '../../../domain/search/port.js'
import { CALLED_OFF_CELLS, type Ask, type Call, type Calls, type Leave, type Opened, type Reply, type WorkerSetup } from './messages.js'

const SCRIPT = new URL(`./worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
/** So long a worker may take to come out of the library that reads the file, ms. */
const LEAVE_MS = 3_000
const RESTART_PAUSES = [0, 200, 1_000, 5_000, 30_000] as const

export interface LaneOptions {
  readonly path: string
  /** no answer for so long means the worker hangs: it is ended and started again; milliseconds */
  readonly patience: number
  readonly longestQuery: number
  readonly told: (notice: LaneNotice) => void
  /** another script in the worker's place, for tests of its crashes */
  readonly script?: URL
}

export type LaneNotice =
  | { readonly kind: 'search.discarded'; readonly why: NonNullable<Opened['discarded']> }
  | { readonly kind: 'search.worker_ended'; readonly reason: string; readonly restarts: number }
  | { readonly kind: 'search.failed'; readonly call: Call; readonly reason: string }

interface Waiting {
  readonly call: Call
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
  readonly done: () => void
}

/** One worker with one index file: started again when it ends or hangs. Writes go one batch at a time, queries between them. */
export class Lane {
  restarts = 0
  entries = 0
  complete = false
  state: 'starting' | 'ready' | 'down' | 'closed' = 'starting'
  private worker: Worker | null = null
  private opening: Promise<void>
  private pauses = 0
  private lastNumber = 0
  private readonly waiting = new Map<number, Waiting>()
  private readonly calledOff = new Int32Array(new SharedArrayBuffer(4 * CALLED_OFF_CELLS))
  private synonyms: readonly (readonly string[])[] = []
  private writes: Promise<unknown> = Promise.resolve()

  private constructor(private readonly options: LaneOptions) {
    this.opening = this.start()
  }

  /** @throws SearchUnavailable when not even an empty index can be opened */
  static async open(options: LaneOptions, synonyms: readonly (readonly string[])[]): Promise<Lane> {
    const lane = new Lane(options)
    lane.synonyms = synonyms
    try {
      await lane.opening
    } catch (error) {
      await lane.close()
      throw error
    }
    return lane
  }

  async setSynonyms(groups: readonly (readonly string[])[]): Promise<void> {
    this.synonyms = groups
    await this.ask('synonyms', { groups })
  }

  /** After all earlier writes; once more after a restart, because a batch is the same done twice. */
  write<C extends 'put' | 'drop' | 'complete' | 'scrub'>(call: C, ask: Calls[C]['ask']): Promise<void> {
    const attempt = async (): Promise<void> => {
      const answer = await this.ask(call, ask).catch((error: unknown) => {
        if (error instanceof WorkerEnded) return this.ask(call, ask)
        throw error
      })
      if (typeof answer === 'number') this.entries = answer
      if (call === 'complete') this.complete = true
    }
    const mine = this.writes.then(attempt, attempt)
    this.writes = mine.catch(() => {})
    return mine
  }

  async ask<C extends Call>(call: C, ask: Calls[C]['ask'], signal?: AbortSignal): Promise<Calls[C]['answer']> {
    signal?.throwIfAborted()
    if (this.state === 'closed') throw new SearchUnavailable('the search is closed')
    if (this.state === 'down') throw new SearchUnavailable('the search is down')
    await this.opening
    signal?.throwIfAborted()
    return this.send(call, ask, signal)
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return
    await this.writes
    const ready = this.state === 'ready'
    this.state = 'closed'
    if (ready) await this.send('close', {}).catch(() => {})
    if (this.worker) await left(this.worker)
    this.rejectAll(new SearchUnavailable('the search is closed'))
  }

  private send<C extends Call>(call: C, ask: Calls[C]['ask'], signal?: AbortSignal): Promise<Calls[C]['answer']> {
    const worker = this.worker
    if (!worker) return Promise.reject(new SearchUnavailable('the search is down'))
    const number = (this.lastNumber = (this.lastNumber % 0x3fffffff) + 1)
    return new Promise<Calls[C]['answer']>((resolve, reject) => {
      const hangs = setTimeout(() => this.end(`no answer to ${call}`), this.options.patience * (call === 'open' ? 6 : 1))
      const callOff = (): void => {
        Atomics.store(this.calledOff, number % CALLED_OFF_CELLS, number)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', callOff, { once: true })
      const done = (): void => {
        clearTimeout(hangs)
        signal?.removeEventListener('abort', callOff)
        this.waiting.delete(number)
      }
      this.waiting.set(number, { call, resolve: resolve as (answer: never) => void, reject, done })
      worker.postMessage({ ...ask, call, number } as Ask & { number: number })
    })
  }

  private async start(): Promise<void> {
    const { script = SCRIPT, longestQuery, path } = this.options
    this.state = 'starting'
    const setup: WorkerSetup = { calledOff: this.calledOff, longestQuery }
    const worker = new Worker(script, { workerData: setup })
    this.worker = worker
    let reason = ''
    worker.on('message', (reply: Reply) => this.receive(reply))
    worker.on('error', (error) => (reason = (error as NodeJS.ErrnoException).code ?? error.name))
    worker.on('exit', (code) => {
      if (this.worker === worker && this.state !== 'closed') this.ended(reason || `exit ${code}`)
    })
    const opened = await this.send('open', { path })
    this.entries = opened.entries
    this.complete = opened.complete
    if (opened.discarded) this.options.told({ kind: 'search.discarded', why: opened.discarded })
    if (this.synonyms.length > 0) await this.send('synonyms', { groups: this.synonyms })
    this.state = 'ready'
  }

  private receive(reply: Reply): void {
    const waiting = this.waiting.get(reply.number)
    if (!waiting) return
    waiting.done()
    if (waiting.call !== 'open' && waiting.call !== 'synonyms') this.pauses = 0
    if ('answer' in reply) return waiting.resolve(reply.answer as never)
    if (reply.failure === 'aborted') return waiting.reject(new SearchUnavailable('called off'))
    this.options.told({ kind: 'search.failed', call: waiting.call, reason: reply.reason })
    waiting.reject(new SearchUnavailable(`the search could not answer: ${reply.failure}`))
    if (reply.failure === 'damaged') this.end('damaged', true)
    else if (waiting.call === 'open') this.end(reply.reason)
  }

  /** Ends a worker that hangs or whose file is damaged. */
  private end(reason: string, damaged = false): void {
    const worker = this.worker
    if (!worker || this.state === 'closed') return
    const ended = left(worker).then(async () => {
      if (damaged) await Promise.all(['', '-wal', '-shm'].map((end) => rm(this.options.path + end, { force: true })))
    })
    this.ended(reason, ended)
  }

  /** Starts the next worker, after a while if this happens again and again. */
  private ended(reason: string, first: Promise<void> = Promise.resolve()): void {
    this.worker = null
    this.restarts++
    this.options.told({ kind: 'search.worker_ended', reason, restarts: this.restarts })
    const pause = RESTART_PAUSES[Math.min(this.pauses++, RESTART_PAUSES.length - 1)] ?? 0
    // A short pause is waited out by whoever asks; in a long one they are told at once.
    this.state = pause < 1_000 ? 'starting' : 'down'
    const opening = first.then(() => wait(pause)).then(() => (this.state === 'closed' ? undefined : this.start()))
    this.opening = opening
    opening.catch(() => {
      if (this.opening === opening && this.state === 'starting') this.state = 'down'
    })
    this.rejectAll(new WorkerEnded('the search was started again'))
  }

  private rejectAll(error: SearchUnavailable): void {
    for (const waiting of [...this.waiting.values()]) {
      waiting.done()
      waiting.reject(error)
    }
  }
}

class WorkerEnded extends SearchUnavailable {}

/**
 * Resolves when the worker's thread is over. It leaves by itself, between two questions: a thread that is ended inside the library takes the
 * whole process with it (libsql aborts when it may not make its answer any more). Only one that does not come out is ended all the same.
 */
async function left(worker: Worker): Promise<void> {
  if (worker.threadId < 0) return
  const leave: Leave = { call: 'leave' }
  worker.postMessage(leave)
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, LEAVE_MS)
    worker.once('exit', () => {
      clearTimeout(late)
      resolve()
    })
  })
  await worker.terminate()
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
