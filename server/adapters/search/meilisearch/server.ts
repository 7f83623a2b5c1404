import { setTimeout as pause } from 'node:timers/promises'
import { Meilisearch, MeilisearchApiError, type EnqueuedTask, type Task } from 'meilisearch'
import { SearchUnavailable } from '../../../domain/search/port.js'
import { keysFor, type Keys } from './keys.js'
import { questions } from './questions.js'

export interface ServerOptions {
  readonly url: string
  /** may manage keys: then it makes two that may do less, and only those are used */
  readonly key: string
  readonly told: (sentence: string) => void
  /** milliseconds for an answer to a search; default 1 500 */
  readonly patience?: number | undefined
}

/** Compressed answers come in two pieces, and the second waits 40 ms for the first to be acknowledged. */
const WHOLE = { headers: { 'Accept-Encoding': 'identity' } }

const BACK_OFF = [100, 300, 1_000, 2_000, 5_000, 10_000] as const
const PULSE = 5_000
const ADMIN_PATIENCE = 5_000
/** A large batch, or settings that index everything again. */
const TASK_PATIENCE = 600_000
/** What people wrote, or a slice of an import. */
const SMALL_TASK = 3_000

/** The connection to one server: looked for until it is there, watched, and found again when it was away. */
export class Server {
  state: 'starting' | 'ready' | 'down' | 'closed' = 'starting'
  /** how often it was found again after it had been away */
  returns = 0
  private keys: Keys | null = null
  private clients: Record<keyof Keys, Meilisearch> | null = null
  private readonly questions = questions()
  /** searches under way */
  private readonly asked = new Set<AbortController>()
  private timer: NodeJS.Timeout | undefined
  private checking: Promise<void> | null = null
  private failures = 0
  private firstLook: Promise<void>

  /**
   * @param indexes the names it may touch
   * @param prepare run whenever it was found, before anybody may ask
   * @param look run at every pulse while it is there
   */
  constructor(
    private readonly options: ServerOptions,
    private readonly indexes: readonly string[],
    private readonly prepare: () => Promise<void>,
    private readonly look: () => Promise<void>,
  ) {
    this.firstLook = this.connect()
  }

  /** Resolves after the first attempt, however it went. */
  async tried(): Promise<void> {
    await this.firstLook
  }

  /** @throws SearchUnavailable, or the signal's reason */
  async search<T>(work: (client: Meilisearch, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    // One controller and one timer, both let go of as soon as it is over: signals made of signals stay until their time is up.
    const over = new AbortController()
    const gone = (): void => over.abort(signal?.reason)
    const late = setTimeout(() => over.abort(new DOMException('no answer in time', 'TimeoutError')), this.options.patience ?? 1_500)
    signal?.addEventListener('abort', gone, { once: true })
    this.asked.add(over)
    try {
      if (this.state === 'starting') await Promise.race([this.firstLook, rejected(over.signal)]).catch(() => {})
      signal?.throwIfAborted()
      return await work(this.client('searching'), over.signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw this.failed('search', error)
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', gone)
      this.asked.delete(over)
    }
  }

  /** @throws SearchUnavailable */
  async manage<T>(what: string, work: (client: Meilisearch) => Promise<T>): Promise<T> {
    if (this.state === 'starting') await this.firstLook
    try {
      return await work(this.client('writing'))
    } catch (error) {
      throw this.failed(what, error)
    }
  }

  /** Waits until the engine has done it. @throws SearchUnavailable when it could not */
  task(what: string, enqueue: (client: Meilisearch) => PromiseLike<Pick<EnqueuedTask, 'taskUid'>>, fine: readonly string[] = []): Promise<void> {
    return this.manage(what, (client) => finished(client, enqueue(client), fine))
  }

  /** For `prepare` and `look` alone: does not wait until they are done. */
  client(purpose: keyof Keys): Meilisearch {
    if (this.state === 'closed') throw new SearchUnavailable('the search is closed')
    if (!this.keys) throw new SearchUnavailable('the search is down')
    const { url: host } = this.options
    this.clients ??= {
      searching: new Meilisearch({ host, apiKey: this.keys.searching, requestInit: WHOLE, httpClient: (...asked) => this.questions.send(...asked) }),
      writing: new Meilisearch({ host, apiKey: this.keys.writing, requestInit: WHOLE, timeout: 60_000 }),
    }
    return this.clients[purpose]
  }

  close(): void {
    this.state = 'closed'
    clearTimeout(this.timer)
    for (const over of this.asked) over.abort(new SearchUnavailable('the search is closed'))
    this.questions.close()
  }

  private async connect(): Promise<void> {
    try {
      this.keys = await keysFor(new Meilisearch({ host: this.options.url, apiKey: this.options.key, timeout: ADMIN_PATIENCE }), this.options.key, this.indexes)
      this.clients = null
      await this.prepare()
      if (this.state === 'closed') return
      if (this.failures > 0) {
        this.returns++
        this.options.told('The search engine answers again')
      }
      this.failures = 0
      this.state = 'ready'
      this.again(PULSE, () => this.pulse())
    } catch (error) {
      this.lost(error)
    }
  }

  private async pulse(): Promise<void> {
    try {
      // Once more before it counts as away: a connection kept open may just have been closed.
      await this.look().catch(() => this.look())
      this.again(PULSE, () => this.pulse())
    } catch (error) {
      this.lost(error)
    }
  }

  private lost(error: unknown): void {
    if (this.state === 'closed') return
    if (this.failures === 0) this.options.told(`The search engine does not answer: ${codeOf(error)}`)
    this.state = 'down'
    this.again(BACK_OFF[Math.min(this.failures++, BACK_OFF.length - 1)] ?? 0, () => this.connect())
  }

  private again(pause: number, next: () => Promise<void>): void {
    clearTimeout(this.timer)
    if (this.state === 'closed') return
    this.timer = setTimeout(() => (this.firstLook = next()), pause).unref()
  }

  /** What the engine said stays here: it may quote what was searched or written. */
  private failed(what: string, error: unknown): SearchUnavailable {
    if (error instanceof SearchUnavailable) return error
    const code = codeOf(error)
    if (this.state === 'ready') this.options.told(`The search engine could not ${what}: ${code}`)
    // An answer, if a bad one, may be about this question alone; silence is about all.
    if (this.state === 'ready' && !this.checking) this.checking = this.pulse().finally(() => (this.checking = null))
    return new SearchUnavailable(`the search engine could not ${what}`)
  }
}

/** @param fine codes of failures that leave everything as it was meant to be */
export async function finished(client: Meilisearch, enqueued: PromiseLike<Pick<EnqueuedTask, 'taskUid'>>, fine: readonly string[] = []): Promise<void> {
  const { taskUid } = await enqueued
  const began = Date.now()
  // Often at first, since a small one is done in a moment and others wait behind it; then ever less so.
  for (let wait = 5; ; wait = Math.min(Date.now() - began < SMALL_TASK ? 50 : 250, wait * 1.3)) {
    const task: Task = await client.tasks.getTask(taskUid)
    if (task.status === 'succeeded' || fine.includes(task.error?.code ?? '')) return
    if (task.status !== 'enqueued' && task.status !== 'processing') throw new TaskFailed(task.error?.code ?? task.status)
    if (Date.now() - began > TASK_PATIENCE) throw new TaskFailed('task_too_slow')
    await pause(wait)
  }
}

class TaskFailed extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

/** The kind of failure, never its words. */
export function codeOf(error: unknown): string {
  if (error instanceof MeilisearchApiError) return error.cause?.code ?? `status ${error.response.status}`
  if (error instanceof TaskFailed) return error.code
  const cause = (error as { cause?: { code?: unknown; cause?: { code?: unknown } } }).cause
  const code = cause?.cause?.code ?? cause?.code
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
