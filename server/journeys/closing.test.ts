import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { ROOT } from '../root.js'

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
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder, DEMO: 'false', LOG_LEVEL: 'warn', ...env },
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
})
