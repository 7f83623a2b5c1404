import type { Door } from '../http/guard.js'
import { unescaped, type Browser, type Page } from './browser.js'

/** Every address one person came to by following links, with the door behind it. */
export interface Found {
  readonly door: string
  readonly path: string
  readonly status: number
  /** something to look at, not a file to keep */
  readonly isPage: boolean
}

/**
 * Follows the links of every page from `start`, so that a page somebody adds tomorrow is looked at tomorrow.
 * @param most addresses followed for each door: a list of a hundred notes shows what three of them show
 */
export async function crawl(browser: Browser, doors: readonly Door[], start: readonly string[], most: number, look: (path: string, page: Page) => void = () => {}): Promise<readonly Found[]> {
  const found: Found[] = []
  const taken = new Map<string, number>()
  const known = new Set<string>()
  const waiting = [...start]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (known.has(path)) continue
    known.add(path)
    const door = doorBehind(doors, path)
    if (door === null || door === '/static/:name') continue
    const times = taken.get(door) ?? 0
    if (times >= most) continue
    taken.set(door, times + 1)
    const page = await browser.get(path)
    found.push({ door, path, status: page.status, isPage: /^text\/html/.test(String(page.headers['content-type'])) })
    look(path, page)
    if (page.location.startsWith('/')) waiting.push(page.location)
    waiting.push(...linksOn(page.body))
  }
  return found
}

/** Doors people open by going there, apart from those that only machines do. */
export function pageDoors(doors: readonly Door[]): readonly Door[] {
  return doors.filter(({ method, url }) => method === 'GET' && !NO_PAGES.includes(url) && !url.startsWith('/api/'))
}
const NO_PAGES: readonly string[] = ['/healthz', '/readyz', '/static/:name']

/** The door a path leads to; one with more fixed words wins, as in the router. Null for what is not ours. */
export function doorBehind(doors: readonly Door[], path: string): string | null {
  const parts = path.split(/[?#]/)[0]?.split('/') ?? []
  const fitting = doors.filter(({ method, url }) => {
    const wanted = url.split('/')
    return method === 'GET' && wanted.length === parts.length && wanted.every((part, i) => part === parts[i] || (part.startsWith(':') && parts[i] !== ''))
  })
  return fitting.sort((a, b) => a.url.split(':').length - b.url.split(':').length)[0]?.url ?? null
}

function linksOn(body: string): string[] {
  return [...body.matchAll(/<(?:a|section|div)\b[^>]*?\s(?:href|hx-get)="(\/[^"]*)"/g)].map(([, href]) => unescaped(href as string).replace(/#.*/s, ''))
}
