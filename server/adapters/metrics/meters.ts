import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Letter } from '../../domain/digests/letter.js'
import type { Outbox } from '../../domain/digests/port.js'
import { counted } from './counted-outbox.js'
import { watch, type Watched } from './gauges.js'
import { timed, type Took } from './timed.js'

/** Every number the portal tells Prometheus, in one registry. A label holds words of our code only. */
export class Meters {
  private readonly registry = new Registry()
  private readonly answers = new Histogram({
    name: 'tacit_http_request_seconds', help: 'answers by route pattern and class of status', labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10], registers: [this.registry],
  })
  private readonly store = this.calls('tacit_store_call_seconds', 'calls of the store')
  private readonly engine = this.calls('tacit_search_call_seconds', 'calls of the search engine')
  private readonly jobs = new Histogram({
    name: 'tacit_job_seconds', help: 'runs of what the portal does by itself', labelNames: ['job', 'outcome'],
    buckets: [0.01, 0.1, 1, 10, 60, 600], registers: [this.registry],
  })
  private readonly letters = new Counter({
    name: 'tacit_letters_total', help: 'letters that were settled, digests among them, by kind and end', labelNames: ['kind', 'state'], registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  answered({ method, route, status, ms }: { readonly method: string; readonly route: string | null; readonly status: number; readonly ms: number }): void {
    this.answers.observe({ method, route: route ?? 'none', status: `${Math.floor(status / 100)}xx` }, ms / 1000)
  }

  /** Everything the store keeps, timed by port and call. */
  timedStore<T extends { readonly outbox: Outbox; fresh(): Promise<void> }>(kept: T, ports: readonly (keyof T & string)[]): T {
    const took = tookBy(this.store)
    const outbox = counted(kept.outbox, (kind: Letter['kind'], state: Letter['state']) => this.letters.inc({ kind, state }))
    const wrapped = ports.map((name) => [name, timed((name === 'outbox' ? outbox : kept[name]) as object, name, took)])
    const fresh = timed({ look: () => kept.fresh() }, 'around', took)
    return { ...kept, ...Object.fromEntries(wrapped), fresh: () => fresh.look() }
  }

  timedEngine<T extends object>(engine: T): T {
    return timed(engine, 'search', tookBy(this.engine))
  }

  timedJob<T extends { readonly name: string; run(now: string, stopped: () => boolean): Promise<void> }>(job: T): T {
    const took: Took = (_port, _call, outcome, seconds) => this.jobs.observe({ job: job.name, outcome }, seconds)
    const { run } = timed({ run: job.run.bind(job) }, job.name, took)
    return { ...job, run }
  }

  /** Numbers that are asked for when somebody looks. */
  watch(watched: Watched): void {
    watch(this.registry, watched)
  }

  get type(): string {
    return this.registry.contentType
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }

  private calls(name: string, help: string): Histogram<'port' | 'call' | 'outcome'> {
    return new Histogram({
      name, help, labelNames: ['port', 'call', 'outcome'], buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10], registers: [this.registry],
    })
  }
}

function tookBy(histogram: Histogram<'port' | 'call' | 'outcome'>): Took {
  return (port, call, outcome, seconds) => histogram.observe({ port, call, outcome }, seconds)
}

