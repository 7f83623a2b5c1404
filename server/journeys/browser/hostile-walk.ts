import type { Page } from 'playwright-core'
import { hostileCorpora, OWN } from '../../adapters/markdown/hostile-texts.js'
import { sessionCookie, type Bank } from '../bank.js'
import type { Login } from '../bank-people.js'
import { openChromium } from './in-chromium.js'

const TITLE = 120

/** Opens each page with every way of running a script watched. @returns what ran, opened, left or stood there that none of our views write */
export async function walk(bank: Bank, address: string, login: Login, paths: readonly string[]): Promise<string[]> {
  const wrong: string[] = []
  let now = ''
  const context = await (await openChromium()).newContext({ baseURL: address, reducedMotion: 'reduce' })
  const { name, value } = await sessionCookie(bank.house, bank.person(login))
  await context.addCookies([{ name, value: encodeURIComponent(value), url: address }])
  await context.exposeBinding('tacitRan', (_source, called: string) => void wrong.push(`${now}: ${called} ran`))
  await context.addInitScript(() => {
    const scope = globalThis as unknown as Record<string, unknown>
    const report = scope['tacitRan'] as (name: string) => void
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'msgbox']) scope[name] = () => report(name)
  })
  context.on('dialog', (dialog) => {
    wrong.push(`${now}: a dialog`)
    void dialog.dismiss().catch(() => {})
  })
  context.on('console', (line) => {
    if (line.type() === 'error' && !/the server responded with a status of 4\d\d/.test(line.text())) wrong.push(`${now}: ${line.text().slice(0, 200)}`)
  })
  context.on('request', (request) => {
    const path = request.url().startsWith(`${address}/`) ? request.url().slice(address.length) : ''
    if (path !== now && !/^\/static\/|^\/favicon\.ico$|^\/notes\/[0-9a-f-]{36}\/related$/.test(path)) wrong.push(`${now}: asks for ${request.url().slice(0, 200)}`)
  })
  const page = await context.newPage()
  for (const path of paths) {
    // As the browser spells it: an apostrophe is escaped in a query.
    now = new URL(path, address).href.slice(address.length)
    const answer = await page.goto(path, { waitUntil: 'load' })
    if (answer?.status() !== 200) wrong.push(`${path} answers ${answer?.status()}`)
    await provoke(page)
    wrong.push(...(await page.evaluate(strangers)).map((what) => `${path}: ${what}`))
  }
  await context.close()
  return wrong
}

/** What a reader's hand might set off, short of pressing our own buttons. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { document, Event } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ dispatchEvent(e: unknown): void; open?: boolean; localName: string }> }; Event: new (n: string) => unknown }
    for (const details of document.querySelectorAll('details:not(.menu)')) details.open = true
    for (const element of document.querySelectorAll('main *')) for (const name of ['mouseover', 'mouseenter', 'pointerdown', 'keydown', 'copy', 'drag', 'toggle', 'error', 'load', 'animationend']) element.dispatchEvent(new Event(name))
  })
}

/** In the page: elements and attributes that none of our views write. */
function strangers(): string[] {
  interface Element { readonly localName: string; getAttributeNames(): string[]; getAttribute(n: string): string | null; readonly outerHTML: string }
  const { document } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<Element> } }
  return [...document.querySelectorAll('body *')]
    .filter((element) =>
      ['script', 'iframe', 'object', 'embed', 'style', 'link', 'base', 'meta', 'img', 'video', 'audio', 'math', 'marquee', 'template', 'applet', 'frame', 'frameset'].includes(element.localName) ||
      element.getAttributeNames().some((name) => name.startsWith('on') || name === 'style' || name === 'srcdoc' || name.startsWith('hx-on')) ||
      /^(?!https?:|mailto:|\/|#|\?)/i.test(element.getAttribute('href') ?? '/'))
    .map((element) => element.outerHTML.slice(0, 160))
}

/** A few of each collection, our own first: they aim at Markdown and at templates. */
export async function hostileSample(folder: string, count: number): Promise<string[]> {
  const corpora = (await hostileCorpora(folder)).filter(({ name }) => name !== 'commonmark')
  const each = Math.ceil(count / corpora.length)
  const chosen = corpora.flatMap(({ texts }) => texts.filter((_, i) => i % Math.ceil(texts.length / each) === 0).map((text) => text.trim()))
  const templates = ['![x](http://elsewhere.invalid/pixel.png) <img src="http://elsewhere.invalid/x.png">', '{{{body}}}', '{{#each this}}{{/each}}', '{constructor.constructor("alert(1)")()}', "'; DROP TABLE notes; --", '<a hx-get="/me" hx-trigger="load">x</a>', '"><script src=//elsewhere.invalid/x.js></script>']
  // A lone half of a surrogate pair cannot be sent as UTF-8 by any browser.
  return [...new Set([...OWN.slice(0, 8), ...templates, ...chosen])].filter((text) => Buffer.from(text).toString() === text && text.trim() !== '' && text.length < 4_000 && nameFrom(text) !== '')
}

/** As a title or a name holds it: one line, and no longer than they may be. */
export function nameFrom(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, TITLE)
}
