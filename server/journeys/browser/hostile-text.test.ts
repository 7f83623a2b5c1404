import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import t from 'tap'
import { hostileCorpora, hostileFolder, OWN } from '../../adapters/markdown/hostile-texts.js'
import { MarkdownRenderer } from '../../adapters/markdown/render.js'
import { ALLOWED_TAGS } from '../../adapters/markdown/sanitise.js'
import { LIMITS } from '../../adapters/markdown/workers.js'
import { headers } from '../../http/headers.js'
import type { House } from '../../http/house.js'
import { ROOT } from '../../root.js'
import { lacking as noBrowser, openChromium, PATIENCE } from './in-chromium.js'

/** Texts on one page; the collections have some eight thousand. */
const BATCH = 400
/** Every n-th text of the large collections meets the policy alone; all of them with TACIT_DEPTH=deep. */
const STEP = process.env['TACIT_DEPTH'] === 'deep' ? 1 : 12

const folder = hostileFolder()

const lacking = noBrowser !== '' ? noBrowser : folder === null ? 'no test data: set TACIT_SHARED' : ''

t.test('hostile texts in a real browser', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const browser = await openChromium()
  const safe = new MarkdownRenderer({ limits: { ...LIMITS, render: 20_000, wait: 20_000 } })
  const open = new MarkdownRenderer({ withoutSanitiser: true })
  const guarded = await portal(true)
  const bare = await portal(false)
  t.teardown(async () => {
    await Promise.all([guarded.close(), bare.close(), safe.close(), open.close()])
  })
  const texts = (await hostileCorpora(folder as string)).flatMap((corpus) => corpus.texts)
  const sample = texts.filter((text, n) => n % STEP === 0 || OWN.includes(text))
  t.ok(texts.length > 5_000, `${texts.length} texts`)

  await t.test('sanitised, no script runs, no dialog opens, no request leaves, and nothing but allowed elements is on the page', async (t) => {
    for (let from = 0; from < texts.length; from += BATCH) {
      const notes = await Promise.all(texts.slice(from, from + BATCH).map((text) => safe.render(text)))
      const seen = await visit(browser, guarded.show(notes.map((note) => `<article>${note}</article>`).join('\n')), async (page) => {
        t.equal(await page.locator('article').count(), notes.length, 'no text swallows those after it')
        t.same(await page.evaluate(strangers, ALLOWED_TAGS), [])
        await page.evaluate(provoke)
      })
      t.same(seen, { ran: [], dialogs: 0, left: [] }, `texts ${from} to ${from + notes.length}`)
    }
  })

  await t.test('with the sanitiser off, the policy alone stops every script', async (t) => {
    for (let from = 0; from < sample.length; from += BATCH) {
      const bodies = await Promise.all(sample.slice(from, from + BATCH).map((text) => open.render(text)))
      const seen = await visit(browser, guarded.frames(bodies), (page) => page.waitForSelector('#done', { state: 'attached', timeout: 120_000 }))
      // The policy lets a page show the portal's own pictures; anything beyond the portal it stops.
      const abroad = seen.left.filter((address) => !address.startsWith(`${guarded.address}/`))
      t.same({ ...seen, left: abroad }, { ran: [], dialogs: 0, left: [] }, `texts ${from} to ${from + bodies.length}`)
    }
  })

  await t.test('with the sanitiser off, the policy alone stops every script on a page of the portal with htmx', async (t) => {
    for (const text of [...OWN.filter((own) => own.startsWith('<')), '<img src=x onerror=alert(1)>', '<svg onload=alert(1)>', '<div hx-on:load="alert(1)" hx-trigger="load[alert(1)]" hx-get="js:alert(1)" hx-vals="js:{a:alert(1)}">x</div>']) {
      const { ran, dialogs } = await visit(browser, guarded.show(await open.render(text)), (page) => page.evaluate(provoke).catch(gone))
      t.same({ ran, dialogs }, { ran: [], dialogs: 0 }, text)
    }
  })

  await t.test('without the policy the same texts do run: what stops them above is the policy', async (t) => {
    const alone = await visit(browser, bare.show(await open.render('<img src=x onerror=alert(1)>')), (page) => page.evaluate(provoke).catch(gone))
    t.same(alone.ran, ['alert'])
    const picture = await visit(browser, bare.show(await open.render('![x](http://elsewhere.invalid/pixel.png)')), async () => {})
    t.same(picture.left, ['http://elsewhere.invalid/pixel.png'], 'a request that leaves is seen')
    const stopped = await visit(browser, guarded.show(await open.render('![x](http://elsewhere.invalid/pixel.png)')), async () => {})
    t.same(stopped.left, [], 'and the policy stops it')
    const bodies = await Promise.all(texts.filter((text, n) => n % 5 === 0 && /on(?:error|load|focus|mouseover)=["']?alert/.test(text)).slice(0, 120).map((text) => open.render(text)))
    t.ok(bodies.length > 60, `${bodies.length} texts`)
    const seen = await visit(browser, bare.frames(bodies), (page) => page.waitForSelector('#done', { state: 'attached', timeout: 60_000 }))
    t.ok(seen.ran.length > 30, `${seen.ran.length} scripts ran`)
  })
})

interface Seen {
  /** names of the functions that payloads called */
  readonly ran: string[]
  readonly dialogs: number
  /** addresses asked for, other than by the page itself and not stopped by its policy */
  readonly left: string[]
}

async function visit(browser: Browser, url: string, stay: (page: Page) => Promise<unknown>): Promise<Seen> {
  const seen = { ran: [] as string[], dialogs: 0, left: [] as string[] }
  const context = await browser.newContext()
  await context.exposeBinding('tacitRan', (_source, name: string) => void seen.ran.push(name))
  await context.addInitScript(() => {
    const scope = globalThis as unknown as Record<string, unknown>
    const report = scope['tacitRan'] as (name: string) => void
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'msgbox']) scope[name] = () => report(name)
  })
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    seen.dialogs++
    void dialog.dismiss().catch(gone)
  })
  const own = new URL(url).origin
  context.on('request', (request) => {
    const address = request.url()
    const inside = address.startsWith('data:') || address.startsWith('about:') || [url, `${own}/static/htmx.js`, `${own}/static/frames.js`, `${url}/bodies`].includes(address)
    if (!inside) seen.left.push(address)
  })
  context.on('requestfailed', (request) => {
    const at = seen.left.indexOf(request.url())
    if (at !== -1 && /^csp$|ERR_BLOCKED_BY_CSP/i.test(request.failure()?.errorText ?? '')) seen.left.splice(at, 1)
  })
  await page.goto(url, { waitUntil: 'load' })
  await stay(page)
  await page.waitForTimeout(50)
  await context.close()
  return seen
}

/** A payload may have led the page elsewhere meanwhile. */
function gone(): void {}

/** In the page: elements and attributes that the allow list does not name. */
function strangers(allowed: readonly string[]): string[] {
  const attributes: Record<string, string[]> = { a: ['href', 'rel'], ol: ['start'], th: ['class'], td: ['class'] }
  const { document } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ localName: string; getAttributeNames(): string[]; outerHTML: string }> } }
  return [...document.querySelectorAll('article *')]
    .filter((e) => !allowed.includes(e.localName) || e.getAttributeNames().some((name) => !attributes[e.localName]?.includes(name)))
    .map((e) => e.outerHTML.slice(0, 200))
}

/** In the page: what a reader's hand might set off. */
function provoke(): void {
  const { document, Event } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ dispatchEvent(e: unknown): void; getAttribute(n: string): string | null; click?(): void }> }; Event: new (n: string, o: object) => unknown }
  for (const element of document.querySelectorAll('body *')) {
    for (const name of ['mouseover', 'mouseenter', 'mousemove', 'pointerdown', 'focus', 'blur', 'keydown', 'input', 'copy', 'paste', 'drag', 'contextmenu', 'wheel', 'toggle', 'animationend', 'transitionend']) element.dispatchEvent(new Event(name, { bubbles: false }))
    if (!/^(?:https?:|\/|mailto:)/i.test(element.getAttribute('href') ?? '/')) element.click?.()
  }
}

interface Portal {
  readonly address: string
  /** the address of a page with this in its body */
  show(body: string): string
  /** the address of a page that opens each body in a document of its own, under the policy of the page */
  frames(bodies: readonly string[]): string
  close(): Promise<void>
}

/** A small server with the portal's own headers, or with none. */
async function portal(withHeaders: boolean): Promise<Portal> {
  const app: FastifyInstance = Fastify({ forceCloseConnections: true })
  const pages: string[] = []
  const framed: (readonly string[])[] = []
  if (withHeaders) await headers(app, { config: { baseUrl: 'http://127.0.0.1' } } as unknown as House)
  const htmx = readFileSync(join(ROOT, 'node_modules/htmx.org/dist/htmx.min.js'))
  app.get('/static/htmx.js', (_request, reply) => reply.type('text/javascript').send(htmx))
  app.get('/static/frames.js', (_request, reply) => reply.type('text/javascript').send(FRAMES))
  app.get<{ Params: { n: number } }>('/show/:n', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(`<!doctype html><html lang="en"><head><title>t</title><script src="/static/htmx.js" defer></script></head><body>${pages[request.params.n]}</body></html>`))
  app.get('/frames/:n', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send('<!doctype html><html lang="en"><head><title>t</title></head><body><script src="/static/frames.js"></script></body></html>'))
  app.get<{ Params: { n: number } }>('/frames/:n/bodies', (request) => framed[request.params.n])
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    address,
    show: (body) => `${address}/show/${pages.push(body) - 1}`,
    frames: (bodies) => `${address}/frames/${framed.push(bodies) - 1}`,
    close: () => app.close(),
  }
}

// A srcdoc document has the policy of the page that made it (HTML, "initialize policy container"), and an unclosed
// tag in one does not swallow the next.
const FRAMES = `
const eventually = (ms) => new Promise((done) => setTimeout(done, ms))
async function open(body) {
  const frame = document.createElement('iframe')
  const loaded = new Promise((done) => frame.addEventListener('load', done, { once: true }))
  frame.srcdoc = '<!doctype html><html lang="en"><head></head><body>' + body
  document.body.append(frame)
  await Promise.race([loaded, eventually(500)])
  try { provokeIn(frame) } catch {}
  await eventually(20)
  frame.remove()
}
function provokeIn(frame) {
  for (const element of frame.contentDocument.querySelectorAll('*')) {
    for (const name of ['mouseover', 'mousemove', 'focus', 'blur', 'keydown', 'input', 'copy', 'drag', 'contextmenu', 'toggle', 'animationend', 'transitionend'])
      element.dispatchEvent(new frame.contentWindow.Event(name))
    if (!/^(https?:|\\/|mailto:)/i.test(element.getAttribute('href') ?? '/')) element.click?.()
  }
}
openAll()
async function openAll() {
  const list = await (await fetch(location.pathname + '/bodies')).json()
  for (let n = 0; n < list.length; n += 8) await Promise.all(list.slice(n, n + 8).map(open))
  document.body.append(Object.assign(document.createElement('p'), { id: 'done' }))
}`
