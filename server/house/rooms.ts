import { ADAPTER_ROOMS, DOMAIN_ROOMS, EXCEPTIONS, PURE_PACKAGES, ROOT_FILES, SEERS, TEST_SUPPORT } from './plan.js'
import type { Import } from './imports.js'

/** The room a file is in, such as `domain/notes`, `adapters/store`, `http`, or the file itself beside the rooms. */
export function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  if (!file.includes('/')) return first
  return first === 'domain' || first === 'adapters' ? `${first}/${second}` : first
}

export function isOnPlan(room: string): boolean {
  return (
    DOMAIN_ROOMS.some((name) => room === `domain/${name}`) ||
    ADAPTER_ROOMS.some((name) => room === `adapters/${name}`) ||
    ['http', 'house', 'journeys'].includes(room) ||
    (ROOT_FILES as readonly string[]).includes(room)
  )
}

/** Tests may look anywhere, and so may what only they use. */
export function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || SUPPORT.test(file) || /^(house|journeys)\//.test(file)
}

const SUPPORT = new RegExp(`(^|/)contract/|(^|/)(${TEST_SUPPORT.join('|')})(-[a-z-]+)?\\.ts$`)

/** Why this import must not be, or null. */
export function wrong({ file, target, outside, typeOnly }: Import): string | null {
  if (target === 'main.ts') return 'nothing imports main.ts'
  if (EXCEPTIONS.some((one) => one.file === file && one.target === target)) return null
  if (isTest(file)) return null
  const from = roomOf(file)
  if (outside) return from.startsWith('domain/') && !isPure(target) ? 'the domain is pure: no I/O, no framework, no node:*' : null
  if (isTest(target)) return 'the portal must not need its tests'
  if (target === 'domain/policy/everything.ts' && !typeOnly && !SEERS.includes(file)) return 'only the parts on the list may mint a pass to see everything'
  return wrongWay(file, from, target, roomOf(target))
}

function wrongWay(file: string, from: string, target: string, to: string): string | null {
  if (from === to) return null
  if (from.startsWith('domain/')) return wrongInDomain(from, to)
  if (from.startsWith('adapters/')) return to.startsWith('domain/') || to === 'root.ts' ? null : 'an adapter knows the domain only'
  if (from === 'http') return to.startsWith('domain/') || ['config.ts', 'root.ts'].includes(to) ? null : 'http knows the domain, never an adapter'
  if (target.startsWith('http/routes/') && from !== 'app.ts') return 'only app.ts sees routes'
  if (to.startsWith('adapters/') && !CHOOSERS.includes(from)) return 'only wire.ts chooses adapters'
  if (to === 'opening.ts' && from !== 'wire.ts') return 'only wire.ts opens the store and the engines'
  if (['config.ts', 'settings.ts', 'root.ts'].includes(from)) return ['root.ts', 'settings.ts'].includes(to) ? null : `${file} stands alone`
  if (FOLLOWERS.includes(from)) return to.startsWith('domain/') || FOLLOWERS.includes(to) ? null : `${from} knows the domain only`
  return null
}

/** The wiring, in two files: which store and which engines, and everything that stands on them. */
const CHOOSERS = ['wire.ts', 'opening.ts']

/** What works beside the pages, from events and from the clock. */
const FOLLOWERS = ['relay.ts', 'jobs.ts', 'scheduler.ts']

function wrongInDomain(from: string, to: string): string | null {
  if (!to.startsWith('domain/')) return 'the domain knows nothing outside itself'
  const place = (room: string): number => DOMAIN_ROOMS.findIndex((name) => room === `domain/${name}`)
  return place(to) < place(from) ? null : 'inside the domain imports go from right to left'
}

function isPure(name: string): boolean {
  return PURE_PACKAGES.some((pure) => name === pure || name.startsWith(`${pure}/`))
}
