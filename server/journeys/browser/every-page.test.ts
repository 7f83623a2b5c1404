import { AxeBuilder } from '@axe-core/playwright'
import type { Page, Response } from 'playwright-core'
import t from 'tap'
import type { Language } from '../../domain/people/person.js'
import { pageDoors } from '../crawl.js'
import { lacking, openPortal, type Portal, type Visitor } from './in-chromium.js'
import { visitsOf, type Visit } from './visits.js'

/** The rules of WCAG 2.2 A and AA, as axe names them. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 900 }
/** the narrowest screen WCAG 1.4.10 asks for */
const NARROW = 320
/** bytes over the wire, compressed, of a page somebody opens for the first time; there are no fonts */
const MOST_BYTES = 60_000
/** at once: two cores, and the browser is several processes */
const AT_ONCE = 2

t.setTimeout(300_000)

t.test('every page, in Chromium', { skip: lacking, timeout: 300_000 }, async (t) => {
  const portal = await openPortal()
  const visits = await visitsOf(portal)

  await t.test('no page is forgotten', async (t) => {
    const doors = pageDoors(portal.bank.app.doors).map(({ url }) => url)
    t.ok(doors.length > 25, `premise: ${doors.length} doors`)
    for (const door of doors) t.ok(visits.some((visit) => visit.door === door), `${door} is looked at: no link leads anybody of the demo bank there; give visits.ts an address`)
  })

  for (const language of ['en', 'zh'] as const) {
    await t.test(`every page in ${language}: nothing axe objects to, nothing wider than the screen, nothing broken, nothing heavy`, { timeout: 240_000 }, async (t) => {
      await portal.speak(language)
      const wrong: string[] = []
      const waiting = [...visits]
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let visit = waiting.shift(); visit !== undefined; visit = waiting.shift()) {
          wrong.push(...(await look(portal, visit, language)).map((what) => `${visit?.who ?? 'stranger'} ${visit?.path}: ${what}`))
        }
      }))
      t.same(wrong, [])
    })
  }
})

async function look(portal: Portal, visit: Visit, language: Language): Promise<string[]> {
  const visitor = await portal.visit(visit.who, { viewport: DESK, colorScheme: 'light', locale: language === 'zh' ? 'zh-CN' : 'en' })
  const { page, context, trouble } = visitor
  const wrong: string[] = []
  try {
    const bytes = weigh(visitor)
    const answer = await page.goto(visit.path, { waitUntil: 'load' })
    if (answer?.status() !== visit.status) wrong.push(`answers ${answer?.status()}`)
    await settled(page)
    const weight = await bytes()
    if (weight > MOST_BYTES) wrong.push(`weighs ${weight} bytes`)
    await visit.then?.(page)
    if ((await page.getAttribute('html', 'lang')) !== (language === 'zh' ? 'zh-CN' : 'en')) wrong.push('is in the other language')
    await unfold(page)
    wrong.push(...(await objections(page, 'desk, light', WCAG)), ...(await darkly(page, 'desk, dark')))
    await page.setViewportSize(PHONE)
    wrong.push(...(await objections(page, 'phone, light', WCAG)), ...(await darkly(page, 'phone, dark')))
    await page.setViewportSize({ width: NARROW, height: 640 })
    wrong.push(...(await page.evaluate(tooWide)).map((what) => `wider than ${NARROW} px: ${what}`))
  } finally {
    await context.close()
  }
  const { errors, failed, abroad, dialogs } = trouble
  return [...wrong, ...errors.map((e) => `console: ${e}`), ...failed.map((f) => `failed: ${f}`), ...abroad.map((a) => `asked for ${a}`), ...dialogs]
}

/** Adds up what comes over the wire until it is asked. */
function weigh({ page }: Visitor): () => Promise<number> {
  const answers: Response[] = []
  page.on('response', (response) => void answers.push(response))
  return async () => {
    const sizes = await Promise.all(answers.map(async (response) => (await response.request().sizes()).responseBodySize))
    return sizes.reduce((total, size) => total + size, 0)
  }
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

async function objections(page: Page, how: string, tags: readonly string[]): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags([...tags]).analyze()
  return said(how, violations)
}

/** Another theme changes colours and nothing else, so only they are looked at again. */
async function darkly(page: Page, how: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withRules(['color-contrast']).analyze()
  await page.emulateMedia({ colorScheme: 'light' })
  return said(how, violations)
}

function said(how: string, violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[]): string[] {
  return violations.map(({ id, nodes }) => `${how}: ${id} at ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join(' | ')}`)
}

/** In the page: what stands out to the right, unless it lies in a box that scrolls by itself. */
function tooWide(): string[] {
  interface Box { readonly localName: string; readonly className: string; readonly parentElement: Box | null; getBoundingClientRect(): { right: number; left: number; width: number; height: number } }
  const { document, innerWidth, getComputedStyle } = globalThis as unknown as {
    document: { documentElement: { scrollWidth: number }; querySelectorAll(s: string): Iterable<Box> }; innerWidth: number; getComputedStyle(e: Box): { overflowX: string; position: string; clipPath: string; visibility: string }
  }
  const held = (box: Box | null): boolean => box !== null && box.localName !== 'body' && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX) || held(box.parentElement))
  const out = [...document.querySelectorAll('body *')].filter((box) => {
    const { right, width, height } = box.getBoundingClientRect()
    return width > 0 && height > 0 && right > innerWidth + 1 && getComputedStyle(box).visibility !== 'hidden' && !held(box.parentElement)
  })
  const scrolls = document.documentElement.scrollWidth > innerWidth ? [`the page scrolls to ${document.documentElement.scrollWidth}`] : []
  return [...scrolls, ...out.slice(0, 5).map((box) => `${box.localName}.${box.className} to ${Math.round(box.getBoundingClientRect().right)}`)]
}
