import { z } from 'zod'

/** One setting of the environment: how the README names it, and what to do when its value will not do. */
export interface Setting {
  readonly name: keyof Shape
  /** as the README shows it; empty when there is none */
  readonly default: string
  readonly meaning: string
  readonly remedy: string
}

const flag = z.enum(['true', 'false']).transform((it) => it === 'true')
const list = z.string().transform((it) => it.split(',').map((one) => one.trim()).filter((one) => one !== ''))
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export const shape = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: count(0, 65_535).default(3000),
  BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATA_DIR: z.string().min(1).default('data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_CONNECTIONS: count(2, 200).default(10),
  DATABASE_SECONDS: count(1, 120).default(10),
  MEILI_URL: list.refine((all) => all.length > 0 && all.every(isServer)).optional(),
  MEILI_KEY: list.optional(),
  MEILI_INDEX: z.string().regex(/^[a-z0-9_-]{1,40}$/i).default('tacit'),
  EMBEDDER: z.string().min(1).optional(),
  SESSION_SECRET: z.string().min(32).optional(),
  SESSION_HOURS: z.coerce.number().min(0.25).max(24).default(10),
  TRUST_PROXY: list.optional(),
  TIME_ZONE: z.string().refine(isTimeZone).default('Asia/Shanghai'),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.email().optional(),
  MAIL_DOMAINS: list.optional(),
  HEADER_SECONDS: count(1, 120).default(15),
  REQUEST_SECONDS: count(1, 600).default(60),
  DRAIN_SECONDS: count(0, 300).default(0),
  METRICS_PORT: count(0, 65_535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_TOKEN: z.string().min(32).optional(),
  DEMO: flag.optional(),
})
export type Shape = z.infer<typeof shape>

/** Every setting, in the order of the README's table; `house/readme.test.ts` compares both ways. */
export const SETTINGS: readonly Setting[] = [
  { name: 'NODE_ENV', default: 'development', meaning: '`production` asks for a session secret and seeds no demo bank', remedy: 'use development, production or test' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'address to listen on', remedy: 'give an address of this machine, such as 127.0.0.1 or 0.0.0.0' },
  { name: 'PORT', default: '3000', meaning: 'port to listen on; 0 takes any free one', remedy: 'give a whole number from 0 to 65535' },
  { name: 'BASE_URL', default: 'http://HOST:PORT', meaning: 'the address people type; links in mail are made from it', remedy: 'give the full address, such as https://tacit.bank.example' },
  { name: 'DATA_DIR', default: 'data', meaning: 'folder of all data; relative to the project', remedy: 'give the path of a folder that this user may write to' },
  { name: 'DATABASE_URL', default: '', meaning: 'PostgreSQL keeps everything, for any number of processes; each still needs a `DATA_DIR` of its own for its search index', remedy: 'give an address such as postgres://user:password@db.bank.example/tacit?sslmode=verify-full' },
  { name: 'DATABASE_CONNECTIONS', default: '10', meaning: 'connections to PostgreSQL that answer one process; up to 8 more hold its locks', remedy: 'give a whole number from 2 to 200' },
  { name: 'DATABASE_SECONDS', default: '10', meaning: 'after how long PostgreSQL gives up a question', remedy: 'give a whole number of seconds from 1 to 120' },
  { name: 'MEILI_URL', default: '', meaning: 'Meilisearch finds instead of the portal itself; several servers with commas are all fed, and any that is up answers', remedy: 'give addresses such as https://search-1.bank.example:7700,https://search-2.bank.example:7700' },
  { name: 'MEILI_KEY', default: '', meaning: 'key of Meilisearch that may manage keys and indexes, one for all servers or one for each; searching uses a key of its own that the portal makes with it', remedy: 'give the master key or an admin key of each server, in their order, with commas' },
  { name: 'MEILI_INDEX', default: 'tacit', meaning: 'how the indexes on Meilisearch are called', remedy: 'use up to 40 letters, digits, - and _' },
  { name: 'EMBEDDER', default: '', meaning: 'file that tells Meilisearch where meanings are computed (`source`, `url`, `model`, `apiKey`, `dimensions`, `request`, `response`, `ratio`); without it words alone count and nothing is called', remedy: 'give the path of a JSON file such as {"source":"ollama","url":"http://127.0.0.1:11434/api/embeddings","model":"bge-m3","ratio":0.4}' },
  { name: 'SESSION_SECRET', default: '', meaning: 'signs cookies; needed in production, else made once and kept in the data folder', remedy: 'give at least 32 random characters, for example from `openssl rand -hex 32`' },
  { name: 'SESSION_HOURS', default: '10', meaning: 'the working day: how long a sign-in lasts', remedy: 'give a number of hours from 0.25 to 24' },
  { name: 'TRUST_PROXY', default: '', meaning: 'addresses of the proxies whose forwarded headers are believed, with commas', remedy: 'list the addresses of your proxy, such as 127.0.0.1' },
  { name: 'TIME_ZONE', default: 'Asia/Shanghai', meaning: 'in which dates and times are shown, and where a day begins', remedy: 'give an IANA time zone, such as Asia/Shanghai' },
  { name: 'LOG_LEVEL', default: 'info', meaning: 'how much is logged', remedy: 'use silent, fatal, error, warn, info, debug or trace' },
  { name: 'SMTP_URL', default: '', meaning: 'mail server; without it mail goes to files in the data folder', remedy: 'give an address such as smtps://user:password@mail.bank.example:465' },
  { name: 'MAIL_FROM', default: '', meaning: 'sender of all mail; needed with SMTP_URL', remedy: 'give one mail address, such as tacit@bank.example' },
  { name: 'MAIL_DOMAINS', default: '', meaning: 'domains mail may go to, with commas; needed with SMTP_URL', remedy: 'list the domains of the bank, such as bank.example' },
  { name: 'HEADER_SECONDS', default: '15', meaning: 'how long a client may take to send its headers', remedy: 'give a whole number of seconds from 1 to 120' },
  { name: 'REQUEST_SECONDS', default: '60', meaning: 'how long a client may take to send a whole request', remedy: 'give a whole number of seconds from 1 to 600' },
  { name: 'DRAIN_SECONDS', default: '0', meaning: 'how long a portal that was asked to stop goes on serving while `/readyz` says no; behind a proxy, longer than that takes to notice', remedy: 'give a whole number of seconds from 0 to 300' },
  { name: 'METRICS_PORT', default: '', meaning: 'port of its own for `/metrics`; without it there is none', remedy: 'give a whole number from 0 to 65535, and not that of PORT' },
  { name: 'METRICS_HOST', default: '127.0.0.1', meaning: 'address that port listens on', remedy: 'give an address of this machine, such as 127.0.0.1' },
  { name: 'METRICS_TOKEN', default: '', meaning: 'what whoever asks for `/metrics` must present as a bearer token; needed unless METRICS_HOST is this machine alone', remedy: 'give at least 32 random characters, for example from `openssl rand -hex 32`' },
  { name: 'DEMO', default: 'true outside production', meaning: 'seed a demo bank when the data folder is empty', remedy: 'use true or false; production has no demo bank' },
]

export const embedder = z.strictObject({
  source: z.enum(['rest', 'ollama', 'openAi']),
  url: z.url({ protocol: /^https?$/ }).optional(),
  model: z.string().min(1).optional(),
  apiKey: z.string().min(1).optional(),
  dimensions: z.int().min(1).max(16_384).optional(),
  /** of a `rest` source: what is sent and what comes back */
  request: z.unknown().optional(),
  response: z.unknown().optional(),
  /** 0 words only, 1 meaning only */
  ratio: z.number().min(0).max(1).default(0.5),
})
export type Embedder = z.infer<typeof embedder>

/** What is never repeated on a terminal, and may come in a file: `SESSION_SECRET_FILE` and so on. */
export const SECRETS: readonly string[] = ['SESSION_SECRET', 'DATABASE_URL', 'SMTP_URL', 'METRICS_TOKEN', 'MEILI_KEY']

function isServer(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) && new URL(address).pathname === '/'
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
