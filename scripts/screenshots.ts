// npm run screenshots -- DIR [NAME …]: pictures of the demo bank for the README and for people who look at a change;
// all of them, or only those named, such as `-- content/pictures search-en-light search-zh-dark`.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Signer } from '@fastify/cookie'
import type { Browser } from 'playwright-core'
import { build } from '../server/app.js'
import { readConfig } from '../server/config.js'
import { seedDemo } from '../server/demo.js'
import type { Language, Person } from '../server/domain/people/person.js'
import { sightOf } from '../server/domain/policy/readable.js'
import type { House } from '../server/http/house.js'
import { cookieName, sessionFor } from '../server/http/session.js'
import { openHouse } from '../server/wire.js'

interface Picture {
  readonly name: string
  readonly who: string
  readonly path: string
}

const DESK = { width: 1280, height: 580 }
const PHONE = { width: 390, height: 844 }

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Say where the pictures go: npm run screenshots -- content/pictures')
  process.exitCode = 1
} else {
  const browser = await openBrowser()
  if (typeof browser === 'string') {
    console.error(browser)
    process.exitCode = 1
  } else await take(resolve(folder), browser).finally(() => browser.close())
}

/** Every picture asked for, in light English and dark Chinese, on a desk and on a phone. */
async function take(folder: string, browser: Browser): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'tacit-pictures-'))
  const house = await openHouse(readConfig({ NODE_ENV: 'development', DATA_DIR: data, LOG_LEVEL: 'silent', DEMO: 'true' }))
  const app = await build(house)
  try {
    await house.started()
    await seedDemo(house)
    await house.caughtUp()
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    await mkdir(folder, { recursive: true })
    for (const [language, theme] of [['en', 'light'], ['zh', 'dark']] as const) {
      await speak(house, language)
      for (const picture of await pictures(house, language)) {
        for (const [suffix, viewport] of [['', DESK], ['-phone', PHONE]] as const) {
          const name = `${picture.name}-${language}-${theme}${suffix}`
          if (names.length > 0 && !names.includes(name)) continue
          const file = join(folder, `${name}.png`)
          await photograph(browser, house, address, picture, { theme, viewport }, file)
          console.log(file)
        }
      }
    }
  } finally {
    await app.close()
    await house.close()
    await rm(data, { recursive: true, force: true })
  }
}

async function pictures(house: House, language: Language): Promise<readonly Picture[]> {
  const curator = personCalled(house, 'he.jun')
  const sight = sightOf({ kind: 'person', person: curator }, house.directories(), house.clock.today())
  const used = (await house.notes.list({ order: 'reused', page: 1, size: 1 }, sight)).rows[0]
  const waiting = (await house.notes.queue({ tab: 'open', me: curator.id, now: house.clock.now(), page: 1, size: 1 }, sight)).rows[0]
  const customer = used?.shown.about.customers[0]
  return [
    { name: 'home', who: 'li.na', path: '/' },
    { name: 'search', who: 'emma.clarke', path: `/search?q=${encodeURIComponent(language === 'zh' ? '利率' : 'mortgage rate')}` },
    { name: 'new-note', who: 'li.na', path: '/notes/new' },
    { name: 'mine', who: 'li.na', path: '/notes' },
    { name: 'customers', who: 'li.na', path: '/customers' },
    { name: 'queue', who: 'he.jun', path: '/queue' },
    { name: 'people', who: 'han.bing', path: '/admin/people' },
    ...(used ? [{ name: 'note', who: 'he.jun', path: `/notes/${used.id}` }] : []),
    ...(waiting ? [{ name: 'decision', who: 'he.jun', path: `/queue/${waiting.id}` }] : []),
    ...(customer ? [{ name: 'customer', who: 'he.jun', path: `/customers/${customer}` }] : []),
  ]
}

async function photograph(browser: Browser, house: House, address: string, { who, path }: Picture, look: { theme: 'light' | 'dark'; viewport: typeof DESK }, file: string): Promise<void> {
  const context = await browser.newContext({ baseURL: address, viewport: look.viewport, colorScheme: look.theme, reducedMotion: 'reduce', timezoneId: house.config.timeZone })
  await context.addCookies([{ ...(await sessionOf(house, personCalled(house, who))), url: address }])
  const page = await context.newPage()
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.screenshot({ path: file })
  await context.close()
}

async function sessionOf(house: House, person: Person): Promise<{ readonly name: string; readonly value: string }> {
  const id = house.passwords.newToken()
  await house.sessions.keep(id, sessionFor(house, person, { agent: 'screenshots', address: '127.0.0.1' }))
  return { name: cookieName(house, 'tacit'), value: encodeURIComponent(new Signer(house.secret).sign(id)) }
}

async function speak(house: House, language: Language): Promise<void> {
  await house.people.change((roster) => ({ ...roster, persons: roster.persons.map((person) => ({ ...person, language })) }))
}

function personCalled(house: House, login: string): Person {
  const person = house.people.directory().personByLogin(login)
  if (!person) throw new Error(`the demo bank has no ${login}`)
  return person
}

/**
 * The browser and its driver are no part of the portal: neither is needed to run it.
 * @returns what to do, where one of them is missing
 */
async function openBrowser(): Promise<Browser | string> {
  const driver = await import('playwright-core').catch(() => null)
  if (!driver) return 'Pictures are taken in a clone of the source: run npm ci there, without --omit=dev, and then this command.'
  const executablePath = installed('chromium')
  if (executablePath === null) return 'Pictures need Chromium: install the packages chromium and fonts-noto-cjk.'
  return driver.chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--font-render-hinting=none'] })
}

function installed(program: string): string | null {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}
