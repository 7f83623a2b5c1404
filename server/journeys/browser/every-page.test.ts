import { createRequire } from 'node:module'
import type { APIResponse, BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import type { Language } from '../../domain/people/person.js'
import { pageDoors } from '../crawl.js'
import { lacking, openPortal, PATIENCE, type Portal, type Visitor } from './in-chromium.js'
import { visitsOf, type Visit } from './visits.js'

/** axe as `@axe-core/playwright` carries it. */
const AXE = { content: (createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'))('axe-core') as { readonly source: string }).source }
/** The rules of WCAG 2.2 A and AA, as axe names them. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const DESK = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
/** the narrowest screen WCAG 1.4.10 asks for */
const NARROW = { width: 320, height: 640 }
/** bytes, compressed, of a page somebody opens for the first time; there are no fonts */
const MOST_BYTES = 60_000
/** at once: two cores, and the browser is several processes */
const AT_ONCE = 2

/** `colours`: contrast is looked at too, which takes axe longer than all its other rules together. */
type Look = readonly [name: string, screen: typeof DESK, colorScheme: 'light' | 'dark', colours: boolean]
const DESK_LIGHT: Look = ['desk, light', DESK, 'light', true]
const DESK_DARK: Look = ['desk, dark', DESK, 'dark', true]
const PHONE_LIGHT: Look = ['phone, light', PHONE, 'light', true]
const PHONE_DARK: Look = ['phone, dark', PHONE, 'dark', true]
/**
 * Every page in each language at both widths; its colours in each theme, at each width and in each language once, since nothing but the theme changes
 * them. With TACIT_DEPTH=deep everything in all of them.
 */
const DEEP = process.env['TACIT_DEPTH'] === 'deep'
const LOOKS: Readonly<Record<Language, readonly Look[]>> = DEEP
  ? { en: [DESK_LIGHT, DESK_DARK, PHONE_DARK, PHONE_LIGHT], zh: [DESK_LIGHT, DESK_DARK, PHONE_DARK, PHONE_LIGHT] }
  : { en: [DESK_LIGHT, ['phone, light', PHONE, 'light', false]], zh: [PHONE_DARK, ['desk, dark', DESK, 'dark', false]] }

t.test('every page, in Chromium', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const portal = await openPortal()
  const visits = await visitsOf(portal, DEEP ? 4 : 1)

  await t.test('no page is forgotten', async (t) => {
    const doors = pageDoors(portal.bank.app.doors).map(({ url }) => url)
    t.ok(doors.length > 25, `premise: ${doors.length} doors`)
    for (const door of doors) t.ok(visits.some((visit) => visit.door === door), `${door} is looked at: if no link leads there, give visits.ts an address`)
  })

  for (const language of ['en', 'zh'] as const) {
    await t.test(`every page in ${language}: nothing axe objects to, nothing wider than the screen, nothing broken, nothing heavy`, { timeout: PATIENCE }, async (t) => {
      await portal.speak(language)
      const wrong: string[] = []
      const waiting = [...visits]
      const ended = await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        const eyes = new Map<string | null, Visitor>()
        for (let visit = waiting.shift(); visit !== undefined; visit = waiting.shift()) {
          const { who, path } = visit
          const visitor = eyes.get(who) ?? (await examiner(portal, who, { locale: language === 'zh' ? 'zh-CN' : 'en' }))
          eyes.set(who, visitor)
          wrong.push(...(await look(visitor, visit, language)).map((what) => `${who ?? 'a stranger'} at ${path}: ${what}`))
        }
        await Promise.all([...eyes.values()].map(({ context }) => context.close()))
      }))
      t.equal(ended.length, AT_ONCE)
      t.same(wrong, [])
    })
  }

  await t.test('what lies over a page is as good as the page: menus and the list of keys', async (t) => {
    const wrong: string[] = []
    for (const [name, screen, colorScheme] of [DESK_LIGHT, PHONE_DARK]) {
      const { page, context } = await examiner(portal, 'he.jun', { viewport: screen, colorScheme })
      await page.goto('/help')
      for (const menu of await page.locator('details.menu:visible > summary').all()) {
        await menu.click()
        wrong.push(...(await objections(page)).map((what) => `${name}: ${what}`), ...(await page.evaluate(tooWide)))
        await page.keyboard.press('Escape')
      }
      await page.keyboard.press('?')
      await page.locator('dialog[open]').waitFor()
      wrong.push(...(await objections(page)).map((what) => `${name}: ${what}`))
      await context.close()
    }
    t.same(wrong, [])
  })

  await t.test('the tests above would see a fault of each kind', async (t) => {
    const { page, context, trouble } = await examiner(portal, 'li.na')
    await page.goto('/help')
    await page.evaluate(() => {
      const { document, fetch } = globalThis as unknown as { document: { querySelector(s: string): { append(e: unknown): void }; createElement(n: string): { textContent: string; style: Record<string, string> } }; fetch(a: string): Promise<unknown> }
      const wide = document.createElement('p')
      wide.textContent = 'pale'
      Object.assign(wide.style, { width: '3000px', maxWidth: 'none', color: '#ddd', background: '#eee' })
      document.querySelector('main').append(wide)
      void fetch('http://elsewhere.invalid/').catch(() => {})
    })
    t.match((await objections(page)).join(), /color-contrast/)
    t.match((await page.evaluate(tooWide)).join(), /page scrolls/)
    t.ok((await page.evaluate(weight)) > 10_000, 'and the page has a weight')
    await page.waitForTimeout(100)
    t.ok(trouble.errors.length > 0)
    await context.close()
  })
})

async function look({ page, trouble }: Visitor, visit: Visit, language: Language): Promise<string[]> {
  if (visit.isFile) return fileTroubles(await page.context().request.get(visit.path))
  const wrong: string[] = []
  for (const list of Object.values(trouble)) list.length = 0
  const [first] = LOOKS[language]
  if (first) await page.setViewportSize(first[1])
  const answer = await page.goto(visit.path, { waitUntil: 'load' })
  if (answer?.status() !== visit.status) wrong.push(`answers ${answer?.status()}`)
  await settled(page)
  const bytes = await page.evaluate(weight)
  if (bytes > MOST_BYTES) wrong.push(`weighs ${bytes} bytes`)
  await visit.then?.(page)
  if ((await page.getAttribute('html', 'lang')) !== (language === 'zh' ? 'zh-CN' : 'en')) wrong.push('is in the other language')
  await unfold(page)
  for (const [name, screen, colorScheme, colours] of LOOKS[language]) {
    await page.setViewportSize(screen)
    await page.emulateMedia({ colorScheme })
    wrong.push(...(await objections(page, colours)).map((what) => `${name}: ${what}`))
  }
  await page.setViewportSize(NARROW)
  wrong.push(...(await page.evaluate(tooWide)))
  const { errors, failed, abroad, dialogs } = trouble
  return [...wrong, ...errors.map((e) => `console: ${e}`), ...failed.map((f) => `failed: ${f}`), ...abroad.map((a) => `asked for ${a}`), ...dialogs]
}

/** A file is saved under a name, and never shown in place of a page. */
function fileTroubles(answer: APIResponse): string[] {
  const headers = answer.headers()
  return [
    ...(answer.status() === 200 ? [] : [`answers ${answer.status()}`]), ...(/^attachment; filename/.test(headers['content-disposition'] ?? '') ? [] : [`is sent as ${headers['content-disposition']}`]), ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['may be sniffed']),
  ]
}

/** In the page: everything it needed, as it came over the wire, whether or not it was in the cache by now. */
function weight(): number {
  const { performance } = globalThis as unknown as { performance: { getEntriesByType(t: string): { encodedBodySize: number }[] } }
  return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
}

/** Parts that load by themselves are there. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => (globalThis as unknown as { document: { querySelector(s: string): unknown } }).document.querySelector('[hx-trigger="load"]') === null)
}

/** What is folded away is part of the page; menus lie over it and are looked at by themselves. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ open: boolean }> } }
    for (const details of document.querySelectorAll('details:not(.menu)')) details.open = true
  })
}

/** What axe objects to on the page as it is now. */
async function objections(page: Page, colours = true): Promise<string[]> {
  return page.evaluate(async ({ rules, colours }) => {
    interface Violation { readonly id: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }
    const { axe, document } = globalThis as unknown as { axe: { run(context: unknown, options: object): Promise<{ violations: readonly Violation[] }> }; document: unknown }
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: rules }, rules: { 'color-contrast': { enabled: colours } }, resultTypes: ['violations'], selectors: false })
    return violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${(node.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 240)})`).join(' | ')}`)
  }, { rules: [...WCAG], colours })
}

/**
 * A visitor whose pages bring axe along. Handing over its half megabyte for every look, as its own driver does, cost
 * as much as looking.
 */
async function examiner(portal: Portal, who: string | null, options: BrowserContextOptions = {}): Promise<Visitor> {
  const visitor = await portal.visit(who, options)
  await visitor.context.addInitScript(AXE)
  return visitor
}

/** In the page: what stands out to the right, unless it lies in a box that scrolls by itself. */
function tooWide(): string[] {
  interface Box { readonly localName: string; readonly className: string; readonly parentElement: Box | null; getBoundingClientRect(): { right: number; width: number; height: number }; checkVisibility(o: object): boolean }
  const { document, innerWidth, getComputedStyle } = globalThis as unknown as {
    document: { documentElement: { scrollWidth: number }; querySelectorAll(s: string): Iterable<Box> }; innerWidth: number; getComputedStyle(e: Box): { overflowX: string }
  }
  const held = (box: Box | null): boolean => box !== null && box.localName !== 'body' && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX) || held(box.parentElement))
  const out = [...document.querySelectorAll('body *')].filter((box) => {
    const { right, width, height } = box.getBoundingClientRect()
    return width > 0 && height > 0 && right > innerWidth + 1 && box.checkVisibility({ visibilityProperty: true }) && !held(box.parentElement)
  })
  const { scrollWidth } = document.documentElement
  return [
    ...(scrollWidth > innerWidth ? [`the page scrolls to ${scrollWidth} on a screen of ${innerWidth}`] : []),
    ...out.slice(0, 5).map((box) => `${box.localName}.${box.className} reaches ${Math.round(box.getBoundingClientRect().right)} on a screen of ${innerWidth}`),
  ]
}
