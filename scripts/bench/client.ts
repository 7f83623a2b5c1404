import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { unzipSync } from 'node:zlib'

/** Milliseconds. */
export interface Summary { readonly p50: number; readonly p99: number; readonly n: number }

/** A portal is warm after its first minute: so many acts go before those that count. */
const WARMING = 40

export interface Answer {
  readonly status: number
  /** where it leads on to */
  readonly location: string
  text(): string
  json(): unknown
}

export type Ask = (path: string, options?: { readonly method?: string; readonly form?: Readonly<Record<string, string>>; readonly partial?: boolean }) => Promise<Answer>

const agent = new Agent({ keepAlive: true })

/** How a proxy chooses a portal: in turn, or the one that has the fewest requests under way. */
export type Balance = 'in turn' | 'fewest under way'
const underWay = new Map<string, number>()

/** Somebody who is signed in, at one portal or at several. Not by `fetch`: it takes several times as much of the cores that are measured. */
export function asker(origins: readonly string[], cookie: string | undefined, balance: Balance = 'in turn'): Ask {
  const jar = new Map([[...(cookie ?? '').split('=', 1), (cookie ?? '').split('=').slice(1).join('=')]] as [string, string][])
  let turn = 0
  return async (path, options = {}) => {
    const body = options.form && new URLSearchParams(options.form).toString()
    const inTurn = origins.map((_, i) => origins[(turn + i) % origins.length] as string)
    turn += 1
    const busy = (origin: string): number => underWay.get(origin) ?? 0
    const origin = balance === 'in turn' ? inTurn[0] as string : inTurn.reduce((least, each) => (busy(each) < busy(least) ? each : least))
    underWay.set(origin, busy(origin) + 1)
    const { headers, status, bytes } = await sent(origin + path, options.method ?? 'GET', {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), 'sec-fetch-site': 'same-origin', 'accept-encoding': 'gzip, deflate',
      ...(options.partial && { 'hx-request': 'true', 'hx-request-type': 'partial' }), ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    }, body).finally(() => underWay.set(origin, busy(origin) - 1))
    for (const cookie of headers['set-cookie'] ?? []) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    if (status >= 400 && ![401, 404, 422, 429].includes(status)) throw new Error(`${path} answered ${status}`)
    // Of a page whose time alone counts nobody asks what it says.
    const text = (): string => (headers['content-encoding'] ? unzipSync(bytes) : bytes).toString('utf8')
    return { status, location: headers.location ?? '', text, json: () => JSON.parse(text()) as unknown }
  }
}

function sent(address: string, method: string, headers: Readonly<Record<string, string>>, body = ''): Promise<{ headers: IncomingHttpHeaders; status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(address, { agent, method, headers: { ...headers, ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }) } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () => resolve({ headers: answer.headers, status: answer.statusCode ?? 0, bytes: Buffer.concat(parts) }))
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

export async function tokenOf(ask: Ask): Promise<string> {
  return tokenIn((await ask('/me')).text())
}

export function tokenIn(page: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

export function noteForm(token: string, i: number | string): Record<string, string> {
  return { _csrf: token, body: `The customer at counter ${i} asked why the rate was not mentioned before it reset.`, title: '', audience: 'enterprise', level: 'internal' }
}

export async function idsFrom(ask: Ask): Promise<string[]> {
  const ids = new Set<string>()
  for (let page = 1; page <= 5; page++) {
    const html = (await ask(`/search?q=&sort=value&page=${page}`)).text()
    for (const [, id] of html.matchAll(/href="\/notes\/([0-9a-f-]{36})"/g)) if (id) ids.add(id)
  }
  return [...ids]
}

/** One after the other. */
export async function times(n: number, act: (i: number) => Promise<unknown>, warming = Math.min(WARMING, n)): Promise<Summary> {
  for (let i = 0; i < warming; i++) await act(i)
  const found: number[] = []
  for (let i = 0; i < n; i++) {
    const at = performance.now()
    await act(i)
    found.push(performance.now() - at)
  }
  return summary(found)
}

/** So many at a time. @param reading ms that each of them lets pass before the next, about */
export async function together(n: number, width: number, act: (i: number) => Promise<unknown>, reading = 0): Promise<Summary & { readonly perSecond: number }> {
  const found: number[] = []
  let next = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < n) {
      const i = next++
      if (reading > 0) await pause(reading * (0.5 + Math.random()))
      const at = performance.now()
      await act(i)
      found.push(performance.now() - at)
    }
  }))
  return { ...summary(found), perSecond: Math.round((n / (performance.now() - start)) * 1_000) }
}

export function summary(found: readonly number[]): Summary {
  const sorted = [...found].sort((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), n: sorted.length }
}

export function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}

export function ratio(a: number, b: number): string {
  return `${round(a / b)} ×`
}
