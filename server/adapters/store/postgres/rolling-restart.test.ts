import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { openBank, sessionCookie } from '../../../journeys/bank.js'
import { Browser, type Page } from '../../../journeys/browser.js'
import { ROOT } from '../../../root.js'
import { startPortal, type RunningPortal } from './scratch-portal.js'
import { freePort, scratchServer } from './scratch-postgres.js'
import { ScratchProxy } from './scratch-proxy.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const DRAIN_SECONDS = 1

t.test('three portals are started anew one after the other while people work, and nobody notices', only, async (t) => {
  if (typeof server === 'string') return
  t.equal(spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT }).status, 0, 'premise: built')
  const folder = await mkdtemp(join(tmpdir(), 'tacit-rolling-'))
  const DATABASE_URL = await server.fresh()
  const cookies = await sessionsFor(['li.na', 'wang.wei', 'zhao.min'], DATABASE_URL)
  const ports = [await freePort(), await freePort(), await freePort()]
  const start = (port: number) => startPortal({ DATABASE_URL, PORT: String(port), DATA_DIR: join(folder, String(port)), DRAIN_SECONDS: String(DRAIN_SECONDS) })
  const portals = new Map<number, RunningPortal>()
  const proxy = new ScratchProxy(ports)
  t.teardown(async () => {
    for (const portal of portals.values()) portal.kill()
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  })
  await Promise.all(ports.map(async (port) => portals.set(port, await start(port))))
  const origin = await proxy.listen()
  await proxy.sees(ports)

  const load = work(origin, cookies)
  const during: number[] = []
  for (const port of ports) {
    const before = load.pages.length
    await load.beyond(before + 20)
    const leaving = portals.get(port) as RunningPortal
    t.equal(await leaving.stop(), 0, 'it ends well')
    t.notMatch(leaving.said.join('\n'), /"level":(50|60)/, 'and troubled nobody on the way')
    portals.set(port, await start(port))
    await proxy.sees(ports)
    during.push(load.pages.length - before)
  }
  await load.end()
  t.ok(during.every((count) => count > 20), `premise: people worked all the while (${during.join()} pages)`)
  t.same(proxy.troubles, [], 'no connection broke')
  const wrong = load.pages.filter(({ status }) => status !== 200 && status !== 303)
  t.same(wrong.slice(0, 5).map(({ status, what }) => `${what} ${status}`), [])

  t.ok(load.posted.length > 3, `premise: ${load.posted.length} notes were posted`)
  const lost: string[] = []
  await Promise.all(load.posted.map(async ({ browser, location, word }) => {
    if (!(await browser.get(location)).text.includes(word)) lost.push(word)
  }))
  t.same(lost, [], 'every note that was said to be saved is there')
  t.same(await Promise.all([...portals.values()].map((portal) => portal.stop())), [0, 0, 0])
})

/** People who open lists, look for something and post, each as fast as answers come. */
function work(origin: string, cookies: readonly { readonly name: string; readonly value: string }[]) {
  const pages: { readonly what: string; readonly status: number }[] = []
  const posted: { readonly browser: Browser; readonly location: string; readonly word: string }[] = []
  let ending = false
  const seen = (what: string, page: Page): Page => {
    pages.push({ what, status: page.status })
    return page
  }
  const browsers = cookies.map(({ name, value }) => {
    const browser = new Browser((request) => over(origin, request))
    browser.cookies.set(name, value)
    return browser
  })
  const people = browsers.map(async (browser, who) => {
    for (let turn = 0; !ending; turn += 1) {
      seen('list', await browser.get('/notes'))
      seen('search', await browser.get('/search?q=treasurer'))
      const form = seen('form', await browser.get('/notes/new')).form('/notes')
      const word = `Treasurer${who}x${turn}`
      const { status, location } = seen('post', await browser.submit(form, { body: `${word} was what they asked about.` }))
      if (status === 303) posted.push({ browser, location, word })
    }
  })
  return {
    pages, posted,
    beyond: async (count: number) => {
      while (pages.length < count) await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), ...people])
    },
    end: async () => {
      ending = true
      await Promise.all(people)
    },
  }
}

/** Somebody's requests as a browser sends them, over the wire. A connection that breaks is status 0. */
async function over(origin: string, { method = 'GET', url, headers, payload }: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await fetch(origin + String(url), { method, headers: headers as Record<string, string>, redirect: 'manual', ...(typeof payload === 'string' && { body: payload }) })
    .then(async (it) => ({ statusCode: it.status, body: await it.text(), headers: Object.fromEntries(it.headers), cookies: it.headers.getSetCookie().map(cookieIn) }))
    .catch((error: unknown) => ({ statusCode: 0, body: String(error), headers: {}, cookies: [] }))
  return answer as unknown as LightMyRequestResponse
}

function cookieIn(line: string): { readonly name: string; readonly value: string } {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  return { name, value: decodeURIComponent(value) }
}

/** A small bank in that database, and people who are signed in by now. */
async function sessionsFor(logins: readonly ('li.na' | 'wang.wei' | 'zhao.min')[], DATABASE_URL: string) {
  const bank = await openBank(null, { env: { DATABASE_URL } })
  try {
    bank.clock.advance({ minutes: (Date.now() - Date.parse(bank.clock.now())) / 60_000 })
    return await Promise.all(logins.map((login) => sessionCookie(bank.house, bank.person(login))))
  } finally {
    await bank.close()
  }
}
