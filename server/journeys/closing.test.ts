import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { sightOf } from '../domain/policy/readable.js'
import { ROOT } from '../root.js'
import { openBank, sessionCookie } from './bank.js'
import { Browser } from './browser.js'

interface Running {
  readonly child: ChildProcess
  readonly origin: string
  readonly ended: Promise<unknown[]>
  readonly said: string[]
}

/** The built portal in a process of its own, as `npm start` runs it. */
async function start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder, DEMO: 'false', LOG_LEVEL: 'warn', ...(await scratchAddress(folder)), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  const ended = once(child, 'exit')
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => said.push(line))
  const ready = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const origin = /ready at (http:\S+)/.exec(line)?.[1]
      if (origin) resolve(origin)
    })
    child.once('close', () => reject(new Error(`the portal did not start: ${said.join('\n')}`)))
  })
  return { child, origin: await ready, ended, said }
}

async function scratch(t: { teardown(end: () => unknown): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-closing-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

t.before(() => {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  if (status !== 0) throw new Error('the build failed')
})

t.test('asked to stop under load, the portal answers what is under way, ends well, and lets the next one in', async (t) => {
  const folder = await scratch(t)
  const portal = await start(folder)
  const { port } = new URL(portal.origin)

  // A form whose second half is sent only after the signal.
  const body = 'login=li.na&password=x'
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk) => (answer += chunk))
  const answered = once(socket, 'close')
  socket.write(`POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)

  let stopping = false
  const pages: { readonly status: number; readonly whole: boolean }[] = []
  const load = Array.from({ length: 8 }, async () => {
    for (;;) {
      const page = await fetch(`${portal.origin}/sign-in`, { headers: { connection: 'close' } }).catch(() => null)
      if (!page) return
      const text = await page.text().catch(() => '')
      pages.push({ status: page.status, whole: page.status !== 200 || text.trimEnd().endsWith('</html>') })
      if (stopping && page.status !== 200) return
    }
  })
  while (pages.length < 40) await new Promise((done) => setTimeout(done, 10))
  stopping = true
  portal.child.kill('SIGTERM')
  await new Promise((done) => setTimeout(done, 100))
  socket.write(body.slice(5))
  await answered
  await Promise.all(load)
  const [code] = await portal.ended

  t.match(answer, /^HTTP\/1\.1 422 /, 'the form that was under way is answered')
  t.ok(pages.length >= 40 && pages.every(({ whole }) => whole), 'no page is cut off')
  t.ok(pages.every(({ status }) => [200, 503].includes(status)))
  t.equal(code, 0)

  const next = await start(folder)
  t.equal((await fetch(`${next.origin}/healthz`)).status, 200)
  next.child.kill('SIGTERM')
  t.equal((await next.ended)[0], 0)
})

/** Somebody's browser at a portal in a process of its own. */
function browserAt(origin: string, cookie: readonly [string, string]): Browser {
  const browser = new Browser(async ({ method, url, headers, payload }) => {
    const answer = await fetch(origin + String(url), { method: method ?? 'GET', redirect: 'manual', headers: headers as Record<string, string>, ...(payload !== undefined && { body: String(payload) }) })
    const cookies = answer.headers.getSetCookie().map((line) => {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      return { name, value: decodeURIComponent(value) }
    })
    return { statusCode: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers), cookies } as unknown as LightMyRequestResponse
  })
  browser.cookies.set(...cookie)
  return browser
}

t.test('asked to stop while people post, the portal loses no note that it said was kept, and breaks on none', async (t) => {
  const folder = await scratch(t)
  const logins = ['li.na', 'wang.wei', 'chen.mei', 'sun.lei'] as const
  const before = await openBank(null, { folder })
  before.clock.advance({ minutes: (Date.now() - Date.parse(before.clock.now())) / 60_000 })
  const cookies = await Promise.all(logins.map(async (login) => sessionCookie(before.house, before.person(login))))
  await before.house.started()
  await before.close()

  const portal = await start(folder)
  const kept = new Map<string, string>()
  const broken: string[] = []
  let sent = 0
  const writers = logins.flatMap((login, n) => Array.from({ length: 2 }, async (_, hand) => {
    const { name, value } = cookies[n] as (typeof cookies)[number]
    const browser = browserAt(portal.origin, [name, value])
    const token = await browser.token('/notes/new')
    for (let i = 0; ; i += 1) {
      const body = `What ${login} wrote with hand ${hand} as number ${i}.`
      sent += 1
      const answer = await browser.post('/notes', { body }, { token }).catch(() => null)
      if (answer?.status === 303) kept.set(answer.location.split('/').at(-1) as string, body)
      // Whoever comes when it closes may find the door shut or be asked to come again.
      else if (answer && answer.status !== 503) broken.push(`${body} ${answer.status}`)
      if (!answer || answer.status !== 303) return
    }
  }))
  while (kept.size < 40) await new Promise((done) => setTimeout(done, 10))
  const atSignal = kept.size
  portal.child.kill('SIGTERM')
  await Promise.all(writers)
  t.equal((await portal.ended)[0], 0)
  t.same(broken, [], `of ${sent} forms sent`)
  t.ok(kept.size >= atSignal && kept.size >= 40, `premise: ${kept.size} were kept, ${atSignal} of them before the signal`)

  const after = await openBank(t, { folder })
  await after.house.started()
  const wrong: string[] = []
  for (const [id, body] of kept) {
    const seen = await Promise.all(logins.map((login) => after.house.notes.get(id, sightOf({ kind: 'person', person: after.person(login) }, after.house.directories(), after.clock.today()))))
    if (!seen.some((note) => note?.shown.body === body)) wrong.push(body)
  }
  t.same(wrong, [], 'nothing is lost')
})

t.test('asked to stop behind a proxy, the portal says at once that it leaves, serves on for the time it was given, and then ends', async (t) => {
  const portal = await start(await scratch(t), { DRAIN_SECONDS: '300' })
  t.equal((await fetch(`${portal.origin}/readyz`)).status, 200, 'premise')
  portal.child.kill('SIGTERM')
  const answer = async (path: string) => fetch(portal.origin + path)
  let ready = await answer('/readyz')
  while (ready.status === 200) ready = await answer('/readyz')
  t.equal(ready.status, 503)
  t.equal(await ready.text(), 'leaving\n')
  const page = await answer('/sign-in')
  t.equal(page.status, 200, 'whoever is here is served')
  t.equal(page.headers.get('connection'), 'close', 'and the connection is not kept for another request')
  t.equal((await answer('/healthz')).status, 200, 'it is alive: nobody should kill it')
  t.equal(portal.child.exitCode, null, 'premise: it waits')
  portal.child.kill('SIGTERM')
  t.equal((await portal.ended)[0], 0, 'whoever asks twice does not wait')
})

t.test('a second portal on the same data says who holds it and ends', async (t) => {
  const folder = await scratch(t)
  const first = await start(folder)
  await t.rejects(start(folder), { message: new RegExp(`in use by process ${first.child.pid}`) })
  first.child.kill('SIGKILL')
  await first.ended
  const next = await start(folder)
  t.pass('after a kill the next one takes over at once')
  next.child.kill('SIGTERM')
  await next.ended
})

t.test('a setting that will not do stops the start with one sentence', async (t) => {
  await t.rejects(start(await scratch(t), { PORT: 'eighty' }), { message: /did not start: PORT cannot be "eighty": give a whole number from 0 to 65535\.\n$/ })
})

t.test('the first start of an empty portal in production prints the link of the first administrator', async (t) => {
  const folder = await scratch(t)
  const production = { NODE_ENV: 'production', SESSION_SECRET: 'x'.repeat(40), DEMO: '' }
  const portal = await start(folder, production)
  while (!portal.said.some((line) => line.includes('/setup/'))) await new Promise((done) => setTimeout(done, 10))
  const link = /http:\S+\/setup\/\S+/.exec(portal.said.join('\n'))?.[0] ?? ''
  t.equal((await fetch(link)).status, 200)
  portal.child.kill('SIGTERM')
  t.equal((await portal.ended)[0], 0)
  const proxied = await start(folder, { ...production, BASE_URL: 'https://tacit.bank.example', TRUST_PROXY: '127.0.0.1' })
  while (!proxied.said.some((line) => line.includes('/setup/'))) await new Promise((done) => setTimeout(done, 10))
  t.match(proxied.said.join('\n'), link.replace(/^http:\/\/[^/]+/, 'https://tacit.bank.example'), 'behind a proxy it names the address that people type')
  proxied.child.kill('SIGTERM')
  await proxied.ended
})
