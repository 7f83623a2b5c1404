import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { seed } from './bench/seed.js'
import { ROOT } from '../server/root.js'

/**
 * npm run bench -- --sizes 10000,100000 [--json FILE] [--keep]
 * Seeds scratch data, starts the portal in a process of its own, and measures what README.md promises, with the floors
 * of the same run. Nothing here asserts: it prints a table and JSON.
 */
const { values } = parseArgs({ options: { sizes: { type: 'string', default: '10000,100000' }, json: { type: 'string' }, keep: { type: 'boolean', default: false } } })

/** A portal is warm after its first minute: so many acts go before those that count. */
const WARMING = 40

interface Portal {
  readonly origin: string
  readonly ready: number
  readonly indexed: number
  readonly cookies: Readonly<Record<string, string>>
  readonly child: ChildProcess
}

const all: Record<string, unknown>[] = []
for (const size of values.sizes.split(',').map(Number).filter((n) => Number.isSafeInteger(n) && n > 0)) all.push(await measured(size))
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model }
console.log(`\n${JSON.stringify({ machine, runs: all })}`)
if (values.json) await writeFile(values.json, JSON.stringify({ machine, runs: all }, null, 2))

async function measured(size: number): Promise<Record<string, unknown>> {
  const root = await mkdtemp(join(tmpdir(), 'tacit-bench-'))
  const rows: Record<string, unknown> = { notes: size }
  const note = (name: string, value: unknown): void => {
    rows[name] = value
    console.log(`${name.padEnd(44)} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
  try {
    console.log(`\n${size} notes: seeding`)
    await seed(root, size, (done) => process.stderr.write(`\r${done}`))
    // The first start builds catalog and index; the second is the one a bank sees every morning.
    const first = await open(root)
    note('first start: catalog and index built, s', seconds(first.indexed))
    await settled(first)
    await close(first)
    const portal = await open(root)
    note('start to ready, s', seconds(portal.ready))
    const rss = await memory(portal)
    note('memory after start, MB (RSS, workers included)', rss)
    const ask = asker(portal, 'reader-0')
    const token = await tokenOf(ask)

    const durable = (await (await ask('/bench/durable', { method: 'POST', form: { _csrf: token } })).json() as { ms: number[] }).ms
    const d = summary(durable)
    note('D: bare durable write, ms', d)
    const e = await times(300, () => ask('/bench/empty', { method: 'POST', form: { _csrf: token } }))
    note('E: empty POST with session and token, ms', e)
    const post = await times(200, (i) => ask('/notes', { method: 'POST', form: noteForm(token, i) }))
    note('post a note (durable), sequential, ms', post)
    note('post p50 against D + E', ratio(post.p50, d.p50 + e.p50))
    note('post, 64 in flight, ms', await together(640, 64, (i) => ask('/notes', { method: 'POST', form: noteForm(token, 1_000 + i) })))

    // What people post is indexed and told after the answer; it would stand in the way of what is measured next.
    const settling = performance.now()
    await ask('/bench/settled', { method: 'POST', form: { _csrf: token } })
    note('until all of it was indexed and told, s', seconds(performance.now() - settling))

    const h = await times(200, () => ask('/bench/page'))
    note('H: empty page with session, ms', h)
    const ids = await idsFrom(ask)
    const cold = await times(ids.length, (i) => ask(`/notes/${ids[i]}`), 0)
    note('note page, cold, ms', cold)
    const warm = await times(200, (i) => ask(`/notes/${ids[i % 5]}`))
    note('note page, warm, ms', warm)
    note('note page throughput against H', `${Math.round((h.p50 / warm.p50) * 100)} %`)

    for (const [name, q] of [['rare', '(4711)'], ['medium', 'collection agency'], ['common', 'account'], ['Chinese', '基金 净值'], ['none', '']] as const) {
      const query = `q=${encodeURIComponent(q)}&topic=pricing`
      const engine: number[] = []
      for (let i = 0; i < 200; i++) engine.push(((await (await ask(`/bench/engine?${query}`)).json()) as { ms: number }).ms)
      const found = summary(engine)
      note(`Q: engine, ${name}, filter and facets, ms`, found)
      const page = await times(200, () => ask(`/search?${query}`))
      note(`search page, ${name}, ms`, page)
      note(`search page p50 minus Q, ${name}, ms`, round(page.p50 - found.p50))
    }
    note('search page, common word, no filter, ms', await times(200, () => ask('/search?q=account')))
    note('suggestion while typing (partial), ms', await times(200, (i) => ask(`/search?q=${'certificate'.slice(0, 3 + (i % 6))}`, { partial: true })))
    const curator = asker(portal, 'curator-0')
    note('queue page, ms', await times(200, () => curator('/queue')))
    const stranger = asker(portal, 'reader-1')
    const closed = await closedNotes(ask, token)
    for (const id of closed) if ((await stranger(`/notes/${id}`)).status !== 404) throw new Error('a closed note is open')
    note('note nobody has (404), ms', await times(200, () => stranger('/notes/01900000-0000-7000-8000-00000000dead')))
    note('note of somebody else (404), ms', await times(200, (i) => stranger(`/notes/${closed[i % closed.length]}`)))
    const nobody = asker(portal, 'nobody')
    const outside = tokenIn(await (await nobody('/sign-in')).text())
    for (const [name, login] of [['unknown name', 'nobody-of-that-name'], ['wrong password', 'reader-2']] as const) {
      note(`sign-in refused: ${name}, ms`, await times(8, () => nobody('/sign-in', { method: 'POST', form: { _csrf: outside, login, password: 'not the password' } }), 0))
    }
    note('digest of about 1 000 notes', await (await ask('/bench/digest', { method: 'POST', form: { _csrf: token } })).json())

    const hostile = '['.repeat(50_000)
    const calm = await times(200, () => ask('/bench/page'))
    const storm = Promise.all([1, 2, 3].map(() => ask('/notes/preview', { method: 'POST', form: { _csrf: token, body: hostile, title: '' } })))
    note('other requests while hostile text renders, ms', { before: calm, during: await times(200, () => ask('/bench/page')) })
    await storm
    note('index rebuild while serving', await (await ask('/bench/rebuild', { method: 'POST', form: { _csrf: token } })).json())
    note('memory at the end, MB (RSS)', await memory(portal))
    await close(portal)
  } finally {
    if (!values.keep) await rm(root, { recursive: true, force: true })
  }
  return rows
}

async function open(root: string): Promise<Portal> {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'scripts', 'bench', 'server.js')], {
    env: { ...process.env, DATA_DIR: root, PORT: '0', LOG_LEVEL: 'error', DEMO: 'false', UV_THREADPOOL_SIZE: '16' }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith('{"origin"')) return { ...(JSON.parse(line) as Omit<Portal, 'child'>), child }
  }
  throw new Error('the portal did not start')
}

async function close(portal: Portal): Promise<void> {
  const ended = new Promise((done) => portal.child.once('exit', done))
  portal.child.kill('SIGTERM')
  await ended
}

/** Waits until the index holds everything. */
async function settled(portal: Portal): Promise<void> {
  for (let i = 0; i < 1_200; i++) {
    const ready = await fetch(`${portal.origin}/readyz`)
    if (ready.status === 200) return
    await new Promise((done) => setTimeout(done, 500))
  }
}

/** Resident memory of the process with its threads. */
async function memory(portal: Portal): Promise<number> {
  const status = await readFile(`/proc/${portal.child.pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

type Ask = (path: string, options?: { readonly method?: string; readonly form?: Readonly<Record<string, string>>; readonly partial?: boolean }) => Promise<Response>

function asker(portal: Portal, login: string): Ask {
  const jar = new Map([[...(portal.cookies[login] ?? '').split('=', 1), (portal.cookies[login] ?? '').split('=').slice(1).join('=')]] as [string, string][])
  return async (path, options = {}) => {
    const answer = await fetch(portal.origin + path, {
      method: options.method ?? 'GET', redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), 'sec-fetch-site': 'same-origin',
        ...(options.partial && { 'hx-request': 'true', 'hx-request-type': 'partial' }), ...(options.form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(options.form && { body: new URLSearchParams(options.form).toString() }),
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    if (answer.status >= 400 && ![401, 404, 422, 429].includes(answer.status)) throw new Error(`${path} answered ${answer.status}`)
    if (!path.startsWith('/bench/') || answer.status === 204) await answer.clone().arrayBuffer()
    return answer
  }
}

async function tokenOf(ask: Ask): Promise<string> {
  return tokenIn(await (await ask('/me')).text())
}

function tokenIn(page: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

/** Ids of new notes that only the first reader's department reads. */
async function closedNotes(ask: Ask, token: string): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < 10; i++) {
    const posted = await ask('/notes', { method: 'POST', form: { ...noteForm(token, 2_000 + i), audience: 'department' } })
    ids.push((posted.headers.get('location') ?? '').replace(/^.*\//, ''))
  }
  return ids
}

function noteForm(token: string, i: number): Record<string, string> {
  return { _csrf: token, body: `The customer at counter ${i} asked why the rate was not mentioned before it reset.`, title: '', audience: 'enterprise', level: 'internal' }
}

async function idsFrom(ask: Ask): Promise<string[]> {
  const ids = new Set<string>()
  for (let page = 1; page <= 5; page++) {
    const html = await (await ask(`/search?q=&sort=value&page=${page}`)).text()
    for (const [, id] of html.matchAll(/href="\/notes\/([0-9a-f-]{36})"/g)) if (id) ids.add(id)
  }
  return [...ids]
}

interface Summary { readonly p50: number; readonly p99: number; readonly n: number }

async function times(n: number, act: (i: number) => Promise<unknown>, warming = Math.min(WARMING, n)): Promise<Summary> {
  for (let i = 0; i < warming; i++) await act(i)
  const found: number[] = []
  for (let i = 0; i < n; i++) {
    const at = performance.now()
    await act(i)
    found.push(performance.now() - at)
  }
  return summary(found)
}

async function together(n: number, width: number, act: (i: number) => Promise<unknown>): Promise<Summary & { readonly perSecond: number }> {
  const found: number[] = []
  let next = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < n) {
      const i = next++
      const at = performance.now()
      await act(i)
      found.push(performance.now() - at)
    }
  }))
  return { ...summary(found), perSecond: Math.round((n / (performance.now() - start)) * 1_000) }
}

function summary(found: readonly number[]): Summary {
  const sorted = [...found].sort((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), n: sorted.length }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}

function ratio(a: number, b: number): string {
  return `${round(a / b)} ×`
}
