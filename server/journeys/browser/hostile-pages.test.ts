import type { Page } from 'playwright-core'
import t from 'tap'
import { hostileCorpora, hostileFolder, OWN } from '../../adapters/markdown/hostile-texts.js'
import { permit } from '../../domain/policy/grant.js'
import { sightOf } from '../../domain/policy/readable.js'
import { standingApart } from '../../domain/policy/rules.js'
import { openBank, sessionCookie, type Bank } from '../bank.js'
import type { Login } from '../bank-people.js'
import { lacking as noBrowser, openChromium, PATIENCE } from './in-chromium.js'

const folder = hostileFolder()
const lacking = noBrowser !== '' ? noBrowser : folder === null ? 'no test data: set TACIT_SHARED' : ''
/** Texts that go through every field; each is a note, a customer and a search of its own. */
const SAMPLE = process.env['TACIT_DEPTH'] === 'deep' ? 600 : 18
const TITLE = 120
const TAG = 40

t.test('hostile texts in every field of the portal', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const texts = await sample()
  t.ok(texts.length >= 25, `premise: ${texts.length} texts`)
  const bank = await openBank(t)
  const address = await bank.app.listen({ host: '127.0.0.1', port: 0 })
  await named(bank, texts)
  const customers = await customersCalled(bank, texts)
  const notes = await written(bank, texts, customers)
  await bank.house.caughtUp()

  await t.test('what was written comes back unchanged, but for how lines end', async (t) => {
    const sight = sightOf({ kind: 'person', person: bank.person('li.na') }, bank.house.directories(), bank.clock.today())
    for (const [i, id] of notes.entries()) {
      const note = await bank.house.notes.get(id, sight)
      const text = texts[i] as string
      t.equal(note?.shown.body, text.replace(/\r\n/g, '\n'), JSON.stringify(text.slice(0, 60)))
      t.equal(note?.comments[0]?.text, text.trim())
      t.equal((await bank.house.customers.get(customers[i] as string, sight))?.name, nameFrom(text))
    }
  })

  const pages: [Login, string[]][] = [
    ['li.na', [
      ...notes.map((id) => `/notes/${id}`), ...texts.map((text) => `/search?q=${encodeURIComponent(text.slice(0, 500))}`), ...customers.slice(0, 8).map((id) => `/customers/${id}`),
      '/notes?tab=waiting', '/customers', '/search?q=', '/notices', '/me', ...notes.slice(0, 4).map((id) => `/notes/${id}/edit`), `/notes/new?body=${encodeURIComponent(texts.join('\n').slice(0, 4_000))}`,
    ]],
    ['zhao.min', ['/queue', '/queue?page=2', '/queue/desk', ...notes.slice(0, 6).map((id) => `/queue/${id}`), ...notes.slice(0, 3).map((id) => `/queue/${id}/merger?q=${encodeURIComponent((texts[0] as string).slice(0, 200))}`)]],
    ['han.bing', ['/admin/people', `/admin/people?q=${encodeURIComponent((texts[1] as string).slice(0, 200))}`, `/admin/people/${bank.person('li.na').id}`, '/admin/departments']],
  ]
  for (const [login, paths] of pages) {
    await t.test(`no script runs, no dialog opens and no request leaves on any page ${login} opens`, async (t) => {
      const wrong = await walk(bank, address, login, paths)
      t.same(wrong, [])
    })
  }
})

/** Opens each page with every way of running a script watched. */
async function walk(bank: Bank, address: string, login: Login, paths: readonly string[]): Promise<string[]> {
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
async function sample(): Promise<string[]> {
  const corpora = (await hostileCorpora(folder as string)).filter(({ name }) => name !== 'commonmark')
  const each = Math.ceil(SAMPLE / corpora.length)
  const chosen = corpora.flatMap(({ texts }) => texts.filter((_, i) => i % Math.ceil(texts.length / each) === 0).map((text) => text.trim()))
  const templates = ['![x](http://elsewhere.invalid/pixel.png) <img src="http://elsewhere.invalid/x.png">', '{{{body}}}', '{{#each this}}{{/each}}', '{constructor.constructor("alert(1)")()}', "'; DROP TABLE notes; --", '<a hx-get="/me" hx-trigger="load">x</a>', '"><script src=//elsewhere.invalid/x.js></script>']
  // A lone half of a surrogate pair cannot be sent as UTF-8 by any browser.
  return [...new Set([...OWN.slice(0, 8), ...templates, ...chosen])].filter((text) => Buffer.from(text).toString() === text && text.trim() !== '' && text.length < 4_000 && nameFrom(text) !== '')
}

function nameFrom(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, TITLE)
}

async function named(bank: Bank, texts: readonly string[]): Promise<void> {
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((person, i) => ({ ...person, name: nameFrom(texts[i % texts.length] as string) })) }))
}

async function customersCalled(bank: Bank, texts: readonly string[]): Promise<string[]> {
  return Promise.all(texts.map(async (text) => {
    const [id, at] = [bank.house.ids.next(), bank.clock.now()]
    const permission = permit({ kind: 'person', person: bank.person('zhao.min') }, 'customer.create', standingApart(id))
    if (!permission.ok) throw new Error('no grant')
    await bank.house.customers.add(permission.grant, {
      schema: 1, id, version: 1, kind: 'person', name: nameFrom(text), aliases: [], number: '', segment: null, team: 'east-desk', restricted: false, curators: [], createdAt: at, createdBy: bank.person('zhao.min').id, updatedAt: at, history: [], origin: null,
    })
    return id
  }))
}

async function written(bank: Bank, texts: readonly string[], customers: readonly string[]): Promise<string[]> {
  const li = await bank.signIn('li.na')
  const ids: string[] = []
  for (const [i, text] of texts.entries()) {
    const form = (await li.get('/notes/new')).form('/notes')
    const answer = await li.submit(form, { body: text, title: nameFrom(text), tags: text.replace(/[,，、;；\n]/g, ' ').trim().slice(0, TAG), customer: customers[i] as string, saidBy: text.slice(0, 200), identifiersKept: 'yes' })
    if (answer.status !== 303) throw new Error(`${JSON.stringify(text.slice(0, 80))} could not be posted: ${answer.status} ${answer.text.slice(0, 300)}`)
    const id = answer.location.split('/')[2] as string
    ids.push(id)
    await li.post(`/notes/${id}/comments`, { text, key: bank.house.ids.next() }, { from: `/notes/${id}` })
  }
  return ids
}
