import { execFileSync } from 'node:child_process'
import { chromium, type Browser as Chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import t from 'tap'
import type { Language } from '../../domain/people/person.js'
import { firstAdminLink } from '../../http/first-admin.js'
import { openBank, sessionCookie } from '../bank.js'
import { openDemoBank, type DemoBank } from '../demo-bank.js'

/** Why nothing can be tried in a browser here; empty when it can. Tests are skipped by name with it. */
const program = installed('chromium')
export const lacking = program === null ? 'no chromium on this machine' : ''
if (program === null && process.env['CI']) t.fail('CI must have chromium')

/** Milliseconds for everything that happens in Chromium; ten times what it takes on two idle cores. */
export const PATIENCE = process.env['TACIT_DEPTH'] === 'deep' ? 3_600_000 : 1_800_000

/** Whatever went wrong behind a page while somebody looked at it. */
export interface Trouble {
  /** errors of the console and of scripts */
  readonly errors: string[]
  readonly failed: string[]
  /** addresses asked for that are not the portal's */
  readonly abroad: string[]
  readonly dialogs: string[]
}

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  readonly trouble: Trouble
}

export interface Portal {
  readonly bank: DemoBank
  /** such as http://127.0.0.1:40123 */
  readonly address: string
  /** a browser of one's own, signed in when a login is given */
  visit(login: string | null, options?: BrowserContextOptions): Promise<Visitor>
  /** from now on the portal speaks this language to everybody */
  speak(language: Language): Promise<void>
}

/** addresses of the portals opened here */
const owns: string[] = []
let browser: Promise<Chromium> | null = null
let portal: Promise<Portal> | null = null

/** One browser for all files of the suite, opened when the first one asks. */
export function openChromium(): Promise<Chromium> {
  return (browser ??= chromium.launch({
    executablePath: program as string,
    // No name resolves but our own address: whatever a payload asks for stays on this machine.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  }))
}

/** One portal over the demo bank for all files of the suite. */
export function openPortal(): Promise<Portal> {
  return (portal ??= open())
}

/** A portal nobody has moved into yet, and the link its first administrator follows. */
export async function openEmptyPortal(): Promise<string> {
  const bank = await openBank(null, { empty: true })
  t.teardown(() => bank.close())
  const address = await bank.app.listen({ host: '127.0.0.1', port: 0 })
  owns.push(address)
  return firstAdminLink(bank.house, address) as string
}

// Root timers of test files that share a process overwrite each other: this is the one of the suite.
t.setTimeout(PATIENCE)
t.teardown(async () => {
  if (browser) await (await browser).close()
  if (portal) await (await portal).bank.close()
})

async function open(): Promise<Portal> {
  const [chrome, bank] = await Promise.all([openChromium(), openDemoBank(null)])
  const address = await bank.app.listen({ host: '127.0.0.1', port: 0 })
  owns.push(address)
  return {
    bank,
    address,
    async visit(login, options = {}) {
      const context = await chrome.newContext({ baseURL: address, reducedMotion: 'reduce', locale: 'en', timezoneId: 'Asia/Shanghai', ...options })
      if (login !== null) {
        const { name, value } = await sessionCookie(bank.house, bank.personCalled(login))
        await context.addCookies([{ name, value: encodeURIComponent(value), url: address, httpOnly: true, sameSite: 'Lax' }])
      }
      const trouble = watch(context)
      return { context, page: await context.newPage(), trouble }
    },
    async speak(language) {
      await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((person) => ({ ...person, language })) }))
    },
  }
}

function watch(context: BrowserContext): Trouble {
  const trouble: Trouble = { errors: [], failed: [], abroad: [], dialogs: [] }
  context.on('console', (line) => {
    // A refusal is a page with a status of its own, which browsers mention on the console too.
    if (line.type() === 'error' && !/the server responded with a status of 4\d\d/.test(line.text())) trouble.errors.push(line.text())
  })
  context.on('weberror', (error) => void trouble.errors.push(String(error.error())))
  context.on('dialog', (dialog) => {
    trouble.dialogs.push(`${dialog.type()} ${dialog.message()}`)
    void dialog.dismiss().catch(() => {})
  })
  context.on('request', (request) => {
    if (!owns.some((own) => request.url().startsWith(`${own}/`)) && !/^(?:data|about|blob):/.test(request.url())) trouble.abroad.push(request.url())
  })
  context.on('requestfailed', (request) => {
    // A newer keystroke, or leaving the page, ends what is still under way.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') trouble.failed.push(`${request.url()} ${request.failure()?.errorText}`)
  })
  return trouble
}

function installed(name: string): string | null {
  try {
    return execFileSync('which', [name], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}
