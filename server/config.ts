import { readFileSync } from 'node:fs'
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { ROOT } from './root.js'
import { SECRETS, SETTINGS, embedder, shape, type Embedder, type Shape } from './settings.js'

/** The settings, checked and frozen. */
export interface Config {
  readonly mode: 'development' | 'production' | 'test'
  readonly host: string
  readonly port: number
  /** without a slash at the end */
  readonly baseUrl: string
  readonly dataDir: string
  /** null: files in `dataDir` */
  readonly database: { readonly url: string; readonly connections: number; readonly seconds: number } | null
  /** null: the portal itself finds */
  readonly meili: { readonly servers: readonly { readonly url: string; readonly name: string; readonly key: string }[]; readonly index: string; readonly embedder: Embedder | null } | null
  /** null outside production when none was given */
  readonly sessionSecret: string | null
  readonly sessionHours: number
  readonly trustProxy: readonly string[]
  readonly timeZone: string
  readonly logLevel: Shape['LOG_LEVEL']
  readonly mail: { readonly url: string; readonly from: string; readonly domains: readonly string[] } | null
  readonly headerSeconds: number
  readonly requestSeconds: number
  /** seconds between "not ready" and closing */
  readonly drainSeconds: number
  /** null: no numbers for Prometheus */
  readonly metrics: { readonly host: string; readonly port: number; readonly token: string | null } | null
  readonly demo: boolean
}

/** A setting that will not do. The message is a sentence for the person at the terminal. */
export class UnfitSetting extends Error {
  override readonly name = 'UnfitSetting'
  constructor(setting: string, trouble: string, remedy: string) {
    super(`${setting} ${trouble}: ${remedy}.`)
  }
}

/**
 * Reads and checks every setting.
 * @throws UnfitSetting naming the first variable that will not do, and the remedy
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  refuseUnknown(env)
  // An empty value means "not set": that is how a deployment file leaves a line blank.
  const given = Object.fromEntries(SETTINGS.map(({ name }) => [name, env[name] || secretIn(name, env[`${name}_FILE`])]))
  for (const name of SECRETS) if (env[name] && env[`${name}_FILE`]) throw new UnfitSetting(name, 'is given twice', `keep either it or ${name}_FILE`)
  const read = shape.safeParse(given)
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0])
    throw new UnfitSetting(name, `cannot be ${JSON.stringify(shown(name, given[name]))}`, remedyOf(name))
  }
  const it = read.data
  const baseUrl = (it.BASE_URL ?? `http://${it.HOST.includes(':') ? `[${it.HOST}]` : it.HOST}:${it.PORT}`).replace(/\/+$/, '')
  checkTogether(it, new URL(baseUrl))
  return deepFreeze({
    mode: it.NODE_ENV,
    host: it.HOST,
    port: it.PORT,
    baseUrl,
    dataDir: folder(it.DATA_DIR),
    database: it.DATABASE_URL ? { url: it.DATABASE_URL, connections: it.DATABASE_CONNECTIONS, seconds: it.DATABASE_SECONDS } : null,
    meili: it.MEILI_URL ? { servers: it.MEILI_URL.map((url, n) => ({ url: url.replace(/\/+$/, ''), name: new URL(url).host, key: it.MEILI_KEY?.[n] ?? it.MEILI_KEY?.[0] ?? '' })), index: it.MEILI_INDEX, embedder: it.EMBEDDER ? embedderIn(folder(it.EMBEDDER)) : null } : null,
    sessionSecret: it.SESSION_SECRET ?? null,
    sessionHours: it.SESSION_HOURS,
    trustProxy: it.TRUST_PROXY ?? [],
    timeZone: it.TIME_ZONE,
    logLevel: it.LOG_LEVEL,
    mail: it.SMTP_URL ? { url: it.SMTP_URL, from: it.MAIL_FROM ?? '', domains: it.MAIL_DOMAINS ?? [] } : null,
    headerSeconds: it.HEADER_SECONDS,
    requestSeconds: it.REQUEST_SECONDS,
    drainSeconds: it.DRAIN_SECONDS,
    metrics: it.METRICS_PORT === undefined ? null : { host: it.METRICS_HOST, port: it.METRICS_PORT, token: it.METRICS_TOKEN ?? null },
    demo: it.DEMO ?? it.NODE_ENV !== 'production',
  })
}

/** Rules that look at two settings at once. */
function checkTogether(it: Shape, base: URL): void {
  if (base.pathname !== '/' || base.search !== '' || base.hash !== '') {
    throw new UnfitSetting('BASE_URL', 'cannot have a path', 'give the address alone, such as https://tacit.bank.example')
  }
  if (it.NODE_ENV === 'production') {
    if (!it.SESSION_SECRET) throw new UnfitSetting('SESSION_SECRET', 'is missing in production', remedyOf('SESSION_SECRET'))
    if (base.protocol === 'http:' && !isLoopback(base.hostname)) {
      throw new UnfitSetting('BASE_URL', 'cannot be plain http in production', 'put a proxy with TLS in front and give its https address')
    }
    if (it.DEMO) throw new UnfitSetting('DEMO', 'cannot be true in production', 'remove it; the first admin is made with `npm run admin:create`')
  }
  // The server itself speaks http. Without a believed proxy it could never see that a request came by https.
  if (base.protocol === 'https:' && (it.TRUST_PROXY ?? []).length === 0) {
    throw new UnfitSetting('TRUST_PROXY', 'is missing while BASE_URL is https', remedyOf('TRUST_PROXY'))
  }
  if (it.DATABASE_URL && it.NODE_ENV === 'production' && !isPrivatePath(new URL(it.DATABASE_URL))) {
    throw new UnfitSetting('DATABASE_URL', 'says nothing about TLS', 'add ?sslmode=verify-full (with sslrootcert=FILE where the authority is your own), or sslmode=disable on a line that nobody else can read')
  }
  if (it.MEILI_URL) checkMeili(it, it.MEILI_URL)
  else if (it.EMBEDDER) throw new UnfitSetting('EMBEDDER', 'is set without Meilisearch', 'set MEILI_URL as well, or remove it')
  if (it.METRICS_PORT !== undefined) checkMetrics(it, it.METRICS_PORT)
  if (it.DATABASE_URL) checkTls(new URL(it.DATABASE_URL).searchParams)
  if (it.SMTP_URL && !it.MAIL_FROM) throw new UnfitSetting('MAIL_FROM', 'is missing while SMTP_URL is set', remedyOf('MAIL_FROM'))
  if (it.SMTP_URL && (it.MAIL_DOMAINS ?? []).length === 0) {
    throw new UnfitSetting('MAIL_DOMAINS', 'is missing while SMTP_URL is set', remedyOf('MAIL_DOMAINS'))
  }
}

function embedderIn(path: string): Embedder {
  try {
    return embedder.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const what = error instanceof z.ZodError ? `has a wrong ${error.issues[0]?.path.join('.') || 'form'} in ${path}` : `cannot be read as JSON at ${path}`
    throw new UnfitSetting('EMBEDDER', what, remedyOf('EMBEDDER'))
  }
}

function checkMeili(it: Shape, servers: readonly string[]): void {
  const keys = it.MEILI_KEY ?? []
  if (new Set(servers.map((url) => new URL(url).host)).size < servers.length) throw new UnfitSetting('MEILI_URL', 'names a server twice', remedyOf('MEILI_URL'))
  if (keys.length > 1 && keys.length !== servers.length) throw new UnfitSetting('MEILI_KEY', `has ${keys.length} keys for ${servers.length} servers`, remedyOf('MEILI_KEY'))
  if (it.NODE_ENV !== 'production') return
  if (keys.length === 0) throw new UnfitSetting('MEILI_KEY', 'is missing while MEILI_URL is set', remedyOf('MEILI_KEY'))
  // A name without a dot is one of a container's own network.
  const open = servers.map((url) => new URL(url)).some(({ protocol, hostname }) => protocol === 'http:' && hostname.includes('.') && !isLoopback(hostname))
  if (open) throw new UnfitSetting('MEILI_URL', 'cannot be plain http in production', 'put TLS in front of Meilisearch and give its https address')
}

function checkMetrics(it: Shape, port: number): void {
  if (port !== 0 && port === it.PORT) throw new UnfitSetting('METRICS_PORT', 'is the port of the pages', remedyOf('METRICS_PORT'))
  if (!it.METRICS_TOKEN && !isLoopback(it.METRICS_HOST === '::1' ? '[::1]' : it.METRICS_HOST)) {
    throw new UnfitSetting('METRICS_TOKEN', 'is missing while METRICS_HOST can be reached from elsewhere', remedyOf('METRICS_TOKEN'))
  }
}

/** Variables of our own prefix that only tests read. */
const TEST_VARIABLES = ['TACIT_DEPTH', 'TACIT_SHARED', 'TACIT_SEED', 'TACIT_STORE']

function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const unknown = Object.keys(env).find((name) => name.startsWith('TACIT_') && !TEST_VARIABLES.includes(name))
  if (unknown) throw new UnfitSetting(unknown, 'is not a setting of Tacit', 'remove it, or see the table of settings in the README')
}

function remedyOf(name: string): string {
  return SETTINGS.find((it) => it.name === name)?.remedy ?? 'see the table of settings in the README'
}

/** An environment can be read by whoever may list processes; a file that a service manager hands over cannot. */
function secretIn(name: string, path: string | undefined): string | undefined {
  if (!path || !SECRETS.includes(name)) return undefined
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    throw new UnfitSetting(`${name}_FILE`, `cannot be read at ${JSON.stringify(path)}`, 'give the path of a file that this user may read, with the secret alone in it')
  }
}

function shown(name: string, value: string | undefined): string {
  return SECRETS.includes(name) ? '…' : (value ?? '')
}

function folder(given: string): string {
  const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : given
  return isAbsolute(path) ? path : resolve(ROOT, path)
}

/** Two words that mean the same everywhere: `require` and its like verify nothing in some programs and everything in others. */
const TLS = ['verify-full', 'disable']

function checkTls(asked: URLSearchParams): void {
  const mode = asked.get('sslmode')
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => asked.has(name))
  const odd = ['ssl', 'uselibpqcompat', 'sslnegotiation'].find((name) => asked.has(name))
  if (odd) throw new UnfitSetting('DATABASE_URL', `cannot have ${odd}`, 'say sslmode=verify-full or sslmode=disable')
  if (mode !== null && !TLS.includes(mode)) throw new UnfitSetting('DATABASE_URL', `cannot have sslmode=${mode}`, 'say verify-full, which checks the server’s certificate and name (sslrootcert=FILE where the authority is your own), or disable')
  if (files.length > 0 && mode !== 'verify-full') throw new UnfitSetting('DATABASE_URL', `has ${files[0]} without sslmode=verify-full`, 'add sslmode=verify-full, or remove the file')
  const missing = files.find((name) => !isReadable(asked.get(name) ?? ''))
  if (missing) throw new UnfitSetting('DATABASE_URL', `names a file as ${missing} that cannot be read: ${asked.get(missing)}`, 'give the full path of a PEM file that this user may read')
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

function isPrivatePath(database: URL): boolean {
  return database.searchParams.has('sslmode') || database.hostname === '' || isLoopback(database.hostname)
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function deepFreeze<T extends object>(it: T): T {
  for (const value of Object.values(it)) if (typeof value === 'object' && value !== null) deepFreeze(value)
  return Object.freeze(it)
}
