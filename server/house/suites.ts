import { readdirSync } from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { ROOT } from '../root.js'

/**
 * One process per test file costs two seconds of a core each, so the files run inside a few entry files
 * (`suite-*.ts`). The first rule that fits a file says where it runs; the last fits every file, so none is forgotten.
 */
export const SUITES = {
  postgres: /^adapters\/store\/postgres\//,
  store: /^adapters\/store\//,
  search: /^adapters\/search\//,
  adapters: /^adapters\//,
  browser: /^journeys\/browser\//,
  journeys: /^journeys\//,
  house: /^house\//,
  http: /./,
} as const satisfies Record<string, RegExp>
export type Suite = keyof typeof SUITES

/**
 * Journeys that are made once more over PostgreSQL: whatever depends on how the store keeps it, and the law over HTTP.
 * All others run there too, with TACIT_STORE=postgres.
 */
export const AGAIN: Partial<Record<Suite, readonly string[]>> = {
  postgres: ['journeys/canaries.test.ts', 'journeys/redaction.test.ts', 'journeys/record.test.ts'],
}

/** The `server` folder this very file is in. */
const HERE = dirname(import.meta.dirname)

/** All tests, as paths inside server/. */
export function testFiles(): readonly string[] {
  return readdirSync(join(ROOT, 'server'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(join(ROOT, 'server'), join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

export function suiteOf(file: string): Suite {
  const found = Object.entries(SUITES).find(([, rule]) => rule.test(file))
  return found?.[0] as Suite
}

/** Runs every test file of a suite in this process, in order: from source, or as `npm test` built it. */
export async function runSuite(suite: Suite): Promise<void> {
  const files = testFiles().filter((file) => suiteOf(file) === suite)
  if (files.length === 0) await t.test(`the suite ${suite} has no tests yet`, { skip: 'nothing to run' }, async () => {})
  // Once something is to be torn down after it, tap ends a run that idles for two ticks; but when a short file is
  // through, the next one may still be opening its bank, and its tests would come too late.
  Object.defineProperty(t, 'idle', { get: () => false, configurable: true })
  for (const file of [...files, ...(await again(suite))]) await import(pathToFileURL(join(HERE, file.replace(/\.ts$/, extname(import.meta.filename)))).href)
  Reflect.deleteProperty(t, 'idle')
  t.emit('idle')
}

/** The files that this suite runs a second time, when there is what it runs them over. */
async function again(suite: Suite): Promise<readonly string[]> {
  const files = AGAIN[suite] ?? []
  if (files.length === 0) return []
  const { scratchServer } = await import('../adapters/store/postgres/scratch-postgres.js')
  const server = await scratchServer()
  if (typeof server === 'string') {
    for (const file of files) await t.test(`${file} over PostgreSQL`, { skip: server }, async () => {})
    return []
  }
  process.env['TACIT_STORE'] = 'postgres'
  return files
}
